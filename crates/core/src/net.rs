//! The layers of a net, and what each does: the words that models and engines share. Each has its arithmetic here, in words; the
//! scalar kernels of `palmette-models` have it in code, and that crate is where nets are checked.

mod graph;

pub use graph::Graph;

/// What goes into a net. Samples outside the limits are clamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its number of channels.
    pub channels: usize,
    /// The least sample.
    pub low: i16,
    /// The largest sample.
    pub high: i16,
}

/// The number of a value: inputs first, then what each layer makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub usize);

/// Makes one value of others.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// What it does.
    pub operation: Operation,
    /// The values that it reads, all before its own.
    pub inputs: Vec<ValueId>,
}

/// What a layer does.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Weighs the pixels under a window: all kinds of convolution, and dense layers, whose window is the whole picture.
    Convolution(Convolution),
    /// Adds two values of the same size, each times a number.
    Add(Add),
    /// Takes the largest sample under a window, of those inside the picture.
    MaxPool(Window),
    /// Makes one pixel of a picture: the mean of each channel, to nearest, halves up.
    GlobalAverage,
    /// Enlarges by repeating pixels.
    Nearest {
        /// How many times wider and higher, 2 to [`Operation::MAX_FACTOR`].
        factor: usize,
    },
    /// Enlarges by weighing the four nearest pixels, with weights of 7 bits on each axis and one rounding, halves up.
    Bilinear {
        /// How many times wider and higher, 2 to [`Operation::MAX_FACTOR`].
        factor: usize,
        /// Where the pixels of the result lie.
        positions: Positions,
    },
    /// Puts the channels of several values of the same size behind each other.
    Concat,
    /// Adds channels of 0 behind those that are there.
    PadChannels {
        /// How many there are then.
        channels: usize,
    },
    /// Makes a pixel with `factor²` times `n` channels a square of pixels with `n`: channel `(c·factor + y)·factor + x` becomes
    /// channel `c` at column `x` of row `y` of the square, as PyTorch has it.
    PixelShuffle {
        /// The side of the square, 2 to [`Operation::MAX_FACTOR`].
        factor: usize,
    },
    /// Looks samples up.
    Table(Table),
}

impl Operation {
    /// The largest factor of an enlargement.
    pub const MAX_FACTOR: usize = 64;

    /// Names it in errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Convolution(Convolution { is_depthwise: true, .. }) => "depthwise convolution",
            Self::Convolution(_) => "convolution",
            Self::Add(_) => "add",
            Self::MaxPool(_) => "max pool",
            Self::GlobalAverage => "global average",
            Self::Nearest { .. } => "nearest",
            Self::Bilinear { .. } => "bilinear",
            Self::Concat => "concat",
            Self::PadChannels { .. } => "pad channels",
            Self::PixelShuffle { .. } => "pixel shuffle",
            Self::Table(_) => "table",
        }
    }
}

/// A window that slides over a picture. Pairs are vertical, horizontal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Taps, 1 to [`Window::MAX_TAPS`] an axis.
    pub taps: [usize; 2],
    /// Pixels from one position to the next, 1 to [`Window::MAX_STEP`].
    pub stride: [usize; 2],
    /// Pixels from one tap to the next, 1 to [`Window::MAX_STEP`].
    pub dilation: [usize; 2],
    /// What lies around the picture.
    pub padding: Padding,
}

impl Window {
    /// The most taps on an axis.
    pub const MAX_TAPS: usize = 32;
    /// The largest stride, dilation and padding.
    pub const MAX_STEP: usize = 64;

    /// Makes a window of that many taps on both axes, with stride 1; the size of the picture stays.
    #[must_use]
    pub const fn square(taps: usize) -> Self {
        Self { taps: [taps; 2], stride: [1; 2], dilation: [1; 2], padding: Padding::Same }
    }

    /// Returns how many pixels it covers on an axis.
    #[must_use]
    pub const fn extent(&self, axis: usize) -> usize {
        (self.taps[axis] - 1) * self.dilation[axis] + 1
    }

    /// Returns the padding before the first pixel of an axis that has so many.
    #[must_use]
    pub fn before(&self, axis: usize, px: usize) -> usize {
        match self.padding {
            Padding::Same => {
                let positions = px.div_ceil(self.stride[axis]);
                let covered = positions.saturating_sub(1) * self.stride[axis] + self.extent(axis);
                covered.saturating_sub(px) / 2
            }
            Padding::Explicit(pads) => pads[axis][0],
        }
    }
}

/// What lies around a picture: zeros, or nothing where only the inside counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// As TensorFlow's `SAME`: the result has a pixel for each stride, and what is missing is shared between both sides, the
    /// odd one behind.
    Same,
    /// Pixels before and behind, vertically, then horizontally; 0 to [`Window::MAX_STEP`] each.
    Explicit([[usize; 2]; 2]),
}

/// A convolution: for each output channel a sum of 32 bits, made a sample by [`Requantize`].
#[derive(Clone, Debug, PartialEq)]
pub struct Convolution {
    /// The pixels of a sum.
    pub window: Window,
    /// Channels of the input.
    pub in_channels: usize,
    /// Channels of the output.
    pub out_channels: usize,
    /// Whether each channel is summed by itself: there are as many output as input channels, and a weight has no input channel.
    pub is_depthwise: bool,
    /// By output channel, row, column, input channel; without the last if depthwise.
    pub weights: Vec<i16>,
    /// What each output channel's sum begins with.
    pub biases: Vec<i32>,
    /// What is made of each output channel's sum.
    pub requantize: Vec<Requantize>,
}

/// Makes a sample of a sum: `clamp((sum·m + 2^(shift − 1)) >> shift, low, high)`.
///
/// `m` is `multiplier` where the sum is not negative, else `negative_multiplier`: the same without an activation, that times the slope
/// with PReLU. ReLU is a `low` of 0, ReLU6 a `high` beside.
///
/// The product has up to 46 bits. Since `shift` is at least 17, it is exact in two halves, with 32-bit numbers alone: with `sum =
/// high16·2^16 + low16`, where `low16` is not negative, the sample is `(high16·m + ((low16·m) >> 16) + 2^(shift − 17)) >> (shift − 16)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requantize {
    /// For sums from 0; −32,767 to 32,767.
    pub multiplier: i16,
    /// For sums below 0; −32,767 to 32,767.
    pub negative_multiplier: i16,
    /// [`Requantize::SHIFTS`].
    pub shift: u8,
    /// The least sample.
    pub low: i16,
    /// The largest sample.
    pub high: i16,
}

impl Requantize {
    /// Shifts that 32 bits can do.
    pub const SHIFTS: std::ops::RangeInclusive<u8> = 17..=46;
    /// Makes 0 of every sum: for a channel that is not there.
    pub const NONE: Self = Self { multiplier: 0, negative_multiplier: 0, shift: 17, low: 0, high: 0 };
}

/// Adds two values: `clamp((a·multipliers[0] + b·multipliers[1] + 2^(shift − 1)) >> shift, low, high)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Add {
    /// One for each channel.
    pub terms: Vec<AddTerms>,
}

/// How a channel is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddTerms {
    /// What the first and the second value are multiplied with; −16,384 to 16,384.
    pub multipliers: [i16; 2],
    /// 1 to 30.
    pub shift: u8,
    /// The least sample.
    pub low: i16,
    /// The largest sample.
    pub high: i16,
}

impl AddTerms {
    /// Makes 0 of everything: for a channel that is not there.
    pub const NONE: Self = Self { multipliers: [0; 2], shift: 1, low: 0, high: 0 };
    /// Shifts that 32 bits can do.
    pub const SHIFTS: std::ops::RangeInclusive<u8> = 1..=30;
    /// The largest multiplier.
    pub const MAX_MULTIPLIER: i16 = 1 << 14;
}

/// Where the pixels of an enlargement lie on the axes of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// Both begin at the outer edge of their first pixel: `(x + ½)/factor − ½`. PyTorch's default.
    HalfPixel,
    /// Both have their first pixel at the same place: `x/factor`. TensorFlow's first.
    Corner,
    /// Both have their first and their last pixel at the same place.
    AlignCorners,
}

/// Where a pixel of an enlargement lies on an axis of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The pixel of the input before it, and the one behind.
    pub pixels: [usize; 2],
    /// The weight of the one behind, of 128.
    pub weight: u8,
}

impl Place {
    /// Bits of a weight on an axis.
    pub const WEIGHT_BITS: u32 = 7;

    /// Finds a pixel of an axis that is `factor` times as long as its input of `len` pixels.
    #[must_use]
    pub fn new(positions: Positions, factor: usize, len: usize, index: usize) -> Self {
        // The position as a fraction.
        let (numerator, denominator) = match positions {
            Positions::HalfPixel => ((2 * index + 1).saturating_sub(factor), 2 * factor),
            Positions::Corner => (index, factor),
            Positions::AlignCorners => (index * (len - 1), len * factor - 1),
        };
        let weight = (((numerator % denominator) << (Self::WEIGHT_BITS + 1)) / denominator).div_ceil(2);
        let pixel = numerator / denominator + (weight >> Self::WEIGHT_BITS);
        let weight = u8::try_from(weight % (1 << Self::WEIGHT_BITS)).expect("7 bits");
        Self { pixels: [pixel, pixel + 1].map(|pixel| pixel.min(len - 1)), weight }
    }
}

/// Looks samples up: `entries[clamp(sample, low, low + entries − 1) − low]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The sample of the first entry.
    pub low: i16,
    /// One list for all channels, or one for each; all have the same length, 1 to 65,536.
    pub entries: Vec<Vec<i16>>,
}

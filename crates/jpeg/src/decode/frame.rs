//! The frame: size, components, and how MCUs are made of their blocks.

use super::segments::Segment;
use crate::markers::{JPG, SOF0, SOF2, SOF3, SOF9};
use crate::{Error, Process, Reason, Scale};

/// The most blocks that an MCU may have.
pub(super) const MAX_MCU_BLOCKS: usize = 10;

/// One component of a picture: its luma, say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// The number that the file gives it.
    pub(super) id: u8,
    /// Blocks of an MCU, horizontally: 1 to 4.
    pub(super) horizontal: u8,
    /// Blocks of an MCU, vertically: 1 to 4.
    pub(super) vertical: u8,
    /// Which quantisation table it uses.
    pub(super) quant: u8,
    /// Samples of a row at full size.
    width: u32,
    /// Rows at full size.
    height: u32,
}

impl Component {
    /// Returns the number that the file gives it.
    #[must_use]
    pub const fn id(&self) -> u8 {
        self.id
    }

    /// Returns its sampling factors, horizontal and vertical, 1 to 4 each.
    ///
    /// A component has its full size where they are the largest of all components.
    #[must_use]
    pub const fn sampling(&self) -> (u8, u8) {
        (self.horizontal, self.vertical)
    }

    /// Returns the samples of a row, and the rows, of its plane at a scale.
    #[must_use]
    pub fn plane_size(&self, scale: Scale) -> (u32, u32) {
        (self.width.div_ceil(scale.denominator()), self.height.div_ceil(scale.denominator()))
    }

    /// Returns the blocks of a row, and the rows of blocks, that hold samples of the picture.
    #[must_use]
    pub const fn blocks(&self) -> (u32, u32) {
        (self.width.div_ceil(8), self.height.div_ceil(8))
    }
}

/// A frame as its header says.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) is_progressive: bool,
    pub(super) components: Vec<Component>,
}

impl Frame {
    /// Tells whether a marker starts a frame.
    pub(super) const fn is_start(marker: u8) -> bool {
        matches!(marker, SOF0..=0xc3 | 0xc5..=0xc7 | SOF9..=0xcb | 0xcd..=0xcf) && marker != JPG
    }

    /// Reads the header of a frame. Its height may be 0: then it is said behind the first scan.
    ///
    /// # Errors
    ///
    /// Processes, precisions and numbers of components that are not supported, and [`Error::Segment`].
    pub(super) fn parse(segment: &Segment<'_>) -> Result<Self, Error> {
        match segment.marker {
            SOF0..=SOF2 => {}
            SOF3 | 0xc7 | 0xcb | 0xcf => return Err(Error::UnsupportedProcess(Process::Lossless)),
            SOF9 | 0xca => return Err(Error::UnsupportedProcess(Process::Arithmetic)),
            _ => return Err(Error::UnsupportedProcess(Process::Hierarchical)),
        }
        let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = segment.content else {
            return Err(segment.error(Reason::Length));
        };
        if precision != 8 {
            return Err(Error::UnsupportedPrecision { bits: precision });
        }
        let (components, []) = rest.as_chunks::<3>() else { return Err(segment.error(Reason::Length)) };
        if components.len() != usize::from(count) {
            return Err(segment.error(Reason::Length));
        }
        if !(1..=4).contains(&count) {
            return Err(Error::UnsupportedComponents { count });
        }
        let mut frame = Self {
            width: u16::from_be_bytes([w1, w0]).into(),
            height: u16::from_be_bytes([h1, h0]).into(),
            is_progressive: segment.marker == SOF2,
            components: Vec::new(),
        };
        if frame.width == 0 {
            return Err(segment.error(Reason::Empty));
        }
        for &[id, sampling, quant] in components {
            let (horizontal, vertical) = match (sampling >> 4, sampling & 15) {
                // An MCU of a single component is a block, whatever the factors say.
                (1..=4, 1..=4) if count == 1 => (1, 1),
                (h @ 1..=4, v @ 1..=4) => (h, v),
                _ => return Err(segment.error(Reason::Sampling)),
            };
            frame.components.push(Component { id, horizontal, vertical, quant, width: 0, height: 0 });
        }
        frame.set_height(frame.height);
        Ok(frame)
    }

    /// Sets the height, and the sizes of the components by it.
    pub(super) fn set_height(&mut self, height: u32) {
        self.height = height;
        let (h_max, v_max) = self.max_sampling();
        for component in &mut self.components {
            component.width = (self.width * u32::from(component.horizontal)).div_ceil(h_max);
            component.height = (height * u32::from(component.vertical)).div_ceil(v_max);
        }
    }

    /// Returns the largest sampling factors.
    pub(super) fn max_sampling(&self) -> (u32, u32) {
        self.components
            .iter()
            .fold((1, 1), |(h, v), component| (h.max(component.horizontal.into()), v.max(component.vertical.into())))
    }

    /// Returns the MCUs of a row, and the rows of MCUs.
    pub(super) fn mcus(&self) -> (u32, u32) {
        let (h, v) = self.max_sampling();
        (self.width.div_ceil(8 * h), self.height.div_ceil(8 * v))
    }

    /// Tells whether an MCU of these components has few enough blocks.
    pub(super) fn fits_mcu(&self, components: impl IntoIterator<Item = usize>) -> bool {
        let blocks = |index: usize| {
            let component = &self.components[index];
            usize::from(component.horizontal) * usize::from(component.vertical)
        };
        components.into_iter().map(blocks).sum::<usize>() <= MAX_MCU_BLOCKS
    }
}

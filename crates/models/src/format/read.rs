//! A net out of a file that may hold anything.

use palmette_core::alloc::try_with_capacity;
use palmette_core::net::{
    Add, AddTerms, Convolution, Input, Layer, Operation, Padding, Positions, Requantize, Table, ValueId, Window,
};

use super::kind;
use crate::Error;
use crate::net::{About, Net};

/// Reads everything between the version and the checksum.
pub(super) fn net(bytes: &[u8]) -> Result<Net, Error> {
    let mut reader = Reader(bytes);
    let about = About {
        name: reader.text()?,
        version: reader.text()?,
        license: reader.text()?,
        sources: reader.list(32, Reader::take)?,
        numbers: reader
            .list(8, |reader| Ok((reader.text()?, reader.list(4, |reader| reader.take().map(i32::from_le_bytes))?)))?,
    };
    let inputs = reader
        .list(8, |reader| Ok(Input { channels: reader.count()?, low: reader.sample()?, high: reader.sample()? }))?;
    let layers = reader.list(5, Reader::layer)?;
    let outputs = reader.list(4, Reader::value)?;
    if !reader.0.is_empty() {
        return Err(Error::Malformed { what: "end" });
    }
    Net::new(about, inputs, layers, outputs)
}

/// The unread rest of a file.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Takes bytes.
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Error::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// Takes a byte.
    fn byte(&mut self) -> Result<u8, Error> {
        self.take().map(|[byte]| byte)
    }

    /// Takes a number that is small.
    fn small(&mut self) -> Result<usize, Error> {
        self.byte().map(usize::from)
    }

    /// Takes a sample.
    fn sample(&mut self) -> Result<i16, Error> {
        self.take().map(i16::from_le_bytes)
    }

    /// Takes a count.
    fn count(&mut self) -> Result<usize, Error> {
        usize::try_from(u32::from_le_bytes(self.take()?)).map_err(|_| Error::Truncated)
    }

    /// Takes the number of a value.
    fn value(&mut self) -> Result<ValueId, Error> {
        self.count().map(ValueId)
    }

    /// Takes a list, whose items have at least so many bytes each.
    fn list<T>(
        &mut self,
        item_bytes: usize,
        mut item: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.count()?;
        if count > self.0.len() / item_bytes {
            return Err(Error::Truncated);
        }
        let mut items = try_with_capacity(count)?;
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Takes a text.
    fn text(&mut self) -> Result<String, Error> {
        String::from_utf8(self.list(1, Self::byte)?).map_err(|_| Error::Malformed { what: "text" })
    }

    /// Takes a layer.
    fn layer(&mut self) -> Result<Layer, Error> {
        let kind = self.byte()?;
        let inputs = self.list(4, Self::value)?;
        let operation = match kind {
            kind::CONVOLUTION => Operation::Convolution(self.convolution(false)?),
            kind::DEPTHWISE => Operation::Convolution(self.convolution(true)?),
            kind::ADD => Operation::Add(Add { terms: self.list(9, Self::terms)? }),
            kind::MAX_POOL => Operation::MaxPool(self.window()?),
            kind::GLOBAL_AVERAGE => Operation::GlobalAverage,
            kind::NEAREST => Operation::Nearest { factor: self.small()? },
            kind::BILINEAR => Operation::Bilinear { factor: self.small()?, positions: self.positions()? },
            kind::CONCAT => Operation::Concat,
            kind::PAD_CHANNELS => Operation::PadChannels { channels: self.count()? },
            kind::PIXEL_SHUFFLE => Operation::PixelShuffle { factor: self.small()? },
            kind::TABLE => Operation::Table(Table {
                low: self.sample()?,
                entries: self.list(4, |reader| reader.list(2, Self::sample))?,
            }),
            _ => return Err(Error::Malformed { what: "layer" }),
        };
        Ok(Layer { operation, inputs })
    }

    /// Takes a convolution.
    fn convolution(&mut self, is_depthwise: bool) -> Result<Convolution, Error> {
        Ok(Convolution {
            window: self.window()?,
            in_channels: self.count()?,
            out_channels: self.count()?,
            is_depthwise,
            weights: self.list(2, Self::sample)?,
            biases: self.list(4, |reader| reader.take().map(i32::from_le_bytes))?,
            requantize: self.list(9, |reader| {
                let [multiplier, negative_multiplier, low, high] = reader.samples()?;
                Ok(Requantize { multiplier, negative_multiplier, low, high, shift: reader.byte()? })
            })?,
        })
    }

    /// Takes how a channel is added.
    fn terms(&mut self) -> Result<AddTerms, Error> {
        let [first, second, low, high] = self.samples()?;
        Ok(AddTerms { multipliers: [first, second], low, high, shift: self.byte()? })
    }

    /// Takes four samples.
    fn samples(&mut self) -> Result<[i16; 4], Error> {
        Ok([self.sample()?, self.sample()?, self.sample()?, self.sample()?])
    }

    /// Takes a window.
    fn window(&mut self) -> Result<Window, Error> {
        let pair = |reader: &mut Self| Ok::<_, Error>([reader.small()?, reader.small()?]);
        let (taps, stride, dilation) = (pair(self)?, pair(self)?, pair(self)?);
        let padding = match self.byte()? {
            0 => Padding::Same,
            1 => Padding::Explicit([pair(self)?, pair(self)?]),
            _ => return Err(Error::Malformed { what: "padding" }),
        };
        Ok(Window { taps, stride, dilation, padding })
    }

    /// Takes where the pixels of an enlargement lie.
    fn positions(&mut self) -> Result<Positions, Error> {
        match self.byte()? {
            0 => Ok(Positions::HalfPixel),
            1 => Ok(Positions::Corner),
            2 => Ok(Positions::AlignCorners),
            _ => Err(Error::Malformed { what: "positions" }),
        }
    }
}

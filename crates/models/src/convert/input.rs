//! What a model takes of a picture, in fixed point and in real numbers: for measuring and judging.

use palmette_core::Pixmap;

use super::catalog::{Kind, Source};
use super::fixed_point::Entry;
use super::float::Planes;
use crate::face::Letterbox;
use crate::runner::Tensor;
use crate::{Error, foreground};

impl Source {
    /// Returns pixels along a side of what the model looks at; absent if it takes pictures of any size.
    #[must_use]
    pub const fn side(&self) -> Option<u32> {
        match self.kind {
            Kind::Face { side } => Some(side),
            Kind::Segment => Some(foreground::SIDE_PX),
            Kind::Generate | Kind::GenerateLarge => None,
        }
    }

    /// Makes what the model takes of a picture.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if memory runs out.
    pub fn tensor(&self, picture: &Pixmap) -> Result<Tensor, Error> {
        match self.kind {
            Kind::Face { side } => Ok(Letterbox::new(picture, side)?.input),
            Kind::Segment => Ok(foreground::input(picture)?.0),
            Kind::Generate | Kind::GenerateLarge => {
                let pixels = picture.data().chunks_exact(Pixmap::PIXEL_BYTES);
                let samples = pixels.flat_map(|pixel| [pixel[0], pixel[1], pixel[2]].map(i16::from)).collect();
                Ok(Tensor { size: picture.size(), channels: 3, samples })
            }
        }
    }

    /// Says what fixed point stands for: the same in real numbers.
    #[must_use]
    pub fn planes(&self, tensor: &Tensor) -> Planes {
        let real: Box<dyn Fn(usize, i16) -> f64> = match self.input() {
            Entry::Samples { step, .. } => Box::new(move |_, sample| f64::from(sample) * step),
            Entry::Levels { tables, .. } => {
                Box::new(move |channel, sample| tables[channel][usize::try_from(sample).unwrap_or(0)])
            }
        };
        let (rows, columns) = (tensor.size.height as usize, tensor.size.width as usize);
        let mut planes = Planes::zeros(tensor.channels, rows, columns);
        for (at, &sample) in tensor.samples.iter().enumerate() {
            let (place, channel) = (at / tensor.channels, at % tensor.channels);
            #[expect(clippy::cast_possible_truncation, reason = "it is how precise the reference is")]
            let value = real(channel, sample) as f32;
            planes.data[channel * rows * columns + place] = value;
        }
        planes
    }
}

//! The form of a request to `/info`.

use bytes::Bytes;

use super::RequestLimits;
use super::part::PartBuffer;
use crate::Error;
use crate::form::{FormEvent, Part};

/// Collects the form of a request to `/info`.
#[derive(Debug)]
pub struct InfoCollector {
    limits: RequestLimits,
    image: Option<PartBuffer>,
    /// Whether the closing boundary has come.
    ended: bool,
}

impl InfoCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub const fn new(limits: RequestLimits) -> Self {
        Self { limits, image: None, ended: false }
    }

    /// Takes the next event of the form.
    ///
    /// # Errors
    ///
    /// 9401 for an unknown part, 9402 for a picture over the limit, 9432 for a second picture.
    pub fn accept(&mut self, event: FormEvent<'_>) -> Result<(), Error> {
        match event {
            FormEvent::PartStart { name, .. } => {
                let part = PartBuffer::find(name, Part::OF_INFO)?;
                if self.image.replace(PartBuffer::new(part, 0)).is_some() {
                    return Err(Error::DoubledPart { part });
                }
            }
            FormEvent::Data(data) => {
                if let Some(image) = &mut self.image {
                    image.push(data, &self.limits)?;
                }
            }
            FormEvent::PartEnd => {}
            FormEvent::End => self.ended = true,
        }
        Ok(())
    }

    /// Returns the picture, once the form has ended.
    ///
    /// # Errors
    ///
    /// 9432 if the form has not ended, or if it holds no picture.
    pub fn finish(self) -> Result<Bytes, Error> {
        if !self.ended {
            return Err(Error::UnfinishedForm);
        }
        self.image.map(PartBuffer::into_image).ok_or(Error::MissingPart { part: Part::Image })
    }
}

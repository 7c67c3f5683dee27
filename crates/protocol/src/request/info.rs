//! The form of a request to `/info`.

use bytes::Bytes;

use super::part::PartBuffer;
use super::{Collector, RequestLimits};
use crate::Error;
use crate::form::{FormEvent, Part};

/// Collects the form of a request to `/info`.
#[derive(Debug)]
pub struct InfoCollector {
    limits: RequestLimits,
    image: Option<Bytes>,
    /// The part that is arriving.
    current: Option<PartBuffer>,
    /// Whether the closing boundary has come.
    ended: bool,
}

impl InfoCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub const fn new(limits: RequestLimits) -> Self {
        Self { limits, image: None, current: None, ended: false }
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
        self.image.ok_or(Error::MissingPart { part: Part::Image })
    }
}

impl Collector for InfoCollector {
    /// Takes the next event of the form.
    ///
    /// # Errors
    ///
    /// 9401 for an unknown part, 9402 for a picture over the limit, 9432 for a second picture.
    fn accept(&mut self, event: FormEvent<'_>) -> Result<(), Error> {
        match event {
            FormEvent::PartStart { name, .. } => {
                let part = PartBuffer::find(name, Part::OF_INFO)?;
                if self.image.is_some() {
                    return Err(Error::DoubledPart { part });
                }
                self.current = Some(PartBuffer::new(part, 0));
            }
            FormEvent::Data(data) => {
                if let Some(current) = &mut self.current {
                    current.push(data, &self.limits)?;
                }
            }
            FormEvent::PartEnd => self.image = self.current.take().map(PartBuffer::into_image).transpose()?,
            FormEvent::End => self.ended = true,
        }
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        self.image.as_ref().map_or(0, Bytes::len) + self.current.as_ref().map_or(0, PartBuffer::held_bytes)
    }
}

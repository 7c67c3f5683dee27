//! The form of a request to `/info`.

use bytes::Bytes;

use super::part::{Arrival, PartBuffer};
use super::{Collector, RequestLimits};
use crate::Error;
use crate::form::{FormEvent, Part};

/// Collects the form of a request to `/info`.
#[derive(Debug)]
pub struct InfoCollector {
    limits: RequestLimits,
    image: Option<Bytes>,
    arrival: Arrival,
}

impl InfoCollector {
    /// Makes a collector of nothing yet.
    #[must_use]
    pub const fn new(limits: RequestLimits) -> Self {
        Self { limits, image: None, arrival: Arrival::new() }
    }

    /// Returns the picture, once the form has ended.
    ///
    /// # Errors
    ///
    /// 9432 if the form has not ended, or if it holds no picture.
    pub fn finish(self) -> Result<Bytes, Error> {
        self.arrival.assert_ended()?;
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
                self.arrival.begin(PartBuffer::new(part, 0));
            }
            event => {
                if let Some(part) = self.arrival.accept(event, &self.limits)? {
                    self.image = Some(part.into_image()?);
                }
            }
        }
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        self.arrival.held_bytes()
    }
}

//! The files of a request as the sources of a plan.

use std::cell::RefCell;

use palmette_codec::DecodeOptions;
use palmette_core::plan::Value;
use palmette_core::{Error as CoreError, PictureRows, Rows, Sources};

use crate::clock::Clock;
use crate::prepare::Image;
use crate::{Damage, Error, Stage};

/// The files of a request, each decoded when it is read.
pub(crate) struct Files<'a> {
    images: &'a [Image],
    options: DecodeOptions,
    clock: &'a Clock,
    found: RefCell<Found>,
}

/// What reading has come upon.
#[derive(Debug, Default)]
struct Found {
    /// Why the last source that failed did so.
    failure: Option<Error>,
    /// What is missing from the first source that lacks something.
    damage: Option<Damage>,
}

impl<'a> Files<'a> {
    /// Reads files with these options.
    pub(crate) fn new(images: &'a [Image], options: DecodeOptions, clock: &'a Clock) -> Self {
        Self { images, options, clock, found: RefCell::default() }
    }

    /// Returns what an engine's error stands for: of a source that failed, what failed.
    pub(crate) fn explain(&self, error: CoreError) -> Error {
        let failure = match error {
            CoreError::SourceFailed { .. } => self.found.borrow_mut().failure.take(),
            _ => None,
        };
        failure.unwrap_or(Error::Core(error))
    }

    /// Returns what is missing from the first source that lacks something.
    pub(crate) fn into_damage(self) -> Option<Damage> {
        self.found.into_inner().damage
    }
}

impl Sources for Files<'_> {
    fn open(&self, index: usize, planned: Value) -> Result<Box<dyn Rows + '_>, CoreError> {
        let Some(image) = self.images.get(index) else {
            return Err(CoreError::SourceMismatch { index, planned, actual: None });
        };
        let decoded = self.clock.stage(Stage::Decode, || palmette_codec::decode(&image.bytes, &self.options));
        let mut found = self.found.borrow_mut();
        match decoded {
            Ok(decoded) => {
                let is_first = found.damage.as_ref().is_none_or(|damage| index < damage.index);
                if let (Some(cause), true) = (decoded.damage, is_first) {
                    found.damage = Some(Damage { index, cause });
                }
                Ok(Box::new(PictureRows::new(decoded.pixmap.into())))
            }
            Err(source) => {
                found.failure = Some(Error::Source { index, source });
                Err(CoreError::SourceFailed { index })
            }
        }
    }
}

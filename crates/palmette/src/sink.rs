//! Where the result of a plan goes: into a file.

use palmette_codec::{EncodeOptions, Encoded};
use palmette_core::measure::Measurement;
use palmette_core::{Deadline, Error as CoreError, Rows, Sink, Size};

use crate::clock::Clock;
use crate::{Error, Stage};

/// Encodes the result of a plan.
pub(crate) struct Encoder<'a> {
    options: &'a EncodeOptions,
    clock: &'a Clock,
    deadline: Deadline,
    /// The file and the size of its picture, or why there is none.
    made: Option<Result<(Encoded, Size), Error>>,
}

impl<'a> Encoder<'a> {
    /// Encodes with these options.
    pub(crate) const fn new(options: &'a EncodeOptions, clock: &'a Clock, deadline: Deadline) -> Self {
        Self { options, clock, deadline, made: None }
    }

    /// Returns the file and the size of its picture; absent if the plan had no result.
    pub(crate) fn into_made(self) -> Option<Result<(Encoded, Size), Error>> {
        self.made
    }
}

impl Sink for Encoder<'_> {
    fn picture(&mut self, _index: usize, rows: Box<dyn Rows + '_>) -> Result<(), CoreError> {
        let size = rows.size();
        let pixmap = rows.into_picture()?.into_pixmap()?;
        self.deadline.check()?;
        let encoded = self.clock.stage(Stage::Encode, || palmette_codec::encode(pixmap, self.options));
        let is_made = encoded.is_ok();
        self.made = Some(encoded.map(|encoded| (encoded, size)).map_err(Error::Encode));
        if is_made { Ok(()) } else { Err(CoreError::SinkFailed) }
    }

    /// A plan that makes a file has nothing left to measure.
    fn measurement(&mut self, _found: Measurement) {}
}

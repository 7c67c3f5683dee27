//! Where the result of a plan goes: into a file.

use palmette_codec::{EncodeOptions, Encoded};
use palmette_core::measure::Measurement;
use palmette_core::{Band, Error as CoreError, Layout, Picture, Rows, Sink, Size};

use crate::clock::Clock;
use crate::{Error, Stage};

/// Encodes the result of a plan.
pub(crate) struct Encoder<'a> {
    options: &'a EncodeOptions,
    clock: &'a Clock,
    /// The file and the size of its picture, or why there is none.
    made: Option<Result<(Encoded, Size), Error>>,
}

impl<'a> Encoder<'a> {
    /// Encodes with these options.
    pub(crate) const fn new(options: &'a EncodeOptions, clock: &'a Clock) -> Self {
        Self { options, clock, made: None }
    }

    /// Returns the file and the size of its picture; absent if the plan had no result.
    pub(crate) fn into_made(self) -> Option<Result<(Encoded, Size), Error>> {
        self.made
    }
}

impl Sink for Encoder<'_> {
    fn picture(&mut self, _index: usize, rows: Box<dyn Rows + '_>) -> Result<(), CoreError> {
        let size = rows.size();
        let rows = Box::new(Run { rows, clock: self.clock });
        match self.clock.stage(Stage::Encode, || palmette_codec::encode_rows(rows, self.options)) {
            Ok(encoded) => self.made = Some(Ok((encoded, size))),
            Err(palmette_codec::Error::Core(error)) => return Err(error),
            Err(error) => {
                self.made = Some(Err(Error::Encode(error)));
                return Err(CoreError::SinkFailed);
            }
        }
        Ok(())
    }

    /// A plan that makes a file has nothing left to measure.
    fn measurement(&mut self, _found: Measurement) {}
}

/// The rows of a result, which an encoder waits for: it is the steps that take the time then.
struct Run<'a> {
    rows: Box<dyn Rows + 'a>,
    clock: &'a Clock,
}

impl Rows for Run<'_> {
    fn size(&self) -> Size {
        self.rows.size()
    }

    fn layout(&self) -> Layout {
        self.rows.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, CoreError> {
        let Self { rows, clock } = self;
        clock.within(Stage::Run, || rows.next_band())
    }

    fn into_picture(self: Box<Self>) -> Result<Picture, CoreError> {
        let Self { rows, clock } = *self;
        clock.within(Stage::Run, || rows.into_picture())
    }
}

//! Where the results of a plan go: each into a file.

use std::ops::ControlFlow;

use palmette_codec::{EncodeOptions, Encoded};
use palmette_core::measure::Measurement;
use palmette_core::{Band, Error as CoreError, Layout, Picture, Rows, Sink, Size};

use crate::clock::Clock;
use crate::{Error, Stage};

/// A file and the size of its picture.
pub(crate) type File = (Encoded, Size);

/// Encodes the results of a plan, and hands each on as soon as it is encoded, or cannot be.
pub(crate) struct Encoder<'a> {
    /// By result.
    options: &'a [EncodeOptions],
    clock: &'a Clock,
    /// Told of each result, by its index; breaks off if no more are wanted.
    done: &'a mut dyn FnMut(usize, Result<File, Error>) -> ControlFlow<()>,
    /// Results up to now.
    count: usize,
}

impl<'a> Encoder<'a> {
    /// Encodes with these options.
    pub(crate) fn new(
        options: &'a [EncodeOptions],
        clock: &'a Clock,
        done: &'a mut dyn FnMut(usize, Result<File, Error>) -> ControlFlow<()>,
    ) -> Self {
        Self { options, clock, done, count: 0 }
    }
}

impl Sink for Encoder<'_> {
    fn picture(&mut self, index: usize, rows: Box<dyn Rows + '_>) -> Result<(), CoreError> {
        // Where a device fails half-way, another engine begins from the beginning.
        if index < self.count {
            return Ok(());
        }
        let size = rows.size();
        let rows = Box::new(Run { rows, clock: self.clock });
        let made = match self.clock.stage(Stage::Encode, || palmette_codec::encode_rows(rows, &self.options[index])) {
            Ok(encoded) => Ok((encoded, size)),
            Err(palmette_codec::Error::Core(error)) => return Err(error),
            Err(error) => Err(Error::Encode(error)),
        };
        self.count += 1;
        if (self.done)(index, made).is_break() { Err(CoreError::SinkFailed) } else { Ok(()) }
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

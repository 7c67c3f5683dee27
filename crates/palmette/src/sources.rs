//! The files and texts of a request as the sources of a plan.

use std::sync::{Mutex, MutexGuard, PoisonError};

use palmette_codec::{Cause, DecodeOptions, Reader};
use palmette_core::plan::{ReadStep, Value};
use palmette_core::{Band, Error as CoreError, Layout, Picture, Reading, Rows, Size, Sources};

use crate::clock::Clock;
use crate::image::{Image, rows_of_drawn, rows_of_pixels};
use crate::{Damage, Error, Stage};

/// The files of a request, each decoded while it is read.
pub(crate) struct Files<'a> {
    images: &'a [Image],
    options: DecodeOptions,
    clock: &'a Clock,
    found: Mutex<Found>,
}

/// Everything noteworthy that reading has met.
#[derive(Debug, Default)]
struct Found {
    /// Why sources failed, each with its index. Several may be read at once.
    failures: Vec<(usize, Error)>,
    /// The damage of the first source that lacks something.
    damage: Option<Damage>,
}

impl<'a> Files<'a> {
    /// Reads files with these options.
    pub(crate) fn new(images: &'a [Image], options: DecodeOptions, clock: &'a Clock) -> Self {
        Self { images, options, clock, found: Mutex::default() }
    }

    /// Returns the cause of an engine's error: if a source failed, the error of that source.
    pub(crate) fn explain(&self, error: CoreError) -> Error {
        let CoreError::SourceFailed { index } = error else { return Error::Core(error) };
        let failures = &mut self.lock().failures;
        let place = failures.iter().position(|&(failed, _)| failed == index);
        place.map_or(Error::Core(error), |place| failures.swap_remove(place).1)
    }

    /// Returns the damage of the first source that lacks something.
    pub(crate) fn into_damage(self) -> Option<Damage> {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner).damage
    }
}

impl Files<'_> {
    /// Keeps why a source failed, for [`Files::explain`].
    fn fail(&self, index: usize, failure: Error) -> CoreError {
        self.lock().failures.push((index, failure));
        CoreError::SourceFailed { index }
    }

    /// Keeps why a file failed, for [`Files::explain`].
    fn fail_file(&self, index: usize, source: palmette_codec::Error) -> CoreError {
        self.fail(index, Error::Source { index, source })
    }

    /// Keeps the damage of a source, if no source before it lacks something.
    fn note(&self, index: usize, cause: Option<Cause>) {
        let mut found = self.lock();
        let is_first = found.damage.as_ref().is_none_or(|damage| index < damage.index);
        if let (Some(cause), true) = (cause, is_first) {
            found.damage = Some(Damage { index, cause });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        // Every change is complete before the lock is let go.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sources for Files<'_> {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, CoreError> {
        let index = read.source;
        let Some(image) = self.images.get(index) else {
            return Err(CoreError::SourceMismatch { index, planned, actual: None });
        };
        let bytes = match image {
            Image::File { bytes, .. } => bytes,
            Image::Pixels(pixmap) => return rows_of_pixels(pixmap, read),
            Image::Text(text) => {
                let drawn = self.clock.stage(Stage::Decode, || text.draw());
                let drawn = drawn.map_err(|source| self.fail(index, Error::Text { index, source }))?;
                return Ok(rows_of_drawn(drawn, read));
            }
        };
        let open = || palmette_codec::reader(bytes, &read.reading, &self.options);
        let reader = self.clock.stage(Stage::Decode, open).map_err(|source| self.fail_file(index, source))?;
        Ok(Box::new(FileRows {
            files: self,
            index,
            size: reader.size(),
            layout: reader.layout(),
            reader: Some(reader),
        }))
    }

    fn read_together(&self, reads: &[(ReadStep, Value)]) -> Result<Option<Vec<Picture>>, CoreError> {
        let Some((ReadStep { source: index, .. }, _)) = reads.first().copied() else { return Ok(None) };
        let Some(Image::File { bytes, .. }) = self.images.get(index) else { return Ok(None) };
        let readings: Vec<Reading> = reads.iter().map(|(read, _)| read.reading).collect();
        let read = || palmette_codec::read_together(bytes, &readings, &self.options);
        self.clock.stage(Stage::Decode, read).map_err(|source| self.fail_file(index, source))
    }
}

/// The rows of a file.
struct FileRows<'a> {
    files: &'a Files<'a>,
    index: usize,
    size: Size,
    layout: Layout,
    /// Absent once a whole picture was taken from it.
    reader: Option<Reader<'a>>,
}

impl Rows for FileRows<'_> {
    fn size(&self) -> Size {
        self.size
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, CoreError> {
        let Self { files, index, reader, .. } = self;
        let Some(reader) = reader else { return Ok(None) };
        files.clock.within(Stage::Decode, || reader.next_band()).map_err(|source| files.fail_file(*index, source))
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, CoreError> {
        let (files, index) = (self.files, self.index);
        let reader = self.reader.take().ok_or(CoreError::SourceFailed { index })?;
        let whole = files.clock.within(Stage::Decode, || reader.into_picture());
        let (picture, damage) = whole.map_err(|source| files.fail_file(index, source))?;
        files.note(index, damage);
        Ok(picture)
    }
}

impl Drop for FileRows<'_> {
    /// The damage is known behind the last row that was asked for.
    fn drop(&mut self) {
        let damage = self.reader.as_ref().and_then(Reader::damage).cloned();
        self.files.note(self.index, damage);
    }
}

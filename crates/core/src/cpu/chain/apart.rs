//! Rows that are made on a core of their own, a few bands ahead of their reader.
//!
//! A chain is pulled from its end, so a decoder waits while its rows are resampled and encoded. Cut in two, both halves go on at
//! once: a borrowed core makes the rows before the cut, and hands copies of them over. The same rows are made of the same rows in
//! the same order, so no byte depends on it.
//!
//! A few buffers go round between the two: the maker fills one that it was given, and waits for the next. So it is never far ahead,
//! and nothing grows.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use crate::plan::Value;
use crate::rows::collect;
use crate::{Band, BorrowedCores, Error, IdleCores, Layout, Picture, Rows, Size};

/// Buffers that go round: one is filled, one is read, and one waits, so that neither side stops at every little delay.
const BUFFERS: usize = 3;

/// Rows of pixels that are handed over at a time. A band may be longer, up to a whole picture.
const PIECE_ROWS: u32 = 16;

/// Rows of each plane.
type Planes = [Vec<u8>; Layout::MAX_PLANES];

/// By plane, the rows behind which none are needed.
pub(super) type Needed = [usize; Layout::MAX_PLANES];

/// All rows.
pub(super) const ALL: Needed = [usize::MAX; Layout::MAX_PLANES];

/// The smallest value that is made apart, in bytes. With 1.1 MB to hand over a JPEG of 12 megapixels was done in 0.96 of the time,
/// at 1.09 of the work; with 2.3 MB one of 6 megapixels in 0.73, at 1.08.
const MIN_BYTES: u64 = 3 << 19;

/// Where cores may be borrowed, and where threads for them begin.
#[derive(Clone, Copy)]
pub(in crate::cpu) struct Helpers<'scope, 'env> {
    pub(in crate::cpu) scope: &'scope Scope<'scope, 'env>,
    pub(in crate::cpu) idle: &'env IdleCores,
}

impl<'scope, 'env> Helpers<'scope, 'env> {
    /// Borrows a core to make so many bytes, if they are worth it and one is idle.
    pub(super) fn borrow(self, bytes: u64) -> Option<Helper<'scope, 'env>> {
        let core = self.idle.borrow(usize::from(bytes >= MIN_BYTES));
        (core.count() > 0).then_some(Helper { scope: self.scope, core })
    }
}

/// A core that was borrowed, and where its thread begins.
pub(super) struct Helper<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    core: BorrowedCores,
}

/// What the maker is asked for.
enum Ask {
    /// More rows, in this buffer.
    Rows(Planes),
    /// All rows, as a picture; only before any others.
    Picture,
}

/// What the maker answers.
enum Made {
    Rows(Planes),
    Picture(Picture),
}

/// Rows that a thread on another core makes.
pub(super) struct Apart<'scope> {
    value: Value,
    ask: Sender<Ask>,
    take: Receiver<Result<Made, Error>>,
    /// The thread; absent once it is over.
    thread: Option<ScopedJoinHandle<'scope, ()>>,
    /// What is lent; absent before the first rows.
    band: Option<Planes>,
}

impl<'scope> Apart<'scope> {
    /// Has `make` called and its rows made on a core that was borrowed. Rows behind those that are `needed` need not be made.
    ///
    /// # Errors
    ///
    /// Those of `make`: this waits until the rows have begun.
    pub(super) fn new(
        Helper { scope, core }: Helper<'scope, '_>,
        (value, needed): (Value, Needed),
        make: impl FnOnce() -> Result<Box<dyn Rows + 'scope>, Error> + Send + 'scope,
    ) -> Result<Self, Error> {
        let (ask, asked) = channel();
        let (put, take) = channel();
        let (begin, begun) = channel();
        let thread = scope.spawn(move || {
            // It is given back when the thread ends.
            let _core = core;
            // A reader that is gone needs nothing.
            match make() {
                Err(error) => drop(begin.send(Err(error))),
                Ok(rows) => {
                    drop(begin.send(Ok(())));
                    answer(rows, needed, &asked, &put);
                }
            }
        });
        let mut apart = Self { value, ask, take, thread: Some(thread), band: None };
        match begun.recv() {
            Ok(has_begun) => has_begun.map(|()| apart),
            Err(_) => {
                apart.end();
                Err(Error::RowsMissing { plane: 0, expected: 1, actual: 0 })
            }
        }
    }

    /// Waits for the thread, and panics if it did.
    fn end(&mut self) {
        if let Some(Err(panic)) = self.thread.take().map(ScopedJoinHandle::join) {
            resume_unwind(panic);
        }
    }
}

impl Rows for Apart<'_> {
    fn size(&self) -> Size {
        self.value.size
    }

    fn layout(&self) -> Layout {
        self.value.layout
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        // The maker may be over already, and its rows still be there to take.
        match self.band.take() {
            Some(read) => drop(self.ask.send(Ask::Rows(read))),
            None => (0..BUFFERS).for_each(|_| drop(self.ask.send(Ask::Rows(Planes::default())))),
        }
        match self.take.recv() {
            Ok(made) => {
                let Made::Rows(planes) = made? else { return Ok(None) };
                let band = self.band.insert(planes);
                Ok(Some(Band { planes: band.each_mut().map(Vec::as_mut_slice) }))
            }
            Err(_) => {
                self.end();
                Ok(None)
            }
        }
    }

    fn into_picture(mut self: Box<Self>) -> Result<Picture, Error> {
        if self.band.is_some() {
            return collect(&mut *self);
        }
        drop(self.ask.send(Ask::Picture));
        if let Ok(made) = self.take.recv()
            && let Made::Picture(picture) = made?
        {
            return Ok(picture);
        }
        self.end();
        Err(Error::RowsMissing { plane: 0, expected: self.value.size.height as usize, actual: 0 })
    }
}

/// Makes rows as they are asked for, until there are none, or nobody asks.
fn answer(rows: Box<dyn Rows + '_>, needed: Needed, asked: &Receiver<Ask>, put: &Sender<Result<Made, Error>>) {
    let made = match asked.recv() {
        Err(_) => return,
        Ok(Ask::Picture) => rows.into_picture().map(Made::Picture),
        Ok(Ask::Rows(first)) => match hand_over(rows, needed, first, asked, put) {
            Ok(()) => return,
            Err(error) => Err(error),
        },
    };
    drop(put.send(made));
}

/// Hands rows over, in the buffers that come back.
fn hand_over(
    mut rows: Box<dyn Rows + '_>,
    needed: Needed,
    first: Planes,
    asked: &Receiver<Ask>,
    put: &Sender<Result<Made, Error>>,
) -> Result<(), Error> {
    let (size, layout) = (rows.size(), rows.layout());
    let row_bytes: [usize; Layout::MAX_PLANES] =
        std::array::from_fn(|plane| if plane < layout.planes() { layout.row_bytes(plane, size) } else { 0 });
    let mut sent: Needed = Default::default();
    let mut buffer = Some(first);
    while (0..layout.planes()).any(|plane| sent[plane] < needed[plane])
        && let Some(band) = rows.next_band()?
    {
        for top in (0..).step_by(PIECE_ROWS as usize) {
            let piece = piece(&band, (size, layout), top);
            if piece.iter().all(|rows| rows.is_empty()) {
                break;
            }
            let Some(mut planes) = buffer.take().or_else(|| match asked.recv() {
                Ok(Ask::Rows(planes)) => Some(planes),
                Ok(Ask::Picture) | Err(_) => None,
            }) else {
                return Ok(());
            };
            for (plane, rows) in piece.into_iter().enumerate().take(layout.planes()) {
                fill(&mut planes[plane], rows)?;
                sent[plane] += rows.len() / row_bytes[plane];
            }
            if put.send(Ok(Made::Rows(planes))).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Returns the rows of some rows of pixels of a band, from the row `top` of it.
fn piece<'b>(band: &'b Band<'_>, (size, layout): (Size, Layout), top: u32) -> [&'b [u8]; Layout::MAX_PLANES] {
    std::array::from_fn(|plane| {
        if plane >= layout.planes() {
            return &[][..];
        }
        let (rows, spacing, row_bytes) = (&*band.planes[plane], layout.spacing(plane).y, layout.row_bytes(plane, size));
        let [start, end] =
            [top, top + PIECE_ROWS].map(|top| rows.len().min(top.div_ceil(spacing) as usize * row_bytes));
        &rows[start..end]
    })
}

/// Copies rows into a buffer.
fn fill(buffer: &mut Vec<u8>, rows: &[u8]) -> Result<(), Error> {
    buffer.clear();
    buffer.try_reserve_exact(rows.len()).map_err(|_| Error::OutOfMemory { bytes: rows.len() as u64 })?;
    buffer.extend_from_slice(rows);
    Ok(())
}

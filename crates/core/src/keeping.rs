//! Sources that are read once, where a plan has to be measured first.
//!
//! What a plan measures it has to read, and once it is complete it reads the same source again. A picture of RGBA (a PNG, for one)
//! comes pixel for pixel as it came the first time, so it is kept on its way if there is room, and lent to the
//! next reader of the source.
//!
//! A picture in planes is not kept. The first time it is read as it is stored, and made RGBA, because that is what is measured; the
//! second time the window that is left is read, mostly at a half or a quarter of its size, and stays in planes. So other samples
//! are wanted then, and they are a fraction: to keep all of the first would take more time than to decode them.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::open_part;
use crate::plan::{Plan, ReadStep, StepKind, Value};
use crate::rows::LentRows;
use crate::{Band, Error, Layout, Picture, Rows, Size, Sources};

/// Sources, and what was kept of them.
pub struct Keeping<'a> {
    sources: &'a dyn Sources,
    /// The bytes that may still be kept.
    room_bytes: AtomicU64,
    /// By source, its picture.
    pictures: Vec<OnceLock<Picture>>,
}

impl<'a> Keeping<'a> {
    /// Keeps pictures of so many sources, in so many bytes.
    #[must_use]
    pub fn new(sources: &'a dyn Sources, count: usize, room_bytes: u64) -> Self {
        let pictures = (0..count).map(|_| OnceLock::new()).collect();
        Self { sources, room_bytes: AtomicU64::new(room_bytes), pictures }
    }

    /// Keeps nothing more: what is read from now on is read for the last time.
    pub fn end(&self) {
        self.room_bytes.store(0, Ordering::Relaxed);
    }

    /// Returns the picture of a source, if there is one.
    fn kept(&self, source: usize) -> Option<&Picture> {
        self.pictures.get(source)?.get()
    }

    /// Takes a part of what is left of the room, if it is large enough.
    fn reserve(&self, bytes: u64) -> bool {
        let take = |room: u64| room.checked_sub(bytes);
        self.room_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

impl fmt::Debug for Keeping<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { room_bytes, pictures, .. } = self;
        f.debug_struct("Keeping").field("room_bytes", room_bytes).field("pictures", pictures).finish_non_exhaustive()
    }
}

impl Sources for Keeping<'_> {
    fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
        if let Some(picture) = self.kept(read.source).filter(|_| planned.layout.is_rgba()) {
            return Ok(open_part(LentRows::of_picture(picture)?, read));
        }
        let rows = self.sources.open(read, planned)?;
        let bytes = kept_bytes(read, planned);
        match self.pictures.get(read.source) {
            Some(place) if bytes > 0 && place.get().is_none() && self.reserve(bytes) => {
                let picture = Picture::with_capacity(planned.size, planned.layout)?;
                Ok(Box::new(KeptRows { rows, picture: Some(picture), place }))
            }
            _ => Ok(rows),
        }
    }

    /// Reads planes, which are not kept.
    fn read_together(&self, reads: &[(ReadStep, Value)]) -> Result<Option<Vec<Picture>>, Error> {
        self.sources.read_together(reads)
    }
}

/// Returns the bytes that it takes to keep what is read; 0 for what is not kept.
fn kept_bytes(read: &ReadStep, value: Value) -> u64 {
    if value.layout.is_rgba() && read.reading.window.is_none() { value.bytes() } else { 0 }
}

impl Plan {
    /// Returns the bytes that it takes to keep everything that [`Keeping`] keeps of what this plan reads.
    #[must_use]
    pub fn kept_bytes(&self) -> u64 {
        let kept = self.steps().iter().map(|step| match (&step.kind, self.output(step)) {
            (StepKind::Read(read), Some(value)) => kept_bytes(read, value),
            _ => 0,
        });
        kept.sum()
    }
}

/// Rows that are kept on their way.
struct KeptRows<'a> {
    rows: Box<dyn Rows + 'a>,
    /// What came so far; absent once it was all.
    picture: Option<Picture>,
    place: &'a OnceLock<Picture>,
}

impl Rows for KeptRows<'_> {
    fn size(&self) -> Size {
        self.rows.size()
    }

    fn layout(&self) -> Layout {
        self.rows.layout()
    }

    fn next_band(&mut self) -> Result<Option<Band<'_>>, Error> {
        let Self { rows, picture, place } = self;
        let Some(band) = rows.next_band()? else { return Ok(None) };
        if let Some(kept) = picture {
            kept.append(&band)?;
        }
        // A reader need not ask for anything behind the last row.
        if let Some(whole) = picture.take_if(|picture| picture.check_whole().is_ok()) {
            // A source that is read twice at once is the same picture twice.
            drop(place.set(whole));
        }
        Ok(Some(band))
    }

    /// Keeps nothing: there would be the same picture twice.
    fn into_picture(self: Box<Self>) -> Result<Picture, Error> {
        self.rows.into_picture()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use palmette_protocol::list::{parse_list, resolve};

    use super::*;
    use crate::engine::{complete, picture};
    use crate::plan::Planner;
    use crate::rows::collect;
    use crate::{CpuEngine, Deadline, Limits, Pixmap, Reading, Rectangle};

    /// Two pictures, and how often each was opened.
    struct Counted {
        pixmaps: Vec<Pixmap>,
        opened: Vec<AtomicUsize>,
    }

    impl Sources for Counted {
        fn open(&self, read: &ReadStep, planned: Value) -> Result<Box<dyn Rows + '_>, Error> {
            self.opened[read.source].fetch_add(1, Ordering::Relaxed);
            self.pixmaps.open(read, planned)
        }
    }

    const SIZE: Size = Size::new(20, 50);

    fn counted() -> Counted {
        let data = (0..SIZE.area() * 4).map(|i| (i * 7 % 251).to_le_bytes()[0]).collect();
        let pixmaps = vec![Pixmap::from_vec(SIZE, data).unwrap(), Pixmap::filled(SIZE, [1, 2, 3, 4]).unwrap()];
        Counted { pixmaps, opened: vec![AtomicUsize::new(0), AtomicUsize::new(0)] }
    }

    fn read(sources: &dyn Sources, source: usize, window: Option<Rectangle>) -> Picture {
        let size = window.map_or(SIZE, |window| window.size);
        let read = ReadStep { source, reading: Reading { layout: Layout::Rgba, window } };
        collect(&mut *sources.open(&read, Value::rgba(size)).unwrap()).unwrap()
    }

    #[test]
    fn keeping_reads_a_source_once() {
        let counted = counted();
        let keeping = Keeping::new(&counted, 2, SIZE.bytes());
        let window = Some(Rectangle { left: 3, top: 9, size: Size::new(10, 30) });
        let expected = [None, window].map(|window| read(&counted, 0, window));
        counted.opened[0].store(0, Ordering::Relaxed);
        for _ in 0..2 {
            assert_eq!([None, window].map(|window| read(&keeping, 0, window)), expected);
        }
        assert_eq!(counted.opened[0].load(Ordering::Relaxed), 1);
        (0..2).for_each(|_| drop(read(&keeping, 1, None)));
        assert_eq!(counted.opened[1].load(Ordering::Relaxed), 2, "there is no room for a second one");
    }

    #[test]
    fn keeping_spares_the_second_reading_of_a_measured_picture() {
        let list = r#"[{"imageIndex":0,"trim":"border","fit":"cover","gravity":"auto","width":8,"height":5}]"#;
        let ops = resolve(&parse_list(list).unwrap()).unwrap();
        let counted = counted();
        let run = |sources: &dyn Sources| {
            let mut planner = Planner::new(&ops, &[SIZE, SIZE], &Limits::default()).unwrap();
            let engine = CpuEngine::scalar();
            let plan = complete(&mut planner, &engine, sources, Deadline::NONE).unwrap();
            picture(&engine, &plan, sources, Deadline::NONE).unwrap()
        };
        let expected = run(&counted);
        assert_eq!(
            counted.opened[0].swap(0, Ordering::Relaxed),
            3,
            "for the border, for the window, and for the result"
        );
        assert_eq!(run(&Keeping::new(&counted, 2, SIZE.bytes())), expected);
        assert_eq!(counted.opened[0].load(Ordering::Relaxed), 1);
    }

    #[test]
    fn keeping_keeps_nothing_but_whole_pictures() {
        let counted = counted();
        let keeping = Keeping::new(&counted, 2, u64::MAX);
        let whole = ReadStep { source: 0, reading: Reading::whole(Layout::Rgba) };
        keeping.open(&whole, Value::rgba(SIZE)).unwrap().next_band().unwrap();
        assert!(keeping.kept(0).is_none(), "its rows were not all read");
        read(&keeping, 0, Some(Rectangle { left: 0, top: 0, size: Size::new(1, 1) }));
        assert!(keeping.kept(0).is_none());
        keeping.end();
        read(&keeping, 0, None);
        assert!(keeping.kept(0).is_none(), "it was the last time");
    }
}

//! Digests of sources, made while they arrive.

use palmette_protocol::Error;
use palmette_protocol::form::{FormEvent, Part};
use palmette_protocol::request::{Collector, Source};
use sha2::{Digest as _, Sha256};

use super::key::Digest;

/// The digests of the pictures of a request. Texts have none.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceDigests {
    canvas: Option<Digest>,
    /// Those of drawn pictures, in the order in which they came.
    drawn: Vec<Digest>,
}

impl SourceDigests {
    /// Takes the digests of the canvas, and of the pictures that are drawn on it.
    pub(crate) const fn new(canvas: Digest, drawn: Vec<Digest>) -> Self {
        Self { canvas: Some(canvas), drawn }
    }

    /// Returns the digest of each source; of a text, nothing.
    pub(super) fn of<'a>(&'a self, sources: &'a [Source]) -> impl Iterator<Item = &'a [u8]> {
        let mut drawn = self.drawn.iter();
        sources.iter().enumerate().map(move |(index, source)| match source {
            Source::Text(_) => &[][..],
            Source::Image(_) if index == 0 => self.canvas.as_ref().map_or(&[][..], |digest| digest),
            Source::Image(_) => drawn.next().map_or(&[][..], |digest| digest),
        })
    }
}

/// A collector that makes digests of the pictures that it collects, if anything is to be found by them.
#[derive(Debug)]
pub(crate) struct Digesting<C> {
    collector: C,
    is_wanted: bool,
    digests: SourceDigests,
    /// The picture that is arriving.
    current: Option<(Part, Sha256)>,
}

impl<C> Digesting<C> {
    pub(crate) fn new(collector: C, is_wanted: bool) -> Self {
        Self { collector, is_wanted, digests: SourceDigests::default(), current: None }
    }

    /// Returns the collector, and the digests.
    pub(crate) fn into_parts(self) -> (C, SourceDigests) {
        (self.collector, self.digests)
    }
}

impl<C: Collector> Collector for Digesting<C> {
    fn accept(&mut self, event: FormEvent<'_>) -> Result<(), Error> {
        self.collector.accept(event)?;
        match event {
            FormEvent::PartStart { name, .. } => {
                let pictures = [Part::Image, Part::DrawImage];
                let part = pictures.into_iter().find(|part| self.is_wanted && part.as_str() == name);
                self.current = part.map(|part| (part, Sha256::new()));
            }
            FormEvent::Data(data) => {
                if let Some((_, hash)) = &mut self.current {
                    hash.update(data);
                }
            }
            FormEvent::PartEnd => match self.current.take() {
                Some((Part::Image, hash)) => self.digests.canvas = Some(hash.finalize().into()),
                Some((_, hash)) => self.digests.drawn.push(hash.finalize().into()),
                None => {}
            },
            FormEvent::End => {}
        }
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        self.collector.held_bytes()
    }
}

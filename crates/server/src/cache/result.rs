//! A result as it is kept: its bytes, and what its answer says about them.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use palmette::core::EngineKind;
use palmette::{Answer, Damage, Size};
use palmette_protocol::OutputFormat;

use crate::admission::{Admission, Loan};

/// The most of a [`Damage`] that is put into a header.
const MAX_DAMAGE_CHARS: usize = 200;

/// A result, which any number of answers may have at once.
#[derive(Debug)]
pub(crate) struct CachedResult {
    pub(super) bytes: Bytes,
    pub(super) facts: Facts,
    /// What counts the bytes while they are in answers: once, however many.
    loan: Mutex<Weak<Loan>>,
}

/// What an answer says of its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    pub(super) format: OutputFormat,
    pub(super) size: Size,
    /// The engine that computed it.
    pub(super) engine: EngineKind,
    /// The damage of a source, as a header tells it.
    pub(super) damage: Option<String>,
}

impl CachedResult {
    /// Takes a result that was just made, whose memory then counts as that of answers, as long as the loan is there.
    pub(crate) fn made(answer: Answer, loan: Loan) -> (Arc<Self>, Arc<Loan>) {
        let loan = Arc::new(loan);
        let facts = Facts {
            format: answer.format,
            size: answer.size,
            engine: answer.engine,
            damage: answer.damage.as_ref().map(in_header),
        };
        let result = Self { bytes: answer.bytes, facts, loan: Mutex::new(Arc::downgrade(&loan)) };
        (Arc::new(result), loan)
    }

    /// Takes a result that was kept elsewhere.
    pub(super) fn read(bytes: Bytes, facts: Facts) -> Arc<Self> {
        Arc::new(Self { bytes, facts, loan: Mutex::default() })
    }

    /// Returns the bytes that it takes, roughly.
    pub(super) fn weight(&self) -> u64 {
        /// For the structures around the bytes.
        const AROUND_BYTES: usize = 512;
        (AROUND_BYTES + self.bytes.len() + self.facts.damage.as_ref().map_or(0, String::len)) as u64
    }

    /// Returns the number of bytes of the file.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the media type.
    pub(crate) const fn content_type(&self) -> &'static str {
        self.facts.format.content_type()
    }

    /// Returns the headers that tell what the bytes are, and how they came to be.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let Facts { format, engine, damage, .. } = &self.facts;
        let mut headers =
            vec![("content-type", format.content_type().to_owned()), ("palmette-engine", engine.as_str().to_owned())];
        headers.extend(damage.clone().map(|damage| ("palmette-damaged", damage)));
        headers
    }

    /// Returns the headers that tell its size.
    pub(crate) fn size_headers(&self) -> [(&'static str, String); 2] {
        let Size { width, height } = self.facts.size;
        [("image-width", width.to_string()), ("image-height", height.to_string())]
    }

    /// Tells whether its bytes are bare pixels, which do not say themselves how they are to be read.
    pub(crate) const fn is_bare(&self) -> bool {
        matches!(self.facts.format, OutputFormat::Rgb | OutputFormat::Rgba)
    }

    /// Returns the bytes for an answer, which are counted until the last answer that has them was sent. They are not copied.
    pub(crate) fn lend(self: &Arc<Self>, admission: &Admission) -> Bytes {
        let mut place = self.loan.lock().unwrap_or_else(PoisonError::into_inner);
        let loan = place.upgrade().unwrap_or_else(|| {
            let loan = Arc::new(admission.loan(self.bytes.len()));
            *place = Arc::downgrade(&loan);
            loan
        });
        Bytes::from_owner(Lent { result: Arc::clone(self), _loan: loan })
    }
}

/// The bytes of a result in an answer.
struct Lent {
    result: Arc<CachedResult>,
    _loan: Arc<Loan>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.result.bytes
    }
}

/// Writes the damage of a source. Decoders have their own words, so characters that a header cannot hold are left out.
fn in_header(damage: &Damage) -> String {
    let text = damage.to_string();
    let visible = text.chars().filter(|&character| character == ' ' || character.is_ascii_graphic());
    visible.take(MAX_DAMAGE_CHARS).collect()
}

//! A result in an answer, and how it was come by.

use std::sync::Arc;
use std::time::Duration;

use palmette::{Stage, Timings};

use super::result::CachedResult;
use crate::admission::Loan;

/// The stages that a client is told about; the others are in the metrics.
const TOLD_STAGES: [Stage; 3] = [Stage::Decode, Stage::Run, Stage::Encode];

/// A result, and how it was come by.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) result: Arc<CachedResult>,
    pub(crate) way: Way,
    /// Counts the bytes until they are in the answer, if they were just made.
    _loan: Option<Arc<Loan>>,
}

/// How a result was come by.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// It was computed, and is not kept.
    Uncached(Times),
    /// It was computed.
    Miss(Times),
    /// Another request computed it meanwhile.
    Shared,
    /// It was kept.
    Hit,
}

/// What the computation of a result took.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    /// The stages.
    pub(crate) stages: Timings,
    /// The wait for a worker and for memory.
    pub(crate) waited: Duration,
}

impl Served {
    /// Takes a result that was just made.
    pub(crate) const fn made(result: Arc<CachedResult>, loan: Arc<Loan>, way: Way) -> Self {
        Self { result, way, _loan: Some(loan) }
    }

    /// Takes a result that was kept.
    pub(super) const fn kept(result: Arc<CachedResult>) -> Self {
        Self { result, way: Way::Hit, _loan: None }
    }

    /// Returns the headers that tell what the bytes are, and how they came to be; `took` is the time from the question to them.
    pub(crate) fn headers(&self, took: Duration) -> Vec<(&'static str, String)> {
        let dur = |name: &str, time: Duration| format!("{name};dur={:.3}", time.as_secs_f64() * 1e3);
        let timing = match self.way.times() {
            Some(Times { stages, .. }) => TOLD_STAGES.map(|stage| dur(stage.as_str(), stages.get(stage))).join(", "),
            None => dur("cache", took),
        };
        let mut headers = self.result.headers();
        headers.push(("server-timing", timing));
        headers.extend(self.way.as_str().map(|way| ("palmette-cache", way.to_owned())));
        headers
    }
}

impl Way {
    /// Returns the word for the header `palmette-cache`; nothing for what is not kept.
    const fn as_str(&self) -> Option<&'static str> {
        match self {
            Self::Uncached(_) => None,
            Self::Miss(_) => Some("miss"),
            Self::Shared => Some("shared"),
            Self::Hit => Some("hit"),
        }
    }

    /// Returns what the computation took, if it was one for this request.
    pub(crate) const fn times(&self) -> Option<&Times> {
        match self {
            Self::Uncached(times) | Self::Miss(times) => Some(times),
            Self::Shared | Self::Hit => None,
        }
    }
}

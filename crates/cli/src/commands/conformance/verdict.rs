//! How far two answers to one probe are apart.

use palmette::Pipeline;
use palmette::core::{Pixmap, Size};
use palmette_compare::{Agreement, compare};
use serde_json::{Value, json};

use super::kit::{Answer, Probe};

/// What became of a probe.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Both sides gave the same.
    Equal,
    /// Pixels differ, by no more than rounding may cost.
    Rounding { levels: f64 },
    /// Pixels differ by more: this share of all, and by so many levels at most. The pictures are kept to be shown.
    Pixels { share: f64, levels: f64, pictures: Box<[Pixmap; 2]> },
    /// The answers are of different kinds, sizes or codes.
    Other { ours: String, theirs: String },
    /// One side was not asked, or could not answer, for this reason.
    Skipped(String),
    /// There is no answer.
    Missing,
}

impl Verdict {
    /// Compares our answer with theirs.
    pub(super) fn of(probe: &Probe, ours: Answer, theirs: Answer, pipeline: &Pipeline) -> Self {
        match (ours, theirs) {
            (Answer::Skipped(reason), _) | (_, Answer::Skipped(reason)) => Self::Skipped(reason),
            (
                Answer::Picture { content_type, bytes },
                Answer::Picture { content_type: their_type, bytes: their_bytes },
            ) if content_type == their_type => {
                if bytes == their_bytes {
                    return Self::Equal;
                }
                match (Picture::read(&bytes, pipeline), Picture::read(&their_bytes, pipeline)) {
                    (Ok(ours), Ok(theirs)) => Self::of_pictures(ours, theirs, probe.within),
                    // Bare pixels cannot be read.
                    (Err(_), Err(_)) => Self::of_bytes(&bytes, &their_bytes),
                    (ours, theirs) => Self::Other { ours: Picture::words(&ours), theirs: Picture::words(&theirs) },
                }
            }
            (Answer::Info(ours), Answer::Info(theirs)) if ours == theirs => Self::Equal,
            (Answer::Refused { code, .. }, Answer::Refused { code: their_code, .. }) if code == their_code => {
                Self::Equal
            }
            (ours, theirs) => Self::Other { ours: words(&ours, pipeline), theirs: words(&theirs, pipeline) },
        }
    }

    fn of_pictures(ours: Picture, theirs: Picture, within: u8) -> Self {
        let (size, frame_count) = (ours.pixmap.size(), ours.frame_count);
        let difference = match compare(&ours.pixmap, &theirs.pixmap, Agreement::Within(within)) {
            Ok(difference) if frame_count == theirs.frame_count => difference,
            _ => return Self::Other { ours: ours.to_words(), theirs: theirs.to_words() },
        };
        let levels = difference.max.into_iter().fold(0.0, f64::max);
        if difference.is_none() {
            return if levels == 0.0 { Self::Equal } else { Self::Rounding { levels } };
        }
        let share = share(difference.count, size.area());
        Self::Pixels { share, levels, pictures: Box::new([ours.pixmap, theirs.pixmap]) }
    }

    fn of_bytes(ours: &[u8], theirs: &[u8]) -> Self {
        let bytes = |bytes: &[u8]| format!("{} bytes", bytes.len());
        if ours == theirs { Self::Equal } else { Self::Other { ours: bytes(ours), theirs: bytes(theirs) } }
    }

    /// Returns how much agrees, 0 to 100; nothing if nothing was compared.
    pub(super) fn score(&self) -> Option<f64> {
        match self {
            Self::Equal | Self::Rounding { .. } => Some(100.0),
            Self::Pixels { share, .. } => Some(100.0 * (1.0 - share)),
            Self::Other { .. } => Some(0.0),
            Self::Skipped(_) | Self::Missing => None,
        }
    }

    /// Returns a word for programs.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Rounding { .. } => "rounding",
            Self::Pixels { .. } => "pixels",
            Self::Other { .. } => "other",
            Self::Skipped(_) => "skipped",
            Self::Missing => "missing",
        }
    }

    /// Returns what differs, for people; nothing if nothing does.
    pub(super) fn difference(&self) -> Option<String> {
        match self {
            Self::Equal | Self::Rounding { .. } | Self::Skipped(_) => None,
            Self::Pixels { share, levels, .. } => {
                Some(format!("{:.1} % of the pixels differ, by up to {levels:.0} levels", 100.0 * share))
            }
            Self::Other { ours, theirs } => Some(format!("ours {ours}; theirs {theirs}")),
            Self::Missing => Some("there is no answer".to_owned()),
        }
    }

    /// Returns all of it, for programs.
    pub(super) fn to_json(&self) -> Value {
        let mut json = json!({"verdict": self.word(), "score": self.score()});
        match self {
            Self::Equal | Self::Missing => {}
            Self::Rounding { levels } => json["levels"] = json!(levels),
            Self::Pixels { share, levels, .. } => {
                json["share"] = json!(share);
                json["levels"] = json!(levels);
            }
            Self::Other { ours, theirs } => {
                json["ours"] = json!(ours);
                json["theirs"] = json!(theirs);
            }
            Self::Skipped(reason) => json["reason"] = json!(reason),
        }
        json
    }
}

/// Returns a part of a whole.
fn share(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "pictures have fewer pixels than a double has whole numbers")]
    let share = part as f64 / whole as f64;
    share
}

/// A picture that was read: its first frame.
struct Picture {
    pixmap: Pixmap,
    frame_count: u32,
}

impl Picture {
    fn read(bytes: &bytes::Bytes, pipeline: &Pipeline) -> Result<Self, palmette::Error> {
        let opened = pipeline.open(bytes.clone())?;
        let frame_count = opened.frame_count();
        Ok(Self { pixmap: opened.pixels()?, frame_count })
    }

    fn to_words(&self) -> String {
        let Size { width, height } = self.pixmap.size();
        match self.frame_count {
            1 => format!("{width}×{height}"),
            count => format!("{width}×{height}, {count} frames"),
        }
    }

    fn words(read: &Result<Self, palmette::Error>) -> String {
        read.as_ref().map_or_else(|error| format!("cannot be read: {error}"), Self::to_words)
    }
}

/// Says what an answer is, for people.
fn words(answer: &Answer, pipeline: &Pipeline) -> String {
    match answer {
        Answer::Picture { content_type, bytes } => match Picture::read(bytes, pipeline) {
            Ok(picture) => format!("{content_type}, {}", picture.to_words()),
            Err(_) => content_type.clone(),
        },
        Answer::TooLarge { max_bytes } => format!("a picture of more than {max_bytes} bytes"),
        Answer::Info(info) => info.to_string(),
        Answer::Refused { code: Some(code), .. } => format!("error {code}"),
        Answer::Refused { code: None, message } => format!("failed: {message}"),
        Answer::Skipped(reason) => reason.clone(),
    }
}

//! What was found in two files, in words and as JSON.

use std::fmt::Write;
use std::num::NonZeroU32;

use palmette::core::Size;
use palmette_compare::{Difference, DifferentPixel, Hint, SizeMismatch};
use serde_json::{Value, json};

/// The names of the channels, in their order.
const CHANNELS: [&str; 4] = ["red", "green", "blue", "alpha"];

/// One of the two files.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) format: &'static str,
    pub(super) size: Size,
    pub(super) frame_count: u32,
    /// How often it is played; absent means for ever.
    pub(super) plays: Option<NonZeroU32>,
}

/// Something that makes two files different.
#[derive(Debug)]
pub(super) enum Problem {
    Size(SizeMismatch),
    FrameCount { expected: u32, actual: u32 },
    Plays { expected: Option<NonZeroU32>, actual: Option<NonZeroU32> },
    Delay { frame: u32, expected: u32, actual: u32 },
    Pixels(Different),
}

/// Pixels that differ, over all frames.
#[derive(Debug)]
pub(super) struct Different {
    /// The first frame in which some do.
    frame: u32,
    /// What differs in that frame.
    difference: Difference,
    /// How many pixels differ in all frames.
    count: u64,
}

impl Different {
    pub(super) const fn new(frame: u32, difference: Difference) -> Self {
        Self { frame, count: difference.count, difference }
    }

    /// Counts the pixels of a later frame.
    pub(super) const fn add(&mut self, count: u64) {
        self.count += count;
    }
}

/// How different two pictures look.
#[derive(Debug)]
pub(super) enum Score {
    Number(f64),
    /// Why there is none.
    None(String),
}

/// Everything that was found.
#[derive(Debug)]
pub(super) struct Finding {
    expected: Side,
    actual: Side,
    tolerance: u8,
    problems: Vec<Problem>,
    max: [f64; 4],
    hint: Option<Hint>,
    score: Option<Score>,
}

impl Finding {
    pub(super) const fn new(expected: Side, actual: Side, tolerance: u8) -> Self {
        Self { expected, actual, tolerance, problems: Vec::new(), max: [0.0; 4], hint: None, score: None }
    }

    /// Compares what is known without any pixel.
    pub(super) fn compare_sides(&mut self) {
        let (expected, actual) = (&self.expected, &self.actual);
        let mut problems = Vec::new();
        if expected.size != actual.size {
            problems.push(Problem::Size(SizeMismatch { expected: expected.size, actual: actual.size }));
        }
        if self.both_move() {
            if expected.frame_count != actual.frame_count {
                problems.push(Problem::FrameCount { expected: expected.frame_count, actual: actual.frame_count });
            }
            if expected.plays != actual.plays {
                problems.push(Problem::Plays { expected: expected.plays, actual: actual.plays });
            }
        }
        self.problems = problems;
    }

    fn both_move(&self) -> bool {
        self.expected.frame_count > 1 && self.actual.frame_count > 1
    }

    /// Tells whether pixels can be compared.
    pub(super) fn has_one_size(&self) -> bool {
        self.expected.size == self.actual.size
    }

    /// Returns how many frames have a counterpart.
    pub(super) fn frames_compared(&self) -> u32 {
        self.expected.frame_count.min(self.actual.frame_count)
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Takes the largest differences of a frame into account.
    pub(super) fn measure(&mut self, difference: &Difference) {
        self.max = std::array::from_fn(|channel| self.max[channel].max(difference.max[channel]));
    }

    pub(super) fn explain(&mut self, hint: Option<Hint>, score: Option<Score>) {
        (self.hint, self.score) = (hint, score);
    }

    pub(super) fn is_equal(&self) -> bool {
        self.problems.is_empty()
    }

    /// Tells whether the first frames that are shown look different.
    pub(super) fn shows_difference(&self) -> bool {
        self.problems.iter().any(|problem| matches!(problem, Problem::Size(_) | Problem::Pixels(_)))
    }

    /// Returns a number that is smaller the worse the difference is.
    pub(super) fn rank(&self) -> f64 {
        match (&self.score, self.is_equal()) {
            (_, true) => f64::INFINITY,
            (Some(Score::Number(score)), _) if self.has_one_size() => *score,
            // Sizes, frames and times: no score tells how bad that is, so it comes first.
            _ => f64::NEG_INFINITY,
        }
    }

    /// Returns the share of pixels that differ, of all that were compared.
    #[expect(clippy::cast_precision_loss, reason = "a share is for people")]
    fn share(&self, pixels: &Different) -> f64 {
        pixels.count as f64 / (self.expected.size.area() * u64::from(self.frames_compared())) as f64
    }

    /// Writes everything for people, a line for each thing, the two names first.
    pub(super) fn to_text(&self) -> String {
        let word = if self.is_equal() { "equal" } else { "different" };
        let mut text = format!("{word}: {} and {}\n", self.expected.name, self.actual.name);
        for line in self.lines() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {line}");
        }
        text
    }

    /// Returns a line for each thing that was found.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.problems.iter().flat_map(|problem| self.describe(problem)).collect();
        if self.is_equal() {
            lines.push(if self.max == [0.0; 4] {
                format!("{}, no pixel differs", self.expected.size)
            } else {
                format!("{}, no pixel differs by more than {}: {}", self.expected.size, self.tolerance, self.largest())
            });
        }
        if let Some(hint) = self.hint {
            lines.push(format!("hint: {hint}"));
        }
        match &self.score {
            Some(Score::Number(score)) => {
                lines.push(format!("SSIMULACRA2 {score:.2} (100 is the same, 90 is hard to tell apart)"))
            }
            Some(Score::None(reason)) => lines.push(format!("no SSIMULACRA2: {reason}")),
            None => {}
        }
        lines.extend(self.note());
        lines
    }

    /// Says that only the first frames were compared, where that is so.
    fn note(&self) -> Option<String> {
        let moves = |what: &str, count: u32| {
            format!("only first frames were compared: {what} has {count}, and the other is a still")
        };
        match (self.expected.frame_count, self.actual.frame_count) {
            (1, count @ 2..) => Some(moves("the actual picture", count)),
            (count @ 2.., 1) => Some(moves("the expected picture", count)),
            _ => None,
        }
    }

    fn describe(&self, problem: &Problem) -> Vec<String> {
        match problem {
            Problem::Size(SizeMismatch { expected, actual }) => {
                vec![format!("{actual} pixels, expected were {expected}")]
            }
            Problem::FrameCount { expected, actual } => vec![format!("{actual} frames, expected were {expected}")],
            Problem::Plays { expected, actual } => {
                let times =
                    |plays: Option<NonZeroU32>| plays.map_or("for ever".to_owned(), |plays| format!("{plays} times"));
                vec![format!("it plays {}, expected was {}", times(*actual), times(*expected))]
            }
            Problem::Delay { frame, expected, actual } => {
                vec![format!("frame {frame} is shown for {actual} ms, expected were {expected} ms")]
            }
            Problem::Pixels(pixels) => self.describe_pixels(pixels),
        }
    }

    fn describe_pixels(&self, pixels: &Different) -> Vec<String> {
        let Different { frame, difference, count } = pixels;
        let all = self.expected.size.area() * u64::from(self.frames_compared());
        let allowed = if self.tolerance > 0 { format!(" by more than {}", self.tolerance) } else { String::new() };
        let percent = percent(self.share(pixels));
        let mut lines =
            vec![format!("{count} of {all} pixels ({percent}) differ{allowed}, at most by {}", self.largest())];
        let place = if self.frames_compared() > 1 { format!(" of frame {frame}") } else { String::new() };
        if let Some(bounds) = difference.bounds {
            lines.push(format!("they are in the box {bounds}{place}"));
        }
        if let Some(DifferentPixel { x, y, expected, actual }) = difference.first.first() {
            lines.push(format!("the first at {x},{y}{place}: {actual:?}, expected was {expected:?}"));
        }
        lines
    }

    /// Writes the largest difference of each channel.
    fn largest(&self) -> String {
        let channels = CHANNELS.iter().zip(self.max);
        channels.map(|(name, max)| format!("{name} {}", number(max))).collect::<Vec<_>>().join(", ")
    }

    /// Writes everything for programs.
    pub(super) fn to_json(&self) -> Value {
        let pixels = self.problems.iter().find_map(|problem| match problem {
            Problem::Pixels(pixels) => Some(pixels),
            _ => None,
        });
        let kinds: Vec<&str> = self.problems.iter().map(kind).collect();
        json!({
            "equal": self.is_equal(),
            "tolerance": self.tolerance,
            "expected": side(&self.expected),
            "actual": side(&self.actual),
            "framesCompared": if self.has_one_size() { self.frames_compared() } else { 0 },
            "differences": kinds,
            "max": CHANNELS.iter().zip(self.max).map(|(name, max)| ((*name).to_owned(), max.into())).collect::<serde_json::Map<_, _>>(),
            "count": pixels.map_or(0, |pixels| pixels.count),
            "share": pixels.map_or(0.0, |pixels| self.share(pixels)),
            "frame": pixels.map(|pixels| pixels.frame),
            "box": pixels.and_then(|pixels| pixels.difference.bounds).map(|bounds| json!({
                "left": bounds.left, "top": bounds.top, "width": bounds.size.width, "height": bounds.size.height,
            })),
            "first": pixels.map_or_else(Vec::new, |pixels| pixels.difference.first.iter().map(pixel).collect()),
            "ssimulacra2": match &self.score {
                Some(Score::Number(score)) => json!(score),
                Some(Score::None(_)) => Value::Null,
                None if self.is_equal() && self.max == [0.0; 4] => json!(100.0),
                None => Value::Null,
            },
            "hint": self.hint.map(|hint| hint.to_string()),
            "lines": self.lines(),
        })
    }
}

const fn kind(problem: &Problem) -> &'static str {
    match problem {
        Problem::Size(_) => "size",
        Problem::FrameCount { .. } => "frames",
        Problem::Plays { .. } => "plays",
        Problem::Delay { .. } => "delay",
        Problem::Pixels(_) => "pixels",
    }
}

fn side(side: &Side) -> Value {
    let Side { name, format, size, frame_count, .. } = side;
    json!({ "path": name, "format": format, "width": size.width, "height": size.height, "frames": frame_count })
}

fn pixel(pixel: &DifferentPixel) -> Value {
    let DifferentPixel { x, y, expected, actual } = pixel;
    json!({ "x": x, "y": y, "expected": expected, "actual": actual })
}

/// Writes levels: whole ones without a point.
fn number(levels: f64) -> String {
    if levels.fract() == 0.0 { levels.to_string() } else { format!("{levels:.2}") }
}

/// Writes a share, which is not 0, so that it never looks like 0.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent < 0.01 { "less than 0.01 %".to_owned() } else { format!("{percent:.2} %") }
}

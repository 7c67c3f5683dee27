//! The plan as it will run, for people: it shows a user the effect of every option that was given.
//!
//! An explanation comes from the very plan that an engine would run, not from the options, so it cannot promise a step that
//! does not happen. An option that was given and led to no step is listed as idle: a `width` that the picture already has, a
//! `brightness` of 1, a `gravity` where nothing is cut.

mod details;
mod each;
mod options;
mod output;

use palmette_core::Size;
use palmette_core::plan::{Plan, Step};

use palmette_ops::Place;
use palmette_protocol::{Options, RawOp};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use each::{Explained, Explanations};
pub use output::OutputEntry;

use crate::prepare::Prepared;
use crate::rendering::Rendering;
use crate::text::{TextEntry, Typeset};
use crate::{Estimate, PROFILE};

/// The explanation of a request.
///
/// As JSON it is an object with the fields of this struct under their names. A size is `{"width": …, "height": …}`, a colour
/// `"#rrggbb"` or, unless opaque, `"#rrggbbaa"`. Fields may be added; none changes its meaning within a [`profile`](Self::profile).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The set of pixel rules, such as `2026-12`.
    pub profile: &'static str,
    /// The engine: `cpu` or `gpu`.
    pub engine: &'static str,
    /// Why that engine, as in metrics: see [`Reason::as_str`](crate::Reason::as_str).
    pub engine_reason: &'static str,
    /// The expected time of the steps on each engine; absent where there is no GPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_estimate: Option<Estimate>,
    /// The bytes of memory that the request waits for before it is worked on, by estimate.
    pub memory_bytes: u64,
    /// Whether pixels were decoded because the plan depends on them, as it does with `trim: "border"` and `gravity: "auto"`.
    pub is_measured: bool,
    /// The sources by node; 0 is the canvas.
    pub sources: Vec<SourceEntry>,
    /// The frames that the steps of the canvas run on; 1 unless the result moves.
    pub frame_count: u32,
    /// The steps, in order.
    pub steps: Vec<StepEntry>,
    /// Options that were given and have no effect on these pictures.
    pub idle: Vec<IdleOption>,
    /// The encoding of the result.
    pub output: OutputEntry,
}

/// A source of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceEntry {
    /// Its media type, by its bytes; `rgba` for pixels that a program gave, `text` for a text.
    pub format: &'static str,
    /// Its size as displayed.
    #[serde(flatten, serialize_with = "serialize_size")]
    pub size: Size,
    /// Bytes of the file, or of the characters of a text.
    pub file_size: u64,
    /// The frames that it holds.
    pub frame_count: u32,
    /// Statements of the file about its pixels that decoding does not follow, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How it is set, if it is a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextEntry>,
}

/// A step of the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepEntry {
    /// The node whose picture is changed.
    pub node: u32,
    /// The entry of the list that asked for it, from 0.
    pub op: usize,
    /// The kind of step: `read` (of which a crop has become a part), `crop`, `flip`, `rotate`, `resize`, `measure`, `pad`, `lookup`, `saturation`, `blur`, `sharpen`,
    /// `background`, `draw`, `segment` or `enlarge`.
    pub kind: &'static str,
    /// The options that led to it, as they were sent.
    pub options: Options,
    /// The size before.
    #[serde(serialize_with = "serialize_size")]
    pub input: Size,
    /// The size afterwards.
    #[serde(serialize_with = "serialize_size")]
    pub output: Size,
    /// The numbers that the engine works with; which ones depends on the kind.
    pub details: Map<String, Value>,
}

/// An option, or a field of the output, that was given and changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdleOption {
    /// The entry of the list; absent for a field of the output.
    pub op: Option<usize>,
    /// That entry in words, `transform 1 of the canvas`; absent for a field of the output.
    #[serde(serialize_with = "serialize_place", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its name.
    pub option: String,
}

impl Explanation {
    /// Writes the explanation as JSON, indented.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts and numbers under names")
    }

    /// Puts a result of a prepared request and its complete plan into words.
    pub(crate) fn new(prepared: &Prepared, rendering: &Rendering, plan: &Plan, memory_bytes: u64) -> Self {
        let Prepared { images, selection, .. } = prepared;
        let Rendering { raw_ops, frame_count, output, .. } = rendering;
        let canvas = &images[0];
        let (output, idle_fields) =
            output::explain(output, canvas, plan.result().map_or(canvas.size(), |value| value.size));
        let mut idle = options::idle(plan, raw_ops);
        idle.extend(idle_fields.into_iter().map(|field| IdleOption {
            op: None,
            place: None,
            option: field.to_owned(),
        }));
        let sources = images.iter().map(|image| SourceEntry {
            format: image.format(),
            size: image.size(),
            file_size: image.bytes().len() as u64,
            frame_count: image.frame_count(),
            text: image.text().map(Typeset::entry),
            notes: image.probe().map_or_else(Vec::new, |probe| probe.notes.iter().map(ToString::to_string).collect()),
        });
        Self {
            profile: PROFILE,
            engine: selection.engine.kind().as_str(),
            engine_reason: selection.reason().as_str(),
            engine_estimate: selection.estimate(),
            memory_bytes,
            is_measured: !rendering.planned.is_complete(),
            sources: sources.collect(),
            frame_count: *frame_count,
            steps: steps(plan, raw_ops),
            idle,
            output,
        }
    }
}

/// Lists the steps of a plan.
fn steps(plan: &Plan, raw_ops: &[RawOp]) -> Vec<StepEntry> {
    let entry = |step: &Step| {
        let (input, output) = plan.sizes(step)?;
        Some(StepEntry {
            node: step.origin.node.0,
            op: step.origin.op_position?,
            kind: step.kind.name(),
            options: options::of_step(plan, step, raw_ops),
            input,
            output,
            details: details::of_step(step),
        })
    };
    plan.steps().iter().filter_map(entry).collect()
}

/// Writes a place in words.
fn serialize_place<S: Serializer>(place: &Option<Place>, serializer: S) -> Result<S::Ok, S::Error> {
    place.map(|place| place.to_string()).serialize(serializer)
}

/// Writes a size as an object.
fn serialize_size<S: Serializer>(size: &Size, serializer: S) -> Result<S::Ok, S::Error> {
    details::size(*size).serialize(serializer)
}

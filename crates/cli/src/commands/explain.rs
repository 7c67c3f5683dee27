//! `palmette explain`: how a picture would be made, as tables for people or as JSON for programs.

use std::fmt::Write;
use std::path::Path;

use palmette::core::{Deadline, Size};
use palmette::protocol::Outputs;
use palmette::{
    Estimate, Explained, Explanation, Explanations, IdleOption, OutputEntry, Place, SourceEntry, StepEntry, TextEntry,
};
use serde_json::{Map, Value};

use crate::args::ExplainArgs;
use crate::error::Error;
use crate::files;
use crate::table::Table;

/// OUT if none was given.
const DEFAULT_OUTPUT: &str = "out.png";

/// Explains one picture.
pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Error> {
    let config = args.request.work.setup.to_config()?;
    let pipeline = super::build_for_one(&config)?;
    let form = args.request.to_form(args.output.as_deref().unwrap_or(Path::new(DEFAULT_OUTPUT)))?;

    let sources = form.source_names();
    let request = form.into_request(config.limits.request)?;
    let is_list = matches!(request.outputs, Outputs::Each(_));
    let failed = |source| Error::Pipeline { source, sources: sources.clone() };
    let text = if is_list {
        let prepared = pipeline.prepare(request, Deadline::NONE).map_err(failed)?;
        let explanations = pipeline.explain_each(prepared, Deadline::NONE).map_err(failed)?;
        if args.json { explanations.to_json() + "\n" } else { to_texts(&explanations, &sources) }
    } else {
        let explanation = pipeline.explain(request, Deadline::NONE).map_err(failed)?;
        if args.json { explanation.to_json() + "\n" } else { to_text(&explanation, &sources) }
    };
    files::write(Path::new(files::STANDARD), text.as_bytes())
}

/// Writes the explanations of several results for people.
fn to_texts(explanations: &Explanations, names: &[String]) -> String {
    let mut text = String::new();
    for (index, explained) in explanations.outputs.iter().enumerate() {
        let explained = match explained {
            Explained::Planned(explanation) => to_text(explanation, names),
            Explained::Failed { code, error } => format!("error {code}: {error}\n"),
        };
        let _ = write!(text, "output {}\n\n{explained}\n", index + 1);
    }
    let Explanations { memory_bytes, step_count, shared_count, .. } = explanations;
    let memory = bytes(*memory_bytes);
    let _ = writeln!(text, "all: {step_count} steps, and {shared_count} that are shared, about {memory} of memory");
    text
}

/// Writes an explanation for people.
fn to_text(explanation: &Explanation, names: &[String]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(text, "{}\n{}\n", sources(&explanation.sources, names), steps(&explanation.steps));
    for (index, source) in explanation.sources.iter().enumerate() {
        let place = Place::of_source(index);
        if let Some(TextEntry { line_count, glyph_count, fonts, missing_count }) = &source.text {
            let fonts = fonts.join(", ");
            let _ = writeln!(text, "{place}: {line_count} lines, {glyph_count} glyphs of {fonts}");
            if *missing_count > 0 {
                let _ = writeln!(text, "{place}: {missing_count} of its characters are in no font");
            }
        }
        for note in &source.notes {
            let _ = writeln!(text, "{place}: {note}");
        }
    }
    if !explanation.idle.is_empty() {
        let idle: Vec<String> = explanation.idle.iter().map(idle_option).collect();
        let _ = writeln!(text, "no effect: {}", idle.join(", "));
    }
    let _ = writeln!(text, "output: {}", output(&explanation.output, explanation.frame_count));
    let Explanation { engine, engine_reason, engine_estimate, memory_bytes, profile, .. } = explanation;
    let memory = bytes(*memory_bytes);
    let _ = writeln!(text, "engine: {engine} ({engine_reason}), about {memory} of memory, profile {profile}");
    if let Some(Estimate { cpu_seconds, gpu_seconds }) = engine_estimate {
        let gpu = if gpu_seconds.is_finite() {
            format!("{:.2} on the gpu", 1e3 * gpu_seconds)
        } else {
            "too large for any gpu".to_owned()
        };
        let _ = writeln!(text, "estimate: {:.2} ms on the cpu, {gpu}", 1e3 * cpu_seconds);
    }
    if explanation.is_measured {
        text.push_str("sizes depend on pixels, which were decoded and measured\n");
    }
    text
}

fn sources(sources: &[SourceEntry], names: &[String]) -> Table {
    let mut table = Table::new(&["node", "source", "format", "size", "bytes", "frames"]);
    for (node, source) in sources.iter().enumerate() {
        table.push(vec![
            node.to_string(),
            names.get(node).cloned().unwrap_or_default(),
            source.format.to_owned(),
            source.size.to_string(),
            source.file_size.to_string(),
            source.frame_count.to_string(),
        ]);
    }
    table
}

fn steps(steps: &[StepEntry]) -> Table {
    let mut table = Table::new(&["step", "op", "node", "from", "does", "in", "out", "with"]);
    for (index, step) in steps.iter().enumerate() {
        table.push(vec![
            index.to_string(),
            step.op.to_string(),
            step.node.to_string(),
            pairs(&step.options),
            step.kind.to_owned(),
            step.input.to_string(),
            step.output.to_string(),
            pairs(&step.details),
        ]);
    }
    table
}

fn idle_option(idle: &IdleOption) -> String {
    match idle.place {
        Some(place) => format!("{} ({place})", idle.option),
        None => idle.option.clone(),
    }
}

fn output(output: &OutputEntry, frame_count: u32) -> String {
    let mut text = format!("{}, {}", output.format, output.size);
    let _ = match output.quality {
        Some(quality) => write!(text, ", quality {quality}"),
        None => Ok(()),
    };
    if let Some(background) = &output.background {
        let _ = write!(text, ", on {background}");
    }
    if output.is_animated {
        let _ = write!(text, ", {frame_count} frames");
    }
    if let Some(copyright) = &output.copyright {
        // It comes from a file: quoted, so that no control character reaches a terminal.
        let _ = write!(text, ", copyright {}", Value::from(copyright.as_str()));
    }
    text
}

/// Writes names and values behind one another.
fn pairs(map: &Map<String, Value>) -> String {
    let pairs: Vec<String> = map.iter().map(|(name, value)| format!("{name}={}", short(value))).collect();
    pairs.join(" ")
}

/// Writes a value: a size as people do, a plain word without its quotes, everything else as JSON.
fn short(value: &Value) -> String {
    let side = |name| value.get(name).and_then(Value::as_u64).and_then(|side| u32::try_from(side).ok());
    match (value, side("width").zip(side("height"))) {
        (Value::Object(map), Some((width, height))) if map.len() == 2 => Size::new(width, height).to_string(),
        (Value::String(word), _) if !word.contains(|character: char| character.is_control()) => word.clone(),
        _ => value.to_string(),
    }
}

/// Writes a number of bytes in the largest unit of which there is one.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

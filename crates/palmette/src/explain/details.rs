//! The numbers of a step, by name.

use palmette_core::measure::{BorderMeasure, MeasureStep, WindowMeasure, WindowMethod};
use palmette_core::plan::tone::SaturationMatrix;
use palmette_core::plan::{Axis, AxisOrder, DrawStep, ResizeStep, SharpenStep, Step, StepKind, Tiling};
use palmette_core::{Layout, Reading, Rectangle, Size};
use palmette_ops::{Color, Rotate};
use palmette_protocol::Named;
use palmette_protocol::color::to_hex;
use serde_json::{Map, Value, json};

/// Returns what an engine knows of a step, apart from sizes.
pub(super) fn of_step(step: &Step) -> Map<String, Value> {
    let details = match &step.kind {
        StepKind::Read(read) => describe_reading(&read.reading),
        StepKind::Crop { left, top } => json!({"left": left, "top": top}),
        StepKind::Flip(flip) => json!({"direction": name_of(*flip)}),
        StepKind::Rotate(rotate) => json!({"degrees": degrees(*rotate)}),
        StepKind::Resize(resize) => describe_resize(resize),
        StepKind::Measure { measure: MeasureStep::Border(border), .. } => describe_border(*border),
        StepKind::Measure { measure: MeasureStep::Window(window), .. } => describe_window(window),
        StepKind::Pad { left, top, surround, under } => {
            json!({"left": left, "top": top, "color": color(*surround), "under": under})
        }
        StepKind::Lookup(table) => {
            let levels = table.levels();
            json!({"level_64": levels[64], "level_128": levels[128], "level_192": levels[192]})
        }
        StepKind::Saturation(matrix) => json!({"factor": factor(matrix)}),
        StepKind::Blur(blur) => json!({"radius": blur.radius, "widths": [blur.narrow_width, blur.wide_width]}),
        StepKind::Sharpen(SharpenStep { strength }) => {
            json!({"strength": f64::from(*strength) / f64::from(SharpenStep::STRENGTH_ONE)})
        }
        StepKind::Background(background) => json!({"color": color(*background)}),
        StepKind::Draw(draw) => describe_draw(draw),
        StepKind::Model(step) => json!({"model": step.model().name()}),
    };
    match details {
        Value::Object(details) => details,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// Writes a size as an object.
pub(super) fn size(size: Size) -> Value {
    json!({"width": size.width, "height": size.height})
}

/// Writes a colour as CSS does.
pub(super) fn color(color: Color) -> String {
    to_hex(color)
}

/// Describes which part of a source is read, in pixels as they are stored, and what a sample of each plane stands for.
fn describe_reading(reading: &Reading) -> Value {
    let mut details = json!({"layout": if reading.layout.is_rgba() { "rgba" } else { "planes" }});
    if let Layout::Planes { luma, chroma } = reading.layout {
        details["luma"] = json!([luma.x, luma.y]);
        details["chroma"] = json!(chroma.map(|chroma| [chroma.x, chroma.y]));
    }
    if let Some(Rectangle { left, top, size: part }) = reading.window {
        details["left"] = left.into();
        details["top"] = top.into();
        details["part"] = size(part);
    }
    details
}

/// Describes both axes of a resize, and the window of the scaled picture that is computed.
fn describe_resize(resize: &ResizeStep) -> Value {
    let [x, y] = [&resize.first.horizontal, &resize.first.vertical].map(|axis| match axis {
        Axis::Copy { .. } => ("copy", 1),
        Axis::Filter(table) => (table.kernel().name(), table.taps()),
    });
    let first = match resize.first.order {
        AxisOrder::HorizontalFirst => "x",
        AxisOrder::VerticalFirst => "y",
    };
    let mut details = json!({"kernel_x": x.0, "taps_x": x.1, "kernel_y": y.0, "taps_y": y.1, "first": first});
    if resize.scaled != resize.window.size {
        details["scaled"] = size(resize.scaled);
        details["left"] = resize.window.left.into();
        details["top"] = resize.window.top.into();
    }
    details
}

/// Describes what counts as a border.
fn describe_border(border: BorderMeasure) -> Value {
    let color = border.color.map_or_else(|| "of the top left pixel".to_owned(), color);
    // Units of 1/255 level.
    json!({"measures": "border", "color": color, "tolerance": f64::from(border.tolerance) / 255.0, "keep": border.keep})
}

/// Describes which windows are compared, and by what.
fn describe_window(window: &WindowMeasure) -> Value {
    let measures = match &window.method {
        WindowMethod::Saliency => "saliency",
        WindowMethod::Entropy => "entropy",
        WindowMethod::Faces(_) => "faces",
    };
    let mut details = json!({
        "measures": measures,
        "copy": size(window.copy_size),
        "scaled": size(window.scaled),
        "window": size(window.window),
    });
    if let WindowMethod::Faces(model) = &window.method {
        details["model"] = model.name().into();
    }
    details
}

/// Describes an overlay: `left` and `top` where it lies once, `phase_x` and `phase_y` where it repeats.
fn describe_draw(draw: &DrawStep) -> Value {
    let mut details = json!({
        "foreground": draw.foreground.0,
        "foreground_size": size(draw.foreground_size),
        "composite": name_of(draw.composite),
        "opacity": f64::from(draw.opacity) / f64::from(DrawStep::OPACITY_ONE),
    });
    for (tiling, once, repeat) in [(draw.horizontal, "left", "phase_x"), (draw.vertical, "top", "phase_y")] {
        match tiling {
            Tiling::Once(start) => details[once] = start.into(),
            Tiling::Repeat(phase) => details[repeat] = phase.into(),
        }
    }
    details
}

/// Returns the factor that a matrix was made for, to four decimals: what a channel counts for itself more than for others.
fn factor(matrix: &SaturationMatrix) -> f64 {
    let [[own, ..], [others, ..], _] = matrix.coefficients;
    (f64::from(own - others) / f64::from(1_u32 << matrix.shift) * 1e4).round() / 1e4
}

/// Returns the degrees of a turn.
const fn degrees(rotate: Rotate) -> u32 {
    match rotate {
        Rotate::None => 0,
        Rotate::Quarter => 90,
        Rotate::Half => 180,
        Rotate::ThreeQuarters => 270,
    }
}

/// Returns the name on the wire of one of a list of named things.
fn name_of<T: Named>(thing: T) -> &'static str {
    T::NAMES.iter().find(|(_, named)| *named == thing).map_or("?", |(name, _)| name)
}

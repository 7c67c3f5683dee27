//! The way back: typed options as the objects that the wire carries, for clients.
//!
//! What an option does when it is absent is not written, so that a default value and an empty object are the same request.

use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges, Upscale};
use palmette_ops::{AxisPosition, Color, Composite, Draw, Fit, Flip, Gravity, GravityMode, Repeat, Rotate, Transform};
use serde_json::{Number, Value};

use crate::color::to_hex;
use crate::object::Named;
use crate::{Options, Output, OutputFormat, RawOutput};

/// An object that is being written.
#[derive(Default)]
struct Writer(Options);

impl Writer {
    fn value(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Writes a value that is there.
    fn given(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    /// Writes a number that is there; one that JSON has no way to write becomes null, as in the client.
    fn number(&mut self, name: &str, number: Option<f64>) {
        self.given(name, number.map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)));
    }

    fn color(&mut self, name: &str, color: Option<Color>) {
        self.given(name, color.map(to_hex));
    }

    /// Writes a word that is there by its name.
    fn word<T: PartialEq>(&mut self, name: &str, word: Option<&T>, names: &[(&str, T)]) {
        let known = word.and_then(|word| names.iter().find(|(_, named)| named == word));
        self.given(name, known.map(|(known, _)| *known));
    }
}

/// Writes the options of a `transform`.
pub(crate) fn transform_options(transform: &Transform) -> Options {
    let mut options = Writer::default();
    options.given("trim", transform.trim.map(trim_value));
    options.word("flip", transform.flip.as_ref(), Flip::NAMES);
    options.given("rotate", transform.rotate.map(Rotate::degrees));
    options.given("width", transform.width.map(u32::from));
    options.given("height", transform.height.map(u32::from));
    options.word("fit", transform.fit.as_ref(), Fit::NAMES);
    match transform.gravity {
        Some(Gravity::Point { x, y, mode }) => options.value("gravity", point_value(x, y, mode)),
        word => options.word("gravity", word.as_ref(), Gravity::NAMES),
    }
    options.number("zoom", transform.zoom);
    options.word("upscale", transform.upscale.as_ref(), Upscale::NAMES);
    options.word("segment", transform.segment.as_ref(), Segment::NAMES);
    options.number("brightness", transform.brightness);
    options.number("contrast", transform.contrast);
    options.number("gamma", transform.gamma);
    options.number("saturation", transform.saturation);
    options.given("blur", transform.blur);
    options.number("sharpen", transform.sharpen);
    options.color("background", transform.background);
    options.given("border", transform.border.map(border_value));
    options.0
}

/// Writes the options of a `draw`.
pub(crate) fn draw_options(draw: &Draw) -> Options {
    let default = Draw::default();
    let mut options = Writer::default();
    options.number("opacity", Some(draw.opacity).filter(|opacity| *opacity != default.opacity));
    match draw.repeat {
        Repeat::None => {}
        Repeat::X => options.value("repeat", "x"),
        Repeat::Y => options.value("repeat", "y"),
        Repeat::Both => options.value("repeat", true),
    }
    options.word("composite", Some(&draw.composite).filter(|word| **word != default.composite), Composite::NAMES);
    for (position, [start, end]) in [(draw.vertical, ["top", "bottom"]), (draw.horizontal, ["left", "right"])] {
        match position {
            AxisPosition::Unset => {}
            AxisPosition::FromStart(distance) => options.value(start, distance),
            AxisPosition::FromEnd(distance) => options.value(end, distance),
        }
    }
    options.0
}

fn trim_value(trim: Trim) -> Value {
    let mut options = Writer::default();
    match trim {
        Trim::Border(border) if border == TrimBorder::default() => return "border".into(),
        Trim::Border(TrimBorder { color, tolerance, keep }) => {
            let mut border = Writer::default();
            border.color("color", color);
            border.number("tolerance", Some(tolerance));
            border.value("keep", keep);
            options.value("border", border.0);
        }
        Trim::Edges(TrimEdges { top, right, bottom, left, width, height }) => {
            let edges = [
                ("top", top),
                ("right", right),
                ("bottom", bottom),
                ("left", left),
                ("width", width),
                ("height", height),
            ];
            for (name, length) in edges {
                match length {
                    None => {}
                    Some(Length::Pixels(pixels)) => options.value(name, pixels),
                    Some(Length::Fraction(fraction)) => options.number(name, Some(fraction)),
                }
            }
        }
    }
    options.0.into()
}

fn point_value(x: f64, y: f64, mode: GravityMode) -> Value {
    let mut options = Writer::default();
    options.number("x", Some(x));
    options.number("y", Some(y));
    options.word("mode", Some(&mode).filter(|mode| **mode != GravityMode::default()), GravityMode::NAMES);
    options.0.into()
}

fn border_value(Border { color, top, right, bottom, left }: Border) -> Value {
    let mut options = Writer::default();
    options.color("color", Some(color));
    if [right, bottom, left] == [top; 3] {
        options.value("width", top);
    } else {
        for (name, pixels) in [("top", top), ("right", right), ("bottom", bottom), ("left", left)] {
            options.value(name, pixels);
        }
    }
    options.0.into()
}

impl From<OutputFormat> for Output {
    fn from(format: OutputFormat) -> Self {
        Self::new(format)
    }
}

impl From<Output> for RawOutput {
    fn from(output: Output) -> Self {
        output.to_raw()
    }
}

impl From<OutputFormat> for RawOutput {
    fn from(format: OutputFormat) -> Self {
        Output::new(format).to_raw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OptionObject, json};

    fn options(text: &str) -> Options {
        json::parse(text).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn transforms_are_written_as_they_were_read() {
        for text in [
            "{}",
            concat!(
                r#"{"flip":"hv","rotate":270,"width":320,"height":240,"fit":"aspect-crop","gravity":"face","zoom":0.5,"#,
                r#""upscale":"generate","segment":"foreground","brightness":1.1,"contrast":0.9,"gamma":1.2,"saturation":0,"#,
                r#""blur":250,"sharpen":3.5}"#
            ),
            r#"{"rotate":0,"fit":"scale-down","gravity":{"x":0.25,"y":1},"upscale":"interpolate"}"#,
            r#"{"gravity":{"x":0,"y":0.5,"mode":"box-center"}}"#,
            r#"{"trim":"border"}"#,
            r#"{"trim":{"border":{"tolerance":0,"keep":4294967295}}}"#,
            r#"{"trim":{}}"#,
            r#"{"trim":{"top":1,"right":0.25,"bottom":0,"left":3,"width":0.5,"height":4}}"#,
        ] {
            assert_eq!(json::to_string(&Transform::from_options(&options(text)).unwrap().to_options()), text);
        }
    }

    #[test]
    fn colours_and_borders_survive() {
        for text in [
            r#"{"background":"rgba(255,0,0,0.5)"}"#,
            r#"{"border":{"color":"gold","width":3}}"#,
            r#"{"border":{"top":1,"right":4,"bottom":3,"left":2}}"#,
            r#"{"border":{}}"#,
            r#"{"trim":{"border":{"color":"rgb(1 2 3 / 4%)"}}}"#,
        ] {
            let transform = Transform::from_options(&options(text)).unwrap();
            assert_eq!(Transform::from_options(&transform.to_options()).unwrap(), transform, "{text}");
        }
    }

    #[test]
    fn draws_are_written_as_they_were_read() {
        for text in [
            "{}",
            r#"{"opacity":0.75,"repeat":true,"composite":"atop","top":-2147483648,"left":0}"#,
            r#"{"opacity":0,"repeat":"x","bottom":10,"right":-10}"#,
            r#"{"repeat":"y","composite":"lighter"}"#,
        ] {
            assert_eq!(json::to_string(&Draw::from_options(&options(text)).unwrap().to_options()), text);
        }
        let written = Draw::from_options(&options(r#"{"opacity":1,"repeat":false,"composite":"over"}"#)).unwrap();
        assert_eq!(written.to_options(), Options::new());
    }

    #[test]
    fn outputs_are_written() {
        let raw = RawOutput::from(Output { anim: Some(false), ..OutputFormat::Webp.into() });
        let expected = RawOutput { anim: Some("false".to_owned()), ..RawOutput::from(OutputFormat::Webp) };
        assert_eq!((raw.format.as_str(), &raw), ("image/webp", &expected));
    }
}

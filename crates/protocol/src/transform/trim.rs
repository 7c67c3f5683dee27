//! `trim`: edges cut off, by measure or by the content of the picture.

use palmette_ops::Transform;
use palmette_ops::transform::{Length, Trim, TrimBorder, TrimEdges};
use serde_json::Value;

use crate::Error;
use crate::color;
use crate::options::{
    OptionSpec, Refusal, color, color_value, infos, number, number_value, pixels, read_options, round, to_u32,
    write_options,
};
use crate::values::Values;

/// `trim`
pub(super) const TRIM: OptionSpec<Transform> = OptionSpec {
    name: "trim",
    allowed: "border, or an object of either top, right, bottom, left, width, height or border",
    summary: "cuts edges off, before anything else",
    values: Values::Any { of: &[Values::Words { words: &["border"] }, Values::Object { fields: || infos(FIELDS) }] },
    examples: &[r#"{"trim": {"left": 40, "bottom": 0.25}}"#],
    read: |value, transform| {
        transform.trim = Some(match value {
            Value::String(word) if word == "border" => Trim::Border(TrimBorder::default()),
            Value::Object(options) => read_options("trim.", FIELDS, options)?.resolve()?,
            _ => return Err(Refusal::Value),
        });
        Ok(())
    },
    write: |transform| match transform.trim? {
        Trim::Border(border) if border == TrimBorder::default() => Some("border".into()),
        Trim::Border(border) => {
            Some(write_options(FIELDS, &Fields { border: Some(border), ..Fields::default() }).into())
        }
        Trim::Edges(edges) => Some(write_options(FIELDS, &Fields { edges, border: None }).into()),
    },
};

/// A trim that is an object, as it is written.
#[derive(Debug, Default)]
struct Fields {
    edges: TrimEdges,
    border: Option<TrimBorder>,
}

impl Fields {
    fn resolve(self) -> Result<Trim, Error> {
        let TrimEdges { top, right, bottom, left, width, height } = self.edges;
        let edge = [
            ("trim.top", top),
            ("trim.right", right),
            ("trim.bottom", bottom),
            ("trim.left", left),
            ("trim.width", width),
            ("trim.height", height),
        ]
        .into_iter()
        .find_map(|(edge, length)| length.map(|_| edge));
        match (self.border, edge) {
            (Some(_), Some(second)) => Err(Error::Conflict { first: "trim.border", second }),
            (Some(border), None) => Ok(Trim::Border(border)),
            (None, _) => Ok(Trim::Edges(self.edges)),
        }
    }
}

/// The allowed values of the cut edges.
const CUTS: &str = "a number of at least 0 (below 1: a fraction of the picture)";

/// The allowed values of the kept sides.
const KEPT: &str = "a number above 0 (below 1: a fraction of the picture)";

const FIELDS: &[OptionSpec<Fields>] = &[
    OptionSpec {
        name: "top",
        allowed: CUTS,
        summary: "cut from the top",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, trim| cut(value).map(|length| trim.edges.top = Some(length)),
        write: |trim| trim.edges.top.map(length_value),
    },
    OptionSpec {
        name: "right",
        allowed: CUTS,
        summary: "cut from the right",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, trim| cut(value).map(|length| trim.edges.right = Some(length)),
        write: |trim| trim.edges.right.map(length_value),
    },
    OptionSpec {
        name: "bottom",
        allowed: CUTS,
        summary: "cut from the bottom",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, trim| cut(value).map(|length| trim.edges.bottom = Some(length)),
        write: |trim| trim.edges.bottom.map(length_value),
    },
    OptionSpec {
        name: "left",
        allowed: CUTS,
        summary: "cut from the left",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, trim| cut(value).map(|length| trim.edges.left = Some(length)),
        write: |trim| trim.edges.left.map(length_value),
    },
    OptionSpec {
        name: "width",
        allowed: KEPT,
        summary: "kept from the left cut on",
        values: Values::POSITIVE,
        examples: &[],
        read: |value, trim| kept(value).map(|length| trim.edges.width = Some(length)),
        write: |trim| trim.edges.width.map(length_value),
    },
    OptionSpec {
        name: "height",
        allowed: KEPT,
        summary: "kept from the top cut on",
        values: Values::POSITIVE,
        examples: &[],
        read: |value, trim| kept(value).map(|length| trim.edges.height = Some(length)),
        write: |trim| trim.edges.height.map(length_value),
    },
    OptionSpec {
        name: "border",
        allowed: "true, false or an object of color, tolerance, keep",
        summary: "cut as far as all pixels have one colour",
        values: Values::Any { of: &[Values::Switch, Values::Object { fields: || infos(BORDER_FIELDS) }] },
        examples: &[],
        read: |value, trim| {
            trim.border = match value {
                Value::Bool(wanted) => wanted.then(TrimBorder::default),
                Value::Object(options) => Some(read_options("trim.border.", BORDER_FIELDS, options)?),
                _ => return Err(Refusal::Value),
            };
            Ok(())
        },
        write: |trim| trim.border.map(|border| write_options(BORDER_FIELDS, &border).into()),
    },
];

const BORDER_FIELDS: &[OptionSpec<TrimBorder>] = &[
    OptionSpec {
        name: "color",
        allowed: color::ALLOWED,
        summary: "the colour of the border",
        values: Values::Color,
        examples: &[],
        read: |value, border| color(value).map(|color| border.color = Some(color)),
        write: |border| border.color.map(color_value),
    },
    OptionSpec {
        name: "tolerance",
        allowed: "0 to 255",
        summary: "how far a channel may be from the colour",
        values: Values::between(0.0, 255.0),
        examples: &[],
        read: |value, border| number(value, 0.0..=255.0).map(|tolerance| border.tolerance = tolerance),
        write: |border| Some(number_value(border.tolerance)),
    },
    OptionSpec {
        name: "keep",
        allowed: "a number of at least 0",
        summary: "pixels of border that stay",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, border| pixels(value).map(|keep| border.keep = keep),
        write: |border| Some(border.keep.into()),
    },
];

/// Reads a length that is cut off: pixels, or below 1 a fraction.
fn cut(value: &Value) -> Result<Length, Refusal> {
    let length = number(value, 0.0..=f64::MAX)?;
    Ok(if length > 0.0 && length < 1.0 { Length::Fraction(length) } else { Length::Pixels(to_u32(round(length))) })
}

/// Writes a length.
fn length_value(length: Length) -> Value {
    match length {
        Length::Pixels(pixels) => pixels.into(),
        Length::Fraction(fraction) => number_value(fraction),
    }
}

/// Reads a length that is kept, which cannot be 0.
fn kept(value: &Value) -> Result<Length, Refusal> {
    match cut(value)? {
        Length::Pixels(0) => Err(Refusal::Value),
        length => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::Color;

    use super::super::tests::{assert_refuses, transform};
    use super::*;

    fn trim(text: &str) -> Result<Trim, String> {
        transform(&format!(r#"{{"trim":{text}}}"#)).map(|t| t.trim.unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn trim_takes_pixels_and_fractions() {
        let pixels = |pixels| Some(Length::Pixels(pixels));
        for (text, edges) in [
            ("{}", TrimEdges::default()),
            (r#"{"border":false,"top":1}"#, TrimEdges { top: pixels(1), ..TrimEdges::default() }),
            (
                r#"{"top":1,"left":2,"width":30,"height":40}"#,
                TrimEdges {
                    top: pixels(1),
                    left: pixels(2),
                    width: pixels(30),
                    height: pixels(40),
                    ..TrimEdges::default()
                },
            ),
            (
                r#"{"right":0,"bottom":0.25,"left":1.5,"top":1e12,"width":0.5}"#,
                TrimEdges {
                    right: pixels(0),
                    bottom: Some(Length::Fraction(0.25)),
                    left: pixels(2),
                    top: pixels(u32::MAX),
                    width: Some(Length::Fraction(0.5)),
                    height: None,
                },
            ),
        ] {
            assert_eq!(trim(text), Ok(Trim::Edges(edges)), "{text}");
        }
    }

    #[test]
    fn trim_takes_borders() {
        let border = TrimBorder::default();
        for (text, border) in [
            (r#""border""#, border),
            (r#"{"border":true}"#, border),
            (r#"{"border":{}}"#, border),
            (r#"{"border":{"tolerance":0,"keep":2.5}}"#, TrimBorder { tolerance: 0.0, keep: 3, color: None }),
            (r##"{"border":{"color":"#fff"}}"##, TrimBorder { color: Some(Color::WHITE), ..border }),
        ] {
            assert_eq!(trim(text), Ok(Trim::Border(border)), "{text}");
        }
    }

    #[test]
    fn trim_checks_its_fields() {
        for (text, message) in [
            (r#"{"border":true,"left":1}"#, "trim.border and trim.left cannot be used together".to_owned()),
            (r#"{"left":-1}"#, format!("trim.left must be {CUTS}, got -1")),
            (r#"{"width":0}"#, format!("trim.width must be {KEPT}, got 0")),
            (
                r#"{"height":"1"}"#,
                format!(r#"trim.height must be {KEPT}, got "1", which is text; write 1 without quotes"#),
            ),
            (
                r#"{"border":"red"}"#,
                r#"trim.border must be true, false or an object of color, tolerance, keep, got "red""#.into(),
            ),
            (r#"{"border":{"tolerance":256}}"#, "trim.border.tolerance must be 0 to 255, got 256".into()),
            (r#"{"border":{"keep":-1}}"#, "trim.border.keep must be a number of at least 0, got -1".into()),
            (
                r#"{"border":{"width":1}}"#,
                r#"unknown option "trim.border.width"; known options are color, tolerance, keep"#.into(),
            ),
        ] {
            assert_eq!(trim(text), Err(message));
        }
        assert_refuses(&TRIM, &["\"Border\"", "true", "5", "[1,2,3,4]"]);
    }
}

//! `background` and `border`: the colour under a picture, and the frame around it.

use palmette_ops::transform::Border;
use palmette_ops::{Color, Transform};
use serde_json::Value;

use crate::Error;
use crate::color;
use crate::options::{OptionSpec, Refusal, color, color_value, infos, pixels, read_options, write_options};
use crate::values::Values;

/// `background`
pub(super) const BACKGROUND: OptionSpec<Transform> = OptionSpec {
    name: "background",
    allowed: color::ALLOWED,
    summary: "drawn under the picture, and around it if fit is pad",
    values: Values::Color,
    examples: &[r#"{"width": 80, "height": 80, "fit": "pad", "background": "rgb(120 60 90 / 50%)"}"#],
    read: |value, transform| color(value).map(|color| transform.background = Some(color)),
    write: |transform| transform.background.map(color_value),
};

/// `border`
pub(super) const BORDER: OptionSpec<Transform> = OptionSpec {
    name: "border",
    allowed: "an object of color and either width or top, right, bottom, left",
    summary: "adds a frame around the picture",
    values: Values::Object { fields: || infos(FIELDS) },
    examples: &[
        r#"{"border": {"color": "gold", "width": 6}}"#,
        r#"{"border": {"color": "white", "top": 4, "right": 4, "bottom": 20, "left": 4}}"#,
    ],
    read: |value, transform| {
        let Value::Object(options) = value else { return Err(Refusal::Value) };
        transform.border = Some(read_options("border.", FIELDS, options)?.resolve()?);
        Ok(())
    },
    write: |transform| transform.border.map(|border| write_options(FIELDS, &Fields::of(border)).into()),
};

/// A border as it is written.
#[derive(Debug, Default)]
struct Fields {
    color: Option<Color>,
    width: Option<u32>,
    top: Option<u32>,
    right: Option<u32>,
    bottom: Option<u32>,
    left: Option<u32>,
}

impl Fields {
    /// Returns the shortest form of a border.
    fn of(Border { color, top, right, bottom, left }: Border) -> Self {
        let color = Some(color);
        if [right, bottom, left] == [top; 3] {
            return Self { color, width: Some(top), ..Self::default() };
        }
        Self { color, width: None, top: Some(top), right: Some(right), bottom: Some(bottom), left: Some(left) }
    }

    fn resolve(&self) -> Result<Border, Error> {
        let sides = [
            ("border.top", self.top),
            ("border.right", self.right),
            ("border.bottom", self.bottom),
            ("border.left", self.left),
        ];
        if let (Some(_), Some((side, _))) = (self.width, sides.iter().find(|(_, pixels)| pixels.is_some())) {
            return Err(Error::Conflict { first: "border.width", second: side });
        }
        let [top, right, bottom, left] = sides.map(|(_, pixels)| pixels.or(self.width).unwrap_or(0));
        Ok(Border { color: self.color.unwrap_or(Color::BLACK), top, right, bottom, left })
    }
}

/// The allowed values of the sides of a border.
const WIDTHS: &str = "a number of at least 0";

const FIELDS: &[OptionSpec<Fields>] = &[
    OptionSpec {
        name: "color",
        allowed: color::ALLOWED,
        summary: "the colour of the frame",
        values: Values::Color,
        examples: &[],
        read: |value, border| color(value).map(|color| border.color = Some(color)),
        write: |border| border.color.map(color_value),
    },
    OptionSpec {
        name: "width",
        allowed: WIDTHS,
        summary: "pixels at every side, rounded",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, border| pixels(value).map(|width| border.width = Some(width)),
        write: |border| border.width.map(Value::from),
    },
    OptionSpec {
        name: "top",
        allowed: WIDTHS,
        summary: "pixels at the top, rounded",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, border| pixels(value).map(|width| border.top = Some(width)),
        write: |border| border.top.map(Value::from),
    },
    OptionSpec {
        name: "right",
        allowed: WIDTHS,
        summary: "pixels at the right, rounded",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, border| pixels(value).map(|width| border.right = Some(width)),
        write: |border| border.right.map(Value::from),
    },
    OptionSpec {
        name: "bottom",
        allowed: WIDTHS,
        summary: "pixels at the bottom, rounded",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, border| pixels(value).map(|width| border.bottom = Some(width)),
        write: |border| border.bottom.map(Value::from),
    },
    OptionSpec {
        name: "left",
        allowed: WIDTHS,
        summary: "pixels at the left, rounded",
        values: Values::at_least(0.0),
        examples: &[],
        read: |value, border| pixels(value).map(|width| border.left = Some(width)),
        write: |border| border.left.map(Value::from),
    },
];

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn background_is_a_colour() {
        let background = transform(r#"{"background":"rgba(255,0,0,0.5)"}"#).unwrap().background;
        assert_eq!(background, Some(Color { red: 255, green: 0, blue: 0, alpha: 128 }));
        assert_refuses(&BACKGROUND, &["5", "\"5\"", "\"ff0000\"", "true", "{}"]);
    }

    #[test]
    fn border_has_one_width_or_sides() {
        let red = Color::opaque(255, 0, 0);
        for (text, border) in [
            ("{}", Border::default()),
            (r#"{"width":3}"#, Border { top: 3, right: 3, bottom: 3, left: 3, ..Border::default() }),
            (r#"{"color":"red","width":2.5}"#, Border { color: red, top: 3, right: 3, bottom: 3, left: 3 }),
            (
                r#"{"top":1,"left":2,"bottom":3,"right":4,"color":"red"}"#,
                Border { color: red, top: 1, right: 4, bottom: 3, left: 2 },
            ),
            (r#"{"left":0.4,"right":1e300}"#, Border { right: u32::MAX, ..Border::default() }),
        ] {
            assert_eq!(transform(&format!(r#"{{"border":{text}}}"#)).unwrap().border, Some(border), "{text}");
        }
    }

    #[test]
    fn border_checks_its_fields() {
        for (text, message) in [
            (r#"{"width":1,"left":0}"#, "border.width and border.left cannot be used together"),
            (r#"{"width":-1}"#, "border.width must be a number of at least 0, got -1"),
            (
                r#"{"top":"1"}"#,
                r#"border.top must be a number of at least 0, got "1", which is text; write 1 without quotes"#,
            ),
            (
                r#"{"colour":"red"}"#,
                r#"unknown option "border.colour"; known options are color, width, top, right, bottom, left; did you mean color?"#,
            ),
        ] {
            let error = transform(&format!(r#"{{"border":{text}}}"#)).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        assert_refuses(&BORDER, &["3", "\"red\"", "true"]);
    }
}

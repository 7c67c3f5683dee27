//! The options of a `draw` as they are written: opacity, repeat, composite and position.

use palmette_ops::{AxisPosition, Composite, Draw, Repeat};
use serde_json::Value;

use crate::Error;
use crate::object::{Named, OptionObject};
use crate::options::{OptionSpec, Refusal, name, name_value, number, number_value, round, to_i32};
use crate::values::{Values, words};

impl Named for Composite {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("over", Self::Over),
        ("in", Self::In),
        ("atop", Self::Atop),
        ("out", Self::Out),
        ("xor", Self::Xor),
        ("lighter", Self::Lighter),
    ];
}

impl OptionObject for Draw {
    const OPTIONS: &'static [OptionSpec<Self>] = &[
        OptionSpec {
            name: "opacity",
            allowed: "0 to 1",
            summary: "multiplies the alpha of the overlay",
            values: Values::between(0.0, 1.0),
            examples: &[r#"{"opacity": 1}"#, r#"{"opacity": 0.4}"#],
            read: |value, draw| number(value, 0.0..=1.0).map(|opacity| draw.opacity = opacity),
            write: |draw| Some(draw.opacity).filter(|opacity| *opacity != Self::default().opacity).map(number_value),
        },
        OptionSpec {
            name: "repeat",
            allowed: "true, false, x or y",
            summary: "tiles the overlay along both axes or along one",
            values: Values::Any { of: &[Values::Switch, Values::Words { words: &["x", "y"] }] },
            examples: &[
                r#"{"repeat": true, "opacity": 0.5}"#,
                r#"{"repeat": "x", "bottom": 0}"#,
                r#"{"repeat": "y", "left": 0}"#,
            ],
            read: |value, draw| {
                draw.repeat = match value {
                    Value::Bool(true) => Repeat::Both,
                    Value::Bool(false) => Repeat::None,
                    word => name(word, &[("x", Repeat::X), ("y", Repeat::Y)])?,
                };
                Ok(())
            },
            write: |draw| match draw.repeat {
                Repeat::None => None,
                Repeat::X => Some("x".into()),
                Repeat::Y => Some("y".into()),
                Repeat::Both => Some(true.into()),
            },
        },
        OptionSpec {
            name: "composite",
            allowed: "over, in, atop, out, xor or lighter",
            summary: "how the overlay combines with what is there; default over",
            values: Values::Words { words: &words::<_, { Composite::NAMES.len() }>(Composite::NAMES) },
            examples: &[
                r#"{"composite": "over"}"#,
                r#"{"composite": "in"}"#,
                r#"{"composite": "atop"}"#,
                r#"{"composite": "out"}"#,
                r#"{"composite": "xor"}"#,
                r#"{"composite": "lighter"}"#,
            ],
            read: |value, draw| name(value, Composite::NAMES).map(|composite| draw.composite = composite),
            write: |draw| {
                name_value(draw.composite, Composite::NAMES).filter(|_| draw.composite != Composite::default())
            },
        },
        OptionSpec {
            name: "top",
            allowed: "a number",
            summary: "pixels between the upper edges, rounded; may be negative",
            values: Values::ANY_NUMBER,
            examples: &[r#"{"top": -20}"#],
            read: |value, draw| set(&mut draw.vertical, AxisPosition::FromStart(offset(value)?), ["bottom", "top"]),
            write: |draw| from_start(draw.vertical),
        },
        OptionSpec {
            name: "left",
            allowed: "a number",
            summary: "pixels between the left edges, rounded; may be negative",
            values: Values::ANY_NUMBER,
            examples: &[r#"{"left": 20}"#],
            read: |value, draw| set(&mut draw.horizontal, AxisPosition::FromStart(offset(value)?), ["right", "left"]),
            write: |draw| from_start(draw.horizontal),
        },
        OptionSpec {
            name: "bottom",
            allowed: "a number",
            summary: "pixels between the lower edges, rounded; may be negative",
            values: Values::ANY_NUMBER,
            examples: &[r#"{"bottom": 10}"#],
            read: |value, draw| set(&mut draw.vertical, AxisPosition::FromEnd(offset(value)?), ["top", "bottom"]),
            write: |draw| from_end(draw.vertical),
        },
        OptionSpec {
            name: "right",
            allowed: "a number",
            summary: "pixels between the right edges, rounded; may be negative",
            values: Values::ANY_NUMBER,
            examples: &[r#"{"right": 10}"#],
            read: |value, draw| set(&mut draw.horizontal, AxisPosition::FromEnd(offset(value)?), ["left", "right"]),
            write: |draw| from_end(draw.horizontal),
        },
    ];
}

/// Sets an unset axis; else the two options, the earlier one first, cannot be used together.
fn set(axis: &mut AxisPosition, position: AxisPosition, [first, second]: [&'static str; 2]) -> Result<(), Refusal> {
    if *axis != AxisPosition::Unset {
        return Err(Error::Conflict { first, second }.into());
    }
    *axis = position;
    Ok(())
}

/// Writes a distance from the upper or left edge.
fn from_start(position: AxisPosition) -> Option<Value> {
    if let AxisPosition::FromStart(distance) = position { Some(distance.into()) } else { None }
}

/// Writes a distance from the lower or right edge.
fn from_end(position: AxisPosition) -> Option<Value> {
    if let AxisPosition::FromEnd(distance) = position { Some(distance.into()) } else { None }
}

/// Reads a distance in pixels. A distance beyond ±2³¹ becomes that, which is outside of every picture as well; a tiling has
/// its phase from there.
fn offset(value: &Value) -> Result<i32, Refusal> {
    number(value, f64::MIN..=f64::MAX).map(|distance| to_i32(round(distance)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn draw(options: &str) -> Result<Draw, String> {
        Draw::from_options(json::parse(options).unwrap().as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn draw_without_options_is_the_default() {
        assert_eq!(draw("{}"), Ok(Draw::default()));
        assert_eq!(draw(r#"{"opacity":null,"top":null,"bottom":null,"nul":null}"#), Ok(Draw::default()));
    }

    #[test]
    fn draw_has_the_options_of_the_protocol() {
        let mut names: Vec<_> = Draw::OPTIONS.iter().map(|spec| spec.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["bottom", "composite", "left", "opacity", "repeat", "right", "top"]);
    }

    #[test]
    fn opacity_is_a_fraction() {
        for opacity in [0.0, 0.75, 1.0] {
            let expected = Draw { opacity, ..Draw::default() };
            assert_eq!(draw(&format!(r#"{{"opacity":{opacity}}}"#)), Ok(expected));
        }
        for value in ["-0.1", "1.5", "\"1\"", "true"] {
            let message = draw(&format!(r#"{{"opacity":{value}}}"#)).unwrap_err();
            assert!(message.starts_with(&format!("opacity must be 0 to 1, got {value}")), "{message}");
        }
    }

    #[test]
    fn repeat_is_a_switch_or_an_axis() {
        for (value, repeat) in
            [("true", Repeat::Both), ("false", Repeat::None), ("\"x\"", Repeat::X), ("\"y\"", Repeat::Y)]
        {
            assert_eq!(draw(&format!(r#"{{"repeat":{value}}}"#)), Ok(Draw { repeat, ..Draw::default() }));
        }
        for value in ["\"xy\"", "\"true\"", "1", "\"\""] {
            let message = draw(&format!(r#"{{"repeat":{value}}}"#)).unwrap_err();
            assert!(message.starts_with(&format!("repeat must be true, false, x or y, got {value}")), "{message}");
        }
    }

    #[test]
    fn composite_knows_its_names() {
        for &(name, composite) in Composite::NAMES {
            let expected = Draw { composite, ..Draw::default() };
            assert_eq!(draw(&format!(r#"{{"composite":"{name}"}}"#)), Ok(expected));
        }
        let message = r#"composite must be over, in, atop, out, xor or lighter, got "multiply""#;
        assert_eq!(draw(r#"{"composite":"multiply"}"#), Err(message.to_owned()));
    }

    #[test]
    fn positions_are_whole_pixels_from_one_side() {
        use AxisPosition::{FromEnd, FromStart, Unset};
        for (text, horizontal, vertical) in [
            (r#"{"left":5}"#, FromStart(5), Unset),
            (r#"{"left":-0.5,"top":0.5}"#, FromStart(0), FromStart(1)),
            (r#"{"right":-1.5,"bottom":10}"#, FromEnd(-1), FromEnd(10)),
            (r#"{"top":1e300,"right":-1e300}"#, FromEnd(i32::MIN), FromStart(i32::MAX)),
        ] {
            assert_eq!(draw(text), Ok(Draw { horizontal, vertical, ..Draw::default() }), "{text}");
        }
        assert_eq!(draw(r#"{"left":"5px"}"#), Err(r#"left must be a number, got "5px""#.to_owned()));
    }

    #[test]
    fn both_sides_of_an_axis_are_refused() {
        for (first, second) in [("left", "right"), ("right", "left"), ("top", "bottom"), ("bottom", "top")] {
            let message = format!("{first} and {second} cannot be used together");
            assert_eq!(draw(&format!(r#"{{"{first}":0,"{second}":0}}"#)), Err(message));
        }
    }
}

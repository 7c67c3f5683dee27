//! `gravity` and `zoom`: which part of a picture a crop keeps.

use palmette_ops::{Gravity, GravityMode, Transform};
use serde_json::Value;

use crate::object::Named;
use crate::options::{OptionSpec, infos, name, name_value, number, number_value, read_options, write_options};
use crate::values::{Values, words};

impl Named for Gravity {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("left", Self::Left),
        ("right", Self::Right),
        ("top", Self::Top),
        ("bottom", Self::Bottom),
        ("center", Self::Center),
        ("auto", Self::Auto),
        ("entropy", Self::Entropy),
        ("face", Self::Face),
    ];
}

impl Named for GravityMode {
    const NAMES: &'static [(&'static str, Self)] = &[("remainder", Self::Remainder), ("box-center", Self::BoxCenter)];
}

/// `gravity`
pub(super) const GRAVITY: OptionSpec<Transform> = OptionSpec {
    name: "gravity",
    allowed: "left, right, top, bottom, center, auto, entropy, face or an object of x, y, mode",
    summary: "which part of the picture a crop keeps; default center",
    values: Values::Any {
        of: &[
            Values::Words { words: &words::<_, { Gravity::NAMES.len() }>(Gravity::NAMES) },
            Values::Object { fields: || infos(POINT) },
        ],
    },
    examples: &[
        r#"{"width": 80, "height": 80, "fit": "cover", "gravity": "left"}"#,
        r#"{"width": 80, "height": 80, "fit": "cover", "gravity": {"x": 0.9, "y": 0.5}}"#,
        r#"{"width": 80, "height": 80, "fit": "cover", "gravity": "auto"}"#,
        r#"{"width": 80, "height": 80, "fit": "cover", "gravity": "entropy"}"#,
    ],
    read: |value, transform| {
        transform.gravity = Some(match value {
            Value::Object(options) => {
                let Point { x, y, mode } = read_options("gravity.", POINT, options)?;
                Gravity::Point { x, y, mode }
            }
            word => name(word, Gravity::NAMES)?,
        });
        Ok(())
    },
    write: |transform| match transform.gravity? {
        Gravity::Point { x, y, mode } => Some(write_options(POINT, &Point { x, y, mode }).into()),
        word => name_value(word, Gravity::NAMES),
    },
};

/// `zoom`
pub(super) const ZOOM: OptionSpec<Transform> = OptionSpec {
    name: "zoom",
    allowed: "0 to 1",
    summary: "how close a crop by gravity face goes: 1 keeps only the faces; needs a model",
    values: Values::between(0.0, 1.0),
    examples: &[],
    read: |value, transform| number(value, 0.0..=1.0).map(|zoom| transform.zoom = Some(zoom)),
    write: |transform| transform.zoom.map(number_value),
};

/// A gravity that is an object.
#[derive(Debug)]
struct Point {
    x: f64,
    y: f64,
    mode: GravityMode,
}

impl Default for Point {
    fn default() -> Self {
        Self { x: 0.5, y: 0.5, mode: GravityMode::default() }
    }
}

const POINT: &[OptionSpec<Point>] = &[
    OptionSpec {
        name: "x",
        allowed: "0 to 1",
        summary: "from the left (0) to the right (1)",
        values: Values::between(0.0, 1.0),
        examples: &[],
        read: |value, point| number(value, 0.0..=1.0).map(|x| point.x = x),
        write: |point| Some(number_value(point.x)),
    },
    OptionSpec {
        name: "y",
        allowed: "0 to 1",
        summary: "from the top (0) to the bottom (1)",
        values: Values::between(0.0, 1.0),
        examples: &[],
        read: |value, point| number(value, 0.0..=1.0).map(|y| point.y = y),
        write: |point| Some(number_value(point.y)),
    },
    OptionSpec {
        name: "mode",
        allowed: "remainder or box-center",
        summary: "whether the point divides the rest (remainder, the default) or is the middle of the crop (box-center)",
        values: Values::Words { words: &words::<_, { GravityMode::NAMES.len() }>(GravityMode::NAMES) },
        examples: &[],
        read: |value, point| name(value, GravityMode::NAMES).map(|mode| point.mode = mode),
        write: |point| name_value(point.mode, GravityMode::NAMES).filter(|_| point.mode != GravityMode::default()),
    },
];

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn gravity_knows_its_names() {
        for &(name, gravity) in Gravity::NAMES {
            assert_eq!(transform(&format!(r#"{{"gravity":"{name}"}}"#)).unwrap().gravity, Some(gravity));
            assert!(GRAVITY.allowed.contains(name));
        }
        assert_refuses(&GRAVITY, &["\"centre\"", "0.5", "[0,1]"]);
    }

    #[test]
    fn gravity_takes_a_point() {
        for (text, x, y, mode) in [
            ("{}", 0.5, 0.5, GravityMode::Remainder),
            (r#"{"x":0,"y":1}"#, 0.0, 1.0, GravityMode::Remainder),
            (r#"{"y":0.25,"mode":"remainder"}"#, 0.5, 0.25, GravityMode::Remainder),
            (r#"{"mode":"box-center","x":0.75,"y":null}"#, 0.75, 0.5, GravityMode::BoxCenter),
        ] {
            let gravity = transform(&format!(r#"{{"gravity":{text}}}"#)).unwrap().gravity;
            assert_eq!(gravity, Some(Gravity::Point { x, y, mode }), "{text}");
        }
    }

    #[test]
    fn gravity_checks_its_point() {
        for (text, message) in [
            (r#"{"x":1.01}"#, "gravity.x must be 0 to 1, got 1.01"),
            (r#"{"y":-1}"#, "gravity.y must be 0 to 1, got -1"),
            (
                r#"{"mode":"center"}"#,
                r#"gravity.mode must be remainder or box-center, got "center"; did you mean box-center?"#,
            ),
        ] {
            let error = transform(&format!(r#"{{"gravity":{text}}}"#)).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn zoom_is_a_fraction() {
        for zoom in [0.0, 0.5, 1.0] {
            assert_eq!(transform(&format!(r#"{{"zoom":{zoom}}}"#)).unwrap().zoom, Some(zoom));
        }
        assert_refuses(&ZOOM, &["-0.1", "1.1", "\"1\""]);
    }
}

//! The options of a `transform` as they are written: every range is checked here.
//!
//! Each option lives in one place, with its values, its meaning and its tests: `resize` (width, height, fit, upscale),
//! `gravity` (gravity, zoom), `trim`, `turn` (flip, rotate), `tone` (brightness, contrast, gamma, saturation),
//! `focus` (blur, sharpen), `border` (background, border) and `segment`. Here they are put together.

mod border;
mod focus;
mod gravity;
mod resize;
mod segment;
mod tone;
mod trim;
mod turn;

use palmette_ops::Transform;

use crate::object::OptionObject;
use crate::options::OptionSpec;

impl OptionObject for Transform {
    // In the order in which they are applied.
    const OPTIONS: &'static [OptionSpec<Self>] = &[
        trim::TRIM,
        turn::FLIP,
        turn::ROTATE,
        resize::WIDTH,
        resize::HEIGHT,
        resize::FIT,
        gravity::GRAVITY,
        gravity::ZOOM,
        resize::UPSCALE,
        segment::SEGMENT,
        tone::BRIGHTNESS,
        tone::CONTRAST,
        tone::GAMMA,
        tone::SATURATION,
        focus::BLUR,
        focus::SHARPEN,
        border::BACKGROUND,
        border::BORDER,
    ];
}

#[cfg(test)]
pub(crate) mod tests {
    use palmette_ops::transform::Border;

    use super::*;
    use crate::{Error, json};

    /// Resolves `{"key": value}` of the given text.
    pub(crate) fn transform(options: &str) -> Result<Transform, Error> {
        Transform::from_options(json::parse(options).unwrap().as_object().unwrap())
    }

    /// Asserts that an option refuses each of the values, naming itself and what it allows.
    pub(crate) fn assert_refuses(spec: &OptionSpec<Transform>, values: &[&str]) {
        for value in values {
            let error = transform(&format!(r#"{{"{}":{value}}}"#, spec.name)).unwrap_err();
            assert_eq!(error.code(), crate::Code::InvalidOption);
            // What was probably meant may stand behind it.
            let message = error.to_string();
            assert!(message.starts_with(&format!("{} must be {}, got {value}", spec.name, spec.allowed)), "{message}");
        }
    }

    #[test]
    fn transform_without_options_is_the_default() {
        assert_eq!(transform("{}").unwrap(), Transform::default());
    }

    #[test]
    fn transform_takes_null_for_absent() {
        assert_eq!(transform(r#"{"width":null,"nul":null,"border":null}"#).unwrap(), Transform::default());
        assert_eq!(transform(r#"{"border":{"color":null,"nul":null}}"#).unwrap().border, Some(Border::default()));
    }

    #[test]
    fn transform_refuses_unknown_options() {
        let error = transform(r#"{"widht":5}"#).unwrap_err().to_string();
        assert!(
            error.starts_with(r#"unknown option "widht"; known options are trim, flip, rotate, width, height, "#),
            "{error}"
        );
        let error = transform(r#"{"gravity":{"z":5}}"#).unwrap_err().to_string();
        assert_eq!(error, r#"unknown option "gravity.z"; known options are x, y, mode"#);
    }

    #[test]
    fn every_option_of_the_protocol_is_there_once() {
        let mut names: Vec<_> = Transform::OPTIONS.iter().map(|spec| spec.name).collect();
        names.sort_unstable();
        let all = "background blur border brightness contrast fit flip gamma gravity height rotate saturation segment \
                   sharpen trim upscale width zoom";
        assert_eq!(names, all.split(' ').collect::<Vec<_>>());
    }

    #[test]
    fn no_option_takes_a_value_of_a_foreign_type() {
        for spec in Transform::OPTIONS {
            assert_refuses(spec, &["[]", "\"\"", "\"none of the names\"", "false"]);
        }
    }
}

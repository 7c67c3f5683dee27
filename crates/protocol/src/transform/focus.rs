//! `blur` and `sharpen`: the detail of a picture.

use palmette_ops::Transform;
use serde_json::Value;

use crate::options::{OptionSpec, number, number_value, round, to_u8};
use crate::values::Values;

/// `blur`
pub(super) const BLUR: OptionSpec<Transform> = OptionSpec {
    name: "blur",
    allowed: "0 to 250",
    summary: "blurs by this radius in pixels, rounded; below 1 does nothing",
    values: Values::between(0.0, 250.0),
    examples: &[r#"{"blur": 2}"#, r#"{"blur": 12}"#],
    read: |value, transform| {
        let radius = number(value, 0.0..=250.0)?;
        // 0.5 to 1 would round to a radius of 1, but nothing below 1 blurs.
        transform.blur = Some(if radius < 1.0 { 0 } else { to_u8(round(radius)) });
        Ok(())
    },
    write: |transform| transform.blur.map(Value::from),
};

/// `sharpen`
pub(super) const SHARPEN: OptionSpec<Transform> = OptionSpec {
    name: "sharpen",
    allowed: "0 to 10",
    summary: "sharpens by this strength; 0 does nothing",
    values: Values::between(0.0, 10.0),
    examples: &[r#"{"sharpen": 2}"#, r#"{"sharpen": 8}"#],
    read: |value, transform| number(value, 0.0..=10.0).map(|strength| transform.sharpen = Some(strength)),
    write: |transform| transform.sharpen.map(number_value),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn blur_is_rounded_and_starts_at_1() {
        for (text, radius) in [("0", 0), ("0.99", 0), ("1", 1), ("1.5", 2), ("249.5", 250), ("250", 250)] {
            assert_eq!(transform(&format!(r#"{{"blur":{text}}}"#)).unwrap().blur, Some(radius), "{text}");
        }
        assert_refuses(&BLUR, &["-1", "250.1", "\"5\"", "true"]);
    }

    #[test]
    fn sharpen_goes_from_0_to_10() {
        for strength in [0.0, 0.3, 10.0] {
            assert_eq!(transform(&format!(r#"{{"sharpen":{strength}}}"#)).unwrap().sharpen, Some(strength));
        }
        assert_refuses(&SHARPEN, &["-0.1", "10.5", "\"1\""]);
    }
}

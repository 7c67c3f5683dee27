//! `brightness`, `contrast`, `gamma` and `saturation`: the colours of a picture.

use palmette_ops::Transform;

use crate::options::{OptionSpec, number, number_value};
use crate::values::Values;

/// `brightness`
pub(super) const BRIGHTNESS: OptionSpec<Transform> = OptionSpec {
    name: "brightness",
    allowed: "0 to 255",
    summary: "multiplies every channel; 0 and 1 do nothing",
    values: Values::between(0.0, 255.0),
    examples: &[r#"{"brightness": 0.5}"#, r#"{"brightness": 1.5}"#],
    read: |value, transform| number(value, 0.0..=255.0).map(|factor| transform.brightness = Some(factor)),
    write: |transform| transform.brightness.map(number_value),
};

/// `contrast`
pub(super) const CONTRAST: OptionSpec<Transform> = OptionSpec {
    name: "contrast",
    allowed: "0 to 255",
    summary: "multiplies the distance from mid grey; 0 and 1 do nothing",
    values: Values::between(0.0, 255.0),
    examples: &[r#"{"contrast": 0.5}"#, r#"{"contrast": 1.6}"#],
    read: |value, transform| number(value, 0.0..=255.0).map(|factor| transform.contrast = Some(factor)),
    write: |transform| transform.contrast.map(number_value),
};

/// `gamma`
pub(super) const GAMMA: OptionSpec<Transform> = OptionSpec {
    name: "gamma",
    allowed: "0 to 255",
    summary: "brightens the middle tones above 1, darkens them below; 0 and 1 do nothing",
    values: Values::between(0.0, 255.0),
    examples: &[r#"{"gamma": 0.5}"#, r#"{"gamma": 2}"#],
    read: |value, transform| number(value, 0.0..=255.0).map(|gamma| transform.gamma = Some(gamma)),
    write: |transform| transform.gamma.map(number_value),
};

/// `saturation`
pub(super) const SATURATION: OptionSpec<Transform> = OptionSpec {
    name: "saturation",
    allowed: "0 to 255",
    summary: "multiplies the distance from grey; 0 gives grey, 1 does nothing",
    values: Values::between(0.0, 255.0),
    examples: &[r#"{"saturation": 0}"#, r#"{"saturation": 2}"#],
    read: |value, transform| number(value, 0.0..=255.0).map(|factor| transform.saturation = Some(factor)),
    write: |transform| transform.saturation.map(number_value),
};

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn tone_options_go_from_0_to_255() {
        for factor in [0.0, 0.1, 1.0, 255.0] {
            let tone = transform(&format!(
                r#"{{"brightness":{factor},"contrast":{factor},"gamma":{factor},"saturation":{factor}}}"#
            ))
            .unwrap();
            assert_eq!([tone.brightness, tone.contrast, tone.gamma, tone.saturation], [Some(factor); 4]);
        }
        for spec in [&BRIGHTNESS, &CONTRAST, &GAMMA, &SATURATION] {
            assert_refuses(spec, &["-0.1", "255.1", "\"1\"", "{}"]);
        }
    }
}

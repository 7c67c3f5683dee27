//! `width`, `height`, `fit` and `upscale`: the size of the result.

use std::num::NonZeroU32;

use palmette_ops::transform::Upscale;
use palmette_ops::{Fit, Transform};
use serde_json::Value;

use crate::object::Named;
use crate::options::{OptionSpec, Refusal, name, name_value, number, round, to_u32};
use crate::values::{Values, words};

impl Named for Fit {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("scale-down", Self::ScaleDown),
        ("contain", Self::Contain),
        ("cover", Self::Cover),
        ("crop", Self::Crop),
        ("aspect-crop", Self::AspectCrop),
        ("pad", Self::Pad),
        ("squeeze", Self::Squeeze),
        ("scale-up", Self::ScaleUp),
        ("outside", Self::Outside),
    ];
}

/// Names of a fit in other tools, among them Astro's images and sharp; `None` is the absent option.
const OTHER_NAMES: &[(&str, Option<Fit>)] =
    &[("fill", Some(Fit::Squeeze)), ("inside", Some(Fit::Contain)), ("none", None)];

impl Named for Upscale {
    const NAMES: &'static [(&'static str, Self)] = &[("interpolate", Self::Interpolate), ("generate", Self::Generate)];
}

/// `width`
pub(super) const WIDTH: OptionSpec<Transform> = OptionSpec {
    name: "width",
    allowed: "a number of at least 0.5",
    summary: "the width in pixels, after rotation; rounded",
    values: Values::at_least(0.5),
    examples: &[r#"{"width": 90}"#],
    read: |value, transform| side(value).map(|side| transform.width = Some(side)),
    write: |transform| transform.width.map(|side| side.get().into()),
};

/// `height`
pub(super) const HEIGHT: OptionSpec<Transform> = OptionSpec {
    name: "height",
    allowed: "a number of at least 0.5",
    summary: "the height in pixels, after rotation; rounded",
    values: Values::at_least(0.5),
    examples: &[r#"{"height": 40}"#],
    read: |value, transform| side(value).map(|side| transform.height = Some(side)),
    write: |transform| transform.height.map(|side| side.get().into()),
};

/// `fit`
pub(super) const FIT: OptionSpec<Transform> = OptionSpec {
    name: "fit",
    allowed: "scale-down, contain, cover, crop, aspect-crop, pad, squeeze, scale-up or outside",
    summary: "how the picture fits into width and height; default scale-down",
    values: Values::Words { words: &words::<_, { Fit::NAMES.len() }>(Fit::NAMES) },
    examples: &[
        r#"{"width": 80, "height": 80, "fit": "scale-down"}"#,
        r#"{"width": 80, "height": 80, "fit": "contain"}"#,
        r#"{"width": 80, "height": 80, "fit": "cover"}"#,
        r#"{"width": 80, "height": 80, "fit": "crop"}"#,
        r#"{"width": 80, "height": 80, "fit": "aspect-crop"}"#,
        r#"{"width": 80, "height": 80, "fit": "pad"}"#,
        r#"{"width": 80, "height": 80, "fit": "squeeze"}"#,
        r#"{"width": 80, "height": 80, "fit": "scale-up"}"#,
    ],
    read: |value, transform| {
        transform.fit = match name(value, OTHER_NAMES) {
            Ok(fit) => fit,
            Err(_) => Some(name(value, Fit::NAMES)?),
        };
        Ok(())
    },
    write: |transform| name_value(transform.fit?, Fit::NAMES),
};

/// `upscale`
pub(super) const UPSCALE: OptionSpec<Transform> = OptionSpec {
    name: "upscale",
    allowed: "interpolate or generate",
    summary: "how a picture is enlarged; default interpolate; generate needs a model",
    values: Values::Words { words: &words::<_, { Upscale::NAMES.len() }>(Upscale::NAMES) },
    examples: &[r#"{"width": 240, "fit": "contain", "upscale": "interpolate"}"#],
    read: |value, transform| name(value, Upscale::NAMES).map(|upscale| transform.upscale = Some(upscale)),
    write: |transform| name_value(transform.upscale?, Upscale::NAMES),
};

/// Reads a side. One that no picture can have is kept as the largest number; limits refuse it by its size, not its type.
fn side(value: &Value) -> Result<NonZeroU32, Refusal> {
    NonZeroU32::new(to_u32(round(number(value, 0.5..=f64::MAX)?))).ok_or(Refusal::Value)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_refuses, transform};
    use super::*;

    #[test]
    fn width_and_height_are_rounded_to_whole_pixels() {
        for (text, pixels) in
            [("1", 1), ("0.5", 1), ("1.49", 1), ("240.5", 241), ("4e9", 4_000_000_000), ("1e99", u32::MAX)]
        {
            let sides = transform(&format!(r#"{{"width":{text},"height":{text}}}"#)).unwrap();
            assert_eq!((sides.width, sides.height), (NonZeroU32::new(pixels), NonZeroU32::new(pixels)), "{text}");
        }
    }

    #[test]
    fn width_and_height_refuse_what_is_no_size() {
        for spec in [&WIDTH, &HEIGHT] {
            assert_refuses(spec, &["0", "0.49", "-1", "\"60\"", "\"auto\"", "true", "{}"]);
        }
    }

    #[test]
    fn fit_and_upscale_know_their_names() {
        for &(name, fit) in Fit::NAMES {
            assert_eq!(transform(&format!(r#"{{"fit":"{name}"}}"#)).unwrap().fit, Some(fit));
            assert!(FIT.allowed.contains(name));
        }
        for &(name, upscale) in Upscale::NAMES {
            assert_eq!(transform(&format!(r#"{{"upscale":"{name}"}}"#)).unwrap().upscale, Some(upscale));
            assert!(UPSCALE.allowed.contains(name));
        }
        assert_refuses(&FIT, &["\"Cover\"", "\" cover\"", "1"]);
        assert_refuses(&UPSCALE, &["true"]);
    }
}

//! The options of an image URL for people and programs: their short names, and how they are written in a URL.

use palmette_ops::Transform;
use serde::Serialize;

use super::delivery::Delivery;
use crate::object::OptionObject;
use crate::options::infos;
use crate::{Error, OptionInfo, Values};

/// An option of an image URL.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct UrlOption {
    /// What it is. Its values are those of the object in `cf.image`; how an object is written in a URL, [`examples`](Self::examples) show.
    #[serde(flatten)]
    pub info: OptionInfo,
    /// A shorter name.
    pub alias: Option<&'static str>,
    /// The option as it stands in URLs.
    pub examples: &'static [&'static str],
}

/// How an option is written.
struct Form {
    name: &'static str,
    alias: Option<&'static str>,
    /// Its values in a URL, as they read after "must be", if they are others than those of the object.
    allowed: Option<&'static str>,
    examples: &'static [&'static str],
}

/// Makes the form of an option that is one value.
const fn form(name: &'static str, alias: Option<&'static str>, examples: &'static [&'static str]) -> Form {
    Form { name, alias, allowed: None, examples }
}

/// The form of every option.
const FORMS: &[Form] = &[
    Form {
        allowed: Some(
            "border, TOP;RIGHT;BOTTOM;LEFT, or named: trim.top, .right, .bottom, .left, .width, .height, .border",
        ),
        ..form(
            "trim",
            None,
            &["trim=20;30;20;0", "trim.left=0.25", "trim=border", "trim=border,trim.border.tolerance=5"],
        )
    },
    form("flip", None, &["flip=h"]),
    form("rotate", None, &["rotate=90"]),
    form("width", Some("w"), &["width=320", "w=320", "width=auto"]),
    form("height", Some("h"), &["height=240"]),
    form("fit", None, &["fit=cover"]),
    Form {
        allowed: Some("left, right, top, bottom, center, auto, entropy, face or XxY, each 0 to 1"),
        ..form("gravity", Some("g"), &["gravity=auto", "g=0.5x0.2"])
    },
    form("zoom", Some("face-zoom"), &["zoom=0.5"]),
    form("upscale", None, &["upscale=generate"]),
    form("segment", None, &["segment=foreground"]),
    form("brightness", None, &["brightness=1.2"]),
    form("contrast", None, &["contrast=0.8"]),
    form("gamma", None, &["gamma=1.5"]),
    form("saturation", None, &["saturation=0"]),
    form("blur", None, &["blur=20"]),
    form("sharpen", None, &["sharpen=1"]),
    form("background", None, &["background=%23ff8000", "background=rgb(255%20128%200)"]),
    Form {
        allowed: Some("named: border.color and either border.width or border.top, .right, .bottom, .left"),
        ..form("border", None, &["border.width=4,border.color=gold"])
    },
    form("dpr", None, &["dpr=2"]),
    form("format", Some("f"), &["format=auto", "f=webp", "f=json"]),
    form("quality", Some("q"), &["quality=75", "q=high"]),
    form("slow-connection-quality", Some("scq"), &["scq=50"]),
    form("anim", None, &["anim=false"]),
    form("metadata", None, &["metadata=none"]),
    form("compression", None, &["compression=fast"]),
    form("onerror", None, &["onerror=redirect"]),
    form("wbreakpoints", None, &["width=auto,wbreakpoints=320;640;1280"]),
    form("wmobile", None, &["width=auto,wmobile=640"]),
    form("wdesktop", None, &["width=auto,wdesktop=1600"]),
];

/// Returns every option of an image URL: those of a transform, in the order in which they apply, and those that only URLs have.
#[must_use]
pub fn url_options() -> Vec<UrlOption> {
    let of_transform = infos(Transform::OPTIONS).into_iter().filter(|info| info.name != WIDTH.name);
    let own = infos(Delivery::OPTIONS).into_iter().filter(|info| info.name != WIDTH.name);
    let with_form = |info: OptionInfo| {
        let form = FORMS.iter().find(|form| form.name == info.name);
        UrlOption { info, alias: form.and_then(|form| form.alias), examples: form.map_or(&[], |form| form.examples) }
    };
    // The width is in both tables: numbers in one, `auto` in the other.
    std::iter::once(WIDTH).chain(of_transform).chain(own).map(with_form).collect()
}

/// The width, as both tables together have it.
const WIDTH: OptionInfo = OptionInfo {
    name: "width",
    allowed: "a number of at least 0.5, or auto",
    summary: "the width in pixels, after rotation, rounded; auto chooses one for the one who asks",
    values: Values::Any { of: &[Values::at_least(0.5), Values::Words { words: &["auto"] }] },
};

/// Returns the option that a short name stands for.
pub(super) fn name_of_alias(alias: &str) -> Option<&'static str> {
    FORMS.iter().find(|form| form.alias == Some(alias)).map(|form| form.name)
}

/// Says in a refusal what an option may be in a URL, where that is another thing than in an object.
pub(super) fn in_url(error: Error) -> Error {
    match error {
        Error::BadValue { option, allowed, actual, hint } => {
            let form = FORMS.iter().find(|form| form.name == option);
            let of_width = (option == WIDTH.name).then_some(WIDTH.allowed);
            let allowed = form.and_then(|form| form.allowed).or(of_width).unwrap_or(allowed);
            Error::BadValue { option, allowed, actual, hint }
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::{ImageOptions, Strictness};

    #[test]
    fn forms_are_there_for_every_option() {
        let options = url_options();
        let names: Vec<&str> = options.iter().map(|option| option.info.name).collect();
        let forms: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        let sorted = |mut names: Vec<&'static str>| {
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(names), sorted(forms), "an option without a form, a form without an option, or one twice");
        for option in options {
            assert!(!option.examples.is_empty(), "{}", option.info.name);
            for example in option.examples {
                let (read, warnings) = ImageOptions::parse(example, Strictness::Strict)
                    .unwrap_or_else(|error| panic!("{example}: {error}"));
                assert!(warnings.is_empty());
                let object = read.to_object();
                assert!(object.contains_key(option.info.name), "{example} says nothing of {}", option.info.name);
            }
        }
    }

    #[test]
    fn forms_have_each_short_name_once() {
        let mut aliases: Vec<_> = FORMS.iter().filter_map(|form| form.alias).collect();
        aliases.sort_unstable();
        assert_eq!(aliases, ["f", "face-zoom", "g", "h", "q", "scq", "w"]);
        assert!(url_options().iter().all(|option| !aliases.contains(&option.info.name)));
    }
}

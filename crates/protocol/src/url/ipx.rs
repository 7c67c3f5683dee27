//! The URLs of IPX, which Nuxt Image writes where no other service is configured: `/_ipx/MODIFIERS/SOURCE`.
//!
//! IPX puts a name and a value of sharp together with `_`: `/_ipx/w_200,f_webp/photos/cat.jpg`; `_` alone changes nothing. What has a
//! counterpart here is read, and everything else is refused: `blur` and `sharpen`, for two, mean other numbers in sharp.

use serde_json::{Value, json};

use super::escape::decode_part;
use super::{ImageOptions, ImageUrl, UrlSource};
use crate::json::excerpt_text;
use crate::{Error, Hint, Options};

/// Where the path of these URLs begins.
pub const PREFIX: &str = "/_ipx/";

/// A URL as it has to be.
const FORM: &str = "/_ipx/MODIFIERS/SOURCE, with NAME_VALUE and commas between them as MODIFIERS, or _ for none";

/// A modifier that is read.
#[derive(Clone, Copy, Debug)]
pub struct Modifier {
    /// Its names. The first is the one that messages use.
    pub names: &'static [&'static str],
    /// What follows one of them, as a regular expression.
    pub pattern: &'static str,
}

/// Makes a modifier.
const fn modifier(names: &'static [&'static str], pattern: &'static str) -> Modifier {
    Modifier { names, pattern }
}

/// Every modifier.
pub const MODIFIERS: [Modifier; 13] = [
    modifier(&["width", "w"], "_[1-9][0-9]{0,8}"),
    modifier(&["height", "h"], "_[1-9][0-9]{0,8}"),
    modifier(&["resize", "s"], "_[1-9][0-9]{0,8}(x[1-9][0-9]{0,8})?"),
    modifier(&["format", "f"], "_(jpg|jpeg|png|webp|avif|gif|auto)"),
    modifier(&["quality", "q"], "_(100|[1-9][0-9]?)"),
    modifier(&["fit"], "_(cover|contain|fill|inside|outside)"),
    modifier(
        &["position", "pos"],
        "_(top|right|bottom|left|center|centre|entropy|attention|(north|south)(east|west)?|east|west|(right|left) (top|bottom))",
    ),
    modifier(&["background", "b"], "_([0-9a-fA-F]{3,4}|([0-9a-fA-F]{2}){3,4}|[a-z]+)"),
    modifier(&["enlarge"], SWITCHES),
    modifier(&["rotate"], "_(0|90|180|270)"),
    modifier(&["flip"], SWITCHES),
    modifier(&["flop"], SWITCHES),
    modifier(&["grayscale"], SWITCHES),
];

/// What follows the name of a switch.
const SWITCHES: &str = "(_(true|false))?";

/// What is read of a URL.
#[derive(Default)]
struct Modifiers {
    object: Options,
    fit: Option<&'static str>,
    enlarges: bool,
    flips: bool,
    flops: bool,
}

/// Reads the path of such a URL, percent-encoded as it came, and its query.
///
/// ```
/// use palmette_protocol::url::{UrlSource, ipx};
///
/// let url = ipx::parse("/_ipx/w_200,f_webp/photos/cat.jpg", None)?;
/// assert_eq!(url.source, UrlSource::Path("/photos/cat.jpg".to_owned()));
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
///
/// # Errors
///
/// 9401 if there is no source, a modifier has no counterpart or is given twice, or a value is not allowed.
pub fn parse(path: &str, query: Option<&str>) -> Result<ImageUrl, Error> {
    let not_one = || Error::NotAnImageUrl { form: FORM };
    let (modifiers, source) = path.strip_prefix(PREFIX).and_then(|rest| rest.split_once('/')).ok_or_else(not_one)?;
    let source = UrlSource::parse(source, query).ok_or_else(not_one)?;
    let mut read = Modifiers::default();
    let mut given: Vec<&str> = Vec::new();
    let entries = decode_part(modifiers)?;
    for entry in entries.split([',', '&']).filter(|_| entries != "_") {
        let (name, value) = entry.split_once('_').unwrap_or((entry, ""));
        let modifier = MODIFIERS.iter().find(|modifier| modifier.names.contains(&name));
        let Some(name) = modifier.and_then(|modifier| modifier.names.first().copied()) else {
            let known = || MODIFIERS.iter().filter_map(|modifier| modifier.names.first().copied());
            return Err(Error::UnknownOption {
                option: excerpt_text(name),
                known: known().collect(),
                hint: Hint::of_name(name, known()),
            });
        };
        if given.contains(&name) {
            return Err(Error::GivenTwice { option: name.to_owned() });
        }
        given.push(name);
        read.set(name, value)?;
    }
    Ok(ImageUrl { options: ImageOptions::from_object(&read.into_object())?, source, warnings: Vec::new() })
}

impl Modifiers {
    /// Reads one modifier.
    fn set(&mut self, name: &'static str, value: &str) -> Result<(), Error> {
        let bad = |allowed| Error::BadValue {
            option: name.to_owned(),
            allowed,
            actual: excerpt_text(value),
            hint: Hint::None,
        };
        let mut put = |name: &str, value: Value| drop(self.object.insert(name.to_owned(), value));
        match name {
            "width" | "height" => put(name, side(value).ok_or_else(|| bad(SIDE))?),
            "resize" => {
                let (width, height) = value.split_once('x').unwrap_or((value, value));
                let bad = || bad("WIDTHxHEIGHT, each a whole number above 0, or one for both");
                put("width", side(width).ok_or_else(bad)?);
                put("height", side(height).ok_or_else(bad)?);
            }
            "format" => put(name, if value == "jpg" { "jpeg" } else { value }.into()),
            "quality" => put(name, side(value).ok_or_else(|| bad("a whole number from 1 to 100"))?),
            "fit" => {
                let known = FITS.into_iter().find(|fit| *fit == value);
                self.fit = Some(known.ok_or_else(|| bad("cover, contain, fill, inside or outside"))?);
            }
            "position" => {
                put("gravity", gravity(value).ok_or_else(|| bad("a side, a corner, center, entropy or attention"))?)
            }
            "background" => {
                // A `#` would end the URL, so hex digits stand alone.
                let is_hex = matches!(value.len(), 3 | 4 | 6 | 8) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
                put(name, if is_hex { format!("#{value}").into() } else { value.into() });
            }
            "rotate" => put(name, value.parse::<u16>().map_err(|_| bad("0, 90, 180 or 270"))?.into()),
            "enlarge" => self.enlarges = switch(value).ok_or_else(|| bad(SWITCH))?,
            "flip" => self.flips = switch(value).ok_or_else(|| bad(SWITCH))?,
            "flop" => self.flops = switch(value).ok_or_else(|| bad(SWITCH))?,
            "grayscale" => {
                if switch(value).ok_or_else(|| bad(SWITCH))? {
                    put("saturation", 0.into());
                }
            }
            _ => return Err(Error::NotAnImageUrl { form: FORM }),
        }
        Ok(())
    }

    /// Puts together what several modifiers decide.
    fn into_object(mut self) -> Options {
        // IPX enlarges only if it is told to, but keeps the shape that was asked for.
        let fit = match (self.fit.unwrap_or("cover"), self.enlarges) {
            ("cover", true) => "cover",
            ("cover", false) => "aspect-crop",
            ("contain", _) => "pad",
            ("fill", _) => "squeeze",
            ("outside", _) => "outside",
            (_, true) => "contain",
            (_, false) => "scale-down",
        };
        // With one side there is nothing to fit.
        let sides = ["width", "height"].map(|side| self.object.contains_key(side));
        let fit = match sides {
            [true, true] => fit,
            _ if self.enlarges => "contain",
            _ => "scale-down",
        };
        if sides.contains(&true) {
            self.object.insert("fit".to_owned(), fit.into());
        }
        // In sharp, a flip is vertical.
        let flip = match (self.flops, self.flips) {
            (true, true) => "hv",
            (true, false) => "h",
            (false, true) => "v",
            (false, false) => return self.object,
        };
        self.object.insert("flip".to_owned(), flip.into());
        self.object
    }
}

/// The allowed values of a side.
const SIDE: &str = "a whole number above 0";
/// The allowed values of a switch.
const SWITCH: &str = "true, false or nothing";
/// The words of sharp for how a picture fits.
const FITS: [&str; 5] = ["cover", "contain", "fill", "inside", "outside"];

/// Reads a whole number above 0.
fn side(text: &str) -> Option<Value> {
    text.parse::<u32>().ok().filter(|side| *side > 0).map(Value::from)
}

/// Reads a switch; its name alone turns it on.
fn switch(text: &str) -> Option<bool> {
    if text.is_empty() { Some(true) } else { text.parse().ok() }
}

/// Reads a position of sharp.
fn gravity(text: &str) -> Option<Value> {
    let point = |x: f64, y: f64| Some(json!({ "x": x, "y": y }));
    match text {
        "top" | "right" | "bottom" | "left" | "center" | "entropy" => Some(text.into()),
        "centre" => Some("center".into()),
        "attention" => Some("auto".into()),
        "north" => Some("top".into()),
        "east" => Some("right".into()),
        "south" => Some("bottom".into()),
        "west" => Some("left".into()),
        "right top" | "northeast" => point(1.0, 0.0),
        "right bottom" | "southeast" => point(1.0, 1.0),
        "left bottom" | "southwest" => point(0.0, 1.0),
        "left top" | "northwest" => point(0.0, 0.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json as own_json;

    #[test]
    fn ipx_urls_are_read() {
        for (modifiers, options) in [
            ("_", "{}"),
            ("w_200,f_webp", r#"{"width":200,"fit":"scale-down","format":"webp"}"#),
            (
                "w_200&h_100&q_80&f_jpg",
                r#"{"width":200,"height":100,"fit":"aspect-crop","format":"jpeg","quality":80}"#,
            ),
            ("s_200x100,enlarge", r#"{"width":200,"height":100,"fit":"cover"}"#),
            ("resize_200,fit_contain,b_ffeedd", r##"{"width":200,"height":200,"background":"#ffeedd","fit":"pad"}"##),
            ("h_5,fit_fill,enlarge_true", r#"{"height":5,"fit":"contain"}"#),
            ("s_4x5,fit_fill", r#"{"width":4,"height":5,"fit":"squeeze"}"#),
            ("s_4x5,fit_inside", r#"{"width":4,"height":5,"fit":"scale-down"}"#),
            ("s_4x5,fit_inside,enlarge", r#"{"width":4,"height":5,"fit":"contain"}"#),
            ("s_4x5,fit_outside", r#"{"width":4,"height":5,"fit":"outside"}"#),
            ("flip,flop", r#"{"flip":"hv"}"#),
            ("flip", r#"{"flip":"v"}"#),
            ("flop_true,flip_false,rotate_90", r#"{"rotate":90,"flip":"h"}"#),
            ("position_attention,grayscale", r#"{"gravity":"auto","saturation":0}"#),
            ("pos_right%20top,background_red", r#"{"gravity":{"x":1,"y":0},"background":"red"}"#),
            ("f_auto", r#"{"format":"auto"}"#),
        ] {
            let url = parse(&format!("/_ipx/{modifiers}/a/b.jpg"), Some("c=d")).unwrap();
            assert_eq!(url.source, UrlSource::Path("/a/b.jpg?c=d".to_owned()));
            assert_eq!(own_json::to_string(&url.options.to_object()), options, "{modifiers}");
        }
    }

    #[test]
    fn ipx_words_of_patterns_are_read() {
        for Modifier { names, pattern } in MODIFIERS {
            // Only words: what a pattern says of digits, the tests above try.
            let words = pattern.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| word.len() > 2);
            for word in words.filter(|_| !pattern.contains('[')) {
                for name in names {
                    let read = parse(&format!("/_ipx/s_4x5,{name}_{word}/a.jpg"), None);
                    assert!(read.is_ok(), "{name}_{word}: {}", read.unwrap_err());
                }
            }
        }
    }

    #[test]
    fn ipx_urls_that_are_none_are_refused() {
        for (path, message) in [
            ("/_ipx/w_200", format!("the URL must be {FORM}")),
            ("/_ipx/w_200/", format!("the URL must be {FORM}")),
            ("/_ipx/w_0/a.jpg", r#"width must be a whole number above 0, got "0""#.to_owned()),
            ("/_ipx/w_1,width_2/a.jpg", "width is given twice".to_owned()),
            ("/_ipx/rotate_45/a.jpg", "rotate must be 0, 90, 180 or 270, got 45".to_owned()),
            ("/_ipx/fit_cloud/a.jpg", r#"fit must be cover, contain, fill, inside or outside, got "cloud""#.to_owned()),
            ("/_ipx/flip_maybe/a.jpg", r#"flip must be true, false or nothing, got "maybe""#.to_owned()),
        ] {
            assert_eq!(parse(path, None).unwrap_err().to_string(), message, "{path}");
        }
        let error = parse("/_ipx/w_5,blur_3/a.jpg", None).unwrap_err().to_string();
        assert!(error.starts_with("unknown option \"blur\"; known options are width, height, resize,"), "{error}");
    }
}

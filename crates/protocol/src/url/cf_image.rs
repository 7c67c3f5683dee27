//! `cf.image`, which a Worker writes beside a `fetch`: the options of an image URL as an object, and pictures and texts that are drawn
//! on the result.
//!
//! An entry of `draw` holds three things side by side: what is drawn, how it is transformed first, and where it is put. Each is read by the
//! table that forms are read by.

use bytes::Bytes;
use palmette_ops::tree::check;
use palmette_ops::{Draw, ImageIndex, Op, Place, Text, Transform, TreeLimits};
use serde_json::Value;

use super::client::Client;
use super::forms::url_options;
use super::options::ImageOptions;
use crate::object::OptionObject;
use crate::options::{round, to_u32};
use crate::{Error, Hint, Options, OutputFormat, Source, TransformRequest, json};

/// The options that only URLs have: a Worker sees the error, and the header `accept`, itself.
const OF_URLS: [&str; 1] = ["onerror"];

/// The options that only `cf.image` has.
const DRAW: &str = "draw";
const ORIGIN_AUTH: &str = "origin-auth";

/// The one value of `origin-auth`.
const SHARE_PUBLICLY: &str = "share-publicly";

/// The formats of `cf.image`, as they read after "must be".
const FORMATS: &str = "avif, webp, jpeg, baseline-jpeg, png, png-force, gif, svg or json; auto is for URLs, a Worker reads the header accept";

/// The sides of an overlay that may be fractions.
const SIDES: [&str; 2] = ["width", "height"];

/// What `cf.image` asks for, checked.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CfImage {
    /// What is done with the picture itself.
    pub options: ImageOptions,
    /// What is drawn on it, from the bottom to the top.
    overlays: Vec<Overlay>,
    /// Whether the server of the source gets the credentials of the one who asks.
    pub shares_credentials: bool,
}

/// An entry of `draw`.
#[derive(Clone, Debug, PartialEq)]
struct Overlay {
    content: Content,
    /// What is done to it before it is drawn, without sides that are fractions.
    transform: ImageOptions,
    /// Width and height as fractions of those of the picture beneath.
    fractions: [Option<f64>; 2],
    /// Where and how it is drawn.
    draw: Options,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    /// A picture by its URL, whose bytes come beside.
    Picture(String),
    /// A text.
    Text(Box<Text>),
}

impl From<ImageOptions> for CfImage {
    fn from(options: ImageOptions) -> Self {
        Self { options, ..Self::default() }
    }
}

impl CfImage {
    /// Reads the object.
    ///
    /// ```
    /// use palmette_protocol::url::CfImage;
    ///
    /// let object = serde_json::json!({ "width": 400, "draw": [{ "url": "https://example.com/mark.png", "width": 0.25, "right": 8 }] });
    /// let image = CfImage::from_object(object.as_object().unwrap())?;
    /// assert_eq!(image.picture_urls().collect::<Vec<_>>(), ["https://example.com/mark.png"]);
    /// assert!(image.needs_base());
    /// # Ok::<(), palmette_protocol::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// 9401 if an option is unknown, if its value is not allowed, or if two options cannot be used together; names the entry of `draw`.
    pub fn from_object(object: &Options) -> Result<Self, Error> {
        let mut options = Options::new();
        let (mut overlays, mut shares_credentials) = (Vec::new(), false);
        let names: Vec<_> = url_options().into_iter().map(|option| option.info.name).collect();
        let is_of_workers = |name: &&str| !OF_URLS.contains(name);
        for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            match key.as_str() {
                DRAW => overlays = read_draw(value)?,
                ORIGIN_AUTH if value == SHARE_PUBLICLY => shares_credentials = true,
                ORIGIN_AUTH => return Err(bad_value(ORIGIN_AUTH, SHARE_PUBLICLY, value)),
                "format" if value == "auto" => return Err(bad_value("format", FORMATS, value)),
                key if names.iter().filter(|name| is_of_workers(name)).any(|name| *name == key) => {
                    options.insert(key.to_owned(), value.clone());
                }
                key => {
                    let known = names.iter().copied().filter(|name| is_of_workers(name)).chain([DRAW, ORIGIN_AUTH]);
                    return Err(unknown(key, known.collect()));
                }
            }
        }
        let options = ImageOptions::from_object(&options).map_err(|error| match error {
            Error::BadValue { option, actual, hint, .. } if option == "format" => {
                Error::BadValue { option, allowed: FORMATS, actual, hint }
            }
            error => error,
        })?;
        Ok(Self { options, overlays, shares_credentials })
    }

    /// Returns the URLs of the pictures that are drawn, in their order.
    pub fn picture_urls(&self) -> impl Iterator<Item = &str> {
        self.overlays.iter().filter_map(Overlay::url)
    }

    /// Tells whether a text is drawn, which needs a font.
    #[must_use]
    pub fn draws_text(&self) -> bool {
        self.overlays.iter().any(|overlay| overlay.url().is_none())
    }

    /// Tells whether something is as large as a fraction of the picture beneath, whose size has to be known.
    #[must_use]
    pub fn needs_base(&self) -> bool {
        self.overlays.iter().any(|overlay| overlay.fractions != [None, None])
    }

    /// Returns the entry of `draw`, from 1, of one of the pictures that are drawn by URL, counted from 0.
    #[must_use]
    pub fn entry_of_picture(&self, picture: usize) -> Option<usize> {
        let pictures = (1..).zip(&self.overlays).filter(|(_, overlay)| overlay.url().is_some());
        pictures.map(|(entry, _)| entry).nth(picture)
    }

    /// Makes the request of a form that asks for the same; `pictures` are those that are drawn by URL, in their order, and `base`
    /// is the size of the picture that they are drawn on, of which some may be fractions.
    ///
    /// # Errors
    ///
    /// Those of [`ImageOptions::request`]; 9432 if there are more or fewer pictures than are drawn; 9401 if there are more of them, or
    /// more steps, than the limits allow.
    pub fn request(
        &self,
        source: impl Into<Bytes>,
        pictures: &[Bytes],
        base: [u32; 2],
        (format, client): (OutputFormat, &Client),
        limits: &TreeLimits,
    ) -> Result<TransformRequest, Error> {
        let (expected, actual) = (self.picture_urls().count(), pictures.len());
        if expected != actual {
            return Err(Error::WrongPictureCount { expected, actual });
        }
        let mut request = self.options.request(source, format, client)?;
        let mut pictures = pictures.iter();
        for (draw_image_index, overlay) in (1..).map(ImageIndex).zip(&self.overlays) {
            let source = match &overlay.content {
                Content::Picture(_) => pictures.next().map(|picture| Source::Image(picture.clone())),
                Content::Text(text) => Some(Source::Text(Text::clone(text))),
            };
            request.sources.extend(source);
            let options = overlay.transform_for(base);
            if !options.is_empty() {
                let typed = Transform::from_options(&options)?;
                request.ops.push(Op::Transform { image_index: draw_image_index, options: typed });
                request.raw_ops.push(Op::Transform { image_index: draw_image_index, options });
            }
            let target_image_index = ImageIndex::CANVAS;
            let (options, typed) = (overlay.draw.clone(), Draw::from_options(&overlay.draw)?);
            request.ops.push(Op::Draw { draw_image_index, target_image_index, options: typed });
            request.raw_ops.push(Op::Draw { draw_image_index, target_image_index, options });
        }
        check(request.sources.len(), &request.raw_ops, limits)?;
        Ok(request)
    }
}

impl Overlay {
    /// Returns the URL of a picture.
    const fn url(&self) -> Option<&str> {
        match &self.content {
            Content::Picture(url) => Some(url.as_str()),
            Content::Text(_) => None,
        }
    }

    /// Reads an entry of `draw`.
    fn from_object(object: &Options) -> Result<Self, Error> {
        let is_of = |names: &[&'static str], key: &str| names.contains(&key);
        let (transforms, draws, texts) = (names_of::<Transform>(), names_of::<Draw>(), names_of::<Text>());
        let [mut transform, mut draw, mut text] = [(); 3].map(|()| Options::new());
        let mut fractions = [None; 2];
        let mut url = None;
        for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            let key = key.as_str();
            if key == "url" {
                url = Some(value);
            } else if let Some(side) = SIDES.iter().position(|side| *side == key) {
                match value.as_f64() {
                    Some(number) if number > 0.0 && number < 1.0 => fractions[side] = Some(number),
                    Some(number) if number >= 1.0 => _ = transform.insert(key.to_owned(), value.clone()),
                    _ => return Err(bad_value(SIDES[side], "a number above 0, a fraction if it is below 1", value)),
                }
            } else if key == "dpr" || is_of(&transforms, key) {
                transform.insert(key.to_owned(), value.clone());
            } else if is_of(&draws, key) {
                draw.insert(key.to_owned(), value.clone());
            } else if is_of(&texts, key) {
                text.insert(key.to_owned(), value.clone());
            } else {
                let known = ["url"].into_iter().chain(texts).chain(transforms).chain(["dpr"]).chain(draws);
                return Err(unknown(key, known.collect()));
            }
        }
        let content = match (url, text.is_empty()) {
            (Some(url), true) => Content::Picture(web_url(url)?),
            (Some(_), false) => return Err(Error::Conflict { first: "url", second: "text, font, size and color" }),
            (None, true) => return Err(Error::MissingOption { option: "url or text" }),
            (None, false) => Content::Text(Box::new(Text::from_options(&text)?)),
        };
        Draw::from_options(&draw)?;
        Ok(Self { content, transform: ImageOptions::from_object(&transform)?, fractions, draw })
    }

    /// Returns what is done before it is drawn on a picture of that size.
    fn transform_for(&self, base: [u32; 2]) -> Options {
        // Nothing that depends on who asks can be said here.
        let mut options = self.transform.transform_for(&Client::default());
        for ((side, fraction), base) in SIDES.into_iter().zip(self.fractions).zip(base) {
            if let Some(fraction) = fraction {
                options.insert(side.to_owned(), to_u32(round(fraction * f64::from(base)).max(1.0)).into());
            }
        }
        options
    }
}

/// Reads the list of what is drawn.
fn read_draw(value: &Value) -> Result<Vec<Overlay>, Error> {
    let not_a_list = || bad_value(DRAW, "a list of objects", value);
    let entries = value.as_array().ok_or_else(not_a_list)?;
    let overlays = entries.iter().zip(1..).map(|(entry, number)| {
        let object = entry.as_object().ok_or_else(not_a_list)?;
        Overlay::from_object(object).map_err(|error| error.at(Place::Draw { target: ImageIndex::CANVAS, number }))
    });
    overlays.collect()
}

fn names_of<T: OptionObject>() -> Vec<&'static str> {
    T::OPTIONS.iter().map(|spec| spec.name).collect()
}

/// Reads a URL that a Worker could fetch, as far as its scheme says.
fn web_url(value: &Value) -> Result<String, Error> {
    let scheme = |url: &&str| url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_web = |url: &&str| scheme(url).is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https"));
    let url = value.as_str().filter(is_web).map(str::to_owned);
    url.ok_or_else(|| bad_value("url", "an http or https URL", value))
}

fn bad_value(option: &str, allowed: &'static str, actual: &Value) -> Error {
    Error::BadValue { option: option.to_owned(), allowed, actual: json::excerpt(actual), hint: Hint::None }
}

fn unknown(key: &str, known: Vec<&'static str>) -> Error {
    let hint = Hint::of_name(key, known.iter().copied());
    Error::UnknownOption { option: json::excerpt_text(key), known, hint }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::list_to_json;

    fn read(text: &str) -> Result<CfImage, String> {
        CfImage::from_object(json::parse(text).unwrap().as_object().unwrap()).map_err(|error| error.to_string())
    }

    fn list(text: &str, base: [u32; 2]) -> String {
        let image = read(text).unwrap();
        let pictures = vec![Bytes::from_static(b"picture"); image.picture_urls().count()];
        let how = (OutputFormat::Png, &Client::default());
        let request = image.request(&b"source"[..], &pictures, base, how, &TreeLimits::default()).unwrap();
        assert_eq!(request.sources.len(), image.overlays.len() + 1);
        list_to_json(&request.raw_ops)
    }

    #[test]
    fn cf_image_becomes_a_list() {
        for (object, expected) in [
            ("{}", r#"[{"imageIndex":0}]"#),
            (
                r#"{"width":80,"dpr":2,"origin-auth":"share-publicly","draw":[],"height":null}"#,
                r#"[{"imageIndex":0,"width":160}]"#,
            ),
            (
                r#"{"draw":[{"url":"https://a.example/b.png"}]}"#,
                r#"[{"imageIndex":0},{"drawImageIndex":1,"targetImageIndex":0}]"#,
            ),
            (
                r#"{"rotate":90,"draw":[
                    {"url":"HTTP://a.example/b.png","rotate":180,"width":30,"dpr":2,"opacity":0.5,"repeat":"x","top":5,"right":6},
                    {"url":"https://a.example/c.png","width":0.5,"height":0.001,"dpr":3,"composite":"in"}]}"#,
                concat!(
                    r#"[{"imageIndex":0,"rotate":90},"#,
                    r#"{"imageIndex":1,"rotate":180,"width":60},"#,
                    r#"{"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5,"repeat":"x","top":5,"right":6},"#,
                    r#"{"imageIndex":2,"width":101,"height":1},"#,
                    r#"{"drawImageIndex":2,"targetImageIndex":0,"composite":"in"}]"#
                ),
            ),
            (
                r#"{"draw":[{"text":"Sea","font":{"url":"font:Inter"},"size":20,"color":"red","rotate":90,"left":1}]}"#,
                r#"[{"imageIndex":0},{"imageIndex":1,"rotate":90},{"drawImageIndex":1,"targetImageIndex":0,"left":1}]"#,
            ),
        ] {
            assert_eq!(list(object, [201, 100]), expected, "{object}");
        }
    }

    #[test]
    fn cf_image_is_refused_with_its_place() {
        let url = r#""url":"https://a.example/b.png""#;
        for (object, message) in [
            (r#"{"widht":5}"#.to_owned(), "unknown option \"widht\""),
            (r#"{"widht":5}"#.to_owned(), "did you mean width?"),
            (r#"{"onerror":"redirect"}"#.to_owned(), "unknown option \"onerror\""),
            (r#"{"w":5}"#.to_owned(), "unknown option \"w\""),
            (r#"{"format":"auto"}"#.to_owned(), "auto is for URLs, a Worker reads the header accept, got \"auto\""),
            (r#"{"format":"jpg"}"#.to_owned(), "format must be avif, webp"),
            (r#"{"rotate":45}"#.to_owned(), "rotate must be"),
            (r#"{"origin-auth":true}"#.to_owned(), "origin-auth must be share-publicly, got true"),
            (r#"{"draw":{}}"#.to_owned(), "draw must be a list of objects, got {}"),
            (r#"{"draw":["a"]}"#.to_owned(), "draw must be a list of objects, got [\"a\"]"),
            (r#"{"draw":[{}]}"#.to_owned(), "draw 1 on the canvas: url or text is missing"),
            (
                format!(r#"{{"draw":[{{{url}}},{{"url":"/b.png"}}]}}"#),
                "draw 2 on the canvas: url must be an http or https URL",
            ),
            (
                format!(r#"{{"draw":[{{{url},"text":"a"}}]}}"#),
                "url and text, font, size and color cannot be used together",
            ),
            (r#"{"draw":[{"text":"a"}]}"#.to_owned(), "draw 1 on the canvas: font.url is missing"),
            (format!(r#"{{"draw":[{{{url},"opacty":1}}]}}"#), "draw 1 on the canvas: unknown option \"opacty\""),
            (format!(r#"{{"draw":[{{{url},"opacty":1}}]}}"#), "did you mean opacity?"),
            (format!(r#"{{"draw":[{{{url},"quality":1}}]}}"#), "draw 1 on the canvas: unknown option \"quality\""),
            (format!(r#"{{"draw":[{{{url},"top":1,"bottom":1}}]}}"#), "draw 1 on the canvas: top and bottom cannot"),
            (format!(r#"{{"draw":[{{{url},"left":1,"right":0}}]}}"#), "left and right cannot be used together"),
            (
                format!(r#"{{"draw":[{{{url},"width":"auto"}}]}}"#),
                "draw 1 on the canvas: width must be a number above 0",
            ),
            (
                format!(r#"{{"draw":[{{{url},"height":0}}]}}"#),
                "height must be a number above 0, a fraction if it is below 1, got 0",
            ),
            (format!(r#"{{"draw":[{{{url},"dpr":9}}]}}"#), "draw 1 on the canvas: dpr must be 0.1 to 3"),
        ] {
            let error = read(&object).unwrap_err();
            assert!(error.contains(message), "{object}: {error}");
        }
    }

    #[test]
    fn cf_image_counts_its_pictures_and_keeps_limits() {
        let image =
            read(r#"{"draw":[{"text":"a","font":{"url":"font:b"}},{"url":"https://a.example/b.png"}]}"#).unwrap();
        assert_eq!(
            (image.picture_urls().count(), image.entry_of_picture(0), image.entry_of_picture(1)),
            (1, Some(2), None)
        );
        assert!(image.draws_text() && !image.needs_base());
        let how = (OutputFormat::Png, &Client::default());
        let request = |pictures: &[Bytes], limits: TreeLimits| image.request(&b""[..], pictures, [1, 1], how, &limits);
        let error = request(&[], TreeLimits::default()).unwrap_err();
        assert_eq!(error.to_string(), "draw names 1 pictures by URL, and 0 came");
        assert_eq!(error.code(), crate::Code::BadForm);
        let limits = TreeLimits { max_sources: 2, ..TreeLimits::default() };
        assert!(request(&[Bytes::new()], limits).is_err());
        assert!(request(&[Bytes::new()], TreeLimits::default()).is_ok());
    }

    #[test]
    fn cf_image_has_every_option_but_those_of_urls() {
        for option in url_options() {
            let object = json::parse(&format!(r#"{{"{}":[]}}"#, option.info.name)).unwrap();
            let error = CfImage::from_object(object.as_object().unwrap()).unwrap_err();
            let is_unknown = matches!(error, Error::UnknownOption { .. });
            assert_eq!(is_unknown, OF_URLS.contains(&option.info.name), "{}: {error}", option.info.name);
        }
    }
}

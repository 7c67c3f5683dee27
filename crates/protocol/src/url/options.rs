//! All options of an image URL together, and the request that they become.

use bytes::Bytes;
use palmette_ops::{ImageIndex, Op, Transform};
use serde_json::Value;

use super::client::Client;
use super::delivery::{Delivery, MAX_DPR, UrlFormat, Width};
use super::{Strictness, forms, text};
use crate::object::{Named, OptionObject};
use crate::options::number_value;
use crate::output::{Metadata, Output, OutputFormat};
use crate::request::{FontFiles, Source, TransformRequest};
use crate::{EngineChoice, Error, Hint, Options, json};

/// What an image URL, or `cf.image` of a Worker, asks for, checked.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ImageOptions {
    /// What is done to the picture, as in a form, for a `dpr` of 1.
    transform: Options,
    /// How it is delivered.
    pub delivery: Delivery,
}

/// What is known of a source once its header was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The format that an answer would have that keeps it; `None` if answers cannot have it.
    pub format: Option<OutputFormat>,
    /// Whether it may be anything but opaque.
    pub has_alpha: bool,
    /// Whether it holds more than one frame.
    pub is_animated: bool,
}

/// The options whose pixels `dpr` multiplies.
const SCALED: [&str; 4] = ["width", "height", "trim", "border"];

impl ImageOptions {
    /// Reads options as a URL has them, between `/cdn-cgi/image/` and the next slash; says what was ignored.
    ///
    /// # Errors
    ///
    /// 9401 for the first thing that is wrong. [Leniently](Strictness::Lenient), an option that does not exist is none, nor one
    /// that is given twice, nor a `dpr` that is too large; what is wrong inside an option still is.
    pub fn parse(options: &str, strictness: Strictness) -> Result<(Self, Vec<String>), Error> {
        let (mut object, mut warnings) = text::read(options, strictness)?;
        if strictness == Strictness::Lenient
            && let Some(dpr) = object.get_mut("dpr")
            && dpr.as_f64().is_some_and(|number| number > MAX_DPR)
        {
            warnings.push(format!("dpr is at most {MAX_DPR}"));
            *dpr = number_of(MAX_DPR);
        }
        Ok((Self::from_object(&object).map_err(forms::in_url)?, warnings))
    }

    /// Reads the object that a Worker writes in `cf.image`, without what only [`CfImage`](super::CfImage) has. Aliases are for URLs only.
    ///
    /// # Errors
    ///
    /// 9401 if an option is unknown, if its value is not allowed, or if two options cannot be used together.
    pub fn from_object(object: &Options) -> Result<Self, Error> {
        let (mut transform, mut delivery) = (Options::new(), Options::new());
        for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            let is_width = key == "width";
            let is_auto = Width::NAMES.iter().any(|(name, _)| value == name);
            let is_own = Delivery::OPTIONS.iter().any(|spec| spec.name == key) && (!is_width || is_auto);
            let known = || forms::url_options().into_iter().map(|option| option.info.name);
            if is_own {
                delivery.insert(key.clone(), value.clone());
            } else if Transform::OPTIONS.iter().any(|spec| spec.name == key) {
                transform.insert(key.clone(), value.clone());
            } else {
                return Err(Error::UnknownOption {
                    option: json::excerpt_text(key),
                    known: known().collect(),
                    hint: Hint::of_name(key, known()),
                });
            }
        }
        Transform::from_options(&transform)?;
        Ok(Self { transform, delivery: Delivery::from_options(&delivery)? })
    }

    /// Returns the options as a Worker writes them in `cf.image`; [`from_object`](Self::from_object) reads the same from them.
    #[must_use]
    pub fn to_object(&self) -> Options {
        self.transform.clone().into_iter().chain(self.delivery.to_options()).collect()
    }

    /// Returns the transform for a client, as a form would have it.
    #[must_use]
    pub fn transform_for(&self, client: &Client) -> Options {
        let mut options = self.transform.clone();
        if let Some(width) = self.delivery.width_for(client) {
            options.insert("width".to_owned(), width.into());
        }
        if let Some(dpr) = self.delivery.dpr {
            for name in SCALED {
                if let Some(value) = options.get_mut(name) {
                    scale(name, value, dpr, name == "trim");
                }
            }
        }
        options
    }

    /// Makes the request of a form that asks for the same, with the picture at hand, in a format that
    /// [was chosen](Delivery::choose).
    ///
    /// ```
    /// use palmette_protocol::OutputFormat;
    /// use palmette_protocol::url::{Client, ImageOptions, Strictness};
    ///
    /// let (options, _) = ImageOptions::parse("w=100,dpr=2,q=70", Strictness::Strict)?;
    /// let request = options.request(&b"bytes of a picture"[..], OutputFormat::Webp, &Client::default())?;
    /// assert_eq!(palmette_protocol::list::list_to_json(&request.raw_ops), r#"[{"imageIndex":0,"width":200}]"#);
    /// # Ok::<(), palmette_protocol::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// 9401 if the options cannot be met for this client. Those that were read always can.
    pub fn request(
        &self,
        source: impl Into<Bytes>,
        format: OutputFormat,
        client: &Client,
    ) -> Result<TransformRequest, Error> {
        let options = self.transform_for(client);
        let transform = Transform::from_options(&options)?;
        let image_index = ImageIndex::CANVAS;
        let output = Output {
            quality: self.delivery.quality_for(client),
            anim: self.delivery.anim,
            metadata: self.delivery.metadata.unwrap_or(Metadata::Copyright),
            is_baseline: self.delivery.format == Some(UrlFormat::BaselineJpeg),
            ..Output::new(format)
        };
        Ok(TransformRequest {
            sources: vec![Source::Image(source.into())],
            ops: vec![Op::Transform { image_index, options: transform }],
            raw_ops: vec![Op::Transform { image_index, options }],
            outputs: output.into(),
            explain: false,
            engine: EngineChoice::Auto,
            fonts: FontFiles::default(),
        })
    }

    /// Returns the same options with the other widths that a page probably has the picture in: those of `srcset`, if the width is one of
    /// them, or all that `width=auto` chooses for somebody. None if there is a height: what goes with another width is not known then.
    ///
    /// ```
    /// use palmette_protocol::url::{Client, ImageOptions, Strictness};
    ///
    /// let parse = |text| ImageOptions::parse(text, Strictness::Strict).map(|(options, _)| options);
    /// let others = parse("w=640,q=70")?.other_widths(&[320, 640, 1280], &Client::default());
    /// assert_eq!(others, [parse("w=320,q=70")?, parse("w=1280,q=70")?]);
    /// # Ok::<(), palmette_protocol::Error>(())
    /// ```
    #[must_use]
    pub fn other_widths(&self, srcset: &[u32], client: &Client) -> Vec<Self> {
        let auto = self.delivery.auto_widths();
        let (widths, own) = match self.delivery.width_for(client) {
            Some(own) => (auto.as_slice(), Some(f64::from(own))),
            None => (srcset, self.transform.get("width").and_then(Value::as_f64)),
        };
        let is_own = |width: &u32| own == Some(f64::from(*width));
        if self.transform.contains_key("height") || !widths.iter().any(is_own) {
            return Vec::new();
        }
        widths.iter().filter(|width| !is_own(width)).map(|width| self.with_width(*width)).collect()
    }

    /// Asks for this width, whoever asks.
    fn with_width(&self, width: u32) -> Self {
        let mut options = self.clone();
        // Its place among the options stays, so that they are those of the URL with the other number.
        options.transform.insert("width".to_owned(), width.into());
        options.delivery.width = None;
        options
    }

    /// Tells whether an edge of one colour is cut off, so that the size of the result follows from pixels.
    #[must_use]
    pub fn trims_border(&self) -> bool {
        match self.transform.get("trim") {
            Some(Value::Object(fields)) => fields.get("border").is_some_and(|border| *border != Value::Bool(false)),
            Some(trim) => trim == "border",
            None => false,
        }
    }

    /// Says what was probably not meant, for the header `warning`: the real service has the same text.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let fit = self.transform.get("fit")?.as_str()?;
        let has_width = self.transform.contains_key("width") || self.delivery.width.is_some();
        let has_one_side = has_width != self.transform.contains_key("height");
        let needs_both = matches!(fit, "cover" | "crop" | "aspect-crop" | "pad");
        (has_one_side && needs_both).then(|| format!("{fit} fit mode needs both width and height"))
    }
}

/// Multiplies pixels, inside of objects too. Words stay, and a number below 1, where it is a fraction of a side.
fn scale(name: &str, value: &mut Value, factor: f64, has_fractions: bool) {
    match value {
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, value)| scale(name, value, factor, has_fractions && name != "border"));
        }
        Value::Number(number) if name != "tolerance" => {
            let number = number.as_f64().unwrap_or(0.0);
            let least = if has_fractions { 1.0 } else { f64::MIN_POSITIVE };
            if number >= least {
                // What was pixels must not become a fraction.
                *value = number_of((number * factor).clamp(least, f64::MAX));
            }
        }
        _ => {}
    }
}

/// Writes a number, a whole one as such.
pub(super) fn number_of(number: f64) -> Value {
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= WHOLE && !(number == 0.0 && number.is_sign_negative()) {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range")]
        let whole = number as i64;
        return whole.into();
    }
    number_value(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ImageOptions {
        ImageOptions::parse(text, Strictness::Strict).unwrap_or_else(|error| panic!("{text}: {error}")).0
    }

    #[test]
    fn dpr_scales_pixels_and_nothing_else() {
        for (text, expected) in [
            ("width=100,height=50.5,dpr=2", r#"{"height":101,"width":200}"#),
            ("dpr=3,width=100", r#"{"width":300}"#),
            ("dpr=0.5,width=4,blur=10", r#"{"blur":10,"width":2}"#),
            ("dpr=0.5,trim=1;0.5;3;0", r#"{"trim":{"bottom":1.5,"left":0,"right":0.5,"top":1}}"#),
            ("dpr=2,trim=20;30;20;0", r#"{"trim":{"bottom":40,"left":0,"right":60,"top":40}}"#),
            ("dpr=2,trim.top=0.25,trim.left=3", r#"{"trim":{"left":6,"top":0.25}}"#),
            ("dpr=2,trim.border.tolerance=5,trim.border.keep=10", r#"{"trim":{"border":{"keep":20,"tolerance":5}}}"#),
            ("dpr=2,trim=border", r#"{"trim":"border"}"#),
            ("dpr=2,border.width=3,border.color=gold", r#"{"border":{"color":"gold","width":6}}"#),
            ("dpr=2,gravity=1x0,sharpen=3", r#"{"gravity":{"x":1,"y":0},"sharpen":3}"#),
            ("width=0.5,dpr=3", r#"{"width":1.5}"#),
            ("height=2,dpr=0.1", r#"{"height":0.2}"#),
        ] {
            let mut options = parse(text).transform_for(&Client::default());
            options.sort_keys();
            options.values_mut().for_each(Value::sort_all_objects);
            assert_eq!(json::to_string(&options), expected, "{text}");
        }
    }

    #[test]
    fn auto_width_is_scaled_as_any() {
        let options = parse("width=auto,dpr=2,wdesktop=500").transform_for(&Client::default());
        assert_eq!(json::to_string(&options), r#"{"width":1000}"#);
    }

    #[test]
    fn other_widths_are_those_of_the_same_page() {
        let widths = |text, srcset: &[u32], client: &Client| -> Vec<String> {
            let others = parse(text).other_widths(srcset, client);
            others.iter().map(|other| json::to_string(&other.to_object())).collect()
        };
        let nobody = Client::default();
        let phone = Client { is_mobile: true, ..nobody };
        let set = [320, 640];
        for (text, srcset, client, expected) in [
            ("w=640", &set[..], &nobody, &[r#"{"width":320}"#][..]),
            ("w=320.0,dpr=2,f=auto", &set, &nobody, &[r#"{"width":640,"dpr":2,"format":"auto"}"#]),
            ("q=50,blur=2,w=320", &set, &nobody, &[r#"{"blur":2,"width":640,"quality":50}"#]),
            ("w=321", &set, &nobody, &[]),
            ("q=50", &set, &nobody, &[]),
            ("w=320,h=320", &set, &nobody, &[]),
            ("w=320", &[], &nobody, &[]),
            ("w=320", &[320], &nobody, &[]),
            (
                "w=auto,wbreakpoints=900;300,wmobile=500,wdesktop=900",
                &set,
                &phone,
                &[
                    r#"{"width":300,"wbreakpoints":"300;900","wmobile":500,"wdesktop":900}"#,
                    r#"{"width":900,"wbreakpoints":"300;900","wmobile":500,"wdesktop":900}"#,
                ],
            ),
            ("w=auto,h=5", &set, &nobody, &[]),
        ] {
            assert_eq!(widths(text, srcset, client), expected, "{text}");
        }
        assert_eq!(widths("w=auto", &[], &nobody).len(), 3, "of 320, 768, 960 and 1200");
    }

    #[test]
    fn warnings_name_what_needs_two_sides() {
        let warning = |text| parse(text).warning();
        assert_eq!(warning("fit=cover,w=5").as_deref(), Some("cover fit mode needs both width and height"));
        assert_eq!(warning("fit=pad,h=5").as_deref(), Some("pad fit mode needs both width and height"));
        for text in ["fit=cover,w=5,h=5", "fit=contain,w=5", "fit=cover", "w=5", "fit=pad,w=auto,h=5"] {
            assert_eq!(warning(text), None, "{text}");
        }
    }
}

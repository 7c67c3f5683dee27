//! The options that only a URL, or `cf.image`, has: they say how a picture is delivered, not what is done to it.

use serde_json::Value;

use super::client::Client;
use super::options::{Picture, number_of};
use crate::object::{Named, OptionObject};
use crate::options::{OptionSpec, Refusal, name, name_value, number, round, to_u8, to_u32};
use crate::output::{Metadata, OutputFormat, Quality};
use crate::values::{Values, words};

/// The largest `dpr`.
///
/// The documentation of the real service says 2, and that service was seen to warn above 3. More than 3 is more than eyes tell
/// apart, and costs with its square.
pub const MAX_DPR: f64 = 3.0;
/// The smallest.
const MIN_DPR: f64 = 0.1;

/// The most widths to choose from.
const MAX_BREAKPOINTS: usize = 32;
/// The width for a phone that says no more than that.
const MOBILE_WIDTH: u32 = 768;
/// The width for everybody else.
const DESKTOP_WIDTH: u32 = 1200;

/// How a picture is delivered; an absent option leaves it to the default that its field names.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Delivery {
    /// Whether the width follows from who asks.
    pub width: Option<Width>,
    /// Device pixels for each pixel that is asked for, 0.1 to [`MAX_DPR`]; default 1.
    pub dpr: Option<f64>,
    /// The format; default that of the source, or the nearest that browsers show.
    pub format: Option<UrlFormat>,
    /// How good a lossy picture is; default [`Quality::DEFAULT`].
    pub quality: Option<Quality>,
    /// The same for somebody whose connection is slow; default as for all.
    pub slow_quality: Option<Quality>,
    /// Whether animations stay animated; default yes.
    pub anim: Option<bool>,
    /// What of the metadata of a JPEG is kept; default [`Metadata::Copyright`].
    pub metadata: Option<Metadata>,
    /// What may be given up to be faster; default nothing.
    pub compression: Option<Compression>,
    /// What happens if there is no picture; default an error.
    pub on_error: Option<OnError>,
    /// The widths that `width=auto` chooses from, in ascending order; default 320, 768, 960 and 1200.
    pub breakpoints: Option<Vec<u32>>,
    /// The width for a phone that does not say how wide it is; default 768.
    pub mobile_width: Option<u32>,
    /// The width for anybody else who does not; default 1200.
    pub desktop_width: Option<u32>,
}

/// A width that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One of the breakpoints, by who asks.
    Auto,
}

/// The format of a picture that a URL asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlFormat {
    /// The smallest that is accepted: AVIF, WebP, or that of the source.
    Auto,
    /// AVIF
    Avif,
    /// WebP
    Webp,
    /// JPEG
    Jpeg,
    /// JPEG that is not progressive, for readers that know no other.
    BaselineJpeg,
    /// PNG
    Png,
    /// PNG, as above: here it is never anything else.
    PngForce,
    /// GIF
    Gif,
    /// The source as it is, which has to be an SVG.
    Svg,
    /// No picture, but what is known of it.
    Json,
}

/// What may be given up to be faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// The format: the one that takes the least time.
    Fast,
}

/// What happens if there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// The client is sent to the source.
    Redirect,
}

impl Named for Width {
    const NAMES: &'static [(&'static str, Self)] = &[("auto", Self::Auto)];
}

impl Named for UrlFormat {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        ("avif", Self::Avif),
        ("webp", Self::Webp),
        ("jpeg", Self::Jpeg),
        ("baseline-jpeg", Self::BaselineJpeg),
        ("png", Self::Png),
        ("png-force", Self::PngForce),
        ("gif", Self::Gif),
        ("svg", Self::Svg),
        ("json", Self::Json),
    ];
}

impl Named for Metadata {
    const NAMES: &'static [(&'static str, Self)] =
        &[("copyright", Self::Copyright), ("keep", Self::Keep), ("none", Self::None)];
}

impl Named for Compression {
    const NAMES: &'static [(&'static str, Self)] = &[("fast", Self::Fast)];
}

impl Named for OnError {
    const NAMES: &'static [(&'static str, Self)] = &[("redirect", Self::Redirect)];
}

/// The values of a quality.
const QUALITIES: Values = Values::Any {
    of: &[Values::between(1.0, 100.0), Values::Words { words: &words::<_, { Quality::NAMES.len() }>(&Quality::NAMES) }],
};

impl OptionObject for Delivery {
    const OPTIONS: &'static [OptionSpec<Self>] = &[
        OptionSpec {
            name: "width",
            allowed: "auto",
            summary: "chooses the width for the one who asks",
            values: Values::Words { words: &words::<_, { Width::NAMES.len() }>(Width::NAMES) },
            examples: &[],
            read: |value, delivery| name(value, Width::NAMES).map(|width| delivery.width = Some(width)),
            write: |delivery| name_value(delivery.width?, Width::NAMES),
        },
        OptionSpec {
            name: "dpr",
            allowed: "0.1 to 3",
            summary: "multiplies width and height, and the pixels of trim and border; default 1",
            values: Values::between(MIN_DPR, MAX_DPR),
            examples: &[],
            read: |value, delivery| number(value, MIN_DPR..=MAX_DPR).map(|dpr| delivery.dpr = Some(dpr)),
            write: |delivery| delivery.dpr.map(number_of),
        },
        OptionSpec {
            name: "format",
            allowed: "auto, avif, webp, jpeg, baseline-jpeg, png, png-force, gif, svg or json",
            summary: "the format; auto is the smallest that is accepted, json no picture but its sizes; default that of the source",
            values: Values::Words { words: &words::<_, { UrlFormat::NAMES.len() }>(UrlFormat::NAMES) },
            examples: &[],
            read: |value, delivery| name(value, UrlFormat::NAMES).map(|format| delivery.format = Some(format)),
            write: |delivery| name_value(delivery.format?, UrlFormat::NAMES),
        },
        OptionSpec {
            name: "quality",
            allowed: Quality::ALLOWED,
            summary: "how good a lossy picture is; default 85",
            values: QUALITIES,
            examples: &[],
            read: |value, delivery| quality(value).map(|quality| delivery.quality = Some(quality)),
            write: |delivery| delivery.quality.map(|quality| quality.get().into()),
        },
        OptionSpec {
            name: "slow-connection-quality",
            allowed: Quality::ALLOWED,
            summary: "the quality for a slow connection, by rtt, downlink, ect and save-data",
            values: QUALITIES,
            examples: &[],
            read: |value, delivery| quality(value).map(|quality| delivery.slow_quality = Some(quality)),
            write: |delivery| delivery.slow_quality.map(|quality| quality.get().into()),
        },
        OptionSpec {
            name: "anim",
            allowed: "true or false",
            summary: "whether animations stay animated; default true",
            values: Values::Switch,
            examples: &[],
            read: |value, delivery| {
                delivery.anim = Some(value.as_bool().ok_or(Refusal::Value)?);
                Ok(())
            },
            write: |delivery| delivery.anim.map(Value::Bool),
        },
        OptionSpec {
            name: "metadata",
            allowed: "copyright, keep or none",
            summary: "what a JPEG keeps of the metadata of its source, if that is one; default copyright",
            values: Values::Words { words: &words::<_, { Metadata::NAMES.len() }>(Metadata::NAMES) },
            examples: &[],
            read: |value, delivery| name(value, Metadata::NAMES).map(|metadata| delivery.metadata = Some(metadata)),
            write: |delivery| name_value(delivery.metadata?, Metadata::NAMES),
        },
        OptionSpec {
            name: "compression",
            allowed: "fast",
            summary: "takes the format that is encoded fastest, JPEG or else PNG, in place of AVIF or WebP",
            values: Values::Words { words: &words::<_, { Compression::NAMES.len() }>(Compression::NAMES) },
            examples: &[],
            read: |value, delivery| {
                name(value, Compression::NAMES).map(|compression| delivery.compression = Some(compression))
            },
            write: |delivery| name_value(delivery.compression?, Compression::NAMES),
        },
        OptionSpec {
            name: "onerror",
            allowed: "redirect",
            summary: "sends the client to the source if there is no picture, where both are on one site",
            values: Values::Words { words: &words::<_, { OnError::NAMES.len() }>(OnError::NAMES) },
            examples: &[],
            read: |value, delivery| name(value, OnError::NAMES).map(|on_error| delivery.on_error = Some(on_error)),
            write: |delivery| name_value(delivery.on_error?, OnError::NAMES),
        },
        OptionSpec {
            name: "wbreakpoints",
            allowed: "1 to 32 whole numbers above 0 with ; between them",
            summary: "the widths that width=auto chooses from; default 320;768;960;1200",
            values: Values::Widths,
            examples: &[],
            read: |value, delivery| breakpoints(value).map(|widths| delivery.breakpoints = Some(widths)),
            write: |delivery| {
                let widths: Vec<String> = delivery.breakpoints.as_ref()?.iter().map(u32::to_string).collect();
                Some(widths.join(";").into())
            },
        },
        OptionSpec {
            name: "wmobile",
            allowed: "a number of at least 0.5",
            summary: "the width of width=auto for a phone that does not say how wide it is; default 768",
            values: Values::at_least(0.5),
            examples: &[],
            read: |value, delivery| side(value).map(|width| delivery.mobile_width = Some(width)),
            write: |delivery| delivery.mobile_width.map(Value::from),
        },
        OptionSpec {
            name: "wdesktop",
            allowed: "a number of at least 0.5",
            summary: "the width of width=auto for anything else that does not say how wide it is; default 1200",
            values: Values::at_least(0.5),
            examples: &[],
            read: |value, delivery| side(value).map(|width| delivery.desktop_width = Some(width)),
            write: |delivery| delivery.desktop_width.map(Value::from),
        },
    ];
}

impl Delivery {
    /// The widths that `width=auto` chooses from where nobody says others.
    pub const BREAKPOINTS: [u32; 4] = [320, 768, 960, 1200];

    /// Chooses the format of the picture.
    ///
    /// `auto` is AVIF for who takes it, if there `may_be_avif` and nothing moves, which AVIF cannot here; else WebP; else the format of the
    /// source. A source that browsers do not show becomes PNG or, if it is opaque, JPEG. `compression=fast` takes these two in any
    /// case, unless the picture moves. `json` and `svg` make no picture; the format of the source stands for theirs.
    #[must_use]
    pub fn choose(&self, source: &Picture, client: &Client, may_be_avif: bool) -> OutputFormat {
        let plain = if source.has_alpha { OutputFormat::Png } else { OutputFormat::Jpeg };
        let own = source.format.unwrap_or(plain);
        let moves = source.is_animated && self.anim != Some(false);
        let wanted = match self.format {
            Some(UrlFormat::Auto) if client.takes_avif && may_be_avif && !moves => OutputFormat::Avif,
            Some(UrlFormat::Auto) if client.takes_webp => OutputFormat::Webp,
            Some(UrlFormat::Auto | UrlFormat::Json | UrlFormat::Svg) | None => own,
            Some(UrlFormat::Avif) => OutputFormat::Avif,
            Some(UrlFormat::Webp) => OutputFormat::Webp,
            Some(UrlFormat::Jpeg | UrlFormat::BaselineJpeg) => OutputFormat::Jpeg,
            Some(UrlFormat::Png | UrlFormat::PngForce) => OutputFormat::Png,
            Some(UrlFormat::Gif) => OutputFormat::Gif,
        };
        let is_fast = matches!(wanted, OutputFormat::Jpeg | OutputFormat::Png);
        if self.compression == Some(Compression::Fast) && !moves && !is_fast { plain } else { wanted }
    }

    /// Chooses the quality.
    #[must_use]
    pub fn quality_for(&self, client: &Client) -> Option<Quality> {
        self.slow_quality.filter(|_| client.is_slow).or(self.quality)
    }

    /// Chooses the width of `width=auto`: the smallest of the breakpoints that fills the viewport, or the largest; or, if the client
    /// does not say how wide it is, the one for its kind. `None` without `width=auto`.
    #[must_use]
    pub fn width_for(&self, client: &Client) -> Option<u32> {
        let Width::Auto = self.width?;
        let Some(viewport) = client.viewport_width else {
            return Some(match client.is_mobile {
                true => self.mobile_width.unwrap_or(MOBILE_WIDTH),
                false => self.desktop_width.unwrap_or(DESKTOP_WIDTH),
            });
        };
        let pixels = viewport * client.device_pixel_ratio.unwrap_or(1.0);
        let widths = self.breakpoints();
        widths.iter().find(|width| f64::from(**width) >= pixels).or(widths.last()).copied()
    }

    /// Returns every width that `width=auto` chooses for somebody, in ascending order; without `width=auto`, none.
    #[must_use]
    pub fn auto_widths(&self) -> Vec<u32> {
        let Some(Width::Auto) = self.width else { return Vec::new() };
        let of_kinds = [self.mobile_width.unwrap_or(MOBILE_WIDTH), self.desktop_width.unwrap_or(DESKTOP_WIDTH)];
        let mut widths: Vec<u32> = self.breakpoints().iter().copied().chain(of_kinds).collect();
        widths.sort_unstable();
        widths.dedup();
        widths
    }

    fn breakpoints(&self) -> &[u32] {
        self.breakpoints.as_deref().unwrap_or(&Self::BREAKPOINTS)
    }

    /// Returns the headers of a request, beside the URL, that the answer depends on.
    #[must_use]
    pub fn varies_by(&self) -> Vec<&'static str> {
        let mut headers = Vec::new();
        if self.format == Some(UrlFormat::Auto) {
            headers.extend(Client::FORMAT_HEADERS);
        }
        if self.width.is_some() {
            headers.extend(Client::WIDTH_HEADERS);
        }
        if self.slow_quality.is_some() {
            headers.extend(Client::QUALITY_HEADERS);
        }
        headers
    }
}

/// Reads a quality: a number, which is rounded, or a name.
fn quality(value: &Value) -> Result<Quality, Refusal> {
    match value {
        Value::String(_) => name(value, &Quality::NAMES),
        value => Quality::new(to_u8(round(number(value, 1.0..=100.0)?))).ok_or(Refusal::Value),
    }
}

/// Reads a width.
fn side(value: &Value) -> Result<u32, Refusal> {
    number(value, 0.5..=f64::MAX).map(|side| to_u32(round(side)))
}

/// Reads widths, in any order.
fn breakpoints(value: &Value) -> Result<Vec<u32>, Refusal> {
    let text = value.as_str().ok_or(Refusal::Value)?;
    let widths = text.split(';').map(|width| width.trim().parse().ok().filter(|width| *width > 0));
    let mut widths: Vec<u32> = widths.collect::<Option<_>>().ok_or(Refusal::Value)?;
    if widths.len() > MAX_BREAKPOINTS {
        return Err(Refusal::Value);
    }
    widths.sort_unstable();
    widths.dedup();
    Ok(widths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Options};

    fn delivery(text: &str) -> Result<Delivery, Error> {
        let object: Options = serde_json::from_str(text).unwrap();
        Delivery::from_options(&object)
    }

    #[test]
    fn delivery_chooses_a_format() {
        use OutputFormat::{Avif, Gif, Jpeg, Png, Webp};
        const PHOTO: Picture = Picture { format: Some(Jpeg), has_alpha: false, is_animated: false };
        const LOGO: Picture = Picture { format: Some(Png), has_alpha: true, is_animated: false };
        const MOVING: Picture = Picture { format: Some(Gif), has_alpha: true, is_animated: true };
        const HEIC: Picture = Picture { format: None, has_alpha: false, is_animated: false };
        const ICON: Picture = Picture { format: None, has_alpha: true, is_animated: false };
        let none = Client::default();
        let webp = Client { takes_webp: true, ..none };
        let both = Client { takes_avif: true, ..webp };
        for (options, source, client, may_be_avif, format) in [
            // Nothing said: what came, or what is nearest.
            ("{}", PHOTO, both, true, Jpeg),
            ("{}", LOGO, both, true, Png),
            ("{}", MOVING, both, true, Gif),
            ("{}", HEIC, both, true, Jpeg),
            ("{}", ICON, both, true, Png),
            // auto
            (r#"{"format":"auto"}"#, PHOTO, both, true, Avif),
            (r#"{"format":"auto"}"#, PHOTO, both, false, Webp),
            (r#"{"format":"auto"}"#, PHOTO, webp, true, Webp),
            (r#"{"format":"auto"}"#, PHOTO, none, true, Jpeg),
            (r#"{"format":"auto"}"#, LOGO, both, true, Avif),
            (r#"{"format":"auto"}"#, ICON, none, true, Png),
            (r#"{"format":"auto"}"#, MOVING, both, true, Webp),
            (r#"{"format":"auto"}"#, MOVING, none, true, Gif),
            (r#"{"format":"auto","anim":false}"#, MOVING, both, true, Avif),
            (r#"{"format":"auto"}"#, PHOTO, Client { takes_avif: true, ..none }, false, Jpeg),
            // Named ones need no one to accept them.
            (r#"{"format":"avif"}"#, PHOTO, none, false, Avif),
            (r#"{"format":"webp"}"#, LOGO, none, true, Webp),
            (r#"{"format":"jpeg"}"#, LOGO, both, true, Jpeg),
            (r#"{"format":"baseline-jpeg"}"#, LOGO, both, true, Jpeg),
            (r#"{"format":"png"}"#, PHOTO, both, true, Png),
            (r#"{"format":"png-force"}"#, PHOTO, both, true, Png),
            (r#"{"format":"gif"}"#, PHOTO, both, true, Gif),
            (r#"{"format":"json"}"#, LOGO, both, true, Png),
            // fast
            (r#"{"format":"avif","compression":"fast"}"#, PHOTO, both, true, Jpeg),
            (r#"{"format":"auto","compression":"fast"}"#, LOGO, both, true, Png),
            (r#"{"format":"png","compression":"fast"}"#, PHOTO, both, true, Png),
            (r#"{"compression":"fast"}"#, MOVING, both, true, Gif),
            (r#"{"compression":"fast","anim":false}"#, MOVING, both, true, Png),
        ] {
            let chosen = delivery(options).unwrap().choose(&source, &client, may_be_avif);
            assert_eq!(chosen, format, "{options} of {source:?} for {client:?}");
        }
    }

    #[test]
    fn delivery_chooses_a_width() {
        let client = |viewport_width, device_pixel_ratio, is_mobile| Client {
            viewport_width,
            device_pixel_ratio,
            is_mobile,
            ..Client::default()
        };
        for (options, client, width) in [
            ("{}", client(Some(400.0), None, false), None),
            (r#"{"width":"auto"}"#, client(None, Some(3.0), false), Some(1200)),
            (r#"{"width":"auto"}"#, client(None, None, true), Some(768)),
            (r#"{"width":"auto","wmobile":500.5,"wdesktop":2000}"#, client(None, None, true), Some(501)),
            (r#"{"width":"auto","wmobile":500,"wdesktop":2000}"#, client(None, None, false), Some(2000)),
            (r#"{"width":"auto"}"#, client(Some(320.0), None, true), Some(320)),
            (r#"{"width":"auto"}"#, client(Some(320.5), None, true), Some(768)),
            (r#"{"width":"auto"}"#, client(Some(412.0), Some(2.0), true), Some(960)),
            (r#"{"width":"auto"}"#, client(Some(5000.0), None, false), Some(1200)),
            (r#"{"width":"auto","wbreakpoints":"900; 300;600"}"#, client(Some(301.0), None, false), Some(600)),
        ] {
            assert_eq!(delivery(options).unwrap().width_for(&client), width, "{options} for {client:?}");
        }
    }

    #[test]
    fn delivery_chooses_a_quality_for_a_slow_connection() {
        let (slow, quick) = (Client { is_slow: true, ..Client::default() }, Client::default());
        let both = delivery(r#"{"quality":80,"slow-connection-quality":"low"}"#).unwrap();
        assert_eq!((both.quality_for(&slow), both.quality_for(&quick)), (Quality::new(35), Quality::new(80)));
        let one = delivery(r#"{"quality":80}"#).unwrap();
        assert_eq!(one.quality_for(&slow), Quality::new(80));
        assert_eq!(delivery(r#"{"slow-connection-quality":1.6}"#).unwrap().quality_for(&quick), None);
    }

    #[test]
    fn delivery_is_written_as_it_was_read() {
        for text in [
            "{}",
            concat!(
                r#"{"width":"auto","dpr":1.5,"format":"baseline-jpeg","quality":34,"slow-connection-quality":1,"anim":false,"#,
                r#""metadata":"keep","compression":"fast","onerror":"redirect","wbreakpoints":"1;2;300","wmobile":5,"wdesktop":6}"#
            ),
        ] {
            assert_eq!(crate::json::to_string(&delivery(text).unwrap().to_options()), text);
        }
    }
}

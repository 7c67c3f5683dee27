//! What peers are asked for.

use serde_json::{Value, json};

/// What a case works on; `sharp.mjs` makes all of them of two photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A photo as it comes.
    Photo,
    /// A larger one.
    Large,
    /// That, to be turned by EXIF orientation 6.
    Turned,
    /// That, as a progressive JPEG.
    Progressive,
    /// The photo as a PNG of 1600×1200 with alpha.
    Soft,
}

impl Source {
    /// Returns the name of its file.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Photo => "photo.jpg",
            Self::Large => "large.jpg",
            Self::Turned => "turned.jpg",
            Self::Progressive => "progressive.jpg",
            Self::Soft => "soft.png",
        }
    }
}

/// A format of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
    Avif,
}

impl Format {
    /// Returns its name in lower case, which is that of its media type, too.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Avif => "avif",
        }
    }
}

/// What is done with a source.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// Reduced to a width.
    Width(u32),
    /// Reduced and cut to a square.
    Square(u32),
    /// A watermark drawn on it, 10 pixels from the lower right corner.
    Watermark,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// How tables name it.
    pub(super) name: &'static str,
    pub(super) source: Source,
    pub(super) work: Work,
    pub(super) format: Format,
    /// 1 to 100, or nothing where the format has none.
    pub(super) quality: Option<u32>,
}

/// Every case.
pub(super) const CASES: [Case; 9] = [
    case("photo → 720, JPEG", Source::Photo, Work::Width(720), Format::Jpeg, Some(80)),
    case("large → 800, JPEG", Source::Large, Work::Width(800), Format::Jpeg, Some(80)),
    case("large → 300×300 cover, JPEG", Source::Large, Work::Square(300), Format::Jpeg, Some(80)),
    case("large, turned by EXIF → 800, JPEG", Source::Turned, Work::Width(800), Format::Jpeg, Some(80)),
    case("large, progressive → 800, JPEG", Source::Progressive, Work::Width(800), Format::Jpeg, Some(80)),
    case("large → 800, WebP", Source::Large, Work::Width(800), Format::WebP, Some(80)),
    case("large → 1200, AVIF", Source::Large, Work::Width(1200), Format::Avif, Some(50)),
    case("PNG with alpha → 720, PNG", Source::Soft, Work::Width(720), Format::Png, None),
    case("photo with a watermark, JPEG", Source::Photo, Work::Watermark, Format::Jpeg, Some(80)),
];

/// Makes a case.
const fn case(name: &'static str, source: Source, work: Work, format: Format, quality: Option<u32>) -> Case {
    Case { name, source, work, format, quality }
}

impl Case {
    /// Tells whether the result can be scored against its source: not where something is drawn on it, nor where there is alpha.
    pub(super) const fn is_scored(&self) -> bool {
        !matches!(self.work, Work::Watermark) && !matches!(self.source, Source::Soft)
    }

    /// Returns the name of a file for the result of a peer.
    pub(super) fn result(&self, peer: &str) -> String {
        let name: String = self.name.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("{name}-{peer}.{}", self.format.name())
    }

    /// Returns the list of transforms and draws that Palmette takes.
    pub(super) fn transforms(&self) -> Value {
        match self.work {
            Work::Width(width) => json!([{ "imageIndex": 0, "width": width }]),
            Work::Square(side) => json!([{ "imageIndex": 0, "width": side, "height": side, "fit": "cover" }]),
            Work::Watermark => json!([{ "drawImageIndex": 1, "targetImageIndex": 0, "bottom": 10, "right": 10 }]),
        }
    }

    /// Returns the line that `sharp.mjs` takes; `save` is where the result goes, if anywhere.
    pub(super) fn sharp(&self, folder: &str, save: Option<&str>) -> String {
        let (width, height) = match self.work {
            Work::Width(width) => (Some(width), None),
            Work::Square(side) => (Some(side), Some(side)),
            Work::Watermark => (None, None),
        };
        let watermark = matches!(self.work, Work::Watermark).then(|| format!("{folder}/watermark.png"));
        json!({
            "do": "run",
            "source": format!("{folder}/{}", self.source.file()),
            "width": width,
            "height": height,
            "cover": height.is_some(),
            "format": self.format.name(),
            "quality": self.quality,
            "watermark": watermark,
            "save": save,
        })
        .to_string()
    }

    /// Returns the path that oximg takes; nothing if it does not do that: it neither cuts nor draws, and its AVIF needs libraries
    /// that crates.io does not have.
    pub(super) fn oximg(&self) -> Option<String> {
        let Work::Width(width) = self.work else { return None };
        if self.format == Format::Avif {
            return None;
        }
        let quality = self.quality.map_or_else(String::new, |quality| format!(",quality={quality}"));
        Some(format!("/image/width={width},format={}{quality}/{}", self.format.name(), self.source.file()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_say_the_same() {
        let [photo, _, square, .., png, watermark] = CASES;
        assert_eq!(photo.oximg().unwrap(), "/image/width=720,format=jpeg,quality=80/photo.jpg");
        assert_eq!(png.oximg().unwrap(), "/image/width=720,format=png/soft.png");
        assert!(square.oximg().is_none() && watermark.oximg().is_none());
        let line: Value = serde_json::from_str(&square.sharp("in", Some("out"))).unwrap();
        assert_eq!((&line["height"], &line["cover"], &line["save"]), (&json!(300), &json!(true), &json!("out")));
        let line: Value = serde_json::from_str(&watermark.sharp("in", None)).unwrap();
        assert_eq!((&line["watermark"], &line["width"]), (&json!("in/watermark.png"), &Value::Null));
        assert_eq!(square.transforms()[0]["fit"], "cover");
    }

    #[test]
    fn results_have_names_of_their_own() {
        let names: std::collections::BTreeSet<_> = CASES.iter().map(|case| case.result("sharp")).collect();
        assert_eq!(names.len(), CASES.len());
    }
}

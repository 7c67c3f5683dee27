//! What an operator says about image URLs: from where pictures come, and who may ask for which.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use palmette_origin::{HostRule, Origin, OriginRule, Url};
use palmette_protocol::request::MAX_OUTPUTS;
use palmette_protocol::url::{Delivery, ImageOptions, Strictness};

/// What an operator says about image URLs. Without [`origins`](Self::origins) and [`allow`](Self::allow), none has a source.
#[derive(Clone, Debug, PartialEq)]
pub struct UrlConfig {
    /// Where paths lead, the first that has the picture; default nowhere.
    pub origins: Vec<UrlOrigin>,
    /// Where URLs may lead, apart from [`origins`](Self::origins); default nowhere.
    pub allow: Vec<SourceRule>,
    /// What is done with options that do not exist; default [`Strictness::Strict`].
    pub strictness: Strictness,
    /// Who may ask; default [`UrlAccess::Open`].
    pub access: UrlAccess,
    /// The keys of signatures; default none.
    pub keys: SigningKeys,
    /// The only options that a URL may have; default any.
    pub sets: Option<OptionSets>,
    /// The widths that pages have a picture in, which are made together; default none.
    pub srcset: Srcset,
    /// How long an answer may be kept whose source says nothing, or a shorter time, of it. Default an hour.
    pub max_age: Duration,
    /// The most pixels along a side of an AVIF that `format=auto` chooses. Default 1,200.
    pub max_avif_px: u32,
}

impl Default for UrlConfig {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            allow: Vec::new(),
            strictness: Strictness::Strict,
            access: UrlAccess::Open,
            keys: SigningKeys::default(),
            sets: None,
            srcset: Srcset::default(),
            max_age: Duration::from_secs(3600),
            max_avif_px: 1200,
        }
    }
}

impl UrlConfig {
    /// Tells whether there is anywhere that pictures come from.
    #[must_use]
    pub const fn has_sources(&self) -> bool {
        !self.origins.is_empty() || !self.allow.is_empty()
    }
}

/// Who may ask for pictures by URL. Pages cannot send a token, so by default nobody needs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlAccess {
    /// Everybody.
    Open,
    /// Who has a URL that was signed with one of [`UrlConfig::keys`].
    Signed,
    /// Who has a token, as for every other request.
    Token,
}

/// Where the path of a source leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlOrigin {
    /// Into a folder of this machine.
    Folder(PathBuf),
    /// To a server, below this URL, whose path ends without a slash.
    Server(Url),
    /// Into a bucket, below the prefix of this URL.
    Bucket(String),
}

impl FromStr for UrlOrigin {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        if palmette_store::is_bucket_url(text) {
            return Ok(Self::Bucket(text.to_owned()));
        }
        if !text.contains("://") {
            return if Path::new(text).is_dir() { Ok(Self::Folder(text.into())) } else { Err(NotASource) };
        }
        let url = Url::parse(text).map_err(|_| NotASource)?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if Origin::of(&url).is_none() || !is_plain || url.password().is_some() {
            return Err(NotASource);
        }
        Ok(Self::Server(url))
    }
}

impl UrlOrigin {
    /// Returns the rule for the server that this is, if it is one: whatever its address, the operator wants it asked.
    #[must_use]
    pub fn exception(&self) -> Option<OriginRule> {
        match self {
            Self::Folder(_) | Self::Bucket(_) => None,
            Self::Server(url) => Origin::of(url)?.to_string().parse().ok(),
        }
    }

    /// Returns the URL of a source, given by its path and query; `None` if that leads out of this origin, or it is no server.
    #[must_use]
    pub fn join(&self, path: &str) -> Option<Url> {
        let Self::Server(base) = self else { return None };
        let prefix = base.path().trim_end_matches('/');
        let url = Url::parse(&format!("{}{prefix}{path}", Origin::of(base)?)).ok()?;
        self.holds(&url).then_some(url)
    }

    /// Tells whether a URL lies below this server; below anything else none does.
    #[must_use]
    pub fn holds(&self, url: &Url) -> bool {
        let Self::Server(base) = self else { return false };
        let rest = url.path().strip_prefix(base.path().trim_end_matches('/'));
        Origin::of(url) == Origin::of(base) && rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Where the URL of a source may lead: `*` anywhere, `b.com` that host alone, `*.b.com` it and all below it, `http://b.com:8080` that
/// origin. A path behind it means that path and all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRule {
    place: RulePlace,
    /// Without a slash at its end.
    path: String,
}

/// The part of a [`SourceRule`] before its path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum RulePlace {
    Anywhere,
    Host(HostRule),
    Origin(OriginRule),
}

impl FromStr for SourceRule {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        let scheme_len = text.find("://").map_or(0, |at| at + 3);
        let cut = text[scheme_len..].find('/').map_or(text.len(), |at| scheme_len + at);
        let (place, path) = text.split_at(cut);
        let place = match place {
            "*" if path.is_empty() => RulePlace::Anywhere,
            _ if scheme_len > 0 => RulePlace::Origin(place.parse().map_err(|_| NotASource)?),
            _ => RulePlace::Host(place.parse().map_err(|_| NotASource)?),
        };
        if path.contains(['?', '#']) {
            return Err(NotASource);
        }
        Ok(Self { place, path: path.trim_end_matches('/').to_owned() })
    }
}

impl SourceRule {
    /// Tells whether a URL is meant.
    #[must_use]
    pub fn holds(&self, url: &Url) -> bool {
        let is_place = match &self.place {
            RulePlace::Anywhere => true,
            RulePlace::Host(rule) => url.host_str().is_some_and(|host| rule.holds(host)),
            RulePlace::Origin(rule) => Origin::of(url).is_some_and(|origin| rule.holds(&origin)),
        };
        let rest = url.path().strip_prefix(&*self.path);
        is_place && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Occurs when a text is no place of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotASource;

/// The keys that sign URLs; any of them will do, so that one can be replaced. To debug them, they are counted, not shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SigningKeys(Vec<String>);

/// Characters of the shortest key.
const MIN_KEY_CHARS: usize = 16;

impl SigningKeys {
    /// Reads a file: a key a line, of at least 16 characters; empty lines and those that begin with `#` say nothing.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let keys: Vec<String> = lines(&text).map(str::to_owned).collect();
        let is_right = !keys.is_empty() && keys.iter().all(|key| key.len() >= MIN_KEY_CHARS);
        is_right.then_some(Self(keys))
    }

    /// Returns the bytes of each key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(String::as_bytes)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys({})", self.0.len())
    }
}

/// The only options that URLs may have, so that nobody makes a server compute every width there is.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionSets(Vec<ImageOptions>);

impl OptionSets {
    /// Reads a file: the options of a URL a line, in any order; empty lines and those that begin with `#` say nothing.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let read = |line| ImageOptions::parse(line, Strictness::Strict).ok().map(|(options, _)| options);
        let sets: Option<Vec<_>> = lines(&text).map(read).collect();
        sets.filter(|sets| !sets.is_empty()).map(Self)
    }

    /// Tells whether options are among them.
    #[must_use]
    pub fn hold(&self, options: &ImageOptions) -> bool {
        self.0.contains(options)
    }
}

/// The widths that pages have one picture in, in ascending order. Whoever asks for one of them has the others made ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Srcset(Vec<u32>);

impl Srcset {
    /// The greatest width, beyond which no limit of pixels goes.
    const MAX_WIDTH: u32 = 65_536;

    /// Returns the widths; none if nothing is to be made ahead.
    #[must_use]
    pub fn widths(&self) -> &[u32] {
        &self.0
    }
}

impl FromStr for Srcset {
    type Err = NotASrcset;

    /// Reads `320,640,1280` in any order; `auto`, which is what `width=auto` chooses from; or `none`.
    fn from_str(text: &str) -> Result<Self, NotASrcset> {
        match text {
            "none" => return Ok(Self::default()),
            "auto" => return Ok(Self(Delivery::BREAKPOINTS.to_vec())),
            _ => {}
        }
        let width = |word: &str| word.trim().parse().ok().filter(|width| (1..=Self::MAX_WIDTH).contains(width));
        let mut widths = text.split(',').map(width).collect::<Option<Vec<u32>>>().ok_or(NotASrcset)?;
        widths.sort_unstable();
        widths.dedup();
        if (2..=MAX_OUTPUTS).contains(&widths.len()) { Ok(Self(widths)) } else { Err(NotASrcset) }
    }
}

/// A text that is no [`Srcset`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a set of widths")]
pub struct NotASrcset;

/// Returns the lines of a file that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn url_rules_hold_as_documented() {
        for (rule, right, wrong) in [
            ("*", &["http://a/", "https://b.com:1/c"][..], &[][..]),
            (
                "b.com",
                &["https://b.com/", "http://b.com:8080/a"],
                &["https://a.b.com/", "https://bb.com/", "https://b.com.example/"],
            ),
            ("*.b.com", &["https://b.com/", "https://a.b.com/", "https://c.a.b.com/d"], &["https://ab.com/"]),
            (
                "b.com/pics",
                &["https://b.com/pics", "https://b.com/pics/a.jpg"],
                &["https://b.com/pics2/a.jpg", "https://b.com/", "https://b.com/pics/../a"],
            ),
            ("*.b.com/pics/", &["https://a.b.com/pics/x"], &["https://a.b.com/x"]),
            (
                "http://127.0.0.1:81/a",
                &["http://127.0.0.1:81/a/b"],
                &["https://127.0.0.1:81/a/b", "http://127.0.0.1/a/b", "http://127.0.0.1:81/"],
            ),
            ("http://localhost:*", &["http://localhost:5/a"], &["http://localhost.example:5/a"]),
        ] {
            let parsed: SourceRule = rule.parse().unwrap();
            assert!(right.iter().all(|text| parsed.holds(&url(text))), "{rule}");
            assert!(!wrong.iter().any(|text| parsed.holds(&url(text))), "{rule}");
        }
        for rule in ["", "/", "*/a", "a b", "b.com?c", "http://", "*.1.2.3.4", "https://b.com/#"] {
            assert!(rule.parse::<SourceRule>().is_err(), "{rule}");
        }
    }

    #[test]
    fn url_origins_are_not_left() {
        let origin: UrlOrigin = "https://a.example/pics/".parse().unwrap();
        for (path, joined) in [
            ("/b.jpg?c=d", Some("https://a.example/pics/b.jpg?c=d")),
            ("/b%20c.jpg", Some("https://a.example/pics/b%20c.jpg")),
            ("/x/../b.jpg", Some("https://a.example/pics/b.jpg")),
            ("/../b.jpg", None),
            ("/%2e%2e/b.jpg", None),
            ("/..\\..\\b.jpg", None),
            ("/x/../../pics2/b.jpg", None),
        ] {
            assert_eq!(origin.join(path).as_ref().map(Url::as_str), joined, "{path}");
        }
        let whole: UrlOrigin = "http://127.0.0.1:8080".parse().unwrap();
        assert_eq!(whole.join("/a").unwrap().as_str(), "http://127.0.0.1:8080/a");
        assert_eq!(whole.join("//evil.example/a").unwrap().as_str(), "http://127.0.0.1:8080//evil.example/a");
        assert_eq!(whole.exception().unwrap().to_string(), "http://127.0.0.1:8080");
        let bucket: UrlOrigin = "s3://pictures/in".parse().unwrap();
        assert_eq!((bucket.join("/a"), bucket.exception()), (None, None));
        assert!(!bucket.holds(&url("s3://pictures/in/a")), "a URL of its own leads to a server");
        for text in [
            "",
            "s3://",
            "S3://pictures",
            "r2://pictures",
            "/nonexistent",
            "ftp://a/",
            "https://a/?b",
            "https://u:p@a/",
            "https://a/#b",
        ] {
            assert!(text.parse::<UrlOrigin>().is_err(), "{text}");
        }
    }

    #[test]
    fn url_srcsets_are_widths() {
        let widths = |text: &str| text.parse().map(|Srcset(widths)| widths);
        assert_eq!(widths("none"), Ok(Vec::new()));
        assert_eq!(widths("auto"), Ok(vec![320, 768, 960, 1200]));
        assert_eq!(widths("1280, 320,640,320"), Ok(vec![320, 640, 1280]));
        let many = (1..=33).map(|width| width.to_string()).collect::<Vec<_>>().join(",");
        for text in ["", "320", "320,320", "320,", "320,auto", "0,5", "5,65537", "-1,5", "1.5,5", &many] {
            assert_eq!(widths(text), Err(NotASrcset), "{text}");
        }
    }

    #[test]
    fn url_files_are_read_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| {
            let path = folder.path().join("file");
            std::fs::write(&path, text).unwrap();
            path
        };
        let keys = SigningKeys::read(&write("# one\n0123456789abcdef\n\n 0123456789abcdefg \n")).unwrap();
        assert_eq!(keys.iter().map(<[u8]>::len).collect::<Vec<_>>(), [16, 17]);
        assert_eq!(format!("{keys:?}"), "SigningKeys(2)");
        for text in ["", "# nothing", "short\n"] {
            assert!(SigningKeys::read(&write(text)).is_none(), "{text}");
        }
        let sets = OptionSets::read(&write("w=320,f=auto\n# more\nfit=cover,width=64,height=64\n")).unwrap();
        let parse = |text| ImageOptions::parse(text, Strictness::Strict).unwrap().0;
        assert!(sets.hold(&parse("format=auto,width=320")) && sets.hold(&parse("h=64,w=64,fit=cover")));
        assert!(!sets.hold(&parse("w=321,f=auto")) && !sets.hold(&parse("w=320")));
        assert!(OptionSets::read(&write("w=320\nwidht=5\n")).is_none());
    }
}

//! Requests that are a URL: `/cdn-cgi/image/OPTIONS/SOURCE`, and those that Next and IPX write.
//!
//! A page says in the URL of a picture what it wants of it. Such a URL goes through this module in three steps, each of which
//! is a place for what can be wrong:
//!
//! 1. [`ImageUrl::parse`] cuts it into options and source; [`next`] and [`ipx`] do the same for theirs. Text becomes the
//!    object that a Worker writes in `cf.image` (`text`).
//! 2. [`ImageOptions::from_object`] reads that object: what a `transform` of a form may say by the table of
//!    [`Transform`](palmette_ops::Transform), and what only makes sense here by that of [`Delivery`].
//! 3. [`ImageOptions::request`] makes a [`TransformRequest`](crate::TransformRequest) of it, once the picture is there and it
//!    is known who asks ([`Client`]). From there on nothing tells it from one that came in a form.
//!
//! Options apply in the order of one `transform`, whatever the order in the URL. `cf.image` itself enters at the second step, and may draw
//! beside ([`CfImage`]).

mod cf_image;
mod client;
mod delivery;
mod escape;
mod forms;
pub mod ipx;
pub mod next;
mod options;
mod schema;
mod text;

pub use cf_image::CfImage;
pub use client::Client;
pub use delivery::{Compression, Delivery, MAX_DPR, OnError, UrlFormat, Width};
pub use escape::decode;
pub use forms::{UrlOption, url_options};
pub use options::{ImageOptions, Picture};
pub use schema::options_schema;

use crate::Error;

/// Where the path of an image URL begins.
pub const PREFIX: &str = "/cdn-cgi/image/";

/// Where a form goes that holds a source, and what an image URL or `cf.image` asks for.
pub const FORM_PATH: &str = "/cdn-cgi/image";

/// A URL as it has to be.
const FORM: &str = "/cdn-cgi/image/OPTIONS/SOURCE, with a path or a URL as SOURCE";

/// What is done with an option that does not exist, or is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strictness {
    /// The request is refused with 9401, as everywhere else.
    #[default]
    Strict,
    /// The option is ignored, of several the last counts, and a warning says so: as the real service does.
    Lenient,
}

/// The picture that an image URL is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlSource {
    /// A path on the server that pictures come from: begins with one `/`, percent-encoded, with the query if there is one.
    Path(String),
    /// A URL of its own, `http` or `https`.
    Remote(String),
}

impl UrlSource {
    /// Reads a source as it stands in a URL; `query` is that of the URL, and goes with the source. `None` if there is no source.
    ///
    /// A URL may be percent-encoded as a whole, and proxies may have made one slash of the two behind its scheme.
    #[must_use]
    pub fn parse(source: &str, query: Option<&str>) -> Option<Self> {
        let starts = |prefix: &str| source.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let is_encoded = ["http%3a", "https%3a", "%2f"].into_iter().any(starts);
        let decoded = is_encoded.then(|| decode(source)).flatten();
        let source = decoded.as_deref().unwrap_or(source);
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        for scheme in ["http:/", "https:/"] {
            if let Some((start, rest)) = source.split_at_checked(scheme.len())
                && start.eq_ignore_ascii_case(scheme)
            {
                let rest = rest.trim_start_matches('/');
                return (!rest.is_empty()).then(|| Self::Remote(format!("{start}/{rest}{query}")));
            }
        }
        let path = source.trim_start_matches('/');
        (!path.is_empty()).then(|| Self::Path(format!("/{path}{query}")))
    }
}

/// An image URL, read.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageUrl {
    /// What to do.
    pub options: ImageOptions,
    /// With which picture.
    pub source: UrlSource,
    /// What was ignored, for the header `warning`; nothing if the URL was read [strictly](Strictness::Strict).
    pub warnings: Vec<String>,
}

impl ImageUrl {
    /// Reads the path of a URL, percent-encoded as it came, and its query.
    ///
    /// Between the options stand commas, of which the last may be followed by nothing. Commas and slashes inside parentheses belong
    /// to the option, so that `background=rgb(10 20 30 / 50%)` is one; all else that is special is percent-encoded, `#` in front.
    ///
    /// ```
    /// use palmette_protocol::url::{ImageUrl, Strictness, UrlSource};
    ///
    /// let url = ImageUrl::parse("/cdn-cgi/image/w=80,fit=cover,f=auto/photos/cat.jpg", None, Strictness::Strict)?;
    /// assert_eq!(url.source, UrlSource::Path("/photos/cat.jpg".to_owned()));
    /// let error = ImageUrl::parse("/cdn-cgi/image/widht=80/cat.jpg", None, Strictness::Strict).unwrap_err();
    /// assert!(error.to_string().ends_with("did you mean width?"));
    /// # Ok::<(), palmette_protocol::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// 9401 if there is no option or no source, and for every option that a form would be refused for.
    pub fn parse(path: &str, query: Option<&str>, strictness: Strictness) -> Result<Self, Error> {
        let not_one = || Error::NotAnImageUrl { form: FORM };
        let rest = path.strip_prefix(PREFIX).ok_or_else(not_one)?;
        let (options, source) = text::cut_options(rest).ok_or_else(not_one)?;
        let source = UrlSource::parse(source, query).ok_or_else(not_one)?;
        let (options, warnings) = ImageOptions::parse(options, strictness)?;
        Ok(Self { options, source, warnings })
    }
}

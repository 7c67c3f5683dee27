//! The Images binding of Cloudflare Workers in Rust: its verbs, sent to a Palmette server.
//!
//! A picture is described first and made at the end, in one request, as in a Worker: [`Images::input`] begins with a
//! [`Source`], [`Transformer::transform`] and [`Transformer::draw`] add steps, and [`Transformer::output`] sends the form that
//! the binding itself would send, byte for byte.
//!
//! ```no_run
//! use palmette_client::{Draw, Images, OutputFormat, Source, Transform};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let images = Images::new("http://127.0.0.1:9901")?;
//! let mark = images.input(Source::file("watermark.png").await?).transform(Transform::resize(100, 100));
//! let corner = Draw { opacity: 0.75, ..Draw::bottom_right(10, 10) };
//! let photo = images.input(Source::file("photo.jpg").await?).draw(mark, corner);
//! let picture = photo.output(OutputFormat::Avif).await?;
//! assert_eq!(picture.content_type(), "image/avif");
//! tokio::fs::write("photo.avif", picture.bytes().await?).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is held in memory whole: sources go out piece by piece as they come ([`Source::stream`], [`Source::reader`]), and a
//! [`Picture`] comes in as a stream. Steps are values that move, so a mistake that a Worker sees at run time (error 9525,
//! a transformer used twice) does not compile here.
//!
//! [`Transformer::outputs`] makes several pictures of one in one request, each a [`Rendition`] with a format and transforms of its own;
//! the binding cannot do that.
//!
//! Every failure is an [`Error`]. A failure that the server reports is [`Error::Images`], with the server's code.
//!
//! # Why hyper
//!
//! The server is built on hyper and the connection pool of hyper-util already, so this crate adds nothing but a switch of each to
//! a program that has both. reqwest would bring a URL parser with tables of Unicode, cookies and redirects behind features, for
//! requests that have one fixed form and must never be redirected. TLS is rustls, with Mozilla's roots, as in the server.

mod answer;
mod body;
mod deadline;
mod error;
mod images;
mod outputs;
mod overlay;
mod picture;
mod ready;
mod source;
mod tls;
mod transformer;

pub use error::{Error, TransportError};
pub use images::{Images, ImagesBuilder};
pub use outputs::{Outputs, Rendered};
pub use overlay::Overlay;
pub use picture::Picture;
pub use ready::Ready;
pub use source::Source;
pub use transformer::Transformer;

pub use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges, Upscale};
pub use palmette_ops::{
    Align, AxisPosition, Color, Composite, Draw, Fit, Flip, Gravity, GravityMode, Repeat, Rotate, Text, TextLayout,
    Transform, Variation,
};
pub use palmette_protocol::{
    Code, EngineChoice, Info, IntoOptions, OptionObject, Options, Output, OutputFormat, Quality, RawOutput,
    RawRendition, Rendition,
};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

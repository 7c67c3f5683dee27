//! Writes the forms that the client writes, byte for byte apart from the boundary.
//!
//! A form is handed out as [`Piece`]s, because its sources may be streams: bytes that the writer made, and in their places
//! the sources, untouched, for the caller to copy. Whether lengths are known is the caller's affair; the client never
//! sends one.

use bytes::Bytes;
use palmette_ops::tree::flatten;

use super::Part;
use crate::request::{RawRendition, outputs_to_json};
use crate::{EngineChoice, Options, RawNode, RawOp, RawOutput, json, list};

/// Separates the parts of a form: 26 dashes and 24 decimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary(String);

impl Boundary {
    /// Makes a boundary of random bits. They are new for every form and unknown to the makers of sources, so that
    /// no source can hold the boundary.
    #[must_use]
    pub fn new(random: u128) -> Self {
        Self(format!("{:-<26}{:024}", "", random % 10_u128.pow(24)))
    }

    /// Returns the boundary as it stands behind two dashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the `content-type` of the form.
    #[must_use]
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.0)
    }
}

/// A stretch of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<S> {
    /// Bytes to send as they are.
    Bytes(Bytes),
    /// The place of a source, whose bytes are sent here.
    Source(S),
}

impl<S: AsRef<[u8]>> Piece<S> {
    /// Joins pieces whose sources are in memory.
    #[must_use]
    pub fn join(pieces: &[Self]) -> Vec<u8> {
        let mut joined = Vec::new();
        for piece in pieces {
            joined.extend_from_slice(match piece {
                Self::Bytes(bytes) => bytes,
                Self::Source(source) => source.as_ref(),
            });
        }
        joined
    }
}

/// A source of a form.
#[derive(Clone, Debug, PartialEq)]
pub enum FormSource<S> {
    /// A picture.
    Image(S),
    /// Text to set, as [`IntoOptions`](crate::IntoOptions) makes it of a [`Text`](palmette_ops::Text).
    Text(Options),
}

/// The form of a request to `/transform`.
///
/// ```
/// use palmette_ops::Node;
/// use palmette_protocol::form::{Boundary, FormSource, Piece, TransformForm};
/// use palmette_protocol::{Options, Output, OutputFormat};
///
/// // A photo with a watermark of 100×100 pixels in its corner, as AVIF.
/// let watermark = Node::new(FormSource::Image("the watermark"))
///     .transform(Options::from_iter([("width".to_owned(), 100.into()), ("height".to_owned(), 100.into())]));
/// let corner = [("bottom", 10.into()), ("right", 10.into()), ("opacity", 0.75.into())];
/// let corner = corner.map(|(key, value)| (key.to_owned(), value));
/// let photo = Node::new(FormSource::Image("the photo")).draw(watermark, Options::from_iter(corner));
/// let form = TransformForm::new(photo, Output::new(OutputFormat::Avif).to_raw());
///
/// let boundary = Boundary::new(583346305086275347798022); // take random bits for every form
/// let body = String::from_utf8(Piece::join(&form.into_pieces(&boundary)))?;
/// let expected = r#"----------------------------583346305086275347798022
/// content-disposition: form-data; name="image"; filename="image"
///
/// the photo
/// ----------------------------583346305086275347798022
/// content-disposition: form-data; name="draw_image"; filename="draw_image"
///
/// the watermark
/// ----------------------------583346305086275347798022
/// content-disposition: form-data; name="transforms"
///
/// [{"imageIndex":1,"width":100,"height":100},{"drawImageIndex":1,"targetImageIndex":0,"bottom":10,"right":10,"opacity":0.75}]
/// ----------------------------583346305086275347798022
/// content-disposition: form-data; name="output_format"
///
/// image/avif
/// ----------------------------583346305086275347798022--
/// "#;
/// assert_eq!(body, expected.replace('\n', "\r\n"));
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TransformForm<S> {
    sources: Vec<FormSource<S>>,
    ops: Vec<RawOp>,
    outputs: RawOutputs,
    explain: bool,
    engine: Option<EngineChoice>,
}

/// The results that a form asks for.
#[derive(Clone, Debug, PartialEq)]
enum RawOutputs {
    One(RawOutput),
    Each(Vec<RawRendition>),
}

impl<S> TransformForm<S> {
    /// Makes the form that asks for a tree as a picture.
    #[must_use]
    pub fn new(tree: RawNode<FormSource<S>>, output: RawOutput) -> Self {
        Self::with_outputs(tree, RawOutputs::One(output))
    }

    /// Makes the form that asks for several renditions of a tree, 1 to 32; for servers of this project only.
    ///
    /// The answer is `multipart/mixed`, a part for each, in order: [`mixed`](crate::mixed) has its reader.
    #[must_use]
    pub fn of_renditions(tree: RawNode<FormSource<S>>, outputs: Vec<RawRendition>) -> Self {
        Self::with_outputs(tree, RawOutputs::Each(outputs))
    }

    fn with_outputs(tree: RawNode<FormSource<S>>, outputs: RawOutputs) -> Self {
        let (sources, ops) = flatten(tree);
        Self { sources, ops, outputs, explain: false, engine: None }
    }

    /// Asks for the plan instead of the picture; for servers of this project only.
    #[must_use]
    pub fn explain(self) -> Self {
        Self { explain: true, ..self }
    }

    /// Chooses the engine that computes; for servers of this project only.
    #[must_use]
    pub fn engine(self, engine: EngineChoice) -> Self {
        Self { engine: Some(engine), ..self }
    }

    /// Writes the form.
    #[must_use]
    pub fn into_pieces(self, boundary: &Boundary) -> Vec<Piece<S>> {
        let mut writer = PieceWriter::new(boundary);
        for (index, source) in self.sources.into_iter().enumerate() {
            match (source, index) {
                (FormSource::Image(image), 0) => writer.file(Part::Image, image),
                (FormSource::Image(image), _) => writer.file(Part::DrawImage, image),
                (FormSource::Text(text), 0) => writer.field(Part::TextInput, &json::to_string(&text)),
                (FormSource::Text(text), _) => writer.field(Part::DrawText, &json::to_string(&text)),
            }
        }
        writer.field(Part::Transforms, &list::list_to_json(&self.ops));
        match &self.outputs {
            RawOutputs::Each(outputs) => writer.field(Part::Outputs, &outputs_to_json(outputs)),
            RawOutputs::One(RawOutput { format, quality, background, anim }) => {
                writer.field(Part::OutputFormat, format);
                writer.fields([
                    (Part::OutputQuality, quality.as_deref()),
                    (Part::Background, background.as_deref()),
                    (Part::Anim, anim.as_deref()),
                ]);
            }
        }
        writer.fields([
            (Part::Explain, self.explain.then_some("true")),
            (Part::Engine, self.engine.map(EngineChoice::as_str)),
        ]);
        writer.finish()
    }
}

/// The form of a request to `/info`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoForm<S> {
    image: S,
}

impl<S> InfoForm<S> {
    /// Makes the form that asks about a picture.
    #[must_use]
    pub const fn new(image: S) -> Self {
        Self { image }
    }

    /// Writes the form.
    #[must_use]
    pub fn into_pieces(self, boundary: &Boundary) -> Vec<Piece<S>> {
        let mut writer = PieceWriter::new(boundary);
        writer.file(Part::Image, self.image);
        writer.finish()
    }
}

/// Writes a form part by part.
struct PieceWriter<'a, S> {
    boundary: &'a Boundary,
    pieces: Vec<Piece<S>>,
    /// Bytes since the last source.
    text: String,
}

impl<'a, S> PieceWriter<'a, S> {
    const fn new(boundary: &'a Boundary) -> Self {
        Self { boundary, pieces: Vec::new(), text: String::new() }
    }

    fn field(&mut self, part: Part, value: &str) {
        let Boundary(boundary) = self.boundary;
        self.text += &format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{part}\"\r\n\r\n{value}\r\n");
    }

    /// Writes the fields that are given.
    fn fields<const N: usize>(&mut self, fields: [(Part, Option<&str>); N]) {
        for (part, text) in fields {
            if let Some(text) = text {
                self.field(part, text);
            }
        }
    }

    fn file(&mut self, part: Part, source: S) {
        let Boundary(boundary) = self.boundary;
        self.text +=
            &format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"{part}\"\r\n\r\n");
        self.flush();
        self.pieces.push(Piece::Source(source));
        self.text += "\r\n";
    }

    fn finish(mut self) -> Vec<Piece<S>> {
        let Boundary(boundary) = self.boundary;
        self.text += &format!("--{boundary}--\r\n");
        self.flush();
        self.pieces
    }

    fn flush(&mut self) {
        self.pieces.push(Piece::Bytes(std::mem::take(&mut self.text).into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_have_26_dashes_and_24_digits() {
        for random in [0, 1, u128::MAX] {
            let Boundary(text) = Boundary::new(random);
            assert_eq!(text.len(), 50);
            assert!(
                text[..26].bytes().all(|byte| byte == b'-') && text[26..].bytes().all(|byte| byte.is_ascii_digit())
            );
        }
    }

    #[test]
    fn sources_are_handed_back_in_their_places() {
        let pieces = InfoForm::new(5_u8).into_pieces(&Boundary::new(0));
        assert!(matches!(pieces[..], [Piece::Bytes(_), Piece::Source(5), Piece::Bytes(_)]));
    }
}

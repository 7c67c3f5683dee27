//! Everything that can be wrong with a request before a picture is opened.
//!
//! One enum for the whole crate; faults of a tree come from the vocabulary. A message names the place, the option, the
//! bad value and what is allowed, because it is all that the author of a request gets to see: `draw 2 on the canvas: opacity must be
//! 0 to 1, got 1.5`. Whatever of the request is repeated in a message is JSON, shortened, so that it can neither flood nor forge a log.

use palmette_ops::{Class, ImageIndex, Place};

use crate::form::Part;
use crate::{Code, Hint, OutputFormat};

/// A request that cannot be understood, or that asks for something outside the protocol.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Occurs when an entry of the list is wrong; names the entry.
    #[error("{place}: {source}")]
    At {
        /// The entry.
        place: Place,
        /// What is wrong with it.
        source: Box<Self>,
    },
    /// Occurs when an entry of the list says no picture that it could be about; names the entry by its position.
    #[error("entry {} of transforms: {source}", .position + 1)]
    AtEntry {
        /// Index in the list, from 0.
        position: usize,
        /// What is wrong with it.
        source: Box<Self>,
    },
    /// Occurs when a text source is wrong; names the source.
    #[error("{} ({part}): {source}", Place::Picture(ImageIndex(*.index)))]
    AtSource {
        /// Its index, 0 for the canvas.
        index: u32,
        /// The part it came in.
        part: Part,
        /// What is wrong with it.
        source: Box<Self>,
    },

    /// Occurs when the value of an option is not among those allowed.
    #[error("{option} must be {allowed}, got {actual}{hint}")]
    BadValue {
        /// The option, `trim.border.keep` if it is nested.
        option: String,
        /// What it may be, as it reads after "must be".
        allowed: &'static str,
        /// What it is.
        actual: String,
        /// The name or value that was probably meant.
        hint: Hint,
    },
    /// Occurs when an option does not exist.
    #[error("unknown option {option}; known options are {}{hint}", .known.join(", "))]
    UnknownOption {
        /// The option, quoted.
        option: String,
        /// The options there are at this place.
        known: Vec<&'static str>,
        /// The name or value that was probably meant.
        hint: Hint,
    },
    /// Occurs when a field that has no default is absent.
    #[error("{option} is missing")]
    MissingOption {
        /// The field.
        option: &'static str,
    },
    /// Occurs when a text has more characters than allowed.
    #[error("text must have at most {max} characters, got {count}")]
    TooManyChars {
        /// How many it has.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// Occurs when two options are given of which only one can hold.
    #[error("{first} and {second} cannot be used together")]
    Conflict {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Occurs when an option of a URL is given more than once.
    #[error("{option} is given twice")]
    GivenTwice {
        /// The option.
        option: String,
    },
    /// Occurs when something between the commas of a URL is no option.
    #[error("options must be NAME=VALUE with commas between them, got {actual}")]
    NotAUrlOption {
        /// What it is, quoted.
        actual: String,
    },
    /// Occurs when a URL does not say a picture and what to do with it.
    #[error("the URL must be {form}")]
    NotAnImageUrl {
        /// The URL as it has to be.
        form: &'static str,
    },
    /// Occurs when percent-encoded bytes of a URL are not UTF-8.
    #[error("{actual} is not percent-encoded UTF-8")]
    BadEscape {
        /// The text, quoted.
        actual: String,
    },
    /// Occurs when text that should be a colour is not one.
    #[error("a colour must be {}, got {actual}", crate::color::ALLOWED)]
    NotAColor {
        /// The text, quoted.
        actual: String,
    },
    /// Occurs when the format asked for does not exist here.
    #[error("output_format must be one of {}, got {actual}", OutputFormat::ALL.map(OutputFormat::as_str).join(", "))]
    UnknownOutput {
        /// The format that was asked for, quoted.
        actual: String,
    },
    /// Occurs when a part that should be JSON is not.
    #[error("{part} is not JSON: {source}")]
    NotJson {
        /// The part.
        part: Part,
        /// Where and why.
        source: serde_json::Error,
    },

    /// Occurs when an entry of the list is neither a transform nor a draw.
    #[error(
        "entry {} of transforms must be an object with either imageIndex, or drawImageIndex and targetImageIndex, got {actual}",
        .position + 1
    )]
    NotAnOp {
        /// Index in the list, from 0.
        position: usize,
        /// The entry.
        actual: String,
    },
    /// Occurs when the list is not that of a tree, or when the tree is larger than allowed.
    #[error(transparent)]
    Tree(#[from] palmette_ops::Error),

    /// Occurs when the media type of a body is not that of a form.
    #[error("content-type must be multipart/form-data with a boundary of 1 to 70 characters, got {actual}")]
    NotAForm {
        /// The media type, quoted.
        actual: String,
    },
    /// Occurs when a form breaks the rules of RFC 2046 or RFC 7578.
    #[error("part {part} of the form is malformed: {problem}")]
    MalformedForm {
        /// Parts before it.
        part: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Occurs when a body ends before its closing boundary, as it does when a client's source failed.
    #[error("the body ends before the closing boundary of the form")]
    UnfinishedForm,
    /// Occurs when the headers of a part are longer than allowed.
    #[error("the headers of part {part} of the form take more than {max_header_bytes} bytes")]
    HeaderTooLarge {
        /// Parts before it.
        part: usize,
        /// The limit.
        max_header_bytes: usize,
    },
    /// Occurs when a body is larger than allowed.
    #[error("the form is larger than {max_form_bytes} bytes")]
    FormTooLarge {
        /// The limit.
        max_form_bytes: u64,
    },
    /// Occurs when a source is larger than allowed.
    #[error("{} ({part}) is larger than {max_source_bytes} bytes", Place::Picture(ImageIndex(*.index)))]
    SourceTooLarge {
        /// Its index, 0 for the canvas.
        index: u32,
        /// The part it came in.
        part: Part,
        /// The limit.
        max_source_bytes: usize,
    },
    /// Occurs when a part that is no picture is larger than allowed.
    #[error("{part} is larger than {max_field_bytes} bytes")]
    FieldTooLarge {
        /// The part.
        part: Part,
        /// The limit.
        max_field_bytes: usize,
    },
    /// Occurs when a part is not one of the form.
    #[error("unknown part {name}; known parts are {}", .known.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(", "))]
    UnknownPart {
        /// Its name, quoted.
        name: String,
        /// The parts there are.
        known: &'static [Part],
    },
    /// Occurs when a part comes twice that may come once.
    #[error("{part} was sent twice")]
    DoubledPart {
        /// The part.
        part: Part,
    },
    /// Occurs when both `image` and `text_input` are sent: there is one canvas.
    #[error("image and text_input were both sent, and only one of them can be the canvas")]
    TwoCanvases,
    /// Occurs when a part is absent.
    #[error("{part} is missing")]
    MissingPart {
        /// The part.
        part: Part,
    },
    /// Occurs when there are more or fewer drawn pictures than `cf.image` draws by URL.
    #[error("draw names {expected} pictures by URL, and {actual} came")]
    WrongPictureCount {
        /// How many it draws.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// Occurs when both of two parts are sent, or neither, where it must be one.
    #[error("either {first} or {second} must be sent")]
    EitherPart {
        /// One of them.
        first: Part,
        /// The other.
        second: Part,
    },
    /// Occurs when neither `image` nor `text_input` is sent.
    #[error("image or text_input is missing")]
    NoCanvas,
    /// Occurs when a part that should be text is not UTF-8.
    #[error("{part} is not UTF-8")]
    NotUtf8 {
        /// The part.
        part: Part,
    },
    /// Occurs when the allocator has no memory for the body.
    #[error("could not allocate {bytes} bytes")]
    OutOfMemory {
        /// The bytes that were asked for.
        bytes: usize,
    },
}

impl Error {
    /// Adds the entry of the list that is at fault.
    pub(crate) fn at(self, place: Place) -> Self {
        Self::At { place, source: Box::new(self) }
    }

    /// Says whose fault the failure is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::At { source, .. } | Self::AtEntry { source, .. } | Self::AtSource { source, .. } => source.class(),
            Self::Tree(error) => error.class(),
            Self::HeaderTooLarge { .. }
            | Self::FormTooLarge { .. }
            | Self::SourceTooLarge { .. }
            | Self::FieldTooLarge { .. } => Class::Limit,
            Self::OutOfMemory { .. } => Class::Ours,
            Self::BadValue { .. }
            | Self::UnknownOption { .. }
            | Self::MissingOption { .. }
            | Self::TooManyChars { .. }
            | Self::Conflict { .. }
            | Self::GivenTwice { .. }
            | Self::NotAUrlOption { .. }
            | Self::NotAnImageUrl { .. }
            | Self::BadEscape { .. }
            | Self::NotAColor { .. }
            | Self::NotJson { .. }
            | Self::NotAnOp { .. }
            | Self::NotAForm { .. }
            | Self::MalformedForm { .. }
            | Self::UnfinishedForm
            | Self::UnknownPart { .. }
            | Self::DoubledPart { .. }
            | Self::TwoCanvases
            | Self::MissingPart { .. }
            | Self::WrongPictureCount { .. }
            | Self::EitherPart { .. }
            | Self::NoCanvas
            | Self::NotUtf8 { .. }
            | Self::UnknownOutput { .. } => Class::Caller,
        }
    }

    /// Returns the code that the client sees.
    ///
    /// A form over its limit is [`Code::SourceTooLarge`], because 413 is the right status and forms consist of
    /// sources; headers and fields over theirs are [`Code::BadForm`], since no honest form comes near.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::At { source, .. } | Self::AtEntry { source, .. } | Self::AtSource { source, .. } => source.code(),
            Self::BadValue { .. }
            | Self::UnknownOption { .. }
            | Self::MissingOption { .. }
            | Self::TooManyChars { .. }
            | Self::Conflict { .. }
            | Self::GivenTwice { .. }
            | Self::NotAUrlOption { .. }
            | Self::NotAnImageUrl { .. }
            | Self::BadEscape { .. }
            | Self::NotAColor { .. }
            | Self::NotJson { .. }
            | Self::NotAnOp { .. }
            | Self::Tree(_)
            | Self::UnknownPart { .. } => Code::InvalidOption,
            Self::FormTooLarge { .. } | Self::SourceTooLarge { .. } => Code::SourceTooLarge,
            Self::NotAForm { .. }
            | Self::MalformedForm { .. }
            | Self::UnfinishedForm
            | Self::HeaderTooLarge { .. }
            | Self::FieldTooLarge { .. }
            | Self::DoubledPart { .. }
            | Self::TwoCanvases
            | Self::MissingPart { .. }
            | Self::WrongPictureCount { .. }
            | Self::EitherPart { .. }
            | Self::NoCanvas
            | Self::NotUtf8 { .. }
            | Self::UnknownOutput { .. } => Code::BadForm,
            Self::OutOfMemory { .. } => Code::Internal,
        }
    }
}

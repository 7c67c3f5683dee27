//! Pictures, requests and a pipeline for tests.

use bytes::Bytes;
use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette::core::{Limits, Pixmap, Size};
use palmette::protocol::request::FontFiles;
use palmette::protocol::{OutputFormat, Source, TransformRequest, list};
use palmette::{EngineChoice, Engines, Pipeline};

pub(crate) fn pipeline() -> Pipeline {
    pipeline_with(Limits::default())
}

pub(crate) fn pipeline_with(limits: Limits) -> Pipeline {
    Pipeline::new(Engines::open(EngineChoice::Cpu).unwrap(), limits, 1_000_000_000)
}

/// A file of one colour.
pub(crate) fn png(width: u32, height: u32) -> Bytes {
    file_of(Pixmap::filled(Size::new(width, height), [9, 8, 7, 255]).unwrap())
}

pub(crate) fn file_of(pixmap: Pixmap) -> Bytes {
    encode(pixmap, &EncodeOptions::new(EncodeFormat::Png)).unwrap().bytes.into()
}

/// A request for bare pixels.
pub(crate) fn request(sources: Vec<Bytes>, list: &str) -> TransformRequest {
    let raw_ops = list::parse_list(list).unwrap();
    TransformRequest {
        sources: sources.into_iter().map(Source::Image).collect(),
        ops: list::resolve(&raw_ops).unwrap(),
        raw_ops,
        outputs: OutputFormat::Rgba.into(),
        explain: false,
        engine: EngineChoice::Auto,
        fonts: FontFiles::default(),
    }
}

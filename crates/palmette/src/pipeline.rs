//! The path of a request, stage by stage.

use std::sync::Arc;

use bytes::Bytes;
use palmette_codec::{EncodeFormat, EncodeOptions, Probe};
use palmette_core::{Deadline, Limits, Pixmap, Size, plan};
use palmette_protocol::request::{Source, TransformRequest};
use palmette_protocol::{Info, Output, OutputFormat};

use crate::{Answer, Engines, Error, PixelBudget, Selection, Stage, Timings, memory};

/// Everything that turns requests into pictures; shared by all threads that do.
#[derive(Clone, Debug)]
pub struct Pipeline {
    engines: Engines,
    limits: Limits,
    memory: Arc<PixelBudget>,
}

/// A source whose header was read.
#[derive(Debug)]
struct Image {
    bytes: Bytes,
    probe: Probe,
}

impl Pipeline {
    /// Makes a pipeline with limits for one picture, and a limit in bytes for the pictures of all requests together.
    #[must_use]
    pub fn new(engines: Engines, limits: Limits, max_pixel_bytes: u64) -> Self {
        Self { engines, limits, memory: PixelBudget::new(max_pixel_bytes) }
    }

    /// Returns the engines.
    #[must_use]
    pub const fn engines(&self) -> &Engines {
        &self.engines
    }

    /// Returns the memory that all requests share.
    #[must_use]
    pub const fn memory(&self) -> &Arc<PixelBudget> {
        &self.memory
    }

    /// Makes the picture that a request describes.
    ///
    /// Every header is read, every size checked and the whole list planned before the first pixel is allocated. Every
    /// source is then decoded: a valid list draws each of them.
    ///
    /// An animated source stands for its first frame, unless the request says `anim: true` and its output format could move:
    /// that is refused until animation is built.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] for a source that is no picture, damaged, or over a limit; [`Error::Core`] for a list that cannot be
    /// planned or run, or a deadline that passed; [`Error::TooMuchMemory`]; [`Error::Encode`]; and one of the variants
    /// that name what is not built yet.
    pub fn transform(&self, request: TransformRequest, deadline: Deadline) -> Result<Answer, Error> {
        let TransformRequest { sources, ops, output, explain, .. } = request;
        if explain {
            return Err(Error::ExplainNotBuilt);
        }
        let mut timings = Timings::default();

        let images = timings.stage(Stage::Probe, || self.probe(sources, &output))?;
        let sizes: Vec<Size> = images.iter().map(|image| image.probe.size).collect();
        let mut plan = timings.stage(Stage::Lower, || Ok(plan::lower(&ops, &sizes, &self.limits)?))?;
        let Selection { engine, reason } = self.engines.select(&plan);
        let mut reservation = timings.stage(Stage::Wait, || self.memory.reserve(memory::estimate(&plan), deadline))?;
        let pixmaps = timings.stage(Stage::Decode, || self.decode(images, deadline))?;
        let result = timings.stage(Stage::Run, || Ok(engine.run(&mut plan, pixmaps, deadline)?))?;
        deadline.check()?;
        let size = result.size();
        let encoded = timings
            .stage(Stage::Encode, || palmette_codec::encode(result, &encode_options(&output)).map_err(Error::Encode))?;

        reservation.shrink_to(encoded.bytes.len() as u64);
        Ok(Answer {
            bytes: encoded.bytes.into(),
            content_type: encoded.content_type,
            format: output.format,
            size,
            engine: engine.kind(),
            reason,
            timings,
            reservation,
        })
    }

    /// Says what a file is, from its header alone. Sizes are as displayed, and no limit applies to them.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] if it is no picture, of a format that is not supported, or damaged in its header.
    pub fn info(&self, bytes: &[u8]) -> Result<Info, Error> {
        match palmette_codec::probe(bytes) {
            Ok(probe) => Ok(Info::Raster {
                format: probe.format.mime().into(),
                file_size: bytes.len() as u64,
                width: probe.size.width,
                height: probe.size.height,
            }),
            Err(palmette_codec::Error::Svg) => Ok(Info::Svg),
            Err(source) => Err(Error::Source { index: 0, source }),
        }
    }

    /// Reads the headers of all sources and checks them.
    fn probe(&self, sources: Vec<Source>, output: &Output) -> Result<Vec<Image>, Error> {
        sources
            .into_iter()
            .enumerate()
            .map(|(index, source)| match source {
                Source::Image(bytes) => {
                    let probe = palmette_codec::probe(&bytes).map_err(|source| Error::Source { index, source })?;
                    self.limits.check(probe.size).map_err(|error| Error::Source { index, source: error.into() })?;
                    check_animation(index, &probe, output)?;
                    Ok(Image { bytes, probe })
                }
                Source::Text(_) => Err(Error::TextNotBuilt { index }),
            })
            .collect()
    }

    /// Decodes all sources; the bytes of each are let go once it has become pixels.
    fn decode(&self, images: Vec<Image>, deadline: Deadline) -> Result<Vec<Pixmap>, Error> {
        images
            .into_iter()
            .enumerate()
            .map(|(index, image)| {
                deadline.check()?;
                palmette_codec::decode(&image.bytes, &self.limits).map_err(|source| Error::Source { index, source })
            })
            .collect()
    }
}

/// Refuses to make a still of a canvas that was explicitly asked to move.
fn check_animation(index: usize, probe: &Probe, output: &Output) -> Result<(), Error> {
    let could_move = matches!(output.format, OutputFormat::Gif | OutputFormat::Webp);
    // Overlays always stand for their first frame.
    let asked_to_move = index == 0 && probe.is_animated && could_move && output.anim == Some(true);
    if asked_to_move { Err(Error::AnimationNotBuilt { index }) } else { Ok(()) }
}

/// Says the same in the codec's words.
fn encode_options(output: &Output) -> EncodeOptions {
    let format = match output.format {
        OutputFormat::Jpeg => EncodeFormat::Jpeg,
        OutputFormat::Png => EncodeFormat::Png,
        OutputFormat::Gif => EncodeFormat::Gif,
        OutputFormat::Webp => EncodeFormat::Webp,
        OutputFormat::Avif => EncodeFormat::Avif,
        OutputFormat::Rgb => EncodeFormat::Rgb,
        OutputFormat::Rgba => EncodeFormat::Rgba,
    };
    EncodeOptions {
        quality: output.quality.map(|quality| quality.get()),
        background: output.background,
        ..EncodeOptions::new(format)
    }
}

//! A pipeline as a program sets it up: everything has a default.

use std::sync::Arc;

use palmette_codec::OnDamage;
use palmette_core::{CpuEngine, Limits, Model};
use palmette_protocol::EngineChoice;

use crate::{Engines, Error, FontFolder, GpuSettings, Pipeline};

/// A pipeline to be made, from [`Pipeline::builder`].
///
/// ```
/// use palmette::{Limits, Pipeline};
///
/// let pipeline = Pipeline::builder()
///     .limits(Limits { max_area_px: 20_000_000, ..Limits::default() })
///     .max_pixel_bytes(256 << 20)
///     .build()?;
/// # let _ = pipeline;
/// # Ok::<(), palmette::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing happens before `build`"]
pub struct PipelineBuilder {
    engines: Wish,
    gpu: GpuSettings,
    limits: Limits,
    max_pixel_bytes: Option<u64>,
    on_damage: OnDamage,
    model: Option<Arc<dyn Model>>,
    fonts: Option<Arc<FontFolder>>,
}

/// The engines that are wanted.
#[derive(Clone, Debug)]
enum Wish {
    /// To be opened.
    Choice(EngineChoice),
    /// Open already.
    Open(Engines),
}

impl Default for Wish {
    fn default() -> Self {
        Self::Choice(EngineChoice::Cpu)
    }
}

impl PipelineBuilder {
    /// Chooses the engine. Default: [`EngineChoice::Cpu`].
    ///
    /// Pixels are the same with every engine. [`EngineChoice::Auto`] looks for a GPU, which takes a second when the pipeline is
    /// built, and uses it for pictures that it is faster for; [`EngineChoice::Gpu`] insists on one.
    pub fn engine(self, choice: EngineChoice) -> Self {
        Self { engines: Wish::Choice(choice), ..self }
    }

    /// Shares engines that are open already, as of another pipeline: a device is opened once in a process.
    pub fn engines(self, engines: Engines) -> Self {
        Self { engines: Wish::Open(engines), ..self }
    }

    /// Says how a GPU is used, if one is.
    pub fn gpu(self, gpu: GpuSettings) -> Self {
        Self { gpu, ..self }
    }

    /// Limits the size of every picture, sources and results alike. Default: [`Limits::default`], 12,000 pixels a side and 100
    /// megapixels.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Limits the bytes that making one picture may take at its worst moment, by an estimate that is made before a pixel is
    /// decoded. Default: no limit.
    pub fn max_pixel_bytes(self, max_pixel_bytes: u64) -> Self {
        Self { max_pixel_bytes: Some(max_pixel_bytes), ..self }
    }

    /// Chooses whether damaged files are refused or shown. Default: [`OnDamage::Refuse`].
    pub fn on_damage(self, on_damage: OnDamage) -> Self {
        Self { on_damage, ..self }
    }

    /// Sets the model for options such as `segment`. Default: none, and such options are refused.
    pub fn model(self, model: Arc<dyn Model>) -> Self {
        Self { model: Some(model), ..self }
    }

    /// Gives the fonts that texts can name as `font:NAME`, and that they fall back on. Default: none.
    pub fn fonts(self, fonts: Arc<FontFolder>) -> Self {
        Self { fonts: Some(fonts), ..self }
    }

    /// Makes the pipeline, and opens its engine.
    ///
    /// # Errors
    ///
    /// [`Error::Gpu`] if a GPU was insisted on and there is none.
    pub fn build(self) -> Result<Pipeline, Error> {
        let Self { engines, gpu, limits, max_pixel_bytes, on_damage, model, fonts } = self;
        let engines = match engines {
            Wish::Choice(choice) => Engines::open_with(choice, gpu)?,
            Wish::Open(engines) => engines,
        };
        let pipeline = Pipeline::new(engines, limits, max_pixel_bytes.unwrap_or(u64::MAX)).with_on_damage(on_damage);
        let pipeline = match fonts {
            Some(fonts) => pipeline.with_fonts(fonts),
            None => pipeline,
        };
        Ok(match model {
            Some(model) => pipeline.with_model(model),
            None => pipeline,
        })
    }
}

impl Default for Pipeline {
    /// Makes a pipeline on the CPU with the default limits for a picture, and none for memory.
    fn default() -> Self {
        Self::new(Engines::only(Arc::new(CpuEngine::new())), Limits::default(), u64::MAX)
    }
}

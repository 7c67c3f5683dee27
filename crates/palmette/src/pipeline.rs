//! What turns requests into pictures: engines, limits, a model and fonts; and what it tells without making a picture.

use std::sync::Arc;

use palmette_codec::OnDamage;
use palmette_core::engine::Measured;
use palmette_core::plan::Plan;
use palmette_core::{Deadline, IdleCores, Limits, Model, SharedModel};
use palmette_protocol::Info;
use palmette_protocol::request::TransformRequest;

use crate::clock::Clock;
use crate::prepare::Prepared;
use crate::rendering::Rendering;
use crate::run::Measuring;
use crate::sources::Files;
use crate::{Engines, Error, Explanation, Explanations, FontFolder};

/// Everything that turns requests into pictures; shared by all threads that do.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub(crate) engines: Engines,
    pub(crate) limits: Limits,
    pub(crate) on_damage: OnDamage,
    pub(crate) model: Option<SharedModel>,
    pub(crate) fonts: Option<Arc<FontFolder>>,
    pub(crate) max_pixel_bytes: u64,
    pub(crate) idle: IdleCores,
}

impl Pipeline {
    /// Makes a pipeline with limits for one picture, and a limit in bytes for the memory that one request holds by its
    /// [estimate](Prepared::memory_bytes).
    #[must_use]
    pub fn new(engines: Engines, limits: Limits, max_pixel_bytes: u64) -> Self {
        Self {
            engines,
            limits,
            on_damage: OnDamage::Refuse,
            model: None,
            fonts: None,
            max_pixel_bytes,
            idle: IdleCores::default(),
        }
    }

    /// Chooses whether damaged sources are refused or shown; without this, they are refused.
    #[must_use]
    pub fn with_on_damage(self, on_damage: OnDamage) -> Self {
        Self { on_damage, ..self }
    }

    /// Sets the model for options such as `segment`; without one, they are refused.
    #[must_use]
    pub fn with_model(self, model: Arc<dyn Model>) -> Self {
        Self { model: Some(SharedModel::from(model).with_idle_cores(&self.idle)), ..self }
    }

    /// Returns the model, if there is one.
    #[must_use]
    pub fn model(&self) -> Option<&dyn Model> {
        self.model.as_deref()
    }

    /// Gives the fonts that texts can name as `font:NAME`, and that they fall back on; without this, there are none.
    #[must_use]
    pub fn with_fonts(self, fonts: Arc<FontFolder>) -> Self {
        Self { fonts: Some(fonts), ..self }
    }

    /// Returns the fonts that texts can name.
    #[must_use]
    pub fn fonts(&self) -> Option<&FontFolder> {
        self.fonts.as_deref()
    }

    /// Lets long work use idle cores besides the one that it runs on; without this, there are none.
    ///
    /// A program that shares the pipeline among workers tells `idle` when they begin and end. A result does not depend on it.
    #[must_use]
    pub fn with_idle_cores(self, idle: IdleCores) -> Self {
        let model = self.model.map(|model| model.with_idle_cores(&idle));
        Self { engines: self.engines.with_idle_cores(&idle), model, idle, ..self }
    }

    /// Returns the cores that long work may use.
    #[must_use]
    pub const fn idle_cores(&self) -> &IdleCores {
        &self.idle
    }

    /// Returns the engines.
    #[must_use]
    pub const fn engines(&self) -> &Engines {
        &self.engines
    }

    /// Explains a request without making its picture: its plan, in words.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::prepare`] and [`Pipeline::explain_prepared`].
    pub fn explain(&self, request: TransformRequest, deadline: Deadline) -> Result<Explanation, Error> {
        self.explain_prepared(self.prepare(request, deadline)?, deadline)
    }

    /// Puts the plan of a prepared request for one picture into words.
    ///
    /// Pixels are decoded, and steps run, only if the plan [depends on them](Prepared::is_measured); it is then completed as it
    /// would be for the picture, so that every size that is shown is the true one.
    ///
    /// # Errors
    ///
    /// Those of [`Pipeline::run`], as far as the plan shows them.
    pub fn explain_prepared(&self, mut prepared: Prepared, deadline: Deadline) -> Result<Explanation, Error> {
        let count = prepared.count();
        let only = if count == 1 { prepared.results.pop() } else { None };
        let rendering = only.unwrap_or(Err(Error::SeveralResults { count }))?;
        let memory_bytes = prepared.memory_of(&[&rendering]) + prepared.kept_bytes + prepared.font_bytes();
        let plan = self.explained_plan(&prepared, &rendering, memory_bytes, &mut Measured::default(), deadline)?;
        Ok(Explanation::new(&prepared, &rendering, &plan, memory_bytes))
    }

    /// Puts the plans of a prepared request into words, one for each result; of one that cannot be made, the reason.
    ///
    /// # Errors
    ///
    /// [`Error::TooMuchMemory`], if plans depend on pixels.
    pub fn explain_each(&self, mut prepared: Prepared, deadline: Deadline) -> Result<Explanations, Error> {
        if prepared.is_measured() {
            self.check_memory(&prepared)?;
        }
        let mut explanations = Explanations::new(prepared.memory_bytes());
        let (mut plans, mut measured) = (Vec::new(), Measured::default());
        for result in std::mem::take(&mut prepared.results) {
            let explained = result.and_then(|rendering| {
                let memory_bytes = prepared.memory_of(&[&rendering]);
                let plan = self.explained_plan(&prepared, &rendering, memory_bytes, &mut measured, deadline)?;
                let explanation = Explanation::new(&prepared, &rendering, &plan, memory_bytes);
                plans.push(plan);
                Ok(explanation)
            });
            explanations.add(explained);
        }
        explanations.count_steps(&plans);
        Ok(explanations)
    }

    /// Completes the plan of one result.
    fn explained_plan(
        &self,
        prepared: &Prepared,
        rendering: &Rendering,
        memory_bytes: u64,
        measured: &mut Measured,
        deadline: Deadline,
    ) -> Result<Plan, Error> {
        if !rendering.planned.is_complete() && memory_bytes > self.max_pixel_bytes {
            return Err(Error::TooMuchMemory { needed_bytes: memory_bytes, max_bytes: self.max_pixel_bytes });
        }
        let clock = Clock::default();
        let files = Files::new(&prepared.images, self.decode_options(deadline, self.on_damage), &clock);
        let measuring = Measuring { files: &files, sources: &files, deadline };
        self.complete(prepared, rendering, &measuring, measured).map_err(|error| rendering.name(error))
    }

    /// Describes a file by its header alone. Sizes are as displayed, and no limit applies to them.
    ///
    /// # Errors
    ///
    /// [`Error::Source`] if it is no picture, of a format that is not supported, damaged in its header, or of size 0.
    pub fn info(&self, bytes: &[u8]) -> Result<Info, Error> {
        match palmette_codec::probe(bytes) {
            Ok(probe) => {
                if probe.size.area() == 0 {
                    // That is the one size that is refused here; the others are only told.
                    self.limits.check(probe.size).map_err(|error| Error::Source { index: 0, source: error.into() })?;
                }
                Ok(Info::Raster {
                    format: probe.format.mime().into(),
                    file_size: bytes.len() as u64,
                    width: probe.size.width,
                    height: probe.size.height,
                })
            }
            Err(palmette_codec::Error::Svg) => Ok(Info::Svg),
            Err(source) => Err(Error::Source { index: 0, source }),
        }
    }
}

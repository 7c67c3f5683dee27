//! The commands, one file each.

mod batch;
mod compare;
mod completions;
mod conformance;
mod dev;
mod doctor;
mod explain;
mod info;
mod man;
mod models;
mod purge;
mod run;
mod serve;
mod transform;
mod workerd_config;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use palmette::core::IdleCores;
use palmette::models::Installed;
use palmette::{EngineChoice, Engines, FontFolder, Pipeline};
use palmette_server::Config;
use palmette_server::config::{Budgets, Memory};

use crate::error::Error;

pub(crate) use batch::{BatchArgs, BatchError, batch};
pub(crate) use compare::{CompareArgs, CompareError, compare};
pub(crate) use completions::completions;
pub(crate) use conformance::{ConformanceArgs, ConformanceError, conformance};
pub(crate) use dev::dev;
pub(crate) use doctor::doctor;
pub(crate) use explain::explain;
pub(crate) use info::info;
pub(crate) use man::man;
pub(crate) use models::models;
pub(crate) use purge::purge;
pub(crate) use run::{ADAPTER, run};
pub(crate) use serve::serve;
pub(crate) use transform::transform;
pub(crate) use workerd_config::workerd_config;

/// Builds the pipeline that a configuration asks for, to serve with.
fn build(config: &Config) -> Result<Pipeline, Error> {
    build_with(config.engine, config)
}

/// Builds the pipeline for one picture: unless a GPU is wanted, that is one without, since to open a device takes longer
/// than most pictures. All cores are its own.
fn build_for_one(config: &Config) -> Result<Pipeline, Error> {
    let choice = if config.engine == EngineChoice::Auto { EngineChoice::Cpu } else { config.engine };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Ok(build_with(choice, config)?.with_idle_cores(IdleCores::new(cores - 1)))
}

/// Builds the pipeline for many pictures. A GPU is opened only if the command line asks for one: few pictures are worth the time.
fn build_for_many(config: &Config, is_engine_given: bool) -> Result<Pipeline, Error> {
    let is_cpu_enough = config.engine == EngineChoice::Auto && !is_engine_given;
    build_with(if is_cpu_enough { EngineChoice::Cpu } else { config.engine }, config)
}

fn build_with(choice: EngineChoice, config: &Config) -> Result<Pipeline, Error> {
    let engines = Engines::open_with(choice, config.gpu).map_err(Error::Engine)?;
    let budgets = Budgets::of(config, Memory::find());
    let pipeline = Pipeline::new(engines, config.limits.pixels, budgets.pixel_bytes);
    let pipeline = pipeline.with_on_damage(config.limits.on_damage);
    let pipeline = match &config.fonts {
        Some(folder) => pipeline.with_fonts(Arc::new(FontFolder::scan(folder).map_err(Error::Fonts)?)),
        None => pipeline,
    };
    let Some(folder) = config.models.path() else { return Ok(pipeline) };
    let installed = Installed::open(&folder).map_err(Error::Models)?;
    Ok(if installed.is_empty() { pipeline } else { pipeline.with_model(Arc::new(installed)) })
}

//! The commands, one file each.

mod explain;
mod info;
mod serve;
mod transform;

use palmette::{Engines, Pipeline};
use palmette_server::Config;

use crate::error::Error;

pub(crate) use explain::explain;
pub(crate) use info::info;
pub(crate) use serve::serve;
pub(crate) use transform::transform;

/// Builds the pipeline that a configuration asks for.
fn build(config: &Config) -> Result<Pipeline, Error> {
    let engines = Engines::open(config.engine).map_err(Error::Engine)?;
    Ok(Pipeline::new(engines, config.limits.pixels, config.admission.max_pixel_bytes))
}

//! `palmette doctor`: the engines, codecs and models of this machine, and whether they work.

use std::path::Path;

use palmette::Engines;
use palmette::core::{Ability, Model};
use palmette::models::Installed;
use palmette_server::config::{Environment, RawConfig};

use crate::error::Error;
use crate::files;

/// Prints the state of everything that a server could use.
pub(crate) fn doctor() -> Result<(), Error> {
    let mut lines = Engines::diagnose();
    lines.extend(models()?);
    let lines: String = lines.into_iter().map(|line| line + "\n").collect();
    files::write(Path::new(files::STANDARD), lines.as_bytes())
}

/// Says which models there are, in the folder that the environment names.
fn models() -> Result<Vec<String>, Error> {
    let folder = RawConfig::gather(None, &Environment, std::iter::empty())?.resolve()?.models.path();
    let Some(folder) = folder else { return Ok(vec!["models: none, and no folder for them".to_owned()]) };
    let installed = match Installed::open(&folder) {
        Ok(installed) => installed,
        Err(error) => return Ok(vec![format!("models: {error}")]),
    };
    let line = |ability: Ability| {
        let word = ability.word();
        if installed.can(ability) {
            format!("model {word}: {}", installed.name(ability))
        } else {
            format!("model {word}: not installed; run `palmette models install {word}`")
        }
    };
    Ok(Ability::ALL.into_iter().map(line).collect())
}

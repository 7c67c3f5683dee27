//! `palmette doctor`: the engines, codecs and models of this machine, and whether they work; or whether a server runs ([`live`]).

mod live;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use palmette::core::{Ability, Model};
use palmette::models::{Error as ModelsError, Installed};
use palmette::{Diagnosis, Engines};
use serde_json::{Value, json};

use crate::args::DoctorArgs;
use crate::error::Error;
use crate::files;

/// Prints the state of everything that a server could use, or asks one whether it is alive.
pub(crate) fn doctor(args: &DoctorArgs) -> Result<ExitCode, Error> {
    let config = args.to_config()?;
    if args.live {
        return Ok(live::ask(&config));
    }
    let (machine, models) = (Engines::diagnose(), Models::find(config.models.path()));
    let text = if args.json { to_json(&machine, &models) + "\n" } else { format!("{machine}{}", models.lines()) };
    files::write(Path::new(files::STANDARD), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes everything for programs.
fn to_json(machine: &Diagnosis, models: &Models) -> String {
    let report = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "profile": palmette::PROFILE,
        "cpu": { "cores": machine.cores },
        "gpu": machine.gpu,
        "libheif": machine.libheif,
        "models": models.to_json(),
    });
    format!("{report:#}")
}

/// The models in the folder that the configuration names.
enum Models {
    /// There is no folder for them.
    NoFolder,
    /// The folder holds what cannot be used.
    Unusable(PathBuf, ModelsError),
    /// Those that were found, which may be none.
    Found(PathBuf, Box<Installed>),
}

impl Models {
    /// Looks into the folder.
    fn find(folder: Option<PathBuf>) -> Self {
        match folder.map(|folder| (Installed::open(&folder), folder)) {
            None => Self::NoFolder,
            Some((Err(error), folder)) => Self::Unusable(folder, error),
            Some((Ok(installed), folder)) => Self::Found(folder, Box::new(installed)),
        }
    }

    /// Says which models there are: a line for each.
    fn lines(&self) -> String {
        let installed = match self {
            Self::NoFolder => return "models: none, and no folder for them\n".to_owned(),
            Self::Unusable(_, error) => return format!("models: {error}\n"),
            Self::Found(_, installed) => installed,
        };
        let line = |ability: Ability| {
            let word = ability.word();
            if installed.can(ability) {
                format!("model {word}: {}\n", installed.name(ability))
            } else {
                format!("model {word}: not installed; run `palmette models install {word}`\n")
            }
        };
        Ability::ALL.into_iter().map(line).collect()
    }

    /// Lists them by the word that installs each; null is one that is not there.
    fn to_json(&self) -> Value {
        let (folder, error, installed) = match self {
            Self::NoFolder => (None, None, None),
            Self::Unusable(folder, error) => (Some(folder), Some(error.to_string()), None),
            Self::Found(folder, installed) => (Some(folder), None, Some(installed)),
        };
        let entry = |ability: Ability| {
            let name = installed.filter(|installed| installed.can(ability)).map(|installed| installed.name(ability));
            (ability.word().to_owned(), json!(name))
        };
        let names: Value = Value::Object(Ability::ALL.into_iter().map(entry).collect());
        json!({ "folder": folder, "error": error, "installed": names })
    }
}

//! The environment of the command, and where its program is.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use serde_json::json;
use url::Url;

use crate::error::Error;
use crate::header_flag::Header;

use super::modules::Modules;
use super::server::{Server, URL_VARIABLE};

/// What Node reads flags from.
const NODE_OPTIONS: &str = "NODE_OPTIONS";

/// What our module reads; see `clients/js/src/run/settings.ts`.
const RUN_VARIABLE: &str = "PALMETTE_RUN";

/// What the environment is made of.
pub(super) struct Environment<'a> {
    pub(super) server: &'a Server,
    pub(super) modules: &'a Modules,
    pub(super) report: &'a Path,
}

impl Environment<'_> {
    /// Returns the variables that differ from those of this process.
    pub(super) fn variables(&self) -> Result<[(&'static str, OsString); 4], Error> {
        let url = self.server.url.as_str().trim_end_matches('/');
        let headers: BTreeMap<_, _> =
            self.server.headers.iter().map(|Header { name, value }| (name.as_str(), value.as_str())).collect();
        let run = json!({ "url": url, "headers": headers, "report": self.report.to_string_lossy() });
        Ok([
            (NODE_OPTIONS, node_options(env::var_os(NODE_OPTIONS), &self.modules.preload())),
            (RUN_VARIABLE, run.to_string().into()),
            // For what looks for a server by itself: a plugin that the project has in its configuration.
            (URL_VARIABLE, url.into()),
            ("PATH", search_path()),
        ])
    }
}

/// Returns where another `palmette run` is told what happens, if this process is part of its command.
pub(super) fn outer_report() -> Option<PathBuf> {
    let settings: serde_json::Value = serde_json::from_str(env::var(RUN_VARIABLE).ok()?.as_str()).ok()?;
    Some(settings.get("report")?.as_str()?.into())
}

/// Adds a module to the flags that are there. In a URL there are no blanks, which would end a flag, nor quotes.
fn node_options(before: Option<OsString>, module: &Path) -> OsString {
    let url = Url::from_file_path(module).expect("the folder of modules is absolute");
    let mut options = before.filter(|before| !before.is_empty()).unwrap_or_default();
    if !options.is_empty() {
        options.push(" ");
    }
    options.push(format!("--import={url}"));
    options
}

/// Finds the program of a command: in `node_modules/.bin`, here and above, as `npx` does, then on `PATH`.
pub(super) fn find_program(command: &[OsString]) -> Result<PathBuf, Error> {
    let not_found = |_| Error::NoCommand { command: command[0].to_string_lossy().into_owned() };
    let folder = env::current_dir().map_err(Error::Start)?;
    which::which_in(&command[0], Some(search_path()), folder).map_err(not_found)
}

/// Returns `PATH` with the folders of commands of packages before it, as `npm run` has it.
fn search_path() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let Ok(folder) = env::current_dir() else { return path };
    join(&folder, &path).unwrap_or(path)
}

/// Puts the folders before a `PATH`; impossible if the name of one holds what separates them.
fn join(folder: &Path, path: &OsStr) -> Option<OsString> {
    let own = folder.ancestors().map(|above| above.join("node_modules/.bin")).filter(|bin| bin.is_dir());
    env::join_paths(own.chain(env::split_paths(path))).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn node_options_are_kept_and_blanks_are_escaped() {
        let module = Path::new("/home/Zoë Q\"/it's/preload.mjs");
        let import = "--import=file:///home/Zo%C3%AB%20Q%22/it's/preload.mjs";
        assert_eq!(node_options(None, module), import);
        assert_eq!(node_options(Some("".into()), module), import);
        assert_eq!(node_options(Some("--no-warnings".into()), module), *format!("--no-warnings {import}"));
    }

    #[test]
    fn programs_of_packages_come_first() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("packages/app");
        let [near, far] = [folder.join("node_modules/.bin"), root.path().join("node_modules/.bin")];
        fs::create_dir_all(&near).unwrap();
        fs::create_dir_all(&far).unwrap();
        let before = env::join_paths(["/usr/bin"]).unwrap();
        let path = join(&folder, &before).unwrap();
        let folders: Vec<_> = env::split_paths(&path).collect();
        assert_eq!(folders.first(), Some(&near));
        assert_eq!(folders.get(1), Some(&far));
        assert_eq!(folders.last(), Some(&PathBuf::from("/usr/bin")));
    }
}

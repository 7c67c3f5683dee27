//! `--worker NAME=FILE[,disk=DIR]`: a Worker that serves a binding which workerd has nothing for.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::capnp::Value;
use super::compatibility::Compatibility;
use super::modules::{Modules, disk_path};
use crate::error::Error;

/// What stands between the file and the folder.
const DISK: &str = ",disk=";

/// A binding and the Worker that serves it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WorkerFlag {
    /// The binding.
    pub(crate) name: String,
    /// The main module of the Worker.
    pub(crate) file: PathBuf,
    /// A folder that the Worker may read and write, if it needs one.
    pub(crate) disk: Option<PathBuf>,
}

/// Occurs when a flag is not of this form.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("must be NAME=FILE or NAME=FILE,disk=DIR")]
pub(crate) struct WorkerFlagError;

impl FromStr for WorkerFlag {
    type Err = WorkerFlagError;

    fn from_str(text: &str) -> Result<Self, WorkerFlagError> {
        let (name, rest) = text.split_once('=').ok_or(WorkerFlagError)?;
        let (file, disk) = rest.rsplit_once(DISK).map_or((rest, None), |(file, disk)| (file, Some(disk)));
        if [Some(name), Some(file), disk].contains(&Some("")) {
            return Err(WorkerFlagError);
        }
        Ok(Self { name: name.to_owned(), file: file.into(), disk: disk.map(PathBuf::from) })
    }
}

/// Returns the name of the service that serves a binding.
pub(super) fn service(binding: &str) -> String {
    format!("binding {binding}")
}

impl WorkerFlag {
    /// Returns the service of the Worker, and that of its folder if it has one; `folder` is where the text will be.
    pub(super) fn services(&self, compatibility: &Compatibility, folder: &Path) -> Result<Vec<Value>, Error> {
        let name = service(&self.name);
        let modules = Modules::collect(&self.file)?.to_value(folder);
        let Some(disk) = &self.disk else {
            return Ok(vec![compatibility.worker(&name, Vec::new(), modules)]);
        };
        let disk_name = format!("{name} disk");
        let binding = Value::named("DISK", "service", Value::text(&disk_name));
        let disk = Value::Struct(vec![("path", disk_path(disk)?), ("writable", Value::Bool(true))]);
        Ok(vec![compatibility.worker(&name, vec![binding], modules), Value::named(&disk_name, "disk", disk)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worker_flag_is_split() {
        let flag = |name: &str, file: &str, disk: Option<&str>| {
            Ok(WorkerFlag { name: name.to_owned(), file: file.into(), disk: disk.map(PathBuf::from) })
        };
        for (text, expected) in [
            ("BUCKET=bucket.js", flag("BUCKET", "bucket.js", None)),
            ("BUCKET=a,b=c.js,disk=/var/data", flag("BUCKET", "a,b=c.js", Some("/var/data"))),
            ("BUCKET", Err(WorkerFlagError)),
            ("=bucket.js", Err(WorkerFlagError)),
            ("BUCKET=", Err(WorkerFlagError)),
            ("BUCKET=,disk=data", Err(WorkerFlagError)),
            ("BUCKET=bucket.js,disk=", Err(WorkerFlagError)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
    }
}

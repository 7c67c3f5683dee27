//! How tests control the driver.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};

use crate::{ALWAYS, DRIVER_VARIABLE, FOLDER_VARIABLE, Fault};

/// A driver that fails on demand, installed in a folder of its own.
#[derive(Debug)]
pub struct Faults {
    folder: PathBuf,
    manifest: PathBuf,
    driver: PathBuf,
}

impl Faults {
    /// Installs the driver in an empty folder, in front of the one that a manifest names, such as
    /// `/usr/share/vulkan/icd.d/lvp_icd.x86_64.json`.
    ///
    /// # Errors
    ///
    /// If that manifest cannot be read or is none, or the folder cannot be written to.
    pub fn install(folder: &Path, real_manifest: &Path) -> io::Result<Self> {
        let mut manifest: Value = serde_json::from_slice(&fs::read(real_manifest)?)?;
        let driver = manifest["ICD"]["library_path"].as_str().map(PathBuf::from);
        let driver = driver.ok_or_else(|| io::Error::other("the manifest names no library"))?;
        // A name without folders is searched for; any other is relative to the manifest.
        let is_bare = driver.components().count() == 1;
        let driver = if is_bare { driver } else { real_manifest.parent().unwrap_or(Path::new("")).join(driver) };
        manifest["ICD"]["library_path"] = json!(library()?);
        let path = folder.join("driver.json");
        fs::write(&path, manifest.to_string())?;
        Ok(Self { folder: folder.to_owned(), manifest: path, driver })
    }

    /// Returns the environment variables of a process that is to use the driver.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, OsString); 3] {
        [
            ("VK_DRIVER_FILES", self.manifest.clone().into()),
            (FOLDER_VARIABLE, self.folder.clone().into()),
            (DRIVER_VARIABLE, self.driver.clone().into()),
        ]
    }

    /// Lets the next `times` calls that can have a fault have it.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written to.
    pub fn arm(&self, fault: Fault, times: usize) -> io::Result<()> {
        (0..times).try_for_each(|ticket| self.put(fault, &ticket.to_string()))
    }

    /// Lets every call have a fault from now on.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written to.
    pub fn arm_always(&self, fault: Fault) -> io::Result<()> {
        self.put(fault, ALWAYS)
    }

    /// Ends a fault.
    ///
    /// # Errors
    ///
    /// If it was never armed, or the folder cannot be written to.
    pub fn disarm(&self, fault: Fault) -> io::Result<()> {
        fs::remove_dir_all(self.folder.join(fault.folder()))
    }

    /// Says whether no call is to have a fault any more: all that were armed have happened.
    #[must_use]
    pub fn have_happened(&self, fault: Fault) -> bool {
        fs::read_dir(self.folder.join(fault.folder())).map_or(true, |tickets| tickets.count() == 0)
    }

    fn put(&self, fault: Fault, ticket: &str) -> io::Result<()> {
        let folder = self.folder.join(fault.folder());
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(ticket), "")
    }
}

/// Finds the library, which is built beside the tests that use it.
fn library() -> io::Result<PathBuf> {
    let name = format!("{}palmette_fault_driver{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(io::Error::other(format!("{} is not built", path.display()))) }
}

/// Takes a ticket of a fault, if there is one: says whether the call that asks is to have it.
pub(crate) fn happens(fault: Fault) -> bool {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else { return false };
    let Ok(tickets) = fs::read_dir(Path::new(&folder).join(fault.folder())) else { return false };
    tickets.flatten().any(|ticket| ticket.file_name() == ALWAYS || fs::remove_file(ticket.path()).is_ok())
}

//! A machine with an adapter that fails on demand, and a server on it.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use palmette_fault_driver::Faults;
use tempfile::TempDir;

use crate::server::Server;
use crate::support::palmette;

/// A folder with a driver.
pub(crate) struct Machine {
    folder: TempDir,
    pub(crate) faults: Faults,
}

impl Machine {
    /// Puts the driver before the real one, by the rules of `PALMETTE_GPU`: nothing where there is none and none is required.
    pub(crate) fn new() -> Option<Self> {
        let wish = std::env::var("PALMETTE_GPU").unwrap_or_else(|_| "auto".to_owned());
        assert!(["off", "auto", "require"].contains(&wish.as_str()), "PALMETTE_GPU is {wish}: off, auto or require");
        if wish == "off" {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let machine = manifest().map(|real| {
            let faults = Faults::install(folder.path(), &real).unwrap();
            Self { folder, faults }
        });
        let machine = machine.filter(|machine| machine.doctor().contains("gpu: ready"));
        if machine.is_none() {
            assert!(wish != "require", "PALMETTE_GPU=require, but there is no adapter");
            eprintln!("skipped: no adapter");
        }
        machine
    }

    /// Returns the command as it runs on this machine.
    pub(crate) fn command(&self) -> Command {
        let mut command = palmette();
        // Some drivers look for a home and complain to standard error if there is none.
        command.envs(self.faults.environment()).env("XDG_RUNTIME_DIR", self.folder.path());
        command
    }

    /// Returns what `palmette doctor` says.
    pub(crate) fn doctor(&self) -> String {
        String::from_utf8(self.command().arg("doctor").output().unwrap().stdout).unwrap()
    }

    /// Starts a server whose log goes to a file. It keeps no results, so that equal requests are computed again.
    pub(crate) fn serve(&self, args: &[&str]) -> Server {
        let mut command = self.command();
        command.stderr(File::create(self.log_path()).unwrap());
        Server::start_with(command, &[&["--cache-memory-bytes", "0"], args].concat())
    }

    /// Returns what the server has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// Finds the manifest of the real driver: the one that the environment names, or the one in software.
fn manifest() -> Option<PathBuf> {
    let named = std::env::var_os("VK_DRIVER_FILES");
    let named = named.iter().flat_map(std::env::split_paths).find(|path| path.exists());
    let installed = || {
        let entries = std::fs::read_dir("/usr/share/vulkan/icd.d").ok()?;
        let mut paths = entries.flatten().map(|entry| entry.path());
        paths.find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd")))
    };
    named.or_else(installed)
}

/// Tries something until it is so.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(25), "not in 25 s: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

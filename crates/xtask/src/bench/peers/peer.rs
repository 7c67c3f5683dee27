//! The programs that are compared, each behind the same face.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::case::{Case, Work};
use super::http;
use crate::bench::codecs::scratch;
use crate::bench::dialogue::Dialogue;
use crate::command::Invocation;
use crate::error::Error;
use crate::workspace;

/// The release of sharp that is installed.
pub(in crate::bench) const SHARP: &str = "0.35.5";
/// The release of oximg that is installed.
pub(super) const OXIMG: &str = "0.18.1";

/// The names of all, ours first.
pub(super) const NAMES: [&str; 3] = ["Palmette", "sharp", "oximg"];

/// A running program.
pub(super) trait Peer {
    /// Does the case once. Where `save` names a file, the result goes there.
    ///
    /// # Errors
    ///
    /// What the program says.
    fn request(&mut self, save: Option<&Path>) -> Result<(), Error>;

    /// Returns the number of its process.
    fn process(&self) -> u32;
}

/// Builds and installs what is not there yet.
///
/// # Errors
///
/// Those of cargo and npm.
pub(super) fn install() -> Result<(), Error> {
    Invocation::cargo(&["build", "--release", "--locked", "--package", "palmette-cli"]).run()?;
    install_sharp()?;
    let (root, target) = (scratch().join("oximg"), scratch().join("build"));
    let (root, target) = (root.to_string_lossy(), target.to_string_lossy());
    let command = ["install", "oximg", "--version", OXIMG, "--locked", "--root", &root, "--target-dir", &target];
    // Cargo does nothing where this release is there.
    Invocation::cargo(&command).run()
}

/// Installs sharp, unless it is there.
///
/// # Errors
///
/// Those of npm.
pub(in crate::bench) fn install_sharp() -> Result<(), Error> {
    let sharp = scratch().join("sharp");
    let package = sharp.join("node_modules/sharp/package.json");
    if !fs::read_to_string(package).is_ok_and(|text| text.contains(&format!("\"version\": \"{SHARP}\""))) {
        fs::create_dir_all(&sharp).map_err(|source| Error::File { path: sharp.clone(), source })?;
        let (folder, package) = (sharp.to_string_lossy(), format!("sharp@{SHARP}"));
        Invocation::new("npm", &["install", "--no-audit", "--no-fund", "--prefix", &folder, &package]).run()?;
    }
    Ok(())
}

/// Starts a program for one case; nothing if it does not do that. `sources` is the folder of what cases work on.
///
/// # Errors
///
/// Those of starting it.
pub(super) fn start(name: &str, case: &Case, sources: &Path) -> Result<Option<Box<dyn Peer>>, Error> {
    Ok(match name {
        "sharp" => Some(Box::new(Sharp::start(case, sources)?)),
        "oximg" => match case.oximg() {
            Some(path) => Some(Box::new(Oximg::start(path, sources)?)),
            None => None,
        },
        _ => Some(Box::new(Palmette::start(case, sources)?)),
    })
}

/// Starts the process that sharp runs in, with one thread.
///
/// # Errors
///
/// Those of starting it.
pub(in crate::bench) fn sharp() -> Result<Dialogue, Error> {
    let (script, folder) = (workspace::root().join("benches/peers/sharp.mjs"), scratch().join("sharp"));
    Dialogue::start("env", &["UV_THREADPOOL_SIZE=1", "node", &script.to_string_lossy(), &folder.to_string_lossy()])
}

/// sharp in a process of node: it reads the file itself and answers with a length, so nothing but its work counts.
struct Sharp {
    dialogue: Dialogue,
    case: Case,
    sources: String,
}

impl Sharp {
    fn start(case: &Case, sources: &Path) -> Result<Self, Error> {
        Ok(Self { dialogue: sharp()?, case: *case, sources: sources.to_string_lossy().into_owned() })
    }
}

impl Peer for Sharp {
    fn request(&mut self, save: Option<&Path>) -> Result<(), Error> {
        let save = save.map(|path| path.to_string_lossy());
        let answer = self.dialogue.ask(&self.case.sharp(&self.sources, save.as_deref()))?;
        let answer: Value = serde_json::from_str(&answer).map_err(|_| self.dialogue.failed(&answer))?;
        answer["bytes"].as_u64().map(drop).ok_or_else(|| self.dialogue.failed("no bytes"))
    }

    fn process(&self) -> u32 {
        self.dialogue.process()
    }
}

/// A server on this machine.
struct Server {
    name: &'static str,
    child: Child,
    port: u16,
}

impl Server {
    /// Starts a server and waits until it listens.
    fn start(name: &'static str, program: PathBuf, prepare: impl Fn(&mut Command, u16)) -> Result<Self, Error> {
        let cannot_start = |source| Error::Start { program: name.to_owned(), source };
        let port = http::free_port().map_err(cannot_start)?;
        let mut command = Command::new(program);
        prepare(&mut command, port);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let server = Self { name, child: command.spawn().map_err(cannot_start)?, port };
        http::wait_for(port).map_err(cannot_start)?;
        Ok(server)
    }

    /// Saves an answer, if that is wanted.
    fn save(&self, answer: io::Result<Vec<u8>>, save: Option<&Path>) -> Result<(), Error> {
        let failed = |error: io::Error| Error::Peer { program: self.name.to_owned(), message: error.to_string() };
        let bytes = answer.map_err(failed)?;
        save.map_or(Ok(()), |path| {
            fs::write(path, &bytes).map_err(|source| Error::File { path: path.to_owned(), source })
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("{} did not end: {error}", self.name);
        }
    }
}

/// Ours, as a server on the CPU with one worker.
pub(in crate::bench) struct PalmetteServer(Server);

impl PalmetteServer {
    /// Starts a program.
    ///
    /// # Errors
    ///
    /// Those of starting it.
    pub(in crate::bench) fn start(program: &Path) -> Result<Self, Error> {
        let server = Server::start("palmette", program.to_owned(), |command, port| {
            let listen = format!("127.0.0.1:{port}");
            command.args(["serve", "--listen", &listen, "--workers", "1", "--engine", "cpu", "--log-filter", "warn"]);
            // What is measured is the work.
            command.args(["--cache-memory-bytes", "0"]);
        })?;
        Ok(Self(server))
    }

    /// Makes a form of parts: a name, and bytes, of a file or not.
    pub(in crate::bench) fn form(parts: &[(&str, bool, &[u8])]) -> Vec<u8> {
        http::form(parts)
    }

    /// Sends a form to `/transform`, and returns what comes back.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub(in crate::bench) fn post(&self, form: &[u8]) -> Result<Vec<u8>, Error> {
        let answer = http::post(self.0.port, "/transform", form);
        answer.map_err(|error| Error::Peer { program: self.0.name.to_owned(), message: error.to_string() })
    }

    /// Returns the number of its process.
    pub(in crate::bench) fn process(&self) -> u32 {
        self.0.child.id()
    }
}

/// Ours; it takes the pictures in the form.
struct Palmette {
    server: PalmetteServer,
    form: Vec<u8>,
}

impl Palmette {
    fn start(case: &Case, sources: &Path) -> Result<Self, Error> {
        let read = |name: &str| {
            let path = sources.join(name);
            fs::read(&path).map_err(|source| Error::File { path, source })
        };
        let (source, watermark) = (read(case.source.file())?, read("watermark.png")?);
        let (list, format) = (case.transforms().to_string(), format!("image/{}", case.format.name()));
        let quality = case.quality.map(|quality| quality.to_string());
        let mut parts: Vec<(&str, bool, &[u8])> = vec![("image", true, &source)];
        if matches!(case.work, Work::Watermark) {
            parts.push(("draw_image", true, &watermark));
        }
        parts.push(("transforms", false, list.as_bytes()));
        parts.push(("output_format", false, format.as_bytes()));
        if let Some(quality) = &quality {
            parts.push(("output_quality", false, quality.as_bytes()));
        }
        let form = http::form(&parts);
        Ok(Self { server: PalmetteServer::start(&workspace::target().join("release/palmette"))?, form })
    }
}

impl Peer for Palmette {
    fn request(&mut self, save: Option<&Path>) -> Result<(), Error> {
        let PalmetteServer(server) = &self.server;
        server.save(http::post(server.port, "/transform", &self.form), save)
    }

    fn process(&self) -> u32 {
        self.server.process()
    }
}

/// oximg, as its server with one worker; it finds the pictures in a folder.
struct Oximg {
    server: Server,
    path: String,
}

impl Oximg {
    fn start(path: String, sources: &Path) -> Result<Self, Error> {
        let server = Server::start("oximg", scratch().join("oximg/bin/oximg"), |command, port| {
            command.env("IMAGES_DIR", sources).env("PORT", port.to_string());
            command.env("OXIMG_WORKERS", "1").env("OXIMG_OPTIONS_PREFIX", "/image");
        })?;
        Ok(Self { server, path })
    }
}

impl Peer for Oximg {
    fn request(&mut self, save: Option<&Path>) -> Result<(), Error> {
        self.server.save(http::get(self.server.port, &self.path), save)
    }

    fn process(&self) -> u32 {
        self.server.child.id()
    }
}

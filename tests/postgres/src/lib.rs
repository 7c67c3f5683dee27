//! A server of Postgres for a test: a cluster of its own in a temporary folder, on a free port, gone with the test.
//!
//! The programs are those of Debian's package, which `scripts/setup check` installs. A test that asks for a server and finds none fails.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The user of a server, who may do everything.
pub const USER: &str = "palmette";
/// The password of that user, without which nobody is let in over the network.
pub const PASSWORD: &str = "p@ss/word";

/// Where Debian has the programs, below a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Who runs a server that root starts, since Postgres refuses to be root.
const NOBODY: u32 = 65534;

/// A server. It ends when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    settings: Vec<String>,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Panics
    ///
    /// If there is no Postgres, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[], &[])
    }

    /// Starts a server with settings such as `ssl=on`, and with files that they name as `../NAME`.
    ///
    /// # Panics
    ///
    /// If there is no Postgres, or it does not start.
    #[must_use]
    pub fn start_with(settings: &[&str], files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut server = Self { folder, settings, port, child: None };
        server.hand_over(server.folder.path());
        for (name, content) in [&[("password", PASSWORD)], files].concat() {
            let path = server.path(name);
            fs::write(&path, content).expect("a file in a temporary folder");
            fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("it is ours");
            server.hand_over(&path);
        }
        let made = server
            .program("initdb")
            .args(["--no-sync", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--username", USER])
            .arg("--pwfile")
            .arg(server.path("password"))
            .arg("--pgdata")
            .arg(server.path("data"))
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{made:?}");
        server.go_on();
        server
    }

    /// Returns the URL of a database, without the password.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database, and returns its URL.
    #[must_use]
    pub fn database(&self, name: &str) -> String {
        self.ask("postgres", &format!("CREATE DATABASE \"{name}\""));
        self.url(name)
    }

    /// Runs statements, and returns what they answer, a line for each row.
    ///
    /// # Panics
    ///
    /// If they fail.
    pub fn ask(&self, database: &str, sql: &str) -> String {
        let mut command = Command::new(bin("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        let answer = command.args(["--dbname", &self.url(database), "--command", sql]).env("PGPASSWORD", PASSWORD);
        let answer = answer.output().expect("psql runs");
        assert!(answer.status.success(), "{sql}: {answer:?}");
        String::from_utf8_lossy(&answer.stdout).into_owned()
    }

    /// Returns the path of a file in the folder of the server.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives a file to whoever runs the server.
    fn hand_over(&self, path: &Path) {
        if is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("root may do that");
        }
    }

    /// Ends the server at once, as a loss of power does.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let stop =
                self.program("pg_ctl").args(["stop", "--mode=immediate", "--pgdata"]).arg(self.path("data")).output();
            if !stop.is_ok_and(|stop| stop.status.success()) {
                let _ = child.kill();
            }
            let _ = child.wait();
        }
    }

    /// Starts it again, with what it has.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn go_on(&mut self) {
        let log = fs::File::create(self.path("log")).expect("a file in a temporary folder");
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.path("data")).args(["-p", &self.port.to_string(), "-h", "127.0.0.1"]);
        // Nothing here outlives the machine.
        command.args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        command.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("postgres runs");
        self.child = Some(child);
        let began = Instant::now();
        let is_ready = || {
            let mut ready = Command::new(bin("pg_isready"));
            ready.args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()]);
            TcpStream::connect(("127.0.0.1", self.port)).is_ok() && ready.status().is_ok_and(|status| status.success())
        };
        while !is_ready() {
            let log = || fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(30), "Postgres is not ready: {}", log());
            sleep(Duration::from_millis(50));
        }
    }

    /// Names a program of Postgres, run by somebody who is not root.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(bin(name));
        command.current_dir(self.folder.path());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Finds a program of Postgres: in Debian's newest version, or where the path has it.
fn bin(name: &str) -> PathBuf {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin").join(name)).filter(|program| program.exists());
    let version = |program: &PathBuf| {
        let version = program.strip_prefix(DEBIAN).ok().and_then(|path| path.iter().next()).map(|name| name.to_owned());
        version.and_then(|version| version.to_str()?.parse::<u32>().ok())
    };
    programs.max_by_key(version).unwrap_or_else(|| name.into())
}

/// Tells whether this process is root, who owns what it makes.
fn is_root() -> bool {
    tempfile::tempfile().and_then(|file| file.metadata()).is_ok_and(|facts| facts.uid() == 0)
}

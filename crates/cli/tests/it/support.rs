//! A folder with pictures, and the command run in it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use palmette::codec::{DecodeOptions, EncodeFormat, EncodeOptions, decode, encode};
use palmette::core::{Pixmap, Size};
use tempfile::TempDir;

/// The exit statuses that tests expect, by their names in sysexits.h.
pub(crate) const EX_USAGE: i32 = 64;
pub(crate) const EX_DATAERR: i32 = 65;
pub(crate) const EX_NOINPUT: i32 = 66;
pub(crate) const EX_UNAVAILABLE: i32 = 69;
pub(crate) const EX_CANTCREAT: i32 = 73;
pub(crate) const EX_TEMPFAIL: i32 = 75;

/// Why there is no GPU: a build that has the engine looks for an adapter.
pub(crate) const NO_GPU: &str =
    if cfg!(feature = "gpu") { "no usable adapter" } else { "this build has no GPU engine" };

/// Returns the command, deaf to settings of the environment it is tested in.
pub(crate) fn palmette() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palmette"));
    // Whatever drivers this machine has, and whatever they say on standard error: there is no adapter.
    command.env_clear().env("VK_DRIVER_FILES", "/nonexistent.json");
    command
}

/// A folder with `grey.png` (40×30, opaque) and `red.png` (20×10, opaque).
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("grey.png", &png(40, 30, [128, 128, 128, 255]));
        folder.write("red.png", &png(20, 10, [255, 0, 0, 255]));
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Pixmap {
        decode(&std::fs::read(self.path().join(name)).unwrap(), &DecodeOptions::default()).unwrap().pixmap
    }

    /// Runs the command here, with the given bytes on its standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Output {
        let mut command = palmette();
        command.args(args).current_dir(self.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that fails early does not read it.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.run_with_input(args, b"")
    }

    /// Runs the command, which must succeed in silence.
    pub(crate) fn succeed(&self, args: &[&str]) -> Vec<u8> {
        let output = self.run(args);
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
        output.stdout
    }

    /// Runs the command, which must fail with this status and one line that holds all the words.
    pub(crate) fn fail(&self, args: &[&str], status: i32, words: &[&str]) {
        let output = self.run(args);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {text}");
        assert!(output.stdout.is_empty());
        assert!(text.starts_with("palmette: ") && text.lines().count() == 1, "{args:?}: {text}");
        for word in words {
            assert!(text.contains(word), "{args:?}: `{word}` is not in: {text}");
        }
    }
}

pub(crate) fn png(width: u32, height: u32, rgba: [u8; 4]) -> Vec<u8> {
    let pixmap = Pixmap::filled(Size::new(width, height), rgba).unwrap();
    encode(pixmap, &EncodeOptions::new(EncodeFormat::Png)).unwrap().bytes
}

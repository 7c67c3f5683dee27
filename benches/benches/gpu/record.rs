//! Where the measurements go: lines on the terminal, and a CSV that is complete up to the last finished case.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use palmette_benches::Quartiles;
use palmette_core::Size;

/// The columns of `rows.csv`, which `benches/peers/gpu.py` writes, too, and `cargo xtask bench gpu` reads.
const COLUMNS: &str = "kind,name,engine,part,width,height,median_ns,first_quartile_ns,third_quartile_ns,rounds,bytes";

/// What a time belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    /// Of the canvas.
    pub(crate) size: Size,
}

/// One part of what an engine did, round by round.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) engine: &'static str,
    /// `total`, a phase, or the stem of a kernel.
    pub(crate) name: &'static str,
    pub(crate) times: Vec<Duration>,
    /// Bytes that any implementation has to read or write: every picture that goes in or comes out, once.
    pub(crate) bytes: Option<u64>,
}

/// The rows so far.
#[derive(Debug)]
pub(crate) struct Record {
    file: Option<File>,
}

impl Record {
    /// Begins `rows.csv` in a folder, or nothing.
    pub(crate) fn create(folder: Option<&Path>) -> io::Result<Self> {
        let file = folder.map(|folder| {
            std::fs::create_dir_all(folder)?;
            File::create(folder.join("rows.csv"))
        });
        Ok(Self { file: file.transpose()? })
    }

    /// Writes a fact about the machine or the run, as a comment.
    pub(crate) fn fact(&mut self, key: &str, value: &str) -> io::Result<()> {
        eprintln!("{key}: {value}");
        self.file.as_mut().map_or(Ok(()), |file| writeln!(file, "# {key}: {value}"))
    }

    /// Writes the names of the columns.
    pub(crate) fn columns(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| writeln!(file, "{COLUMNS}"))
    }

    /// Writes the rows of a case at a size.
    pub(crate) fn rows(&mut self, subject: Subject<'_>, parts: &[Part]) -> io::Result<()> {
        let Subject { kind, name, size } = subject;
        eprint!("{kind}/{name} {size}:");
        for Part { engine, name: part, times, bytes } in parts {
            let Some(Quartiles { first, median, third }) = Quartiles::of(times) else { continue };
            eprint!(" {engine} {part} {:.3}", 1e3 * median.as_secs_f64());
            let [first, median, third] = [first, median, third].map(|time| time.as_nanos());
            let (Size { width, height }, rounds) = (size, times.len());
            let bytes = bytes.map_or(String::new(), |bytes| bytes.to_string());
            if let Some(file) = &mut self.file {
                let subject = format!("{kind},\"{name}\",{engine},{part},{width},{height}");
                writeln!(file, "{subject},{median},{first},{third},{rounds},{bytes}")?;
            }
        }
        eprintln!(" ms");
        Ok(())
    }
}

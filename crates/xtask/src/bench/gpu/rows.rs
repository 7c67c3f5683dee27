//! What the bench of the GPU and its peers wrote: facts in comments, then rows.

use std::fs;
use std::path::Path;

use crate::error::Error;

/// The columns of both files, and of `raw.csv`.
pub(super) const COLUMNS: &str =
    "kind,name,engine,part,width,height,median_ns,first_quartile_ns,third_quartile_ns,rounds,bytes";

/// How long a part of something took.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// `copy`, `kernel`, `chain` or `request`.
    pub(super) kind: String,
    /// What was done.
    pub(super) name: String,
    /// By whom: `cpu`, `gpu`, or a peer.
    pub(super) engine: String,
    /// `total`, a phase, or a kernel.
    pub(super) part: String,
    /// Width and height of the canvas.
    pub(super) size: (u32, u32),
    /// Half of the rounds took at most this.
    pub(super) median_ms: f64,
    /// Bytes that had to be read or written.
    pub(super) bytes: Option<f64>,
    /// The line as it was written.
    line: String,
}

impl Row {
    /// Millions of pixels of the canvas.
    pub(super) fn megapixels(&self) -> f64 {
        f64::from(self.size.0) * f64::from(self.size.1) / 1e6
    }

    /// Gigabytes a second, where the row counts bytes.
    pub(super) fn gigabytes_a_second(&self) -> Option<f64> {
        Some(self.bytes? / self.median_ms / 1e6)
    }

    /// Says whether this is the time of a kernel on the device's clock, where it is measured by itself.
    pub(super) fn is_kernel(&self) -> bool {
        self.kind == "kernel" && !matches!(&*self.part, "total" | "upload" | "run" | "read_back")
    }

    fn parse(line: &str) -> Option<Self> {
        let fields = fields(line);
        let [kind, name, engine, part, width, height, median, _, _, _, bytes] = fields.as_slice() else { return None };
        Some(Self {
            kind: kind.clone(),
            name: name.clone(),
            engine: engine.clone(),
            part: part.clone(),
            size: (width.parse().ok()?, height.parse().ok()?),
            median_ms: median.parse::<f64>().ok().filter(|median| *median > 0.0)? / 1e6,
            bytes: if bytes.is_empty() { None } else { Some(bytes.parse().ok()?) },
            line: line.to_owned(),
        })
    }
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// What was said of the machine and the run, in order.
    pub(super) facts: Vec<(String, String)>,
    pub(super) rows: Vec<Row>,
}

impl Rows {
    /// Adds what a file holds.
    ///
    /// # Errors
    ///
    /// Those of reading it, and [`Error::Unexpected`] if a line makes no sense.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
        self.parse(&text)
    }

    fn parse(&mut self, text: &str) -> Result<(), Error> {
        for line in text.lines().filter(|line| !line.is_empty() && *line != COLUMNS) {
            match line.strip_prefix("# ").map(|fact| fact.split_once(": ")) {
                Some(Some((key, value))) => self.facts.push((key.to_owned(), value.to_owned())),
                Some(None) => return Err(Error::Unexpected { what: "a fact about the bench of the GPU" }),
                None => {
                    let unexpected = Error::Unexpected { what: "a row of the bench of the GPU" };
                    self.rows.push(Row::parse(line).ok_or(unexpected)?);
                }
            }
        }
        Ok(())
    }

    /// Returns what was said of something.
    pub(super) fn fact(&self, key: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Returns the names of a kind, in the order in which they were measured.
    pub(super) fn names(&self, kind: &str) -> Vec<&str> {
        unique(self.rows.iter().filter(|row| row.kind == kind).map(|row| row.name.as_str()))
    }

    /// Returns who did something, in the order of the rows.
    pub(super) fn engines(&self, kind: &str, name: &str) -> Vec<&str> {
        unique(self.rows.iter().filter(|row| row.kind == kind && row.name == name).map(|row| row.engine.as_str()))
    }

    /// Returns the rows of one part of what one engine did, by size.
    pub(super) fn series(&self, kind: &str, name: &str, engine: &str, part: &str) -> Vec<&Row> {
        let is_wanted = |row: &&Row| (&*row.kind, &*row.name, &*row.engine, &*row.part) == (kind, name, engine, part);
        self.rows.iter().filter(is_wanted).collect()
    }

    /// Returns the bandwidth of a plain copy of the size of a row, in gigabytes a second.
    pub(super) fn copy_bandwidth(&self, like: &Row) -> Option<f64> {
        let copies = self.series("copy", "device copy", "gpu", "copy");
        copies.into_iter().find(|copy| copy.size == like.size)?.gigabytes_a_second()
    }

    /// Writes the rows as they came.
    pub(super) fn to_csv(&self) -> String {
        self.rows.iter().fold(format!("{COLUMNS}\n"), |csv, row| csv + &row.line + "\n")
    }
}

/// Leaves out what came before.
fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.fold(Vec::new(), |mut known, name| {
        if !known.contains(&name) {
            known.push(name);
        }
        known
    })
}

/// Takes a line of CSV apart. A field with commas is between quotes, and none has quotes inside.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("it begins with one").push(character),
        }
    }
    fields
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A GPU that takes a millisecond and is ten times as fast.
    pub(in super::super) fn sample() -> Rows {
        let mut text = "# adapter: A Card (DiscreteGpu, driver 1)\n# is in software: no\n".to_owned() + COLUMNS + "\n";
        for (width, height) in [(366, 273), (1154, 866), (4000, 3000), (11547, 8660)] {
            let pixels = f64::from(width * height);
            let mut row = |kind: &str, name: &str, engine: &str, part: &str, ns: f64| {
                let bytes = if matches!(part, "copy" | "map") { format!("{}", 8.0 * pixels) } else { String::new() };
                text += &format!("{kind},\"{name}\",{engine},{part},{width},{height},{ns:.0},1,2,9,{bytes}\n");
            };
            row("copy", "device copy", "gpu", "copy", pixels / 100.0);
            row("kernel", "map, flip", "cpu", "total", pixels);
            row("kernel", "map, flip", "gpu", "map", pixels / 50.0);
            for (kind, name) in [("chain", "resize"), ("chain", "blur & more"), ("request", "JPEG to JPEG")] {
                row(kind, name, "cpu", "total", 10.0 * pixels);
                row(kind, name, "gpu", "total", 1e6 + pixels);
                for part in ["upload", "run", "read_back"] {
                    row(kind, name, "gpu", part, pixels / 2.0);
                }
            }
        }
        let mut rows = Rows::default();
        rows.parse(&text).unwrap();
        rows
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        let rows = sample();
        assert_eq!(rows.fact("adapter"), Some("A Card (DiscreteGpu, driver 1)"));
        assert_eq!(rows.names("chain"), ["resize", "blur & more"]);
        assert_eq!(rows.engines("kernel", "map, flip"), ["cpu", "gpu"]);
        let series = rows.series("kernel", "map, flip", "gpu", "map");
        assert_eq!(series.len(), 4);
        assert_eq!(series[2].gigabytes_a_second(), Some(400.0));
        let mut again = Rows::default();
        again.parse(&rows.to_csv()).unwrap();
        assert_eq!(again.rows, rows.rows);
    }

    #[test]
    fn rows_that_make_no_sense_are_refused() {
        for line in
            ["chain,resize,cpu,total,1,1,5", "chain,resize,cpu,total,1,1,0,1,2,9,", "chain,a,b,c,d,e,f,g,h,i,", "# x"]
        {
            assert!(Rows::default().parse(line).is_err(), "{line}");
        }
    }
}

//! The tables of a record.

use std::fmt::Write;

use super::crossing::{Comparison, short};
use super::rows::{Row, Rows};

/// Writes `summary.md`.
pub(super) fn summary(rows: &Rows) -> String {
    let mut text = "# Both engines by size\n\n\
        Medians. `CPU` is the CPU engine on one thread, `GPU` a whole run on the GPU, upload and read-back included.\n\n\
        ![time over size, a panel for each chain](crossover.svg)\n\n\
        ![shares of upload, run and read-back](parts.svg)\n\n\
        ![bandwidth of each kernel beside that of a plain copy](bandwidth.svg)\n"
        .to_owned();
    text += &speedups(rows);
    text += &chains(rows);
    text += &kernels(rows);
    text + &peers(rows)
}

/// How many times as fast as the CPU the GPU is.
pub(super) fn speedups(rows: &Rows) -> String {
    let mut table = Table::new("Where the GPU is faster", &[]);
    let sizes: Vec<&Row> = rows.series("copy", "device copy", "gpu", "copy");
    let header: Vec<String> = sizes.iter().map(|row| format!("{} MP", short(row.megapixels()))).collect();
    let header: Vec<&str> = ["", "in short"].into_iter().chain(header.iter().map(String::as_str)).collect();
    table.header(&header);
    for kind in ["chain", "request", "kernel"] {
        for name in rows.names(kind) {
            let comparison = Comparison::of(rows, kind, name);
            let at = |row: &&Row| {
                let found = comparison.speedups.iter().find(|(megapixels, _)| *megapixels == row.megapixels());
                found.map_or("–".to_owned(), |(_, speedup)| format!("{speedup:.2}"))
            };
            let title = if kind == "chain" { name.to_owned() } else { format!("{name} ({kind})") };
            table.row([title, comparison.verdict()].into_iter().chain(sizes.iter().map(at)));
        }
    }
    table.text + "\nHow many times as fast as the CPU: below 1 the CPU is faster. A dash: left out, see the README.\n"
}

/// Times and phases of the chains.
fn chains(rows: &Rows) -> String {
    let columns = ["", "MP", "CPU, ms", "GPU, ms", "upload", "run", "read-back", "upload, GB/s", "read-back, GB/s"];
    let mut table = Table::new("Chains and their phases", &columns);
    for kind in ["chain", "request"] {
        for name in rows.names(kind) {
            for gpu in rows.series(kind, name, "gpu", "total") {
                let of = |engine, part| at_size(rows.series(kind, name, engine, part), gpu);
                let ms =
                    |engine, part| of(engine, part).map_or("–".to_owned(), |row| format!("{:.3}", row.median_ms));
                let rate = |part| bandwidth(of("gpu", part));
                table.row([
                    name.to_owned(),
                    short(gpu.megapixels()),
                    ms("cpu", "total"),
                    ms("gpu", "total"),
                    ms("gpu", "upload"),
                    ms("gpu", "run"),
                    ms("gpu", "read_back"),
                    rate("upload"),
                    rate("read_back"),
                ]);
            }
        }
    }
    table.text
}

/// The kernels on the device's clock, beside a plain copy.
fn kernels(rows: &Rows) -> String {
    let columns = ["", "MP", "kernel", "on the device, ms", "GB/s", "of a copy", "CPU, ms"];
    let mut table = Table::new("Kernels beside a plain copy on the same device", &columns);
    for copy in rows.series("copy", "device copy", "gpu", "copy") {
        let cells = ["plain copy", &short(copy.megapixels()), "–", &format!("{:.3}", copy.median_ms)];
        let cells =
            cells.map(str::to_owned).into_iter().chain([bandwidth(Some(copy)), "100 %".to_owned(), "–".to_owned()]);
        table.row(cells);
    }
    for name in rows.names("kernel") {
        for row in rows.rows.iter().filter(|row| row.name == name && row.is_kernel()) {
            let copy = rows.copy_bandwidth(row);
            let share = row.gigabytes_a_second().zip(copy).map(|(rate, copy)| format!("{:.1} %", 100.0 * rate / copy));
            let cpu = at_size(rows.series("kernel", name, "cpu", "total"), row);
            table.row([
                name.to_owned(),
                short(row.megapixels()),
                format!("`{}`", row.part),
                format!("{:.3}", row.median_ms),
                bandwidth(Some(row)),
                share.unwrap_or_else(|| "–".to_owned()),
                cpu.map_or("–".to_owned(), |row| format!("{:.3}", row.median_ms)),
            ]);
        }
    }
    table.text
        + "\nBandwidth counts every picture that goes in or comes out once, however often a kernel reads it; that of a copy \
           what it reads and what it writes. The time of the CPU is that of all kernels of the row's step together.\n"
}

/// What others take for the same photos.
fn peers(rows: &Rows) -> String {
    let mut table =
        Table::new("Peers", &["", "MP", "engine", "total, ms", "decode", "upload", "run", "read-back", "encode"]);
    let before = table.text.len();
    for kind in ["chain", "request"] {
        for name in rows.names(kind) {
            let engines = rows.engines(kind, name);
            if engines.iter().all(|engine| matches!(*engine, "cpu" | "gpu")) {
                continue;
            }
            for engine in engines {
                for total in rows.series(kind, name, engine, "total") {
                    let ms = |parts: &[&str]| {
                        let found = parts.iter().find_map(|part| at_size(rows.series(kind, name, engine, part), total));
                        found.map_or("–".to_owned(), |row| format!("{:.3}", row.median_ms))
                    };
                    table.row([
                        name.to_owned(),
                        short(total.megapixels()),
                        engine.to_owned(),
                        ms(&["total"]),
                        ms(&["decode"]),
                        ms(&["upload"]),
                        ms(&["run", "engine"]),
                        ms(&["read_back"]),
                        ms(&["encode"]),
                    ]);
                }
            }
        }
    }
    if table.text.len() == before { String::new() } else { table.text }
}

/// Finds the row of the size of another one.
fn at_size<'a>(series: Vec<&'a Row>, like: &Row) -> Option<&'a Row> {
    series.into_iter().find(|row| row.size == like.size)
}

fn bandwidth(row: Option<&Row>) -> String {
    row.and_then(Row::gigabytes_a_second).map_or("–".to_owned(), |rate| format!("{rate:.2}"))
}

/// A table in the making.
struct Table {
    text: String,
}

impl Table {
    fn new(title: &str, columns: &[&str]) -> Self {
        let mut table = Self { text: format!("\n## {title}\n\n") };
        if !columns.is_empty() {
            table.header(columns);
        }
        table
    }

    fn header(&mut self, columns: &[&str]) {
        self.row(columns.iter().map(|&column| column.to_owned()));
        self.row(columns.iter().map(|_| "---".to_owned()));
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        writeln!(self.text, "| {} |", cells.join(" | ")).expect("a string takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::sample;
    use super::*;

    #[test]
    fn summary_compares_kernels_with_a_copy() {
        let text = summary(&sample());
        assert!(text.contains("| plain copy | 12 | – | 0.120 | 800.00 | 100 % | – |"), "{text}");
        assert!(text.contains("| map, flip | 12 | `map` | 0.240 | 400.00 | 50.0 % | 12.000 |"), "{text}");
    }

    #[test]
    fn summary_has_a_row_for_each_chain_and_no_peers() {
        let text = summary(&sample());
        assert!(text.contains("| resize | GPU faster from"), "{text}");
        assert!(!text.contains("## Peers"), "{text}");
        assert!(text.lines().filter(|line| line.starts_with("| ---")).count() == 3, "{text}");
    }
}

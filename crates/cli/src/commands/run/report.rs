//! What the Node processes of a command report, and what of it is said: lines of JSON that each appends to one file; see
//! `clients/js/src/run/report.ts`.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::Deserialize;
use tempfile::NamedTempFile;

use crate::error::{self, Error};

use super::environment;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    /// A Node process, or a thread of it, loaded our module.
    Node,
    /// Miniflare was loaded.
    Miniflare { version: String },
    /// A Worker with an Images binding was given to miniflare.
    Binding { worker: String, binding: String, fate: Fate },
    /// Something is not as expected.
    Warning { text: String },
}

/// Where the requests of a binding go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    Palmette,
    Configured,
    Remote,
}

/// The file, and what was read of it.
pub(super) struct Report {
    file: NamedTempFile,
    /// The file of a `palmette run` whose command this one is, or is part of.
    outer: Option<File>,
    reader: BufReader<File>,
    /// The beginning of a line whose end is not there yet.
    rest: String,
    /// A tool loads its configuration again and again; each thing is said once.
    seen: BTreeSet<Event>,
}

impl Report {
    /// Makes the file.
    pub(super) fn create() -> Result<Self, Error> {
        let file = tempfile::Builder::new().prefix("palmette-report-").tempfile().map_err(Error::Start)?;
        let reader = BufReader::new(file.reopen().map_err(Error::Start)?);
        let outer = environment::outer_report().and_then(|path| OpenOptions::new().append(true).open(path).ok());
        Ok(Self { file, outer, reader, rest: String::new(), seen: BTreeSet::new() })
    }

    /// Returns where the file is.
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Says what is new.
    pub(super) fn tell(&mut self) {
        for event in self.read() {
            if let Some(text) = event.sentence() {
                error::report(&text);
            }
        }
    }

    /// Says what is new, and at the end what did not happen.
    pub(super) fn finish(mut self, command: &str) {
        self.tell();
        if let Some(text) = self.missing(command) {
            error::report(&format!("warning: {text}"));
        }
    }

    /// Reads lines that are whole, and returns what was not seen before.
    fn read(&mut self) -> Vec<Event> {
        let mut new = Vec::new();
        while self.reader.read_line(&mut self.rest).is_ok_and(|bytes| bytes > 0) && self.rest.ends_with('\n') {
            // A later npm package, in a project's configuration, may report what is not known here.
            if let Ok(event) = serde_json::from_str::<Event>(&self.rest)
                && self.seen.insert(event.clone())
            {
                new.push(event);
                // It may have ended; then nobody reads it.
                let _ = self.outer.as_mut().map(|outer| outer.write_all(self.rest.as_bytes()));
            }
            self.rest.clear();
        }
        new
    }

    /// Returns why no binding reached Palmette, if none did.
    fn missing(&self, command: &str) -> Option<String> {
        let any = |is: fn(&Event) -> bool| self.seen.iter().any(is);
        if any(|event| matches!(event, Event::Binding { .. })) {
            None
        } else if any(|event| matches!(event, Event::Miniflare { .. })) {
            Some(format!(
                "`{command}` gave miniflare no Worker with an Images binding, so only cf.image and image URLs can reach Palmette"
            ))
        } else if self.seen.contains(&Event::Node) {
            Some(format!("`{command}` loaded no miniflare, so only image URLs can reach Palmette"))
        } else {
            Some(format!("`{command}` started no Node process that keeps NODE_OPTIONS, so nothing reached Palmette"))
        }
    }
}

impl Event {
    /// Returns what is said of it.
    fn sentence(&self) -> Option<String> {
        Some(match self {
            Self::Node | Self::Miniflare { .. } => return None,
            Self::Warning { text } => format!("warning: {text}"),
            Self::Binding { worker, binding, fate } => {
                let whose = if worker.is_empty() { binding.clone() } else { format!("{binding} of {worker}") };
                match fate {
                    Fate::Palmette => format!("{whose} goes to Palmette"),
                    Fate::Configured => format!("{whose} goes to Palmette as the project's configuration says"),
                    Fate::Remote => format!("{whose} is remote: left alone"),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: &str = r#"{"event":"node","version":"v26.10.0"}"#;
    const MINIFLARE: &str = r#"{"event":"miniflare","version":"5.20261117.0-beta"}"#;
    const BINDING: &str = r#"{"event":"binding","worker":"app","binding":"IMAGES","fate":"palmette"}"#;

    fn append(report: &Report, text: &str) {
        OpenOptions::new().append(true).open(report.path()).unwrap().write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn report_says_each_thing_once_and_only_whole_lines() {
        let mut report = Report::create().unwrap();
        let (start, end) = BINDING.split_at(30);
        append(&report, &format!("{NODE}\n{NODE}\n{BINDING}\n{{\"event\":\"later\"}}\n{start}"));
        let sentences: Vec<_> = report.read().iter().filter_map(Event::sentence).collect();
        assert_eq!(sentences, ["IMAGES of app goes to Palmette"]);
        append(&report, &end.replace("palmette", "remote"));
        assert_eq!(report.read(), []);
        append(&report, "\n");
        let sentences: Vec<_> = report.read().iter().filter_map(Event::sentence).collect();
        assert_eq!(sentences, ["IMAGES of app is remote: left alone"]);
    }

    #[test]
    fn report_says_at_the_end_what_is_missing() {
        let mut report = Report::create().unwrap();
        for (line, expected) in [
            ("", Some("started no Node process")),
            (NODE, Some("`astro check` loaded no miniflare")),
            (MINIFLARE, Some("`astro check` gave miniflare no Worker with an Images binding")),
            (BINDING, None),
        ] {
            append(&report, &format!("{line}\n"));
            report.read();
            let said = report.missing("astro check");
            assert_eq!(said.is_some(), expected.is_some(), "{said:?}");
            assert!(said.unwrap_or_default().contains(expected.unwrap_or_default()), "{line}");
        }
    }
}

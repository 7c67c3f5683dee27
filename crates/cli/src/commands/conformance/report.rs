//! What was found, for people and for programs.

use std::fmt::Write;

use palmette::PROFILE;
use serde_json::{Value, json};

use super::kit::{About, Kind, Probe};
use super::verdict::Verdict;
use crate::table::Table;

/// All probes with what became of them.
pub(super) struct Report<'a> {
    pub(super) about: &'a About,
    pub(super) rows: Vec<(&'a Probe, Verdict)>,
}

/// The probes about one thing.
struct Group<'a> {
    kind: Kind,
    about: &'a str,
    rows: Vec<&'a (&'a Probe, Verdict)>,
}

impl Group<'_> {
    fn count(&self, is_counted: impl Fn(&Verdict) -> bool) -> usize {
        self.rows.iter().filter(|(_, verdict)| is_counted(verdict)).count()
    }

    /// Returns the mean of what was compared.
    fn score(&self) -> Option<f64> {
        mean(self.rows.iter().filter_map(|(_, verdict)| verdict.score()))
    }

    /// Returns the cells of its row, but for its name: how many agree, agree but for rounding, differ, were not compared; and the score.
    fn cells(&self) -> Vec<String> {
        let equal = self.count(|verdict| matches!(verdict, Verdict::Equal));
        let rounding = self.count(|verdict| matches!(verdict, Verdict::Rounding { .. }));
        let skipped = self.count(|verdict| verdict.score().is_none());
        let differ = self.rows.len() - equal - rounding - skipped;
        let counts = [equal, rounding, differ, skipped];
        let counts = counts.map(|count| if count == 0 { String::new() } else { count.to_string() });
        counts.into_iter().chain([shown(self.score())]).collect()
    }
}

/// The columns of all tables but the first.
const COLUMNS: [&str; 5] = ["equal", "rounding", "differ", "left out", "score"];

impl Report<'_> {
    /// Tells whether nothing differs, and nothing is missing.
    pub(super) fn is_equal(&self) -> bool {
        self.rows.iter().all(|(_, verdict)| verdict.difference().is_none())
    }

    /// Puts the probes about one thing together, in the order of the list.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for row @ (probe, _) in &self.rows {
            let group = groups.iter_mut().find(|group| (group.kind, group.about) == (probe.kind, &probe.about));
            match group {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { kind: probe.kind, about: &probe.about, rows: vec![row] }),
            }
        }
        groups
    }

    /// Returns the score of everything of a kind: the mean of its groups.
    fn score(&self, kind: Kind) -> Option<f64> {
        mean(self.groups().iter().filter(|group| group.kind == kind).filter_map(Group::score))
    }

    /// Writes it for a terminal: what differs, then the scores.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        for (probe, verdict) in &self.rows {
            if let Some(difference) = verdict.difference() {
                line(&mut text, &format!("{}: {difference}", probe.id));
            }
        }
        let mut table = Table::new(&[&["about"], &COLUMNS[..]].concat());
        for group in self.groups() {
            table.push([vec![group.about.to_owned()], group.cells()].concat());
        }
        format!("{text}{table}{}\n", self.summary())
    }

    /// Writes the tables as Markdown.
    pub(super) fn to_markdown(&self) -> String {
        let mut text = format!("{}\n", self.summary());
        for (kind, title) in [
            (Kind::Option, "option"),
            (Kind::Rule, "rule of our own"),
            (Kind::Conflict, "question that public sources answer differently"),
        ] {
            line(&mut text, "");
            line(&mut text, &row(&[&[title], &COLUMNS[..]].concat()));
            line(&mut text, &row(&["---"; 1 + COLUMNS.len()]));
            for group in self.groups().iter().filter(|group| group.kind == kind) {
                let name = if kind == Kind::Option { format!("`{}`", group.about) } else { group.about.to_owned() };
                let cells = [vec![name], group.cells()].concat();
                line(&mut text, &row(&cells));
            }
        }
        text
    }

    /// Writes it for programs.
    pub(super) fn to_json(&self) -> String {
        let probes = self.rows.iter().map(|(probe, verdict)| {
            let mut json = verdict.to_json();
            json["id"] = json!(probe.id);
            json["kind"] = json!(probe.kind);
            json["about"] = json!(probe.about);
            json["case"] = json!(probe.case);
            json
        });
        let groups = self.groups();
        let groups = groups.iter().map(|group| {
            json!({"kind": group.kind, "about": group.about, "probes": group.rows.len(), "score": group.score()})
        });
        let json = json!({
            "date": self.about.date,
            "runtime": self.about.runtime,
            "profile": PROFILE,
            "version": env!("CARGO_PKG_VERSION"),
            "score": self.score(Kind::Option),
            "groups": groups.collect::<Value>(),
            "probes": probes.collect::<Value>(),
        });
        format!("{json}\n")
    }

    /// Says in one line what was compared and how well it agrees.
    fn summary(&self) -> String {
        let compared = self.rows.iter().filter(|(_, verdict)| verdict.score().is_some()).count();
        let [options, rules, open] = [Kind::Option, Kind::Rule, Kind::Conflict].map(|kind| shown(self.score(kind)));
        format!(
            "{compared} of {} probes compared, answered by {} on {}, with profile {PROFILE}: options {options}, rules {rules}, open questions {open}",
            self.rows.len(),
            self.about.runtime,
            self.about.date.get(..10).unwrap_or(&self.about.date),
        )
    }
}

fn mean(scores: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = scores.fold((0.0, 0.0), |(sum, count), score| (sum + score, count + 1.0));
    (count > 0.0).then_some(sum / count)
}

/// Writes a score with one digit, which is 100.0 only if all of it agrees.
fn shown(score: Option<f64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| format!("{:.1}", (score * 10.0).floor() / 10.0))
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes everything");
}

/// Writes a row of Markdown.
fn row(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_full_only_if_everything_agrees() {
        assert_eq!([None, Some(100.0), Some(99.99), Some(0.0)].map(shown), ["–", "100.0", "99.9", "0.0"]);
        assert_eq!(mean([100.0, 0.0].into_iter()), Some(50.0));
        assert_eq!(mean(std::iter::empty()), None);
    }
}

//! What the checks came to, for one summary at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How a check ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// The machine lacks something.
    Skipped(String),
}

/// What all checks of one name came to.
#[derive(Clone, Debug, Default)]
struct Sum {
    place: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
    time: Duration,
}

/// The source of a template's projects, in lines.
#[derive(Clone, Debug, Default)]
struct Source {
    default: Option<usize>,
    smallest: Option<usize>,
}

#[derive(Debug, Default)]
struct Sums {
    projects: usize,
    checks: BTreeMap<&'static str, Sum>,
    lacks: BTreeMap<String, usize>,
    sources: BTreeMap<&'static str, Source>,
}

/// What the checks came to.
#[derive(Debug, Default)]
pub struct Report {
    sums: Mutex<Sums>,
}

impl Report {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a check, by its place among those of its project and its name.
    pub fn add(&self, (place, name): (usize, &'static str), outcome: Outcome, time: Duration) {
        let mut sums = self.sums();
        let sum = sums.checks.entry(name).or_insert_with(|| Sum {
            place,
            ..Sum::default()
        });
        sum.time += time;
        match outcome {
            Outcome::Passed => sum.passed += 1,
            Outcome::Failed => sum.failed += 1,
            Outcome::Skipped(lack) => {
                sum.skipped += 1;
                *sums.lacks.entry(lack).or_default() += 1;
            }
        }
    }

    /// Adds a project with the size of its source.
    pub fn add_project(&self, template: &'static str, is_default: bool, lines: usize) {
        let mut sums = self.sums();
        sums.projects += 1;
        if lines == 0 {
            return;
        }
        let source = sums.sources.entry(template).or_default();
        if is_default {
            source.default = Some(lines);
        }
        source.smallest = Some(
            source
                .smallest
                .map_or(lines, |smallest| smallest.min(lines)),
        );
    }

    /// Returns whether any project was made.
    pub fn has_projects(&self) -> bool {
        self.sums().projects > 0
    }

    /// Returns the summary; `left_out` is what was missing before any project was made.
    pub fn summary(&self, left_out: &[String], elapsed: Duration) -> String {
        let sums = self.sums();
        let total = |count: fn(&Sum) -> usize| sums.checks.values().map(count).sum::<usize>();
        let (passed, failed) = (total(|sum| sum.passed), total(|sum| sum.failed));
        let skipped = total(|sum| sum.skipped);
        let mut text = format!(
            "proof: {} in {}: {} ran, {passed} passed, {failed} failed; {skipped} skipped\n",
            counted(sums.projects, "project"),
            seconds(elapsed),
            counted(passed + failed, "check"),
        );
        let mut rows: Vec<_> = sums.checks.iter().collect();
        rows.sort_by_key(|(_, sum)| sum.place);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {:<16} {:>6} {:>6} {:>7} {:>9}",
            "check", "passed", "failed", "skipped", "time"
        );
        for (name, sum) in rows {
            let _ = writeln!(
                text,
                "  {name:<16} {:>6} {:>6} {:>7} {:>9}",
                sum.passed,
                sum.failed,
                sum.skipped,
                seconds(sum.time)
            );
        }
        for (template, source) in &sums.sources {
            let shown = |lines: Option<usize>| lines.map_or("-".to_owned(), |n| n.to_string());
            let _ = writeln!(
                text,
                "  source of {template}: {} lines by default, {} in the smallest of these (empty ones not counted)",
                shown(source.default),
                shown(source.smallest)
            );
        }
        for lack in left_out.iter().collect::<BTreeSet<_>>() {
            let _ = writeln!(text, "  left out: {lack}");
        }
        for (lack, count) in &sums.lacks {
            let _ = writeln!(text, "  skipped: {lack} ({})", counted(*count, "check"));
        }
        text
    }
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

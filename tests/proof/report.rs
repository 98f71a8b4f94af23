//! What the checks came to, for one summary at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::project::Project;
use crate::size::{Lines, Size};
use crate::table::{Action, Check};

/// How many lines of a failure are said again at the end: as many as say what went wrong, and few enough that several fit where
/// only the end of a log is shown.
const LAST_LINES: usize = 30;

/// How a check ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// The machine lacks something.
    Skipped(String),
    /// The project has nothing for it.
    NotDue,
}

impl Outcome {
    /// Returns the character that stands for it in the grid.
    fn mark(&self) -> char {
        match self {
            Self::Passed => '.',
            Self::Failed => 'F',
            Self::Skipped(_) => 's',
            Self::NotDue => '-',
        }
    }
}

/// What all checks of one name came to.
#[derive(Clone, Debug, Default)]
struct Sum {
    place: usize,
    is_judge: bool,
    passed: usize,
    failed: usize,
    skipped: usize,
    time: Duration,
}

/// What one project came to.
#[derive(Clone, Debug, Default)]
struct Row {
    words: String,
    marks: BTreeMap<&'static str, char>,
    size: Option<Size>,
}

#[derive(Debug, Default)]
struct Sums {
    checks: BTreeMap<&'static str, Sum>,
    lacks: BTreeMap<String, usize>,
    // By template and number.
    projects: BTreeMap<(&'static str, usize), Row>,
    notes: Vec<String>,
    failures: Vec<String>,
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

    /// Adds a check of a project, with its place among those of the project.
    pub fn add(
        &self,
        project: &Project,
        (place, check): (usize, &Check),
        outcome: Outcome,
        time: Duration,
    ) {
        let mut sums = self.sums();
        let row = sums.row(project);
        let mark = row.marks.entry(check.name).or_insert('-');
        // Two checks of one name are for different answers.
        if outcome != Outcome::NotDue {
            *mark = outcome.mark();
        }
        let sum = sums.checks.entry(check.name).or_default();
        sum.place = place;
        sum.is_judge = matches!(check.action, Action::Judge(_));
        sum.time += time;
        match outcome {
            Outcome::Passed => sum.passed += 1,
            Outcome::Failed => sum.failed += 1,
            Outcome::Skipped(lack) => {
                sum.skipped += 1;
                *sums.lacks.entry(lack).or_default() += 1;
            }
            Outcome::NotDue => {}
        }
    }

    /// Adds the size of a project.
    pub fn add_size(&self, project: &Project, size: Size) {
        self.sums().row(project).size = Some(size);
    }

    /// Adds what the checks of a project wrote down.
    pub fn add_notes(&self, project: &Project, notes: Vec<String>) {
        let notes = notes.into_iter().map(|note| format!("{note}: {project}"));
        self.sums().notes.extend(notes);
    }

    /// Adds what a check that failed said, and shows it at once: the run may go on for long.
    pub fn add_failure(&self, project: &Project, check: &Check, message: &str) {
        let lines: Vec<_> = message.lines().collect();
        let first = lines.len().saturating_sub(LAST_LINES);
        let end = lines.get(first..).unwrap_or_default().join("\n    ");
        let failure = format!("failed: {}: {project}\n    {end}", check.name);
        println!("{failure}");
        self.sums().failures.push(failure);
    }

    /// Returns whether any project was made.
    pub fn has_projects(&self) -> bool {
        !self.sums().projects.is_empty()
    }

    /// Returns the summary, the end of every failure last; `left_out` is what was missing before any project was made.
    pub fn summary(&self, left_out: &[String], elapsed: Duration) -> String {
        let sums = self.sums();
        let total = |count: fn(&Sum) -> usize| sums.checks.values().map(count).sum::<usize>();
        let (passed, failed) = (total(|sum| sum.passed), total(|sum| sum.failed));
        let mut text = format!(
            "proof: {} in {}: {} ran, {passed} passed, {failed} failed; {} skipped\n",
            counted(sums.projects.len(), "project"),
            seconds(elapsed),
            counted(passed + failed, "check"),
            total(|sum| sum.skipped),
        );
        text += &sums.table();
        text += &sums.grid();
        text += &sums.sizes();
        for note in &sums.notes {
            line(&mut text, note);
        }
        for lack in left_out.iter().collect::<BTreeSet<_>>() {
            line(&mut text, &format!("left out: {lack}"));
        }
        for (lack, count) in &sums.lacks {
            line(
                &mut text,
                &format!("skipped: {lack} ({})", counted(*count, "check")),
            );
        }
        for failure in &sums.failures {
            line(&mut text, failure);
        }
        text
    }
}

impl Sums {
    fn row(&mut self, project: &Project) -> &mut Row {
        let row = self.projects.entry((project.row.name, project.number));
        row.or_insert_with(|| Row {
            words: project.to_string(),
            ..Row::default()
        })
    }

    /// Returns the checks that something came of, in their order, each with its letter if it is a judge's.
    fn checks(&self) -> Vec<(char, &'static str, &Sum)> {
        let mut checks: Vec<_> = self.checks.iter().collect();
        checks.sort_by_key(|(_, sum)| sum.place);
        let mut letters = ('a'..='z').chain('A'..='Z');
        let lettered = checks.into_iter().map(|(name, sum)| {
            let letter = if sum.is_judge { letters.next() } else { None };
            (letter.unwrap_or(' '), *name, sum)
        });
        lettered.collect()
    }

    /// Returns what all checks came to.
    fn table(&self) -> String {
        let mut text = String::new();
        line(
            &mut text,
            &format!(
                "  {:<20} {:>6} {:>6} {:>7} {:>9}",
                "check", "passed", "failed", "skipped", "time"
            ),
        );
        for (letter, name, sum) in self.checks() {
            let (passed, failed, skipped) = (sum.passed, sum.failed, sum.skipped);
            let time = seconds(sum.time);
            line(
                &mut text,
                &format!("{letter} {name:<20} {passed:>6} {failed:>6} {skipped:>7} {time:>9}"),
            );
        }
        let judges = self.checks.values().filter(|sum| sum.is_judge);
        let time = judges.map(|sum| sum.time).sum();
        line(&mut text, &format!("the judges took {}", seconds(time)));
        text
    }

    /// Returns a line for each project with a column for each judge.
    fn grid(&self) -> String {
        let checks = self.checks();
        let judges: Vec<_> = checks.iter().filter(|(_, _, sum)| sum.is_judge).collect();
        if judges.is_empty() {
            return String::new();
        }
        let letters: String = judges.iter().map(|(letter, _, _)| letter).collect();
        let mut text = String::new();
        line(
            &mut text,
            "judges (letters as above): . nothing found, F findings, s skipped, - not for this project",
        );
        line(&mut text, &letters);
        for row in self.projects.values() {
            let mark = |name| row.marks.get(name).unwrap_or(&'-');
            let marks: String = judges.iter().map(|(_, name, _)| mark(*name)).collect();
            line(&mut text, &format!("{marks}  {}", row.words));
        }
        text
    }

    /// Returns the size of the smallest, the default and the largest project of each template.
    fn sizes(&self) -> String {
        let mut text = String::new();
        let templates: BTreeSet<_> = self
            .projects
            .keys()
            .map(|(template, _)| *template)
            .collect();
        for template in templates {
            let rows = self.projects.iter().filter(|(key, _)| key.0 == template);
            let sized: Vec<_> = rows
                .filter_map(|((_, number), row)| Some((*number, row.size?, &row.words)))
                .collect();
            let by_code = |(_, size, _): &&(usize, Size, &String)| size.source.code;
            let shown = [
                ("smallest", sized.iter().min_by_key(by_code)),
                ("default", sized.iter().find(|(number, _, _)| *number == 0)),
                ("largest", sized.iter().max_by_key(by_code)),
            ];
            for (what, project) in shown {
                if let Some((_, size, words)) = project {
                    line(&mut text, &format!("{what}: {}: {words}", in_words(size)));
                }
            }
        }
        text
    }
}

fn in_words(size: &Size) -> String {
    let lines = |what: &str, lines: &Lines| {
        let Lines { files, all, code } = lines;
        format!("{what} {code} lines of code ({all} with comments and empty ones, {files} files)")
    };
    let (source, tests) = (lines("src", &size.source), lines("tests", &size.tests));
    format!("{source}, {tests}, {} in all", counted(size.files, "file"))
}

fn line(text: &mut String, words: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {}", words.trim_end());
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

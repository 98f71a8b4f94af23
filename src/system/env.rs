//! What the process was started with: variables, folders, terminals and the time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Component, Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy;

/// The beginning of the variables that answer questions: `PYSCAFFOLD_ANSWER_DATABASE=postgres`.
const ANSWER_PREFIX: &str = "PYSCAFFOLD_ANSWER_";

/// The variable by which the script of a shell says that it wants to know what could be typed, and which shell it is.
pub const COMPLETING: &str = "_PYSCAFFOLD_COMPLETE";

/// Returns the shell that wants to know what could be typed.
pub fn completing() -> Option<OsString> {
    std::env::var_os(COMPLETING).filter(|name| !name.is_empty())
}

/// What the process was started with.
#[derive(Clone, Debug)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    /// The folder that relative paths start from.
    pub directory: PathBuf,
    /// Whether a person can be asked: input and error output are terminals, and `CI` is not set.
    pub interactive: bool,
    /// Whether somebody watches who would see a line that is written over: error output is a terminal, no dumb one, and `CI` is not
    /// set.
    pub watched: bool,
    /// Seconds since 1970-01-01 UTC at the start of the process.
    pub started: i64,
    /// The time that `SOURCE_DATE_EPOCH` sets, as <https://reproducible-builds.org/specs/source-date-epoch/> says.
    pub source_date_epoch: Option<i64>,
}

impl Environment {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// The working folder is gone or cannot be read.
    pub fn capture() -> io::Result<Self> {
        let variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        let epoch = variables
            .get(&OsString::from("SOURCE_DATE_EPOCH"))
            .and_then(|text| text.to_str()?.parse::<i64>().ok());
        let is_ci = variables
            .get(&OsString::from("CI"))
            .is_some_and(|value| !value.is_empty() && value != "false" && value != "0");
        let is_dumb = variables
            .get(&OsString::from("TERM"))
            .is_some_and(|term| term == "dumb");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|elapsed| i64::try_from(elapsed.as_secs()).ok());
        Ok(Self {
            variables,
            directory: std::env::current_dir()?,
            interactive: io::stdin().is_terminal() && io::stderr().is_terminal() && !is_ci,
            watched: io::stderr().is_terminal() && !is_ci && !is_dumb,
            started: now.unwrap_or_default(),
            source_date_epoch: epoch,
        })
    }

    /// Returns a variable that is set, not empty, and Unicode.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(&OsString::from(name))
            .and_then(|value| value.to_str())
            .filter(|value| !value.is_empty())
    }

    /// Returns a path against the folder that relative paths start from, without `.` and `..`.
    ///
    /// A `..` behind a symbolic link leads to the parent of what the link points to, as it does for the operating system.
    pub fn path(&self, path: &Path) -> PathBuf {
        let mut absolute = self.directory.clone();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    absolute = absolute.canonicalize().unwrap_or(absolute);
                    absolute.pop();
                }
                Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                    absolute.push(part);
                }
            }
        }
        absolute
    }

    /// Returns whether the folder that relative paths start from is there.
    pub fn is_in_folder(&self) -> bool {
        self.directory.is_dir()
    }

    /// Returns the answers that the environment gives, by the key of their question.
    pub fn answers(&self) -> BTreeMap<String, String> {
        self.variables
            .iter()
            .filter_map(|(name, value)| {
                let key = name
                    .to_str()?
                    .strip_prefix(ANSWER_PREFIX)?
                    .to_ascii_lowercase();
                Some((key, value.to_str()?.to_owned()))
            })
            .collect()
    }

    /// Returns the locale that messages are wanted in, by the order of POSIX (XBD 8.2).
    pub fn locale(&self) -> Option<&str> {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| self.variable(name))
    }

    /// Returns where the configuration lives: `$XDG_CONFIG_HOME/pyscaffold` or the platform's place for it.
    pub fn config_directory(&self) -> Option<PathBuf> {
        let strategy = etcetera::choose_base_strategy().ok()?;
        Some(strategy.config_dir().join("pyscaffold"))
    }

    /// Returns where what can be fetched again lives: `$XDG_DATA_HOME/pyscaffold` or the platform's place for it.
    pub fn data_directory(&self) -> Option<PathBuf> {
        let strategy = etcetera::choose_base_strategy().ok()?;
        Some(strategy.data_dir().join("pyscaffold"))
    }

    /// Returns the present year in UTC, or that of `SOURCE_DATE_EPOCH`.
    pub fn year(&self) -> i64 {
        year_of(self.source_date_epoch.unwrap_or(self.started))
    }
}

/// Returns the year, in the proleptic Gregorian calendar, of a count of seconds since 1970-01-01 UTC.
fn year_of(timestamp: i64) -> i64 {
    // Counted from 1 March of year 0, so that a leap day ends its year; a cycle of 400 years has 146,097 days.
    const DAYS_TO_1970: i64 = 719_468;
    const CYCLE: i64 = 146_097;
    let days = timestamp.div_euclid(86_400) + DAYS_TO_1970;
    let day_of_cycle = days.rem_euclid(CYCLE);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524
        - day_of_cycle / 146_096)
        / 365;
    let day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let first_of_january = 306;
    days.div_euclid(CYCLE) * 400 + year_of_cycle + i64::from(day_of_year >= first_of_january)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_turn_at_midnight_utc() {
        for (timestamp, year) in [
            (0, 1970),
            (-1, 1969),
            (951_782_399, 2000),
            (951_868_799, 2000),
            (1_704_067_199, 2023),
            (1_704_067_200, 2024),
            (1_735_689_599, 2024),
            (1_735_689_600, 2025),
            (1_795_312_800, 2026),
            (4_102_444_799, 2099),
            (4_102_444_800, 2100),
        ] {
            assert_eq!(year_of(timestamp), year, "{timestamp}");
        }
    }
}

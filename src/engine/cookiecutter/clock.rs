//! The moment of `{% now %}`, which is an answer: the engine sees no clock.

use jiff::fmt::strtime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// How a date is written where nothing else is said.
pub(super) const PLAIN: &str = "%Y-%m-%d";

/// What Python's `strftime` and the library's write alike in every zone.
const KNOWN: &str = "aAbBdHIjmMpSuUVwWyYGgeDFTR%";

/// Writes a moment, which is in the form of RFC 3339, as a time zone has it.
pub(super) fn write(moment: &str, zone: &str, format: &str) -> Result<String, String> {
    let wrong = |_| format!("the answer `cookiecutter_now` is no moment: `{moment}`");
    let stamp: Timestamp = moment.parse().map_err(wrong)?;
    let local = Pieces::parse(moment).map_err(wrong)?.to_numeric_offset();
    let zone = match zone {
        "utc" | "UTC" => TimeZone::UTC,
        "local" => TimeZone::fixed(local.unwrap_or(Offset::UTC)),
        other => {
            return Err(format!(
                "`{{% now %}}` knows the zones `utc` and `local`, not `{other}`"
            ));
        }
    };
    let mut rest = format.chars();
    while let Some(character) = rest.next() {
        let directive = (character == '%').then(|| match rest.next() {
            Some('-') => rest.next(),
            other => other,
        });
        if let Some(directive) = directive
            && !directive.is_some_and(|directive| KNOWN.contains(directive))
        {
            let shown = directive.map(String::from).unwrap_or_default();
            return Err(format!("`{{% now %}}` does not write `%{shown}`"));
        }
    }
    let zoned: Zoned = stamp.to_zoned(zone);
    strtime::format(format, &zoned).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_its_zone_has_it() {
        let moment = "2026-01-01T00:30:00+02:00";
        for (zone, format, expected) in [
            ("utc", "%Y-%m-%d %H:%M:%S", Ok("2025-12-31 22:30:00")),
            (
                "local",
                "%d %B %Y, %A %j",
                Ok("01 January 2026, Thursday 001"),
            ),
            ("local", "%-d.%-m.%y %%", Ok("1.1.26 %")),
            ("utc", "%Z", Err(())),
            ("Europe/Berlin", "%Y", Err(())),
        ] {
            let written = write(moment, zone, format).map_err(drop);
            assert_eq!(
                written.as_deref(),
                expected.as_ref().copied(),
                "{zone} {format}"
            );
        }
        assert!(write("", "utc", PLAIN).is_err());
    }
}

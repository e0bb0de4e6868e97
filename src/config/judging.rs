//! Owns the settings that say how goals are judged, as one plain list that can be compared with another's.

use super::Config;
use crate::okr::number;
use serde_json::{Value, json};
use std::collections::BTreeMap;

impl Config {
    /// Gives every setting in force under `[calendar]`, `[[cycle]]`, `[health]` and `[rules]` by dotted name, a declared
    /// cycle under its id. What is left to its default is there too, so that writing a default down changes nothing.
    pub fn judging(&self) -> BTreeMap<String, Value> {
        let calendar = &self.calendar;
        let (month, day) = calendar.fiscal_year_start;
        let mut all = BTreeMap::from([
            ("calendar.fiscal_year_start".to_owned(), json!(format!("{month:02}-{day:02}"))),
            ("calendar.cadence".to_owned(), json!(calendar.cadence_days)),
            ("calendar.grace_days".to_owned(), json!(calendar.grace_days)),
            ("calendar.lock_after_days".to_owned(), json!(calendar.lock_after_days)),
            ("health.at_risk".to_owned(), number(self.at_risk)),
            ("health.off_track".to_owned(), number(self.off_track)),
            ("rules.profile".to_owned(), json!(self.profile)),
        ]);
        for cycle in &calendar.declared {
            for (key, day) in [("start", cycle.start), ("end", cycle.end), ("lock", cycle.lock)] {
                // Of two cycles with one id the first is in force.
                all.entry(format!("cycle.{}.{key}", cycle.id)).or_insert_with(|| json!(day));
            }
        }
        for (rule, level) in &self.levels {
            all.insert(format!("rules.levels.{rule}"), json!(level.map_or("off", crate::finding::Level::name)));
        }
        for (rule, thresholds) in &self.thresholds {
            all.extend(thresholds.iter().map(|(key, value)| (format!("rules.{rule}.{key}"), number(*value))));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{FileId, SourceFile};

    fn judging(text: &str) -> BTreeMap<String, Value> {
        crate::config::read(FileId(0), &SourceFile::new("okr.toml", text)).config.judging()
    }

    #[test]
    fn defaults_written_down_change_nothing() {
        assert_eq!(judging("[calendar]\ncadence = \"weekly\"\n[rules]\nprofile = \"default\""), judging("version = 1"));
        assert_eq!(judging("[teams.\"@a\"]\nmembers = [\"@b\"]"), judging(""));
    }

    #[test]
    fn each_part_is_compared() {
        let plain = judging("");
        for (text, key, value) in [
            ("[calendar]\ncadence = \"biweekly\"", "calendar.cadence", json!(14)),
            ("[calendar]\nfiscal_year_start = \"04-01\"", "calendar.fiscal_year_start", json!("04-01")),
            ("[[cycle]]\nid = \"x\"\nstart = 2027-01-11\nend = 2027-04-30", "cycle.x.end", json!("2027-04-30")),
            ("[health]\nat_risk = 0.2", "health.at_risk", json!(0.2)),
            ("[rules]\nprofile = \"strict\"", "rules.profile", json!("strict")),
            ("[rules.levels]\nkr-flat = \"off\"", "rules.levels.kr-flat", json!("off")),
            ("[rules.kr-count]\nmax = 4", "rules.kr-count.max", json!(4)),
        ] {
            let found = judging(text);
            assert_eq!(found.get(key), Some(&value), "{text}");
            assert_ne!(found, plain, "{text}");
        }
    }
}

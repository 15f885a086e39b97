//! How the week ended: what is printed at the end, and where the desk differs from what was recorded.

use serde_json::Value as Json;

/// How the week ended.
pub(crate) struct Outcome {
    pub(crate) recorded: usize,
    pub(crate) edits: usize,
    pub(crate) sealed: usize,
    pub(crate) relayed: u64,
    pub(crate) merged: usize,
    pub(crate) disagreements: usize,
    pub(crate) fresh: Cost,
    pub(crate) edit: Cost,
    pub(crate) idle: u64,
    pub(crate) json: usize,
    pub(crate) answers: usize,
    pub(crate) together: usize,
    pub(crate) problems: Vec<String>,
}

/// What records cost on the wire: both directions, HTTP framing included, a session without them taken away.
pub(crate) struct Cost {
    pub(crate) bytes: u64,
    pub(crate) records: usize,
}

impl Cost {
    pub(crate) fn each(&self) -> f64 {
        self.bytes as f64 / self.records.max(1) as f64
    }
}

impl Outcome {
    /// Returns whether the desk has exactly what was recorded.
    pub(crate) fn holds(&self) -> bool {
        self.problems.is_empty() && self.merged == self.recorded
    }

    /// Prints the closing lines.
    pub(crate) fn print(&self) {
        println!("\nThe week in numbers");
        println!(
            "  recorded       {} households ({} answers, {} B of JSON each), and {} edits",
            self.recorded, self.answers, self.json, self.edits
        );
        println!(
            "  sealed         {} records and edits, none of which its device can still open",
            self.sealed
        );
        println!(
            "  relayed        {} envelopes, none of which the relay can open",
            self.relayed
        );
        println!("  merged         {} households at the desk", self.merged);
        println!(
            "  disagreements  {} open, waiting for a person",
            self.disagreements
        );
        println!(
            "  on the wire    {:.0} B per fresh record, {:.0} B per one-answer edit (both directions, HTTP included;",
            self.fresh.each(),
            self.edit.each()
        );
        println!(
            "                 a sync without news, {} B, taken away); zstd -19 of all records together: {} B each",
            self.idle, self.together
        );
        for problem in &self.problems {
            println!("  WRONG          {problem}");
        }
        if self.holds() {
            println!("The desk has exactly what was recorded.");
        }
    }
}

/// Names the first place where two records differ, never what they say.
pub(crate) fn first_difference(one: &Json, other: &Json, at: &str) -> String {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let names = one.keys().chain(other.keys());
            let mut different = names.filter(|name| one.get(*name) != other.get(*name));
            let name = different.next().cloned().unwrap_or_default();
            let (one, other) = (
                one.get(&name).unwrap_or(&Json::Null),
                other.get(&name).unwrap_or(&Json::Null),
            );
            first_difference(one, other, &format!("{at}/{name}"))
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            let mut different = one
                .iter()
                .zip(other)
                .enumerate()
                .filter(|(_, (one, other))| one != other);
            different.next().map_or_else(
                || at.to_owned(),
                |(n, (one, other))| first_difference(one, other, &format!("{at}/{n}")),
            )
        }
        _ => at.to_owned(),
    }
}

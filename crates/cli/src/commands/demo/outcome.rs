//! How the week ended: what is printed at the end, and where the desk differs from what was recorded.

use form::{Address, AnswerSheet, Form};
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
    pub(crate) size: Size,
    /// The same in two compartments.
    pub(crate) in_two: (Cost, Size),
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

/// How large records were before they were sealed.
#[derive(Default)]
pub(crate) struct Size {
    answers: usize,
    json: Vec<Vec<u8>>,
}

impl Size {
    /// Counts a record: what people answered, and its JSON.
    pub(crate) fn add(&mut self, form: &Form, sheet: &AnswerSheet, json: String) {
        let asked = |at: &Address| {
            let question = at.path().and_then(|path| form.question(&path).cloned());
            question.is_some_and(|question| question.kind.is_asked())
        };
        let entries = sheet.entries(form);
        self.answers += entries.iter().filter(|(at, _)| asked(at)).count();
        self.json.push(json.into_bytes());
    }

    fn print(&self) -> anyhow::Result<String> {
        let count = self.json.len().max(1);
        let all = self.json.concat();
        Ok(format!(
            "{} answers, {} B of JSON each; zstd -19 of all together {} B each",
            self.answers / count,
            all.len() / count,
            zstd::bulk::compress(&all, 19)?.len() / count
        ))
    }
}

impl Outcome {
    /// Returns whether the desk has exactly what was recorded.
    pub(crate) fn holds(&self) -> bool {
        self.problems.is_empty() && self.merged == self.recorded
    }

    /// Prints the closing lines.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        println!("\nThe week in numbers");
        println!(
            "  recorded       {} households ({}), and {} edits",
            self.recorded,
            self.size.print()?,
            self.edits
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
        let (in_two, size) = &self.in_two;
        println!(
            "  on the wire    {:.0} B per fresh record in two compartments, {:.0} B per one-answer edit",
            in_two.each(),
            self.edit.each()
        );
        println!(
            "                 ({} such records: {})",
            in_two.records,
            size.print()?
        );
        println!(
            "                 {:.0} B per fresh record of this week, in three compartments",
            self.fresh.each()
        );
        println!(
            "                 (both directions, HTTP framing included; a sync without news, {} B, taken away)",
            self.idle
        );
        for problem in &self.problems {
            println!("  WRONG          {problem}");
        }
        if self.holds() {
            println!("The desk has exactly what was recorded.");
        }
        Ok(())
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

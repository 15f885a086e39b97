//! The columns `sensitivity` and `reveals`.

use super::*;

impl Builder<'_> {
    pub(super) fn compartment(
        &mut self,
        row: &Row<'_>,
        path: Option<&QuestionPath>,
        problems: &mut Problems,
    ) -> String {
        let text = row.text("sensitivity");
        if text.is_empty() {
            return self
                .open
                .last()
                .map_or_else(|| GENERAL.to_owned(), |open| open.compartment.clone());
        }
        if let Some(path) = path {
            self.declared.insert(path.clone());
        }
        self.sound_compartment(row, "sensitivity", text, problems)
    }

    pub(super) fn sound_compartment(
        &mut self,
        row: &Row<'_>,
        column: &str,
        text: &str,
        problems: &mut Problems,
    ) -> String {
        let name = text.to_lowercase();
        let sound = name.len() <= 32
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if !sound {
            let message = format!("`{text}` cannot name a compartment");
            problems.error(row.error("invalid_compartment", column, message).hint(
                "write general, identity, protected or a name of up to 32 small letters, digits, `_` and `-`",
            ));
            return GENERAL.to_owned();
        }
        let usual = [GENERAL, IDENTITY, PROTECTED];
        if !usual.contains(&name.as_str()) && self.new_compartments.insert(name.clone()) {
            let message = format!("`{name}` is a compartment of this form only");
            let hint =
                crate::read::did_you_mean(&name, usual, "the usual ones are general, identity and protected");
            problems.warn(row.error("new_compartment", column, message).hint(hint));
        }
        name
    }

    pub(super) fn reveals(&mut self, row: &Row<'_>, problems: &mut Problems) -> Vec<String> {
        let mut reveals: Vec<String> = row
            .words("reveals")
            .iter()
            .map(|word| self.sound_compartment(row, "reveals", word, problems))
            .collect();
        reveals.sort();
        reveals.dedup();
        reveals
    }
}

//! The columns `sensitivity` and `reveals`.

use super::{Around, Builder};
use crate::definition::Element;
use crate::model::{GENERAL, IDENTITY, PROTECTED};
use crate::path::QuestionPath;

impl Builder<'_> {
    pub(super) fn compartment(&mut self, element: &Element, path: &QuestionPath, around: &Around) -> String {
        match element.sensitivity.as_deref().map(str::trim) {
            None | Some("") => around.compartment.clone(),
            Some(text) => {
                self.declared.insert(path.clone());
                self.sound_compartment(element, "sensitivity", text)
            }
        }
    }

    pub(super) fn reveals(&mut self, element: &Element) -> Vec<String> {
        let words = element.reveals.as_deref().unwrap_or_default();
        let mut reveals: Vec<String> = words
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(|word| self.sound_compartment(element, "reveals", word))
            .collect();
        reveals.sort();
        reveals.dedup();
        reveals
    }

    fn sound_compartment(&mut self, element: &Element, column: &str, text: &str) -> String {
        let name = text.to_lowercase();
        let sound = name.len() <= 32
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if !sound {
            let message = format!("`{text}` cannot name a compartment");
            let found = self
                .writing()
                .error("invalid_compartment", element.row, column, message);
            self.problems.error(found.hint(
                "write general, identity, protected or a name of up to 32 small letters, digits, `_` and `-`",
            ));
            return GENERAL.to_owned();
        }
        let usual = [GENERAL, IDENTITY, PROTECTED];
        if !usual.contains(&name.as_str()) && self.new_compartments.insert(name.clone()) {
            let message = format!("`{name}` is a compartment of this form only");
            let hint =
                crate::read::did_you_mean(&name, usual, "the usual ones are general, identity and protected");
            let found = self
                .writing()
                .error("new_compartment", element.row, column, message);
            self.problems.warn(found.hint(hint));
        }
        name
    }
}

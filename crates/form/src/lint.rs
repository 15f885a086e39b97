//! Looks for answers about persons that a form would keep where everybody can read them.
//!
//! Names, telephone numbers, papers, exact places, days of birth, recordings, what people say in
//! their own words, and what may bring them into danger belong into a compartment of their own.
//! Which questions ask for such is guessed from their types, and from words in their names and
//! labels in several languages. A guess may be wrong: these are warnings, and no form is refused
//! for them.

mod words;

use std::collections::BTreeMap;

use crate::definition::Element;
use crate::kind::{Media, Metadata, QuestionKind};
use crate::model::{Form, GENERAL, IDENTITY, PROTECTED, Question};
use crate::path::QuestionPath;
use crate::read::{FormError, Warning};
use words::Words;

/// What a question left in `general` seems to ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Finding {
    Identifier(&'static str),
    Place,
    BirthDate,
    Recording,
    Status(&'static str),
    FreeText,
}

impl Form {
    /// Returns a warning for each question that seems to ask for something about persons that
    /// should not be in `general`, in form order.
    ///
    /// The codes are `identifier_in_general`, `place_in_general`, `birth_date_in_general`,
    /// `recording_in_general`, `status_in_general` and `free_text_in_general`.
    pub fn lint(&self) -> Vec<Warning> {
        let rows = rows(&self.definition().elements);
        let mut warnings = Vec::new();
        for question in self
            .questions()
            .filter(|question| question.compartment == GENERAL)
        {
            if let Some(finding) = finding(question) {
                let row = rows.get(&question.path).copied().unwrap_or_default();
                warnings.push(self.warning(question, row, finding));
            }
        }
        warnings
    }

    fn warning(&self, question: &Question, row: u32, finding: Finding) -> Warning {
        let (what, compartment) = match finding {
            Finding::Identifier(what) => (what, IDENTITY),
            Finding::Place => ("an exact place", IDENTITY),
            Finding::BirthDate => ("a day of birth", IDENTITY),
            Finding::Recording => ("a recording or file, which may show who somebody is", IDENTITY),
            Finding::Status(what) => (what, PROTECTED),
            Finding::FreeText => ("a text in people's own words, which may hold anything", PROTECTED),
        };
        let message = format!("`{}` asks for {what}, and is kept in `{GENERAL}`", question.name);
        let hint = match self.has_sensitivity() {
            true => format!(
                "write `{compartment}` into the column `sensitivity` of its row or group, unless nobody can be harmed by it"
            ),
            false => format!(
                "add a column `sensitivity` and write `{compartment}` into it, unless nobody can be harmed by it"
            ),
        };
        let headers = &self.definition().headers.survey;
        let column = headers.get("sensitivity").map_or("sensitivity", String::as_str);
        FormError::at(finding.code(), "survey", row, column, message)
            .hint(hint)
            .mild()
    }
}

impl Finding {
    fn code(self) -> &'static str {
        match self {
            Finding::Identifier(_) => "identifier_in_general",
            Finding::Place => "place_in_general",
            Finding::BirthDate => "birth_date_in_general",
            Finding::Recording => "recording_in_general",
            Finding::Status(_) => "status_in_general",
            Finding::FreeText => "free_text_in_general",
        }
    }
}

fn finding(question: &Question) -> Option<Finding> {
    match &question.kind {
        QuestionKind::Note | QuestionKind::Calculate | QuestionKind::Hidden => return None,
        QuestionKind::Geopoint
        | QuestionKind::Geotrace
        | QuestionKind::Geoshape
        | QuestionKind::StartGeopoint
        | QuestionKind::BackgroundGeopoint
        | QuestionKind::Media(Media::Osm) => return Some(Finding::Place),
        QuestionKind::Media(_) | QuestionKind::BackgroundAudio => return Some(Finding::Recording),
        QuestionKind::Metadata(Metadata::PhoneNumber | Metadata::UriPhoneNumber) => {
            return Some(Finding::Identifier("a telephone number"));
        }
        QuestionKind::Metadata(Metadata::Email | Metadata::UriEmail) => {
            return Some(Finding::Identifier("an e-mail address"));
        }
        QuestionKind::Metadata(_) => return None,
        _ => {}
    }
    // What is only shown was asked elsewhere, or computed.
    if question.calculation.is_some() || question.read_only.is_some() {
        return None;
    }
    let all = Words::of(question);
    let is_typed = matches!(
        question.kind,
        QuestionKind::Text | QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Barcode
    );
    let is_text = matches!(question.kind, QuestionKind::Text | QuestionKind::Barcode);
    let is_day = matches!(
        question.kind,
        QuestionKind::Date | QuestionKind::DateTime | QuestionKind::Text
    );
    if is_text && all.ask_for_email() {
        return Some(Finding::Identifier("an e-mail address"));
    }
    if is_typed && all.ask_for_telephone() {
        return Some(Finding::Identifier("a telephone number"));
    }
    if is_typed && all.ask_for_papers() {
        return Some(Finding::Identifier("the number of a paper or card"));
    }
    if is_day && all.ask_for_birth() {
        return Some(Finding::BirthDate);
    }
    if is_typed && all.ask_for_place(is_text) {
        return Some(Finding::Place);
    }
    if is_text && all.ask_for_name() {
        return Some(Finding::Identifier("a name"));
    }
    if let Some(what) = all.status() {
        return Some(Finding::Status(what));
    }
    let is_free = question.kind == QuestionKind::Text
        && question.constraint.is_none()
        && !question.appearance.contains("numbers");
    (is_free && !all.ask_for_code()).then_some(Finding::FreeText)
}

/// The rows of the questions.
fn rows(elements: &[Element]) -> BTreeMap<QuestionPath, u32> {
    fn gather(elements: &[Element], outer: Option<&QuestionPath>, rows: &mut BTreeMap<QuestionPath, u32>) {
        for element in elements {
            let path = match outer {
                Some(outer) => outer.join(&element.name).ok(),
                None => element.name.parse().ok(),
            };
            let Some(path) = path else { continue };
            gather(&element.children, Some(&path), rows);
            rows.entry(path).or_insert(element.row);
        }
    }
    let mut rows = BTreeMap::new();
    gather(elements, None, &mut rows);
    rows
}

#[cfg(test)]
mod tests;

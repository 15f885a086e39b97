//! A record as people and programs read it: as JSON, as table rows, and what fits neither.

use std::fmt;

use automerge::ScalarValue;
use form::{Address, Answers, Form, InstanceId, Item, QuestionPath, RepeatAddress};

use crate::history::Version;
use crate::key::Key;
use crate::record::Record;
use crate::scalar::{self, Written};

/// A record as rows of tables: one for the record, and for every repeat one per instance.
#[derive(Clone, PartialEq, Eq)]
pub struct Rows {
    /// The columns of the record's own row: the questions outside all repeats, in form order.
    pub columns: Vec<QuestionPath>,
    /// The answers in ODK's text form, one for each column.
    pub cells: Vec<Option<String>>,
    /// The tables of the repeats, in form order.
    pub repeats: Vec<RepeatRows>,
}

/// The rows of one repeat.
#[derive(Clone, PartialEq, Eq)]
pub struct RepeatRows {
    /// The repeat.
    pub repeat: QuestionPath,
    /// Its columns: the questions in it and in no repeat inside it, in form order.
    pub columns: Vec<QuestionPath>,
    /// Its instances, in order.
    pub rows: Vec<RepeatRow>,
}

/// One instance of a repeat.
#[derive(Clone, PartialEq, Eq)]
pub struct RepeatRow {
    /// The instance around it; `None` in a repeat that is in no other.
    pub parent: Option<InstanceId>,
    /// The instance.
    pub instance: InstanceId,
    /// The answers in ODK's text form, one for each column.
    pub cells: Vec<Option<String>>,
}

/// Something in a record that its form does not know, or this version cannot read.
///
/// It is kept for ever and may be understood by a later form or version.
#[derive(Clone, PartialEq)]
pub struct UnknownAnswer {
    /// In which compartment it stands.
    pub compartment: String,
    /// Where it stands in there.
    pub place: String,
    /// The answer as text, as far as it can be shown.
    pub text: String,
    /// The answer, and who gave it.
    pub version: Version,
}

impl Record {
    /// Returns the answers as JSON, nested as the form is.
    ///
    /// Where answers disagree, the one that is shown is the same on every node; see
    /// [`Record::disagreements`] for the others.
    pub fn hydrate(&self, form: &Form) -> serde_json::Value {
        form::answers_json::write_answers(form, self)
    }

    /// Returns the answers as table rows.
    pub fn rows(&self, form: &Form) -> Rows {
        let columns = columns(form, None);
        let root = Address::root();
        let mut repeats = Vec::new();
        for repeat in form.repeats() {
            let columns = self::columns(form, Some(&repeat.path));
            let rows = self
                .instances_of(form, &repeat.path)
                .into_iter()
                .filter_map(|at| {
                    Some(RepeatRow {
                        parent: at.parent_instance()?.instance_id(),
                        instance: at.instance_id()?,
                        cells: self.cells(&at, &columns),
                    })
                });
            repeats.push(RepeatRows {
                repeat: repeat.path.clone(),
                rows: rows.collect(),
                columns,
            });
        }
        Rows {
            cells: self.cells(&root, &columns),
            columns,
            repeats,
        }
    }

    /// Returns what stands in the record without a place in `form`, sorted by compartment and
    /// place.
    pub fn unknown_answers(&self, form: &Form) -> Vec<UnknownAnswer> {
        let mut unknown = Vec::new();
        for (compartment, document) in self.documents() {
            for (place, cells) in document.cells() {
                for cell in cells {
                    if !self.is_unknown(form, &Key::read(place), &cell.value) {
                        continue;
                    }
                    let Some(version) = Version::standing(document, cell) else {
                        continue;
                    };
                    unknown.push(UnknownAnswer {
                        compartment: compartment.to_owned(),
                        place: place.clone(),
                        text: shown(&cell.value),
                        version,
                    });
                }
            }
        }
        unknown
    }

    fn is_unknown(&self, form: &Form, key: &Key, value: &ScalarValue) -> bool {
        match scalar::read(value) {
            Written::Cleared => false,
            Written::Unreadable => matches!(key, Key::Answer(_) | Key::Unknown),
            Written::Answer(_) => match key {
                Key::Answer(at) => !has_place(form, at) && !self.is_in_removed(at, false),
                Key::Unknown => true,
                Key::Instance(_) | Key::Removed(_) | Key::About => false,
            },
        }
    }

    /// All instances of a repeat in the record, those in one outer instance after the other.
    fn instances_of(&self, form: &Form, repeat: &QuestionPath) -> Vec<Address> {
        let around = match form.repeat_around(repeat) {
            Some(outer) => self.instances_of(form, &outer.path),
            None => vec![Address::root()],
        };
        let repeats = around.iter().map(|at| RepeatAddress::near(at, repeat));
        repeats
            .flat_map(|at| self.instances(&at).into_iter().map(move |id| at.instance(id)))
            .collect()
    }

    fn cells(&self, at: &Address, columns: &[QuestionPath]) -> Vec<Option<String>> {
        columns
            .iter()
            .map(|path| self.answer(&at.near(path)).map(|value| value.to_odk_text()))
            .collect()
    }
}

/// The questions that are in this repeat and in none inside it.
fn columns(form: &Form, repeat: Option<&QuestionPath>) -> Vec<QuestionPath> {
    fn gather(items: &[Item], columns: &mut Vec<QuestionPath>) {
        for item in items {
            match item {
                Item::Question(question) if question.kind.has_value() => columns.push(question.path.clone()),
                Item::Question(_) | Item::Repeat(_) => {}
                Item::Group(group) => gather(&group.items, columns),
            }
        }
    }
    let items = match repeat {
        Some(path) => form.repeat(path).map_or(&[][..], |repeat| &repeat.items),
        None => &form.items,
    };
    let mut columns = Vec::new();
    gather(items, &mut columns);
    columns
}

/// Whether the form has a question at `at`, in just these repeats.
fn has_place(form: &Form, at: &Address) -> bool {
    let Some(path) = at.path().filter(|path| form.question(path).is_some()) else {
        return false;
    };
    let mut around = form.repeat_around(&path);
    let mut instance = Some(at.instance());
    while let Some(here) = instance.filter(|here| !here.steps().is_empty()) {
        let Some(repeat) = around.filter(|repeat| here.path().as_ref() == Some(&repeat.path)) else {
            return false;
        };
        around = form.repeat_around(&repeat.path);
        instance = here.parent_instance();
    }
    around.is_none()
}

fn shown(value: &ScalarValue) -> String {
    match (scalar::read(value), value) {
        (Written::Answer(value), _) => value.to_odk_text(),
        (_, ScalarValue::Bytes(bytes) | ScalarValue::Unknown { bytes, .. }) => {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
        (_, ScalarValue::Uint(number)) => number.to_string(),
        (_, ScalarValue::Timestamp(number)) => number.to_string(),
        (_, ScalarValue::F64(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Never shows an answer.
impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("columns", &self.columns)
            .field("repeats", &self.repeats)
            .finish()
    }
}

/// Never shows an answer.
impl fmt::Debug for RepeatRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepeatRows({:?}, {} rows)", self.repeat, self.rows.len())
    }
}

/// Never shows an answer.
impl fmt::Debug for RepeatRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepeatRow({:?} in {:?})", self.instance, self.parent)
    }
}

/// Never shows the answer.
impl fmt::Debug for UnknownAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownAnswer({}: {})", self.compartment, self.place)
    }
}

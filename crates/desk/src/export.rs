//! What leaves a notebook as tables: the records of one form, and the instances of its repeats.
//!
//! These are the answers as they are, for the programme's own analysis. They are not disclosure-controlled.

use std::io::Write;
use std::sync::Arc;

use client_core::consent::StandingConsent;
use client_core::deeds::forms::FormsError;
use client_core::deeds::list::RecordSummary;
use client_core::deeds::show::ShowError;
use client_core::{Notebook, Record};
use form::{Form, QuestionPath};
use serde_json::json;
use thiserror::Error;

/// Why nothing was exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The form is missing or unreadable.
    #[error(transparent)]
    Form(#[from] FormsError),
    /// The records cannot be read.
    #[error(transparent)]
    Records(#[from] ShowError),
    /// The table cannot be written.
    #[error("the table cannot be written: {0}; look whether the disk is full")]
    Write(#[from] csv::Error),
}

/// A table: the records of a form, or the instances of one of its repeats.
#[derive(Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, fit for a file: the form's id, and for a repeat its path after it, with `-` between.
    pub name: String,
    /// The columns' names. Those that begin with `__` are about the record, the others are paths of questions.
    pub columns: Vec<String>,
    /// The rows, with one cell for each column, in ODK's text form; `None` where there is no answer.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Never shows an answer.
impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Table({}, {} columns, {} rows)",
            self.name,
            self.columns.len(),
            self.rows.len()
        )
    }
}

/// The columns before the answers in the table of records.
pub const RECORD_COLUMNS: [&str; 6] = [
    "__id",
    "__version",
    "__device",
    "__started",
    "__changed",
    "__disagreements",
];
/// The columns before the answers in the table of a repeat: the record, the instance around it, the instance.
pub const INSTANCE_COLUMNS: [&str; 3] = ["__record", "__parent", "__id"];

/// Returns the records of a form that can be read here, as tables: first the records, then each repeat.
///
/// Records of all versions of the form stand together: a table has every column that any of them has. Rows are in
/// the order in which the records were begun. Where people disagree, the cell is one of their answers, the same
/// everywhere; `__disagreements` says how many are open in the record. Withdrawn records are left out; with a
/// `purpose`, so are those in which nothing covers it.
///
/// # Errors
/// If there is no such form, or the notebook cannot be read.
pub fn tables(
    notebook: &mut Notebook,
    form_id: &str,
    purpose: Option<&str>,
) -> Result<Vec<Table>, ExportError> {
    let newest = notebook.form(form_id, None)?;
    let records = records(notebook, form_id, purpose)?;
    let mut main = Gathered::new(form_id.to_owned(), &RECORD_COLUMNS);
    let mut repeats: Vec<(QuestionPath, Gathered)> = Vec::new();
    let rows = records
        .iter()
        .map(|(_, form, record)| (&**form, record.rows(form)));
    // The newest version has its say about columns even when nobody has answered it yet.
    for (_, rows) in rows.chain(std::iter::once((&*newest, Record::new().rows(&newest)))) {
        main.take_columns(&rows.columns);
        for repeat in rows.repeats {
            match repeats.iter_mut().find(|(path, _)| *path == repeat.repeat) {
                Some((_, table)) => table.take_columns(&repeat.columns),
                None => {
                    let name = format!("{form_id}-{}", repeat.repeat.as_str().replace('/', "-"));
                    let taken = repeats.iter().filter(|(_, table)| table.name == name).count();
                    let mut table = Gathered::new(format!("{name}{}", "_".repeat(taken)), &INSTANCE_COLUMNS);
                    table.take_columns(&repeat.columns);
                    repeats.push((repeat.repeat, table));
                }
            }
        }
    }
    for (summary, form, record) in &records {
        let rows = record.rows(form);
        main.add(about(summary), &rows.columns, rows.cells);
        for repeat in rows.repeats {
            let Some((_, table)) = repeats.iter_mut().find(|(path, _)| *path == repeat.repeat) else {
                continue;
            };
            for row in repeat.rows {
                let parent = row.parent.map(|parent| parent.to_string());
                let ids = vec![
                    Some(summary.id.to_string()),
                    parent,
                    Some(row.instance.to_string()),
                ];
                table.add(ids, &repeat.columns, row.cells);
            }
        }
    }
    Ok(std::iter::once(main)
        .chain(repeats.into_iter().map(|(_, table)| table))
        .map(Gathered::finish)
        .collect())
}

/// Writes a table as CSV (RFC 4180, UTF-8, with a heading).
///
/// A text that a spreadsheet would run as a formula gets an apostrophe in front, so that nobody's answer runs on
/// the machine of whoever opens the file. Numbers, places and phone numbers stay as they are.
///
/// # Errors
/// If `into` cannot be written.
pub fn write_csv(table: &Table, into: impl Write) -> Result<(), ExportError> {
    let mut writer = csv::Writer::from_writer(into);
    writer.write_record(&table.columns)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| tame(cell.as_deref().unwrap_or_default())))?;
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

/// Returns the records of a form that can be read here as JSON: an array of objects with `id`, `form`, `version`,
/// `device`, `started`, `changed`, `disagreements`, `consent` (what was said about each purpose) and, nested as the
/// form is, `answers`. The same records as in [`tables`].
///
/// # Errors
/// If there is no such form, or the notebook cannot be read.
pub fn json(
    notebook: &mut Notebook,
    form_id: &str,
    purpose: Option<&str>,
) -> Result<serde_json::Value, ExportError> {
    notebook.form(form_id, None)?;
    let records = records(notebook, form_id, purpose)?;
    let objects = records.into_iter().map(|(summary, form, record)| {
        json!({
            "id": summary.id,
            "form": summary.form,
            "version": summary.version,
            "device": summary.device,
            "started": summary.started,
            "changed": summary.changed,
            "disagreements": summary.disagreements,
            "consent": record.consent().iter().map(said).collect::<Vec<_>>(),
            "answers": record.hydrate(&form),
        })
    });
    Ok(objects.collect())
}

/// What was said about one purpose: the purpose beside what stands in the event.
fn said(said: &StandingConsent) -> serde_json::Value {
    let mut event = json!(said.event);
    if let Some(event) = event.as_object_mut() {
        event.insert("purpose".to_owned(), json!(said.purpose));
    }
    event
}

/// The records in the order in which they were begun, so that two exports are alike.
fn records(
    notebook: &mut Notebook,
    form_id: &str,
    purpose: Option<&str>,
) -> Result<Vec<(RecordSummary, Arc<Form>, Record)>, ExportError> {
    let mut records = notebook.read_all(form_id, purpose)?;
    records.sort_by(|(one, ..), (other, ..)| (&one.started, one.id).cmp(&(&other.started, other.id)));
    Ok(records)
}

fn about(summary: &RecordSummary) -> Vec<Option<String>> {
    vec![
        Some(summary.id.to_string()),
        Some(summary.version.clone()),
        Some(summary.device.clone()),
        Some(summary.started.clone()),
        Some(summary.changed.clone()),
        Some(summary.disagreements.to_string()),
    ]
}

/// A table while its columns are still being found.
struct Gathered {
    name: String,
    leading: &'static [&'static str],
    columns: Vec<QuestionPath>,
    rows: Vec<Vec<Option<String>>>,
}

impl Gathered {
    fn new(name: String, leading: &'static [&'static str]) -> Self {
        Self {
            name,
            leading,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Takes in a version's columns: each new one after the one it follows there.
    fn take_columns(&mut self, columns: &[QuestionPath]) {
        let mut next = 0;
        for column in columns {
            match self.columns.iter().position(|known| known == column) {
                Some(known) => next = known + 1,
                None => {
                    self.columns.insert(next, column.clone());
                    next += 1;
                }
            }
        }
    }

    /// Adds a row. All columns must have been taken before.
    fn add(&mut self, about: Vec<Option<String>>, columns: &[QuestionPath], cells: Vec<Option<String>>) {
        let mut cells: Vec<_> = columns.iter().zip(cells).collect();
        let answers = self.columns.iter().map(|column| {
            let at = cells.iter().position(|(path, _)| *path == column)?;
            cells.swap_remove(at).1
        });
        let row = about.into_iter().chain(answers).collect();
        self.rows.push(row);
    }

    fn finish(self) -> Table {
        let leading = self.leading.iter().map(|name| (*name).to_owned());
        let columns = leading
            .chain(self.columns.iter().map(|path| path.as_str().to_owned()))
            .collect();
        Table {
            name: self.name,
            columns,
            rows: self.rows,
        }
    }
}

/// Puts an apostrophe before what a spreadsheet would run, also behind marks that do not show, and turns writing that was
/// turned around back at the cell's end.
fn tame(cell: &str) -> String {
    let mut rest = cell.chars().skip_while(|c| is_direction(*c));
    let runs = match rest.next() {
        Some('=' | '@' | '\t' | '\r') => true,
        // A number, a place or a phone number is none: only digits, and what stands between them.
        Some('+' | '-') => !rest.all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | 'e' | 'E')),
        _ => false,
    };
    let apostrophe = if runs { "'" } else { "" };
    format!("{apostrophe}{cell}{}", turned_back(cell))
}

/// Whether a character only says in which direction others are written (Unicode Standard Annex 9, section 2).
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns what ends the embeddings, overrides and isolates that a cell begins and does not end: without it they would
/// turn around the cells that follow (Unicode Standard Annex 9, section 2).
fn turned_back(cell: &str) -> String {
    const POP_EMBEDDING: char = '\u{202c}';
    const POP_ISOLATE: char = '\u{2069}';
    let mut open = Vec::new();
    for c in cell.chars() {
        match c {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push(POP_EMBEDDING),
            '\u{2066}'..='\u{2068}' => open.push(POP_ISOLATE),
            POP_EMBEDDING if open.last() == Some(&POP_EMBEDDING) => _ = open.pop(),
            // The end of an isolate ends what began in it, too.
            POP_ISOLATE => {
                if let Some(at) = open.iter().rposition(|end| *end == POP_ISOLATE) {
                    open.truncate(at);
                }
            }
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

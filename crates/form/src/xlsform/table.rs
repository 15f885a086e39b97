//! A sheet, with its headers understood.

use std::collections::{HashMap, HashSet};

use super::header::{Column, Known};
use super::node::Branch;
use crate::read::{FormError, Notation, Problems, Sheet, nearest};

/// So many empty columns in a row end the header of a workbook's sheet.
const EMPTY_COLUMNS: usize = 20;
/// So many empty rows in a row end a workbook's sheet.
const EMPTY_ROWS: u32 = 60;

/// A sheet, with its headers understood.
pub(super) struct Table<'a> {
    pub(super) sheet: &'a Sheet,
    /// The distinct headers, in order.
    pub(super) columns: Vec<Column>,
    /// For each column of the sheet the place of its header among the distinct ones.
    pub(super) places: Vec<Option<usize>>,
    pub(super) rows: Vec<Row>,
    /// The column of the sheet that is not read because another means the same.
    superseded: Option<usize>,
}

/// One row below the header.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) values: Branch,
}

impl<'a> Table<'a> {
    /// Sorts the cells of a sheet. `squeeze` makes one space of several in a row.
    pub(super) fn read(
        sheet: &'a Sheet,
        known: &Known,
        default_language: &str,
        squeeze: bool,
        problems: &mut Problems,
    ) -> Table<'a> {
        let mut table = Table {
            sheet,
            columns: Vec::new(),
            places: Vec::new(),
            rows: Vec::new(),
            superseded: None,
        };
        table.read_headers(known, problems);
        table.read_rows(default_language, squeeze, problems);
        table
    }

    /// The header of the first column whose parts begin like this, or else the last part.
    pub(super) fn header(&self, way: &[&str]) -> String {
        self.columns
            .iter()
            .find(|column| {
                column.tokens.len() >= way.len()
                    && column.tokens.iter().zip(way).all(|(token, part)| token == part)
            })
            .map_or_else(
                || usual_header(way.last().copied().unwrap_or_default()).to_owned(),
                |column| column.header.clone(),
            )
    }

    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns
            .iter()
            .any(|column| column.tokens.first().is_some_and(|token| token == name))
    }

    /// Which header may be a misspelling of a column that the sheet lacks.
    pub(super) fn suggestion(&self, lacking: &str, known: &Known) -> Option<String> {
        let strangers = self.columns.iter().filter(|column| {
            let first = column.tokens.first().map_or("", String::as_str);
            !known.columns.contains(&first)
        });
        nearest(lacking, strangers.map(|column| column.header.as_str()))
            .map(|header| format!("is `{header}` meant to be `{lacking}`?"))
    }

    /// An error in one cell, or in a row if the way is empty.
    pub(super) fn error(
        &self,
        code: &'static str,
        row: u32,
        way: &[&str],
        message: impl Into<String>,
    ) -> FormError {
        let header = if way.is_empty() {
            String::new()
        } else {
            self.header(way)
        };
        FormError::at(code, &self.sheet.name, row, &header, message)
    }

    fn read_headers(&mut self, known: &Known, problems: &mut Problems) {
        let headers = headers(self.sheet);
        let double_colon = headers.iter().flatten().any(|header| header.contains("::"));
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut meanings: HashMap<Vec<String>, String> = HashMap::new();
        for (header, written) in headers.iter().zip(self.sheet.header()) {
            let Some(header) = header else {
                self.places.push(None);
                continue;
            };
            if let Some((old, new)) = known.superseded
                && header == old
                && headers.iter().flatten().any(|other| other == new)
            {
                self.superseded = Some(self.places.len());
                self.places.push(None);
                continue;
            }
            if let Some(place) = places.get(header.as_str()) {
                self.complain_of_twin(header, written, problems);
                self.places.push(Some(*place));
                continue;
            }
            let column = known.column(header, double_colon);
            if let Some(other) = meanings.get(&column.tokens)
                && !column.plain
            {
                let message = format!("`{other}` and `{header}` are two names of the same column");
                problems.error(
                    FormError::at("conflicting_columns", &self.sheet.name, 1, header, message)
                        .hint("take one of them out, or give it another name"),
                );
            }
            meanings.insert(column.tokens.clone(), header.clone());
            places.insert(header, self.columns.len());
            self.places.push(Some(self.columns.len()));
            self.columns.push(column);
        }
    }

    /// The reference converter does not see a twin that has space around it.
    fn complain_of_twin(&self, header: &str, written: &str, problems: &mut Problems) {
        let message = format!("the column `{header}` is there twice");
        let error = FormError::at("duplicate_column", &self.sheet.name, 1, header, message)
            .hint("keep one of them, or name the language in each like `label::English (en)`");
        match self.sheet.notation {
            Notation::Workbook if written == header => problems.error(error),
            _ => problems.warn(error),
        }
    }

    fn read_rows(&mut self, default_language: &str, squeeze: bool, problems: &mut Problems) {
        let mut before = 1;
        let alone = self.alone();
        for row in self.sheet.rows.iter().filter(|row| row.number > 1) {
            let mut values = Branch::default();
            let mut filled = false;
            for (nth, text) in row.cells.iter().enumerate() {
                let text = text.trim();
                if text.is_empty() {
                    continue;
                }
                match self.places.get(nth).copied().flatten() {
                    Some(place) => {
                        filled = true;
                        if let Some(column) = self.columns.get(place) {
                            // Where two columns have one header, the later one counts.
                            let text = clean(text, squeeze);
                            match column.tokens.as_slice() {
                                [name] if alone.contains(name.as_str()) => values.push(name, text),
                                tokens => values.put(tokens, text, default_language),
                            }
                        }
                    }
                    None if self.superseded == Some(nth) => {}
                    None => self.complain_of_headless(row.number, nth, problems),
                }
            }
            if !filled {
                continue;
            }
            if self.sheet.notation == Notation::Workbook && row.number - before > EMPTY_ROWS + 1 {
                let message = format!(
                    "what stands from row {} on is not read, because more than {EMPTY_ROWS} rows before it are empty",
                    row.number
                );
                problems.warn(FormError::at(
                    "rows_after_gap",
                    &self.sheet.name,
                    row.number,
                    "",
                    message,
                ));
                return;
            }
            before = row.number;
            self.rows.push(Row {
                number: row.number,
                values,
            });
        }
    }

    /// The names of columns that share their first part with no other.
    fn alone(&self) -> HashSet<String> {
        let mut times: HashMap<&str, usize> = HashMap::new();
        for column in self
            .places
            .iter()
            .flatten()
            .filter_map(|place| self.columns.get(*place))
        {
            *times
                .entry(column.tokens.first().map_or("", String::as_str))
                .or_default() += 1;
        }
        times
            .into_iter()
            .filter(|(_, times)| *times == 1)
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    fn complain_of_headless(&self, row: u32, nth: usize, problems: &mut Problems) {
        let message = format!("column {} has no header", nth + 1);
        let error = FormError::at("headless_column", &self.sheet.name, row, "", message)
            .hint("write what the column is into the first row, or empty it");
        match self.sheet.notation {
            Notation::Markdown => problems.error(error),
            Notation::Workbook | Notation::Csv => problems.warn(error),
        }
    }
}

/// How a column that a sheet lacks is usually called.
fn usual_header(token: &str) -> &str {
    match token {
        "calculate" => "calculation",
        "dataset" | "list name" => "list_name",
        "id_string" => "form_id",
        "title" => "form_title",
        "jr:count" => "repeat_count",
        "jr:constraintMsg" => "constraint_message",
        "jr:requiredMsg" => "required_message",
        "entities:saveto" => "save_to",
        token => token,
    }
}

/// The headers of a sheet, `None` for an empty one.
fn headers(sheet: &Sheet) -> Vec<Option<String>> {
    let mut headers: Vec<Option<String>> = Vec::new();
    let mut empty = 0;
    for header in sheet.header() {
        let header = squeezed(header.trim());
        if header.is_empty() {
            empty += 1;
            if sheet.notation == Notation::Workbook && empty > EMPTY_COLUMNS {
                break;
            }
            headers.push(None);
        } else {
            empty = 0;
            headers.push(Some(header));
        }
    }
    headers
}

fn clean(text: &str, squeeze: bool) -> String {
    let text = if squeeze { squeezed(text) } else { text.to_owned() };
    text.chars()
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            c => c,
        })
        .collect()
}

/// Makes one space of several in a row.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let mut after_space = false;
    for c in text.chars() {
        if c != ' ' || !after_space {
            squeezed.push(c);
        }
        after_space = c == ' ';
    }
    squeezed
}

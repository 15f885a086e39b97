//! One row of the sheet `survey`, its cells sorted by what they are for.

use std::collections::BTreeMap;

use super::problem::{FormError, Problems};
use super::sheet::Cell;
use crate::expression::{Expression, ExpressionError};
use crate::translated::Translated;

/// One row.
pub(crate) struct Row<'a> {
    pub(crate) sheet: &'a str,
    pub(crate) number: u32,
    cells: Vec<Cell<'a>>,
    default_language: &'a str,
}

impl<'a> Row<'a> {
    pub(crate) fn new(sheet: &'a str, number: u32, cells: Vec<Cell<'a>>, default_language: &'a str) -> Self {
        Row {
            sheet,
            number,
            cells,
            default_language,
        }
    }

    /// The text in a column; empty if there is none.
    pub(crate) fn text(&self, column: &str) -> &'a str {
        self.cell(column).map_or("", |cell| cell.text)
    }

    /// The texts in a translated column.
    pub(crate) fn translated(&self, column: &str) -> Translated {
        let mut texts = Translated::default();
        // Columns that name their language win over the one that names none.
        let cells = self.cells.iter().filter(|cell| cell.column.name == column);
        let (plain, named): (Vec<&Cell<'_>>, Vec<&Cell<'_>>) =
            cells.partition(|cell| cell.column.language.is_none());
        for cell in plain.into_iter().chain(named) {
            texts.set(
                cell.column.language.as_deref().unwrap_or(self.default_language),
                cell.text,
            );
        }
        texts
    }

    /// The expression in a column.
    pub(crate) fn expression(&self, column: &str, problems: &mut Problems) -> Option<Expression> {
        let cell = self.cell(column)?;
        match Expression::parse(cell.text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                problems.error(syntax_error(self.sheet, self.number, &cell.column.header, &error));
                None
            }
        }
    }

    /// The condition in a column that may also be a plain yes or no.
    pub(crate) fn condition(&self, column: &str, problems: &mut Problems) -> Option<Expression> {
        match yes(self.text(column)) {
            Some(true) => Expression::parse("true()").ok(),
            Some(false) => None,
            None => self.expression(column, problems),
        }
    }

    /// The plain yes or no in a column.
    pub(crate) fn flag(&self, column: &str, problems: &mut Problems) -> bool {
        let text = self.text(column);
        match yes(text) {
            Some(flag) => flag,
            None if text.is_empty() => false,
            None => {
                let message = format!("`{text}` is neither yes nor no");
                problems.error(
                    self.error("unsupported_value", column, message)
                        .hint("write `yes` or leave it empty; a condition is not supported here"),
                );
                false
            }
        }
    }

    /// The parameters in a column: `a=1 b=2`.
    pub(crate) fn parameters(&self, problems: &mut Problems) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        let text = self.text("parameters");
        for part in text.split([' ', ',', ';']).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, value)) if !name.is_empty() => {
                    parameters.insert(name.trim().to_lowercase(), value.trim().to_owned());
                }
                _ => problems.error(
                    self.error(
                        "invalid_parameters",
                        "parameters",
                        format!("`{part}` is no parameter"),
                    )
                    .hint("write parameters like `randomize=true seed=7`, without spaces around `=`"),
                ),
            }
        }
        parameters
    }

    /// The words in a column, which may be divided by spaces or commas.
    pub(crate) fn words(&self, column: &str) -> Vec<String> {
        self.text(column)
            .split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// An error in a column of this row.
    pub(crate) fn error(&self, code: &'static str, column: &str, message: impl Into<String>) -> FormError {
        let header = self.cell(column).map_or(column, |cell| &cell.column.header);
        FormError::at(code, self.sheet, self.number, header, message)
    }

    fn cell(&self, column: &str) -> Option<&Cell<'a>> {
        self.cells.iter().find(|cell| cell.column.name == column)
    }
}

/// An error about an expression that cannot be understood.
pub(crate) fn syntax_error(sheet: &str, row: u32, header: &str, error: &ExpressionError) -> FormError {
    FormError::at(error.code, sheet, row, header, error.message.as_str()).hint(error.hint.as_str())
}

/// Whether a cell is a plain yes (`Some(true)`) or no; `None` for anything else.
pub(crate) fn yes(text: &str) -> Option<bool> {
    match text.to_lowercase().replace(' ', "").as_str() {
        "yes" | "true" | "true()" => Some(true),
        "no" | "false" | "false()" => Some(false),
        _ => None,
    }
}

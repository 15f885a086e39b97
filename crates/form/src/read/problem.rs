//! What is wrong with a form, and where.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

/// The most errors that are listed of one form.
const MAX_LISTED: usize = 500;
/// The most known names among which one is looked for that may have been meant.
const MAX_KNOWN: usize = 4096;

/// Something that keeps a form from being used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FormError {
    /// A stable name for what is wrong, such as `unknown_reference`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The sheet it is in; empty if it is about the file.
    pub sheet: String,
    /// The row it is in, counted from 1 as spreadsheets show it.
    pub row: Option<u32>,
    /// The column it is in, by its header.
    pub column: Option<String>,
    /// What to write instead; empty if there is nothing to say.
    pub hint: String,
}

/// Something about a form that its author should know, though it can be used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Warning {
    /// A stable name for what it is about, such as `ignored_column`.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// The sheet it is in; empty if it is about the file.
    pub sheet: String,
    /// The row it is in, counted from 1 as spreadsheets show it.
    pub row: Option<u32>,
    /// The column it is in, by its header.
    pub column: Option<String>,
    /// What to do about it; empty if there is nothing to say.
    pub hint: String,
}

impl FormError {
    pub(crate) fn of_file(code: &'static str, message: impl Into<String>) -> Self {
        FormError {
            code,
            message: message.into(),
            sheet: String::new(),
            row: None,
            column: None,
            hint: String::new(),
        }
    }

    pub(crate) fn at(
        code: &'static str,
        sheet: &str,
        row: u32,
        column: &str,
        message: impl Into<String>,
    ) -> Self {
        let mut error = FormError::of_file(code, message);
        error.sheet = sheet.to_owned();
        error.row = Some(row).filter(|row| *row > 0);
        error.column = Some(column.to_owned()).filter(|column| !column.is_empty());
        error
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same as a warning.
    pub(crate) fn mild(self) -> Warning {
        let FormError {
            code,
            message,
            sheet,
            row,
            column,
            hint,
        } = self;
        Warning {
            code,
            message,
            sheet,
            row,
            column,
            hint,
        }
    }
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(
            f,
            &self.sheet,
            self.row,
            self.column.as_deref(),
            &self.message,
            &self.hint,
        )
    }
}

impl std::error::Error for FormError {}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(
            f,
            &self.sheet,
            self.row,
            self.column.as_deref(),
            &self.message,
            &self.hint,
        )
    }
}

fn show(
    f: &mut fmt::Formatter<'_>,
    sheet: &str,
    row: Option<u32>,
    column: Option<&str>,
    message: &str,
    hint: &str,
) -> fmt::Result {
    if !sheet.is_empty() {
        f.write_str(sheet)?;
        if let Some(row) = row {
            write!(f, " row {row}")?;
        }
        if let Some(column) = column {
            write!(f, ", {column}")?;
        }
        f.write_str(": ")?;
    }
    f.write_str(message)?;
    if !hint.is_empty() {
        write!(f, " ({hint})")?;
    }
    Ok(())
}

/// Gathers what is wrong with a form while it is read.
#[derive(Default)]
pub(crate) struct Problems {
    errors: Vec<FormError>,
    warnings: Vec<Warning>,
    unlisted: usize,
}

impl Problems {
    pub(crate) fn error(&mut self, error: FormError) {
        if self.errors.len() >= MAX_LISTED {
            self.unlisted += 1;
        } else {
            self.errors.push(error);
        }
    }

    pub(crate) fn warn(&mut self, warning: FormError) {
        if self.warnings.len() < MAX_LISTED {
            self.warnings.push(warning.mild());
        }
    }

    /// As [`did_you_mean`](super::did_you_mean), but only the first thousands of known names are looked
    /// at, and none once no more errors are listed.
    pub(crate) fn did_you_mean<'a>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: &str,
    ) -> String {
        if self.errors.len() >= MAX_LISTED {
            return otherwise.to_owned();
        }
        super::did_you_mean(name, known.into_iter().take(MAX_KNOWN), otherwise)
    }

    /// Adds what was found out later, but for what is about a cell that an error is known of already.
    pub(crate) fn add_further(&mut self, further: Problems) {
        let cell = |error: &FormError| (error.sheet.clone(), error.row, error.column.clone());
        let known: HashSet<_> = self.errors.iter().map(cell).collect();
        let errors = further.errors.into_iter();
        for error in errors.filter(|error| error.row.is_none() || !known.contains(&cell(error))) {
            self.error(error);
        }
        self.unlisted += further.unlisted;
        self.warnings.extend(further.warnings);
        self.warnings.truncate(MAX_LISTED);
    }

    /// The known name that is most like `name`. Only the first thousands of known names are looked
    /// at, and none once no more errors are listed.
    pub(crate) fn nearest<'a>(
        &self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        if self.errors.len() >= MAX_LISTED {
            return None;
        }
        super::nearest(name, known.into_iter().take(MAX_KNOWN))
    }

    pub(crate) fn into_errors(mut self) -> Vec<FormError> {
        // Sheets stay in the order they were read in; rows come in order within each.
        let sheets: Vec<String> = self.errors.iter().map(|error| error.sheet.clone()).collect();
        let rank = |sheet: &str| sheets.iter().position(|known| known == sheet);
        self.errors.sort_by_key(|error| (rank(&error.sheet), error.row));
        if self.unlisted > 0 {
            let more = format!("{} more errors are not listed", self.unlisted);
            self.errors
                .push(FormError::of_file("more_errors", more).hint("correct these first"));
        }
        self.errors
    }

    /// Gives what was read with the warnings about it, or else the errors.
    pub(crate) fn finish<T>(self, read: T) -> Result<(T, Vec<Warning>), Vec<FormError>> {
        if self.errors.is_empty() {
            Ok((read, self.warnings))
        } else {
            Err(self.into_errors())
        }
    }
}

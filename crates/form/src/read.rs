//! Reading a form from an XLSForm: a workbook, or the same tables as Markdown.

mod comma_separated;
mod markdown;
mod problem;
mod sheet;
mod suggest;
mod workbook;
mod xls_bounds;
mod xlsx_bounds;

use crate::build;
use crate::model::Form;
use crate::xlsform;

pub(crate) use markdown::escape;
pub(crate) use problem::Problems;
pub use problem::{FormError, Warning};
pub(crate) use sheet::{Notation, Sheet};
pub(crate) use suggest::{did_you_mean, nearest};

/// Where a form is read from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A workbook in the format of Excel 2007 and later.
    Xlsx(&'a [u8]),
    /// A workbook in the older binary format.
    Xls(&'a [u8]),
    /// The sheets one after the other as comma-separated values, with their names in the first column.
    Csv(&'a str),
    /// The sheets as Markdown tables.
    Markdown(&'a str),
    /// An XForm.
    XForm(&'a str),
}

impl<'a> Source<'a> {
    /// Returns the source that a file of this name holds, by its extension:
    /// `.xlsx`, `.xlsm`, `.xls`, `.csv`, `.md` or `.xml`.
    ///
    /// # Errors
    /// If the extension is another, or a file of text is not UTF-8.
    pub fn from_named(file_name: &str, bytes: &'a [u8]) -> Result<Self, FormError> {
        let extension = file_name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("xlsx" | "xlsm") => Ok(Source::Xlsx(bytes)),
            Some("xls") => Ok(Source::Xls(bytes)),
            Some("csv") => text_of(bytes).map(Source::Csv),
            Some("md" | "markdown") => text_of(bytes).map(Source::Markdown),
            Some("xml") => text_of(bytes).map(Source::XForm),
            _ => Err(FormError::of_file(
                "unknown_file_type",
                format!("`{file_name}` is no workbook whose name says its format"),
            )
            .hint("forms are read from .xlsx, .xlsm, .xls, .csv, .md and .xml files")),
        }
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, FormError> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        FormError::of_file("not_utf8", "the file is not UTF-8 text").hint("save it again as UTF-8")
    })?;
    // Some editors put a mark before the text.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl Form {
    /// Reads a form and finds out whether it is sound.
    ///
    /// # Errors
    /// Everything that is wrong with the form, in the order of its rows.
    pub fn read(source: Source<'_>) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
        read_sheets(sheets_of(source).map_err(|error| vec![error])?, "")
    }

    /// Reads a form from a file, by its extension; see [`Source::from_named`].
    ///
    /// A form that names neither an id nor a title is called after its file, with a warning.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_named(file_name: &str, bytes: &[u8]) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
        let source = Source::from_named(file_name, bytes).map_err(|error| vec![error])?;
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        read_sheets(sheets_of(source).map_err(|error| vec![error])?, stem)
    }

    /// Reads a form from the text that [`Form::to_markdown`] wrote.
    ///
    /// # Errors
    /// As [`Form::read`].
    pub fn read_markdown(text: &str) -> Result<Form, Vec<FormError>> {
        Form::read(Source::Markdown(text)).map(|(form, _)| form)
    }
}

pub(crate) fn sheets_of(source: Source<'_>) -> Result<Vec<Sheet>, FormError> {
    match source {
        Source::Xlsx(bytes) => workbook::read_xlsx(bytes),
        Source::Xls(bytes) => workbook::read_xls(bytes),
        Source::Csv(text) => comma_separated::read(text),
        Source::Markdown(text) => markdown::read(text),
        Source::XForm(_) => {
            Err(FormError::of_file("no_sheets", "an XForm has no sheets").hint("read it as a definition"))
        }
    }
}

fn read_sheets(sheets: Vec<Sheet>, file_stem: &str) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
    let mut problems = Problems::default();
    match xlsform::define(&sheets, file_stem, &mut problems) {
        Some(definition) => build::build(definition, problems),
        None => Err(problems.into_errors()),
    }
}

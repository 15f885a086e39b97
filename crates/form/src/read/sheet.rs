//! The sheets of a form as plain tables of text.

use super::columns::Column;
use super::problem::{FormError, Problems};
use super::suggest::nearest;

/// The most rows of a sheet.
pub(crate) const MAX_ROWS: u32 = 50_000;
/// The most columns of a sheet.
pub(crate) const MAX_COLUMNS: u32 = 1_000;
/// The most bytes of text in a cell.
pub(crate) const MAX_CELL_BYTES: usize = 64 * 1024;
/// The most bytes of text in all cells.
pub(crate) const MAX_TEXT_BYTES: usize = 12 * 1024 * 1024;

/// What a sheet was written in. The reference converter treats their faults differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notation {
    /// The sheet of a workbook.
    Workbook,
    /// A table in Markdown.
    Markdown,
    /// Comma-separated values.
    Csv,
}

/// One sheet. Rows that are wholly empty may be left out.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) notation: Notation,
    pub(crate) rows: Vec<SheetRow>,
}

#[derive(Debug)]
pub(crate) struct SheetRow {
    /// Counted from 1.
    pub(crate) number: u32,
    pub(crate) cells: Vec<String>,
}

/// One filled cell below a header.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) column: &'a Column,
    pub(crate) text: &'a str,
}

/// The known sheets; `entities`, `external_choices` and `osm` are known and not supported.
const KNOWN: [&str; 6] = [
    "survey",
    "choices",
    "settings",
    "entities",
    "external_choices",
    "osm",
];

impl Sheet {
    /// Returns the headers, and the rows below with their filled cells.
    pub(crate) fn table<'a>(
        &'a self,
        columns: &'a [Option<Column>],
    ) -> impl Iterator<Item = (u32, Vec<Cell<'a>>)> + 'a {
        self.rows.iter().skip(1).filter_map(move |row| {
            let filled: Vec<Cell<'a>> = row
                .cells
                .iter()
                .zip(columns)
                .filter_map(|(text, column)| {
                    Some(Cell {
                        column: column.as_ref()?,
                        text: text.trim(),
                    })
                })
                .filter(|cell| !cell.text.is_empty())
                .collect();
            (!filled.is_empty()).then_some((row.number, filled))
        })
    }

    /// Returns the header cells, which stand in the first row.
    pub(crate) fn header(&self) -> &[String] {
        self.rows
            .first()
            .filter(|row| row.number == 1)
            .map_or(&[], |row| &row.cells)
    }

    /// Says whether anything stands below the header.
    pub(crate) fn is_filled(&self) -> bool {
        self.rows
            .iter()
            .skip(1)
            .any(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()))
    }
}

/// Complains about sheets that are not supported and those that may be misspelt.
pub(crate) fn check_names(sheets: &[Sheet], problems: &mut Problems) {
    for sheet in sheets.iter().filter(|sheet| !sheet.name.starts_with('_')) {
        let name = sheet.name.to_lowercase();
        match name.as_str() {
            "survey" | "choices" | "settings" => {}
            "entities" | "external_choices" | "osm" => {
                if sheet.is_filled() {
                    let message = format!("the sheet `{name}` is not supported");
                    let hint = match name.as_str() {
                        "external_choices" => {
                            "move its rows into the sheet `choices` and use select_one with a choice_filter"
                        }
                        _ => "take the sheet out",
                    };
                    problems
                        .error(FormError::at("unsupported_sheet", &sheet.name, 0, "", message).hint(hint));
                }
            }
            _ => {
                let found = |known: &&str| !sheets.iter().any(|other| other.name.eq_ignore_ascii_case(known));
                if let Some(meant) = nearest(&name, KNOWN.iter().copied().filter(|known| found(known))) {
                    let message = format!("the sheet `{}` is not read", sheet.name);
                    problems.warn(
                        FormError::at("ignored_sheet", &sheet.name, 0, "", message)
                            .hint(format!("did you mean `{meant}`?")),
                    );
                }
            }
        }
    }
}

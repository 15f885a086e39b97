//! The sheets of a workbook.
//!
//! A workbook comes from outside: it is measured before it is opened, its cells are taken one
//! by one, and a fault in the library that opens it is caught and told as a damaged file.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xls, Xlsx};

use super::problem::FormError;
use super::sheet::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROWS, MAX_TEXT_BYTES, Notation, Sheet, SheetRow};
use super::{xls_bounds, xlsx_bounds};

/// The largest workbook, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;
/// The most sheets of a workbook.
const MAX_SHEETS: usize = 64;
/// The most cells of all sheets together, counting the empty ones before filled ones: each takes
/// 24 bytes at least.
const MAX_CELLS: usize = 800_000;

pub(crate) fn read_xlsx(bytes: &[u8]) -> Result<Vec<Sheet>, FormError> {
    check_file_size(bytes)?;
    xlsx_bounds::check(bytes)?;
    guarded(|| {
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        let mut gatherer = Gatherer::default();
        for name in workbook.sheet_names() {
            gatherer.begin(&name)?;
            // A chart sheet has no cells.
            let Ok(mut cells) = workbook.worksheet_cells_reader(&name) else {
                continue;
            };
            while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
                let (row, column) = cell.get_position();
                gatherer.put(row, column, from_xlsx(cell.get_value()))?;
            }
        }
        Ok(gatherer.sheets())
    })
}

pub(crate) fn read_xls(bytes: &[u8]) -> Result<Vec<Sheet>, FormError> {
    check_file_size(bytes)?;
    let sound = xls_bounds::checked(bytes)?;
    guarded(|| {
        let mut workbook = Xls::new(Cursor::new(sound)).map_err(|_| damaged())?;
        let mut gatherer = Gatherer::default();
        for name in workbook.sheet_names() {
            gatherer.begin(&name)?;
            let Ok(range) = workbook.worksheet_range(&name) else {
                continue;
            };
            let (first_row, first_column) = range.start().unwrap_or_default();
            for (row, column, value) in range.used_cells() {
                let row = first_row.saturating_add(u32::try_from(row).unwrap_or(u32::MAX));
                let column = first_column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX));
                gatherer.put(row, column, from_xls(value))?;
            }
        }
        Ok(gatherer.sheets())
    })
}

fn check_file_size(bytes: &[u8]) -> Result<(), FormError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large(format!(
            "the file is larger than {} MiB",
            MAX_FILE_BYTES / 1024 / 1024
        )));
    }
    Ok(())
}

/// Runs `open`, and takes a panic in it for a damaged file.
fn guarded(open: impl FnOnce() -> Result<Vec<Sheet>, FormError>) -> Result<Vec<Sheet>, FormError> {
    catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|_| Err(damaged()))
}

pub(crate) fn damaged() -> FormError {
    FormError::of_file("damaged_workbook", "the file is no workbook, or it is damaged")
        .hint("open it in a spreadsheet program and save it again as .xlsx")
}

pub(crate) fn too_large(message: impl Into<String>) -> FormError {
    FormError::of_file("too_large", message).hint("take out what is not part of the form")
}

/// Puts cells, which come in any order, into the rows of sheets.
#[derive(Default)]
struct Gatherer {
    sheets: Vec<(String, std::collections::BTreeMap<u32, Vec<String>>)>,
    text_bytes: usize,
    cells: usize,
}

impl Gatherer {
    fn begin(&mut self, name: &str) -> Result<(), FormError> {
        if self.sheets.len() >= MAX_SHEETS {
            return Err(too_large(format!(
                "the workbook has more than {MAX_SHEETS} sheets"
            )));
        }
        self.sheets.push((name.to_owned(), Default::default()));
        Ok(())
    }

    fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), FormError> {
        let (text, is_text) = match cell {
            // Whether headers are the same is told with the space around them.
            Cell::Text(text) if row == 0 => (text, true),
            Cell::Text(text) => (text.trim().replace('\u{a0}', " "), true),
            Cell::Other(text) => (text, false),
        };
        if text.trim().is_empty() {
            return Ok(());
        }
        let Some((sheet, rows)) = self.sheets.last_mut() else {
            return Ok(());
        };
        if row == 0 && !is_text && is_read(sheet) {
            let message = format!("the header `{text}` is no text");
            return Err(FormError::at("invalid_header", sheet, 1, &text, message)
                .hint("write headers as text; put `'` before one that reads like a number or a date"));
        }
        if row >= MAX_ROWS {
            return Err(too_large(format!(
                "the sheet `{sheet}` has more than {MAX_ROWS} rows"
            )));
        }
        if column >= MAX_COLUMNS {
            return Err(too_large(format!(
                "the sheet `{sheet}` has more than {MAX_COLUMNS} columns"
            )));
        }
        if text.len() > MAX_CELL_BYTES {
            return Err(too_large(format!(
                "a cell in row {} of the sheet `{sheet}` holds more than 64 KiB",
                row + 1
            )));
        }
        let cells = rows.entry(row).or_default();
        let wanted = column as usize + 1;
        self.cells += wanted.saturating_sub(cells.len());
        self.text_bytes += text.len();
        if self.text_bytes > MAX_TEXT_BYTES || self.cells > MAX_CELLS {
            return Err(too_large("the workbook holds too much"));
        }
        if cells.len() < wanted {
            cells.resize(wanted, String::new());
        }
        if let Some(cell) = cells.get_mut(column as usize) {
            *cell = text;
        }
        Ok(())
    }

    fn sheets(self) -> Vec<Sheet> {
        self.sheets
            .into_iter()
            .map(|(name, rows)| Sheet {
                name,
                notation: Notation::Workbook,
                rows: rows
                    .into_iter()
                    .map(|(row, cells)| SheetRow {
                        number: row + 1,
                        cells,
                    })
                    .collect(),
            })
            .collect()
    }
}

fn is_read(sheet: &str) -> bool {
    matches!(
        sheet.to_lowercase().as_str(),
        "survey" | "choices" | "settings" | "entities" | "external_choices" | "osm"
    )
}

/// The text of a cell as the reference converter has it.
fn from_xlsx(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(number) => Cell::Other(number.to_string()),
        DataRef::Float(number) => Cell::Other(number_text(*number)),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Other(iso_text(text)),
        DataRef::Bool(flag) => Cell::Other(truth_text(*flag)),
        DataRef::DateTime(date_time) => Cell::Other(from_date_time(date_time)),
        DataRef::Error(error) => Cell::Text(error.to_string()),
        DataRef::Empty => Cell::Text(String::new()),
    }
}

fn from_xls(value: &Data) -> Cell {
    match value {
        Data::Int(number) => Cell::Other(number.to_string()),
        Data::Float(number) => Cell::Other(number_text(*number)),
        Data::String(text) => Cell::Text(text.clone()),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Other(iso_text(text)),
        Data::Bool(flag) => Cell::Other(truth_text(*flag)),
        Data::DateTime(date_time) => Cell::Other(from_date_time(date_time)),
        Data::Error(error) => Cell::Text(error.to_string()),
        Data::Empty => Cell::Text(String::new()),
    }
}

/// What a cell holds.
enum Cell {
    Text(String),
    /// A number, a date or a truth, as text.
    Other(String),
}

fn truth_text(flag: bool) -> String {
    if flag { "TRUE" } else { "FALSE" }.to_owned()
}

/// A number, without a point if it is whole.
fn number_text(number: f64) -> String {
    let magnitude = number.abs();
    if number.fract() == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return number.to_string();
    }
    // Very small numbers are written with an exponent of two digits: `1e-05`.
    let text = format!("{number:e}");
    match text.split_once("e-") {
        Some((digits, exponent)) if exponent.len() == 1 => format!("{digits}e-0{exponent}"),
        _ => text,
    }
}

/// A moment, with a space between day and time.
fn iso_text(text: &str) -> String {
    let text = text.trim().trim_end_matches('Z').replacen('T', " ", 1);
    if text.len() == 10 && text.chars().filter(|c| *c == '-').count() == 2 {
        return format!("{text} 00:00:00");
    }
    text
}

fn from_date_time(date_time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, millisecond) = date_time.to_ymd_hms_milli();
    let mut clock = format!("{hour:02}:{minute:02}:{second:02}");
    if millisecond > 0 {
        clock.push_str(&format!(".{millisecond:03}000"));
    }
    if date_time.as_f64().trunc() == 0.0 {
        clock
    } else {
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }
}

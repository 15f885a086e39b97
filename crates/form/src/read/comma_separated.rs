//! Sheets written as comma-separated values: a sheet's name in the first column, its rows beneath.
//!
//! ```text
//! survey
//! ,type,name,label
//! ,integer,age,How old?
//! ```

use super::markdown::check_size;
use super::problem::FormError;
use super::sheet::{MAX_COLUMNS, MAX_TEXT_BYTES, Notation, Sheet, SheetRow};

/// Reads the sheets. Rows that are empty are left out; the others are counted within each sheet.
pub(crate) fn read(text: &str) -> Result<Vec<Sheet>, FormError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(
            FormError::of_file("too_large", "the file is larger than 12 MiB").hint("forms are far smaller")
        );
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_too_wide(text) {
        return Err(
            FormError::of_file("too_large", format!("a row has more than {MAX_COLUMNS} columns"))
                .hint("take out what is not part of the form"),
        );
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut sheets: Vec<Sheet> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| {
            FormError::of_file("damaged_csv", "the file is no comma-separated text")
                .hint("save it again from a spreadsheet program")
        })?;
        let mut cells = record.iter().map(|cell| cell.trim().to_owned());
        let name = cells.next().unwrap_or_default();
        if !name.is_empty() {
            // A sheet that comes again goes on where it ended, with a header of its own.
            sheets.push(Sheet {
                name,
                notation: Notation::Csv,
                rows: Vec::new(),
            });
        }
        let cells: Vec<String> = cells.collect();
        let Some(sheet) = sheets.last_mut() else { continue };
        check_size(sheet, &cells)?;
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let number = sheet.rows.last().map_or(1, |row| row.number.saturating_add(1));
        sheet.rows.push(SheetRow { number, cells });
    }
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(FormError::of_file("no_tables", "there is no sheet in the file")
            .hint("begin each sheet with its name in the first column, and leave that column empty below"));
    }
    Ok(sheets)
}

/// Whether a row has more cells than a row may have, found out before memory is taken for them.
fn is_too_wide(text: &str) -> bool {
    let mut cells = 0_u32;
    let mut is_quoted = false;
    let mut begins = true;
    for byte in text.bytes() {
        match byte {
            b'"' if begins || is_quoted => is_quoted = !is_quoted,
            // A second quote goes on with the quoted text.
            b'"' => {}
            b',' if !is_quoted => cells += 1,
            b'\n' | b'\r' if !is_quoted => cells = 0,
            _ => {}
        }
        if cells > MAX_COLUMNS {
            return true;
        }
        begins = !is_quoted && matches!(byte, b',' | b'\n' | b'\r' | b'"');
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_first_column_begins_a_sheet() {
        let text = "survey\n,type,name\n\n,text,\"a, b\"\n,,\nsettings,form_id\n, x\n";
        let sheets = read(text).unwrap();
        let [survey, settings] = sheets.as_slice() else {
            panic!("{sheets:?}")
        };
        assert_eq!(
            (survey.rows.len(), &survey.rows[1].cells[1]),
            (2, &"a, b".to_owned())
        );
        assert_eq!(settings.rows[0].cells, ["form_id"]);
        assert_eq!(
            (settings.rows[1].number, &settings.rows[1].cells[0]),
            (2, &"x".to_owned())
        );
        assert!(read("").is_err());
    }
}

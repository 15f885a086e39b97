//! Sheets written as Markdown tables: the sheet's name in the first column, its header beneath.
//!
//! ```text
//! | survey |         |      |             |
//! |        | type    | name | label       |
//! |        | integer | age  | How old?    |
//! ```

use super::problem::FormError;
use super::sheet::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROWS, MAX_TEXT_BYTES, Notation, Sheet, SheetRow};

/// Reads the tables. Lines that are no table rows, and empty rows, are left out; the others are
/// counted within each sheet, so that they are those of the workbook the text stands for.
pub(crate) fn read(text: &str) -> Result<Vec<Sheet>, FormError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(
            FormError::of_file("too_large", "the file is larger than 12 MiB").hint("forms are far smaller")
        );
    }
    let mut sheets: Vec<Sheet> = Vec::new();
    for line in text.lines() {
        let Some(cells) = cells(line.trim()) else { continue };
        let mut cells = cells.into_iter();
        let name = cells.next().unwrap_or_default();
        if !name.is_empty() {
            sheets.push(Sheet {
                name,
                notation: Notation::Markdown,
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
    if sheets.is_empty() {
        return Err(FormError::of_file("no_tables", "there is no table in the file")
            .hint("begin each table with the sheet's name: `| survey | | |`"));
    }
    Ok(sheets)
}

/// The cells of a line; `None` if it is no table row or only a ruler (`|---|---|`).
fn cells(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix('|')?;
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'|') => {
                cell.push('|');
                chars.next();
            }
            // More cells than a row may have are not gathered: the first ones too many tell enough.
            '|' if cells.len() > MAX_COLUMNS as usize + 1 => cell.clear(),
            '|' => cells.push(unescape(std::mem::take(&mut cell).trim())),
            c => cell.push(c),
        }
    }
    // What stands after the last pipe is no cell.
    let ruler = |cell: &String| cell.len() >= 3 && cell.chars().all(|c| matches!(c, '-' | ':'));
    let is_ruler = cells.iter().any(ruler) && cells.iter().all(|cell| cell.is_empty() || ruler(cell));
    (!is_ruler).then_some(cells)
}

const ESCAPES: [(&str, char); 4] = [("&#10;", '\n'), ("&#13;", '\r'), ("&#38;", '&'), ("&#124;", '|')];

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        match ESCAPES
            .iter()
            .find_map(|(escape, c)| from.strip_prefix(escape).map(|after| (c, after)))
        {
            Some((c, after)) => {
                plain.push(*c);
                rest = after;
            }
            None => {
                plain.push_str("&#");
                rest = from.strip_prefix("&#").unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// Writes a cell's text so that [`read`] gives it back, on one line and without pipes.
pub(crate) fn escape(text: &str) -> String {
    text.replace("&#", "&#38;#")
        .replace('|', "&#124;")
        .replace('\n', "&#10;")
        .replace('\r', "&#13;")
}

pub(super) fn check_size(sheet: &Sheet, cells: &[String]) -> Result<(), FormError> {
    let (what, at_most) = if sheet.rows.len() >= MAX_ROWS as usize {
        ("rows", format!("{MAX_ROWS}"))
    } else if cells.len() > MAX_COLUMNS as usize {
        ("columns", format!("{MAX_COLUMNS}"))
    } else if cells.iter().any(|cell| cell.len() > MAX_CELL_BYTES) {
        ("bytes in one cell", format!("{MAX_CELL_BYTES}"))
    } else {
        return Ok(());
    };
    let message = format!("the sheet `{}` has more than {at_most} {what}", sheet.name);
    Err(FormError::of_file("too_large", message).hint("take out what is not part of the form"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_a_sheet() {
        let text = "
            Some words.
            | survey |         |      |
            |        | type    | name |
            | ------ | ------- | ---- |
            |        | integer | a\\|b |
            |        |         |
            |        | text    | c | d
            | settings |
            |  | form_id |";
        let sheets = read(text).unwrap();
        let survey = &sheets[0];
        assert_eq!(survey.name, "survey");
        assert_eq!(survey.rows[0].cells, ["type", "name"]);
        assert_eq!(survey.rows[1].cells, ["integer", "a|b"]);
        assert_eq!(
            (survey.rows[2].number, &survey.rows[2].cells[1]),
            (3, &"c".to_owned())
        );
        assert_eq!(sheets[1].rows[0].cells, ["form_id"]);
    }

    #[test]
    fn any_text_of_a_cell_comes_back() {
        for text in [
            "a|b",
            "two\nlines\r\n",
            "&#10; &#38; &#",
            "\\d \\",
            "regex(., '^\\d|x$')",
        ] {
            let cells = cells(&format!("| {} |", escape(text.trim()))).unwrap();
            assert_eq!(cells, [text.trim()]);
        }
    }
}

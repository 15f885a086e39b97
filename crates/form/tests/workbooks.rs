//! Forms in workbooks, and workbooks that mean harm.

use std::io::{Cursor, Write};

use baraza_form::{Form, Source};
use proptest::prelude::*;

const SHEETS: [(&str, &[&[&str]]); 3] = [
    (
        "survey",
        &[
            &["type", "name", "label::English (en)", "relevant"],
            &["text", "head", "Who is the head?", ""],
            &[],
            &["select_one yes_no", "works", "Works?", "${head} != ''"],
        ],
    ),
    (
        "choices",
        &[
            &["list_name", "name", "label::English (en)"],
            &["yes_no", "1", "Yes"],
            &["yes_no", "0", "No"],
        ],
    ),
    ("settings", &[&["form_id", "version"], &["test", "20261123"]]),
];

fn cell(row: usize, column: usize, text: &str) -> String {
    let name = format!("{}{}", char::from(b'A' + column as u8), row + 1);
    match text.parse::<f64>() {
        Ok(number) => format!("<c r=\"{name}\"><v>{number}</v></c>"),
        Err(_) => format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    }
}

fn sheet_xml(rows: &[&[&str]]) -> String {
    let mut xml =
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
            .to_owned();
    for (row, cells) in rows.iter().enumerate() {
        xml.push_str(&format!("<row r=\"{}\">", row + 1));
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            xml.push_str(&cell(row, column, text));
        }
        xml.push_str("</row>");
    }
    xml + "</sheetData></worksheet>"
}

/// The parts of a workbook with these sheets.
fn parts(sheets: &[(&str, String)]) -> Vec<(String, String)> {
    let package = "http://schemas.openxmlformats.org/package/2006";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut listed = String::new();
    let mut related = String::new();
    let mut parts = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!("<Types xmlns=\"{package}/content-types\"/>"),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r0\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
    ];
    for (nth, (name, xml)) in sheets.iter().enumerate() {
        listed.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{}\" r:id=\"r{}\"/>",
            nth + 1,
            nth + 1
        ));
        related.push_str(&format!(
            "<Relationship Id=\"r{}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{}.xml\"/>",
            nth + 1,
            nth + 1
        ));
        parts.push((format!("xl/worksheets/sheet{}.xml", nth + 1), xml.clone()));
    }
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{listed}</sheets></workbook>"),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{package}/relationships\">{related}</Relationships>"),
    ));
    parts.push((
        "xl/sharedStrings.xml".to_owned(),
        format!("<sst xmlns=\"{main}\" count=\"1\" uniqueCount=\"1\"><si><t>shared</t></si></sst>"),
    ));
    parts
}

fn zipped<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .expect("memory can be written to");
        writer.write_all(content).expect("memory can be written to");
    }
    writer.finish().expect("memory can be written to").into_inner()
}

fn workbook(sheets: &[(&str, String)]) -> Vec<u8> {
    let parts = parts(sheets);
    zipped(
        parts
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_bytes())),
    )
}

fn sheets() -> Vec<(&'static str, String)> {
    SHEETS
        .iter()
        .map(|(name, rows)| (*name, sheet_xml(rows)))
        .collect()
}

#[test]
fn a_workbook_and_its_tables_are_one_form() {
    let mut text = String::new();
    for (name, rows) in SHEETS {
        text.push_str(&format!("| {name} |\n"));
        for row in rows {
            text.push_str(&format!("| | {} |\n", row.join(" | ")));
        }
    }
    let (from_workbook, warnings) = Form::read(Source::Xlsx(&workbook(&sheets()))).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(from_workbook, Form::read_markdown(&text).unwrap());
    assert_eq!(from_workbook.version, "20261123");
    assert_eq!(from_workbook.choices("yes_no")[0].name, "1");
}

#[test]
fn rows_are_told_as_the_spreadsheet_shows_them() {
    let mut sheets = sheets();
    sheets[0].1 = sheets[0].1.replace("head}", "hed}");
    let errors = Form::read(Source::Xlsx(&workbook(&sheets))).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].code, errors[0].row), ("unknown_reference", Some(4)));
}

#[test]
fn a_cell_far_away_does_not_fill_the_memory() {
    for far in ["XFD1", "A1048576", "XFD1048576"] {
        let mut sheets = sheets();
        sheets[0].1 = sheets[0].1.replace("\"A1\"", &format!("\"{far}\""));
        assert_eq!(
            Form::read(Source::Xlsx(&workbook(&sheets))).unwrap_err()[0].code,
            "too_large",
            "{far}"
        );
    }
}

#[test]
fn a_cell_may_not_hold_a_book() {
    let mut sheets = sheets();
    sheets[0].1 = sheets[0].1.replace("Works?", &"x".repeat(65 * 1024));
    assert_eq!(
        Form::read(Source::Xlsx(&workbook(&sheets))).unwrap_err()[0].code,
        "too_large"
    );
}

#[test]
fn what_is_no_workbook_says_so() {
    for bytes in [&b""[..], b"PK\x03\x04", b"not a workbook", &[0; 2048]] {
        assert_eq!(
            Form::read(Source::Xlsx(bytes)).unwrap_err()[0].code,
            "damaged_workbook"
        );
        assert_eq!(
            Form::read(Source::Xls(bytes)).unwrap_err()[0].code,
            "damaged_workbook"
        );
    }
    assert_eq!(
        Form::read_named("form.pdf", b"").unwrap_err()[0].code,
        "unknown_file_type"
    );
    assert_eq!(
        Form::read_named("form.md", b"\xff").unwrap_err()[0].code,
        "not_utf8"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Damage below the compression, where a checksum would not find it.
    #[test]
    fn a_damaged_workbook_is_a_form_or_fails_cleanly(
        part in 0usize..8,
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), 0x20u8..0x7f]), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut parts: Vec<(String, Vec<u8>)> =
            parts(&sheets()).into_iter().map(|(name, content)| (name, content.into_bytes())).collect();
        let count = parts.len();
        let content = &mut parts[part % count].1;
        for (at, byte) in &damage {
            let at = at.index(content.len());
            content[at] = *byte;
        }
        if let Some(cut) = cut {
            content.truncate(cut.index(content.len()));
        }
        let bytes = zipped(parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())));
        let _ = Form::read(Source::Xlsx(&bytes));
    }

    #[test]
    fn a_damaged_zip_file_is_a_form_or_fails_cleanly(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = workbook(&sheets());
        for (at, byte) in &damage {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        let _ = Form::read(Source::Xlsx(&bytes));
    }
}

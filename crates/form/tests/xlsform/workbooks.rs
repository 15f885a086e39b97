//! What is read from workbooks and from comma-separated values.

use std::io::{Cursor, Write};

use baraza_form::definition::Definition;
use baraza_form::{FormError, Source, Warning};

use crate::{element, listed};

/// A cell as it stands in the XML of a sheet: its type, style and value.
#[derive(Clone, Copy)]
enum Cell {
    Text(&'static str),
    Number(&'static str),
    Truth(bool),
    /// A number that is shown as a day and time.
    Moment(&'static str),
    Empty,
}
use Cell::{Empty, Moment, Number, Text, Truth};

const HEADER: [Cell; 4] = [Text("type"), Text("name"), Text("label"), Text("default")];

fn sheet_xml(rows: &[(u32, Vec<Cell>)]) -> String {
    let mut xml = String::new();
    for (row, cells) in rows {
        xml.push_str(&format!("<row r=\"{row}\">"));
        for (nth, cell) in cells.iter().enumerate() {
            let at = format!("{}{row}", char::from(b'A' + nth as u8));
            xml.push_str(&match cell {
                Text(text) => {
                    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
                }
                Number(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
                Truth(truth) => format!("<c r=\"{at}\" t=\"b\"><v>{}</v></c>", u8::from(*truth)),
                Moment(number) => format!("<c r=\"{at}\" s=\"1\"><v>{number}</v></c>"),
                Empty => String::new(),
            });
        }
        xml.push_str("</row>");
    }
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{xml}</sheetData></worksheet>"
    )
}

/// A sheet's name, and its rows by their numbers.
type Sheet<'a> = (&'a str, Vec<(u32, Vec<Cell>)>);

#[expect(clippy::unwrap_used, reason = "a buffer in memory takes what is written")]
fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut listed = String::new();
    let mut related = format!("<Relationship Id=\"s\" Type=\"{office}/styles\" Target=\"styles.xml\"/>");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, text: &str| {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    for (nth, (name, rows)) in sheets.iter().enumerate() {
        listed.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{}\" r:id=\"r{nth}\"/>",
            nth + 1
        ));
        related.push_str(&format!(
            "<Relationship Id=\"r{nth}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{nth}.xml\"/>"
        ));
        put(&format!("xl/worksheets/sheet{nth}.xml"), &sheet_xml(rows));
    }
    put(
        "[Content_Types].xml",
        &format!("<Types xmlns=\"{package}/content-types\"/>"),
    );
    put(
        "_rels/.rels",
        &format!(
            "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"w\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    put(
        "xl/workbook.xml",
        &format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{listed}</sheets></workbook>"),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        &format!("<Relationships xmlns=\"{package}/relationships\">{related}</Relationships>"),
    );
    put(
        "xl/styles.xml",
        &format!(
            "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
        ),
    );
    zip.finish().unwrap().into_inner()
}

fn read(sheets: &[Sheet<'_>]) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
    Definition::read(Source::Xlsx(&workbook(sheets)))
}

fn question(row: u32, name: &'static str, default: Cell) -> (u32, Vec<Cell>) {
    (row, vec![Text("text"), Text(name), Text("L"), default])
}

#[test]
fn cells_are_read_as_the_reference_converter_reads_them() {
    let mut rows = vec![(1, HEADER.to_vec())];
    let cases = [
        ("a", Number("1"), "1"),
        ("b", Number("1.0"), "1"),
        ("c", Number("-0.25"), "-0.25"),
        ("d", Number("1E-05"), "1e-05"),
        ("e", Number("1E+20"), "100000000000000000000"),
        ("f", Truth(true), "TRUE"),
        ("g", Truth(false), "FALSE"),
        ("h", Moment("43832.5"), "2020-01-02 12:00:00"),
        ("i", Moment("43832"), "2020-01-02 00:00:00"),
        ("j", Moment("0.25"), "06:00:00"),
        ("k", Text(" a\u{a0}b "), "a b"),
    ];
    for (nth, (name, cell, _)) in cases.iter().enumerate() {
        rows.push(question(nth as u32 + 2, name, *cell));
    }
    let (form, _) = read(&[("Survey", rows)]).unwrap();
    for (name, _, text) in cases {
        assert_eq!(element(&form, name).default.as_deref(), Some(text), "{name}");
    }
}

#[test]
fn empty_rows_count_and_many_end_a_sheet() {
    let at = |row| {
        let rows = vec![
            (1, HEADER.to_vec()),
            question(2, "a", Empty),
            question(row, "b", Empty),
        ];
        read(&[("survey", rows)]).unwrap()
    };
    let (form, warnings) = at(63);
    assert_eq!((element(&form, "b").row, warnings), (63, vec![]));
    let (form, warnings) = at(64);
    assert_eq!(form.elements.len(), 1);
    assert_eq!((warnings[0].code, warnings[0].row), ("rows_after_gap", Some(64)));
}

#[test]
fn a_header_that_is_there_twice_is_refused() {
    let with = |header| {
        let mut head = HEADER.to_vec();
        head.push(header);
        read(&[("survey", vec![(1, head), question(2, "a", Empty)])])
    };
    assert_eq!(
        listed(&with(Text("label")).unwrap_err()),
        "duplicate_column: survey row 1, label: the column `label` is there twice (keep one of them, or name the language in each like `label::English (en)`)"
    );
    assert_eq!(with(Text("label ")).unwrap().1[0].code, "duplicate_column");
    assert_eq!(
        listed(&with(Number("2020")).unwrap_err()),
        "invalid_header: survey row 1, 2020: the header `2020` is no text (write headers as text; put `'` before one that reads like a number or a date)"
    );
}

#[test]
fn headers_stand_in_the_first_row() {
    let rows = vec![(2, HEADER.to_vec()), question(3, "a", Empty)];
    assert_eq!(read(&[("survey", rows)]).unwrap_err()[0].code, "missing_column");
}

#[test]
fn an_empty_row_between_entities_is_refused() {
    let survey = vec![(1, HEADER.to_vec()), question(2, "a", Empty)];
    let entities = vec![
        (1, vec![Text("list_name"), Text("label")]),
        (2, vec![Text("e"), Text("x")]),
        (4, vec![Text("f"), Text("y")]),
    ];
    let errors = read(&[("survey", survey), ("entities", entities)]).unwrap_err();
    assert_eq!((errors[0].code, errors[0].row), ("missing_entity_list", Some(3)));
}

#[test]
fn settings_stand_right_below_their_headers() {
    let survey = vec![(1, HEADER.to_vec()), question(2, "a", Empty)];
    let settings = vec![(1, vec![Text("form_id")]), (3, vec![Text("x")])];
    let (form, warnings) = read(&[("survey", survey), ("settings", settings)]).unwrap();
    assert_eq!(form.settings["form_id"], "data");
    assert_eq!(warnings[0].code, "ignored_settings_row");
}

#[test]
fn comma_separated_sheets_are_read() {
    let text = "survey,,,\n,type,name,label\n,text,a,\"A, or B\"\n,,,\n\nsettings\n,form_id\n,f\n";
    let (form, _) = Definition::read_named("x/form.csv", text.as_bytes()).unwrap();
    assert_eq!(form.settings["form_id"], "f");
    assert_eq!(element(&form, "a").label.as_ref().unwrap().any(), "A, or B");
    let (form, _) =
        Definition::read_named("x/form.csv", text.replace("form_id", "version").as_bytes()).unwrap();
    assert_eq!(form.settings["form_id"], "form");
}

#[test]
fn files_that_are_no_forms_are_refused() {
    let code = |name: &str, bytes: &[u8]| Definition::read_named(name, bytes).unwrap_err()[0].code;
    assert_eq!(code("a.txt", b""), "unknown_file_type");
    assert_eq!(code("a.md", b"\xff"), "not_utf8");
    assert_eq!(code("a.csv", b""), "no_tables");
    assert_eq!(code("a.md", b"hello"), "no_tables");
    assert_eq!(code("a.xlsx", b"hello"), "damaged_workbook");
    assert_eq!(code("a.xls", b"hello"), "damaged_workbook");
}

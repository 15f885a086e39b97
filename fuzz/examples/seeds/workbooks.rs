//! Seeds for workbooks: the smallest ones that hold a form.

use std::io::{Cursor, Write};

use form::{Form, Source};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Seed;

type Rows = &'static [&'static [&'static str]];

const SHEETS: [(&str, Rows); 3] = [
    (
        "survey",
        &[
            &["type", "name", "label", "relevant"],
            &["text", "head", "Who?", ""],
            &[],
            &["select_one yn", "works", "Works?", "${head} != ''"],
        ],
    ),
    (
        "choices",
        &[
            &["list_name", "name", "label"],
            &["yn", "1", "Yes"],
            &["yn", "0", "No"],
        ],
    ),
    ("settings", &[&["form_id", "version"], &["test", "2026"]]),
];

pub(crate) fn seeds() -> Vec<Seed> {
    let parts = parts();
    let as_text: String = parts
        .iter()
        .map(|(name, xml)| format!("=== {name}\n{xml}"))
        .collect();
    let xlsx = zipped(&parts);
    let [labels, shared] = [xls(false), xls(true)];
    for source in [Source::Xlsx(&xlsx), Source::Xls(&labels), Source::Xls(&shared)] {
        assert!(Form::read(source).is_ok(), "{:?}", Form::read(source));
    }
    vec![
        ("form_xlsx", "deflated.xlsx", xlsx),
        ("form_xlsx_parts", "form", as_text.into()),
        ("form_xls", "labels.xls", labels),
        ("form_xls", "shared.xls", shared),
    ]
}

fn cell(row: usize, column: char, text: &str) -> String {
    let name = format!("{column}{}", row + 1);
    match text.parse::<f64>() {
        Ok(number) => format!("<c r=\"{name}\"><v>{number}</v></c>"),
        // One cell of the shared texts, so that they are read too.
        Err(_) if text == "Who?" => format!("<c r=\"{name}\" t=\"s\"><v>0</v></c>"),
        Err(_) => format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    }
}

fn sheet_xml(rows: Rows) -> String {
    let mut xml =
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
            .to_owned();
    for (row, cells) in rows.iter().enumerate() {
        xml.push_str(&format!("<row r=\"{}\">", row + 1));
        for (column, text) in ('A'..).zip(cells.iter()).filter(|(_, text)| !text.is_empty()) {
            xml.push_str(&cell(row, column, text));
        }
        xml.push_str("</row>");
    }
    xml + "</sheetData></worksheet>"
}

fn parts() -> Vec<(String, String)> {
    let package = "http://schemas.openxmlformats.org/package/2006";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let (mut listed, mut related) = (String::new(), String::new());
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
    for (nth, (name, rows)) in (1..).zip(SHEETS) {
        listed.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{nth}\" r:id=\"r{nth}\"/>"
        ));
        related.push_str(&format!(
            "<Relationship Id=\"r{nth}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{nth}.xml\"/>"
        ));
        parts.push((format!("xl/worksheets/sheet{nth}.xml"), sheet_xml(rows)));
    }
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
        format!("<sst xmlns=\"{main}\" count=\"1\" uniqueCount=\"1\"><si><t>Who?</t></si></sst>"),
    ));
    parts
}

fn zipped(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default())
            .and_then(|()| Ok(zip.write_all(xml.as_bytes())?))
            .expect("memory can be written to");
    }
    zip.finish().expect("memory can be written to").into_inner()
}

/// A workbook of the older format, its texts in the cells or shared.
fn xls(shared: bool) -> Vec<u8> {
    let mut texts: Vec<&str> = Vec::new();
    let sheets = SHEETS.map(|(name, rows)| (name, records(rows, shared.then_some(&mut texts))));
    let begin = record(0x0809, &[0, 6, 5, 0]);
    let table = if shared { shared_texts(&texts) } else { Vec::new() };
    let bound = |name: &str, at: usize| {
        let at = u32::try_from(at).expect("the workbook is small").to_le_bytes();
        let name_length = u8::try_from(name.len()).expect("the name is short");
        record(
            0x0085,
            &[&at[..], &[0, 0, name_length, 0], name.as_bytes()].concat(),
        )
    };
    let head =
        begin.len() + table.len() + sheets.iter().map(|(name, _)| bound(name, 0).len()).sum::<usize>() + 4;
    let mut at = head;
    let (mut stream, mut bodies) = (begin.clone(), Vec::new());
    for (name, records) in sheets {
        stream.extend(bound(name, at));
        let body = [&begin, &records, &record(0x000a, &[])]
            .map(Vec::as_slice)
            .concat();
        at += body.len();
        bodies.extend(body);
    }
    stream.extend(table);
    stream.extend(record(0x000a, &[]));
    assert_eq!(stream.len(), head);
    stream.extend(bodies);
    contained(stream)
}

/// The cells of a sheet: as labels, or as places in the shared texts.
fn records(rows: Rows, mut shared: Option<&mut Vec<&'static str>>) -> Vec<u8> {
    let mut records = Vec::new();
    for (row, cells) in (0u16..).zip(rows) {
        for (column, text) in (0u16..).zip(*cells).filter(|(_, text)| !text.is_empty()) {
            let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
            let number = text.parse::<f64>().ok();
            records.extend(match (number, &mut shared) {
                (Some(number), _) => record(0x0203, &[&place[..], &number.to_le_bytes()].concat()),
                (None, Some(texts)) => {
                    let nth = u32::try_from(texts.len()).expect("there are few texts");
                    texts.push(text);
                    record(0x00fd, &[&place[..], &nth.to_le_bytes()].concat())
                }
                (None, None) => record(0x0204, &[place, long_text(text)].concat()),
            });
        }
    }
    records
}

fn shared_texts(texts: &[&str]) -> Vec<u8> {
    let count = u32::try_from(texts.len())
        .expect("there are few texts")
        .to_le_bytes();
    let mut data = [count, count].concat();
    texts.iter().for_each(|text| data.extend(long_text(text)));
    record(0x00fc, &data)
}

fn long_text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len())
        .expect("the text is short")
        .to_le_bytes();
    [&length[..], &[0], text.as_bytes()].concat()
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("the record is short");
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// The file system around the workbook's stream, which lies in small sectors.
fn contained(mut stream: Vec<u8>) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    const TABLE: u32 = 0xffff_fffd;
    let length = u32::try_from(stream.len()).expect("the workbook is small");
    stream.resize(stream.len().next_multiple_of(512), 0);
    let small = stream.len() / 64;
    let large = u32::try_from(stream.len() / 512).expect("the workbook is small");
    assert!(length < 4096 && small <= 128);

    let mut file = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    file.extend([0; 16]);
    for half in [0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    // Sector 0 is the table of chains, 1 the directory, 2 the table of small sectors, then the stream.
    for word in [0, 1, 1, 0, 4096, 2, 1, END, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    file.resize(512, 0xff);
    let mut table = vec![TABLE, END, END];
    table.extend((0..large).map(|nth| if nth + 1 == large { END } else { nth + 4 }));
    table.resize(128, FREE);
    table.iter().for_each(|next| file.extend(next.to_le_bytes()));
    file.extend(entry("Root Entry", 5, 3, large * 512, 1));
    file.extend(entry("Workbook", 2, 0, length, FREE));
    file.extend(entry("", 0, 0, 0, FREE));
    file.extend(entry("", 0, 0, 0, FREE));
    let used = length.div_ceil(64);
    let mut chain: Vec<u32> = (1..=used)
        .map(|next| if next == used { END } else { next })
        .collect();
    chain.resize(128, FREE);
    chain.iter().for_each(|next| file.extend(next.to_le_bytes()));
    file.extend(stream);
    file
}

fn entry(name: &str, kind: u8, start: u32, length: u32, child: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let name_length =
        u16::try_from(if name.is_empty() { 0 } else { bytes.len() + 2 }).expect("the name is short");
    bytes.resize(64, 0);
    bytes.extend(name_length.to_le_bytes());
    bytes.extend([kind, 1]);
    for word in [0xffff_ffff, 0xffff_ffff, child] {
        bytes.extend(u32::to_le_bytes(word));
    }
    bytes.resize(116, 0);
    bytes.extend(start.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.resize(128, 0);
    bytes
}

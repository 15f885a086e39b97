//! Files that mean harm are refused with a reason, quickly, and without taking memory for what
//! they claim to hold.
//!
//! Each is read in a process of its own, whose peak of memory is measured.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use baraza_form::definition::Definition;
use baraza_form::{Form, FormError, Source};

/// The most memory that reading may take, beyond the file itself.
const MOST_KIB: u64 = 64 * 1024;

/// The longest that reading may take. Code that is not optimised is about ten times slower, and
/// the machine may be busy with other tests.
const LONGEST: Duration = if cfg!(debug_assertions) {
    Duration::from_secs(10)
} else {
    Duration::from_secs(1)
};

/// The variable that tells a process which file to read, and the name it goes by.
const FILE: &str = "BARAZA_HOSTILE_FILE";

/// What is read of a file: the form, or only what its author wrote.
#[derive(Clone, Copy)]
enum Reader {
    Definition,
    Form,
}

/// Reads a file in a process of its own, checks time and memory, and returns the codes of what is
/// wrong with it; `sound` if nothing is.
fn read(name: &str, bytes: &[u8], reader: Reader) -> String {
    let folder = env::temp_dir().join(format!("baraza-hostile-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file can be written");
    let output = Command::new(env::current_exe().expect("the test has a file"))
        .args([
            "--exact",
            "a_process_that_reads_one_file",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FILE, &path)
        .env(
            "BARAZA_HOSTILE_READER",
            if matches!(reader, Reader::Form) {
                "form"
            } else {
                "definition"
            },
        )
        .output()
        .expect("the process can be started");
    fs::remove_dir_all(&folder).expect("the folder can be removed");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = told
        .lines()
        .find_map(|line| line.split_once("HOSTILE "))
        .unwrap_or_else(|| {
            panic!(
                "{name}: the process died: {told}{}",
                String::from_utf8_lossy(&output.stderr)
            )
        })
        .1;
    let mut parts = line.split(' ');
    let mut number = || -> u64 { parts.next().and_then(|part| part.parse().ok()).expect("a number") };
    let (millis, kib) = (number(), number());
    let codes = parts.next().unwrap_or("").to_owned();
    eprintln!("{name}: {millis} ms, {} MiB, {codes}", kib / 1024);
    assert!(Duration::from_millis(millis) < LONGEST, "{name}: {millis} ms");
    assert!(kib < MOST_KIB, "{name}: {} MiB", kib / 1024);
    codes
}

/// The process that is started for each file; as a test by itself it does nothing.
#[test]
fn a_process_that_reads_one_file() {
    let Ok(path) = env::var(FILE) else { return };
    let bytes = fs::read(&path).expect("the file is there");
    let name = path.rsplit('/').next().unwrap_or("");
    let before = peak_kib();
    let start = Instant::now();
    let codes = |errors: Vec<FormError>| {
        assert!(errors.iter().all(|error| !error.message.is_empty()));
        let mut codes: Vec<&str> = errors.iter().map(|error| error.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.join(",")
    };
    let told = if env::var("BARAZA_HOSTILE_READER").is_ok_and(|reader| reader == "form") {
        Form::read_named(name, &bytes).map_or_else(codes, |_| "sound".to_owned())
    } else {
        match Source::from_named(name, &bytes) {
            Ok(source) => Definition::read(source).map_or_else(codes, |_| "sound".to_owned()),
            Err(error) => error.code.to_owned(),
        }
    };
    let millis = start.elapsed().as_millis();
    println!("HOSTILE {millis} {} {told}", peak_kib() - before);
}

/// The most memory that the process has held.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// A workbook with this part as its sheet `survey`, and this one as its shared texts.
fn workbook(sheet: &[u8], shared: &[u8]) -> Vec<u8> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rels = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r0\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"survey\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    );
    let book_rels = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book_rels.as_bytes()),
        ("xl/sharedStrings.xml", shared),
        ("xl/worksheets/sheet1.xml", sheet),
    ] {
        writer
            .start_file(name, options)
            .expect("memory can be written to");
        writer.write_all(content).expect("memory can be written to");
    }
    writer.finish().expect("memory can be written to").into_inner()
}

const NO_TEXTS: &[u8] = b"<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>";

fn sheet(rows: &str) -> Vec<u8> {
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    )
    .into_bytes()
}

fn text_cell(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_zip_bomb_is_refused() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer
        .start_file("xl/sharedStrings.xml", options)
        .expect("memory can be written to");
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..1024 {
        writer.write_all(&zeros).expect("memory can be written to");
    }
    let bomb = writer.finish().expect("memory can be written to").into_inner();
    assert_eq!(read("bomb.xlsx", &bomb, Reader::Definition), "too_large");
}

#[test]
fn a_workbook_full_of_text_is_refused() {
    // Just within the bound on what a workbook inflates to.
    let long = "x".repeat(60_000);
    let texts = format!("<si><t>{long}</t></si>").repeat(350);
    let shared = format!(
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" uniqueCount=\"350\">{texts}</sst>"
    );
    let cells: String = (0..350)
        .map(|nth| {
            format!(
                "<row r=\"{0}\"><c r=\"A{0}\" t=\"s\"><v>{nth}</v></c></row>",
                nth + 1
            )
        })
        .collect();
    let book = workbook(&sheet(&cells), shared.as_bytes());
    assert_eq!(read("texts.xlsx", &book, Reader::Definition), "too_large");
    let many = "<si><t>a</t></si>".repeat(190_000);
    let shared = format!(
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" uniqueCount=\"190000\">{many}</sst>"
    );
    let book = workbook(&sheet(&cells), shared.as_bytes());
    let told = read("many.xlsx", &book, Reader::Definition);
    assert!(told != "sound", "{told}");
}

#[test]
fn cells_far_away_are_refused() {
    let far = format!("<row r=\"1048576\">{}</row>", text_cell("XFD1048576", "x"));
    let book = workbook(&sheet(&far), NO_TEXTS);
    assert!(book.len() < 5_000);
    assert_eq!(read("far.xlsx", &book, Reader::Definition), "too_large");

    let mut old = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fuzz/corpus/form_xls/shared.xls"
    ))
    .expect("the workbook is there");
    // The first cell that holds a shared text, moved to the last row and column.
    let record = [0xfd, 0x00, 0x0a, 0x00];
    let at = old
        .windows(4)
        .position(|bytes| bytes == record)
        .expect("it holds texts");
    let mut move_to = |row: u16, column: u16| {
        old[at + 4..at + 6].copy_from_slice(&row.to_le_bytes());
        old[at + 6..at + 8].copy_from_slice(&column.to_le_bytes());
        old.clone()
    };
    assert_eq!(
        read("far.xls", &move_to(0xffff, 0xff), Reader::Definition),
        "too_large"
    );
    // Each is within the bounds of rows and columns, and a sheet of all cells up to it is not.
    assert_eq!(
        read("wide.xls", &move_to(49_999, 79), Reader::Definition),
        "too_large"
    );
    // As far as a sheet may reach.
    read("edge.xls", &move_to(749, 999), Reader::Definition);
    let rows: String = (1..=1_000)
        .map(|row| format!("<row r=\"{row}\">{}</row>", text_cell(&format!("ALL{row}"), "x")))
        .collect();
    let told = read(
        "edge.xlsx",
        &workbook(&sheet(&rows), NO_TEXTS),
        Reader::Definition,
    );
    assert!(told != "sound", "{told}");
}

#[test]
fn long_cells_and_lines_are_refused() {
    let long = "x".repeat(10 * 1024 * 1024);
    let row = format!("<row r=\"1\">{}</row>", text_cell("A1", &long));
    let book = workbook(&sheet(&row), NO_TEXTS);
    assert_eq!(read("cell.xlsx", &book, Reader::Definition), "too_large");
    let table = format!("| survey |\n| | type | name |\n| | text | {long} |\n");
    assert_eq!(read("cell.md", table.as_bytes(), Reader::Definition), "too_large");
    let pipes = format!("| survey |\n{}\n", "|".repeat(1_000_000));
    assert_eq!(
        read("pipes.md", pipes.as_bytes(), Reader::Definition),
        "too_large"
    );
    let pipes = "|".repeat(30_000_000);
    assert_eq!(
        read("more_pipes.md", pipes.as_bytes(), Reader::Definition),
        "too_large"
    );
}

#[test]
fn huge_tables_are_refused() {
    let mut columns = String::from("<row r=\"1\">");
    for _ in 0..50_000 {
        columns.push_str("<c t=\"inlineStr\"><is><t>x</t></is></c>");
    }
    columns.push_str("</row>");
    let book = workbook(&sheet(&columns), NO_TEXTS);
    assert_eq!(read("columns.xlsx", &book, Reader::Definition), "too_large");
    let rows = "<row><c t=\"inlineStr\"><is><t>x</t></is></c></row>".repeat(900_000);
    let book = workbook(&sheet(&rows), NO_TEXTS);
    assert_eq!(read("rows.xlsx", &book, Reader::Definition), "too_large");
    let table = format!(
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| choices |\n| | list_name | name | label |\n{}",
        "| | l | a | A |\n".repeat(1_000_000)
    );
    assert_eq!(
        read("choices.md", table.as_bytes(), Reader::Definition),
        "too_large"
    );
}

#[test]
fn deep_nesting_is_refused() {
    let groups = |count: usize| {
        let rows = "| | begin_group | g | G |\n".repeat(count);
        format!("| survey |\n| | type | name | label |\n{rows}").into_bytes()
    };
    assert_eq!(
        read("groups.md", &groups(100_000), Reader::Definition),
        "too_large"
    );
    let told = read("fewer_groups.md", &groups(40_000), Reader::Definition);
    assert!(told != "sound", "{told}");
    let brackets = format!(
        "| survey |\n| | type | name | label | relevant |\n| | text | a | A | {} |\n",
        "(".repeat(60_000)
    );
    let told = read("brackets.md", brackets.as_bytes(), Reader::Form);
    assert!(told != "sound", "{told}");
    let brackets = brackets.replace(&"(".repeat(60_000), &"(".repeat(1024 * 1024));
    assert_eq!(
        read("more_brackets.md", brackets.as_bytes(), Reader::Form),
        "too_large"
    );
}

#[test]
fn circles_are_refused() {
    let mut table = String::from("| survey |\n| | type | name | calculation |\n");
    for nth in 0..10_000 {
        let _ = writeln!(
            table,
            "| | calculate | c{nth} | ${{c{}}} + 1 |",
            (nth + 1) % 10_000
        );
    }
    let told = read("circle.md", table.as_bytes(), Reader::Form);
    assert!(told.contains("cycle") || told.contains("circ"), "{told}");
}

fn xform(record: &str, model: &str, body: &str) -> String {
    format!(
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' xmlns:jr='http://openrosa.org/javarosa'>\
         <h:head><model><instance><data id='f'>{record}</data></instance>{model}</model></h:head><h:body>{body}</h:body></h:html>"
    )
}

#[test]
fn harmful_xml_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(
        read("deep.xml", deep.as_bytes(), Reader::Definition),
        "xml_too_deep"
    );
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha\">");
    for nth in 1..30 {
        let _ = write!(laughs, "<!ENTITY a{nth} \"&a{0};&a{0};&a{0};&a{0};\">", nth - 1);
    }
    laughs.push_str("]><x>&a29;</x>");
    assert_eq!(
        read("laughs.xml", laughs.as_bytes(), Reader::Definition),
        "malformed_xml"
    );
    let wide = xform(&"<a/>".repeat(5_000_000), "", "");
    let told = read("wide.xml", wide.as_bytes(), Reader::Definition);
    assert_eq!(told, "too_large");
    let attributes: String = (0..1_000_000).fold(String::from("<a"), |mut all, nth| {
        let _ = write!(all, " b{nth}=''");
        all
    });
    let told = read(
        "attributes.xml",
        format!("{attributes}/>").as_bytes(),
        Reader::Definition,
    );
    assert!(
        told == "too_large" || told == "malformed_xml" || told == "no_model",
        "{told}"
    );
}

#[test]
fn large_xforms_take_time_in_proportion() {
    // As many nodes as are read at all, in shapes that invite repeated searches.
    let count = 11_500;
    let names = |make: &dyn Fn(usize) -> String| (0..count).map(make).collect::<String>();
    let record = names(&|nth| format!("<q{nth}/>"));
    let body = names(&|nth| {
        format!(
            "<select1 ref='/data/q{nth}'><label>L</label><item><label>{nth}</label><value>v</value></item></select1>"
        )
    });
    let binds = names(&|nth| {
        format!(
            "<bind nodeset='/data/q{nth}' relevant=' /data/q{}  = 1'/>",
            (nth + 1) % count
        )
    });
    let form = xform(&record, &binds, &body);
    assert_eq!(read("selects.xml", form.as_bytes(), Reader::Definition), "sound");

    let repeats = format!("{}{}", "<r>".repeat(150), "</r>".repeat(150)).repeat(75);
    let form = xform(&repeats, "", "");
    assert_eq!(read("nested.xml", form.as_bytes(), Reader::Definition), "sound");

    let wrong = names(&|nth| format!("<bind nodeset='/data/none{nth}'/>"));
    let controls = names(&|nth| format!("<input ref='/data/none{nth}'/>"));
    let form = xform("<a/>", &wrong, &controls);
    let told = read("wrong.xml", form.as_bytes(), Reader::Definition);
    assert_eq!(told, "more_errors,unknown_node");
}

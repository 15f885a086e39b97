//! The forms that are compared, and what the reference converter makes of them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A form.
pub(crate) struct Case {
    /// `topic/case`.
    pub(crate) name: String,
    /// What its file is called.
    pub(crate) file: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

impl Case {
    /// Returns what its file is called when it is Markdown.
    pub(crate) fn file_of_markdown(&self) -> String {
        let stem = self
            .file
            .rsplit_once('.')
            .map_or(self.file.as_str(), |(stem, _)| stem);
        format!("{stem}.md")
    }
}

/// What the reference converter and ODK Validate make of a form.
pub(crate) enum Golden {
    /// Both take it; this is the XForm, by lines.
    Accepted(Vec<String>),
    /// The converter refuses it.
    Refused {
        /// The row that it names, if it names one.
        row: Option<u32>,
        /// What it complains of.
        class: String,
    },
    /// The converter takes it, and ODK Validate refuses what comes out.
    Invalid(String),
}

impl fmt::Display for Golden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Golden::Accepted(lines) => write!(f, "accepted\n{}", lines.join("\n")),
            Golden::Refused { row, class } => write!(f, "refused, row {row:?}: {class}"),
            Golden::Invalid(complaint) => write!(f, "invalid: {complaint}"),
        }
    }
}

/// Returns the folder of all this.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

/// Returns all forms.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (topic, text) in texts(&folder().join("forms"), "md") {
        for (name, lines) in sections(&text) {
            let tables: Vec<&str> = lines.into_iter().filter(|line| line.starts_with('|')).collect();
            cases.push(Case {
                name: format!("{topic}/{name}"),
                file: format!("{name}.md"),
                bytes: (tables.join("\n") + "\n").into_bytes(),
            });
        }
    }
    cases.extend(files(&folder().join("files"), "files"));
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// Returns the forms of a folder, one in each file.
pub(crate) fn files(folder: &Path, topic: &str) -> Vec<Case> {
    let case = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("the folder can be read").path();
        let file = path
            .file_name()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        Case {
            name: format!("{topic}/{file}"),
            bytes: std::fs::read(&path).expect("the form can be read"),
            file,
        }
    };
    std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(case)
        .collect()
}

/// Returns what the reference converter makes of the forms in `folder`, by the forms' names.
pub(crate) fn goldens(folder: &Path) -> BTreeMap<String, Golden> {
    let mut goldens = BTreeMap::new();
    for (topic, text) in texts(folder, "txt") {
        for (name, lines) in sections(&text) {
            let mut lines = lines.into_iter().filter(|line| !line.is_empty());
            let verdict = lines.next().expect("a golden begins with its verdict");
            let golden = match verdict.split_once(' ') {
                None => Golden::Accepted(lines.map(str::to_owned).collect()),
                Some(("invalid", complaint)) => Golden::Invalid(complaint.to_owned()),
                Some((_, refusal)) => {
                    let (row, class) = refusal.split_once(' ').expect("a refusal has a row and a class");
                    Golden::Refused {
                        row: row.trim_start_matches("row=").parse().ok(),
                        class: class.to_owned(),
                    }
                }
            };
            goldens.insert(format!("{topic}/{name}"), golden);
        }
    }
    goldens
}

/// Returns a table of two columns, by the first one.
pub(crate) fn table(file: &str) -> BTreeMap<String, String> {
    let row = |line: String| {
        let cells = line.split_once('\t');
        let (key, value) = cells.unwrap_or_else(|| panic!("{file}: `{line}` has no tabulator"));
        (key.to_owned(), value.to_owned())
    };
    lines(file).into_iter().map(row).collect()
}

/// Returns the lines of a table.
pub(crate) fn lines(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder().join(file)).expect("the table can be read");
    let rows = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(str::to_owned).collect()
}

fn texts(folder: &Path, extension: &str) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|found| found == extension) {
            let topic = path
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            texts.push((
                topic,
                std::fs::read_to_string(&path).expect("the text can be read"),
            ));
        }
    }
    texts
}

fn sections(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.split('\n') {
        if let Some(name) = line.strip_prefix("## ") {
            sections.push((name.trim(), Vec::new()));
        } else if let Some((_, lines)) = sections.last_mut() {
            lines.push(line);
        }
    }
    sections
}

//! The golden files of one crate.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use crate::hex::{hex, to_hex};

/// How many bytes stand on a line.
const LINE: usize = 48;

/// The folder `tests/golden` of a crate, one file for each format, version and kind.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    asked: BTreeSet<String>,
    troubles: Vec<String>,
}

impl Folder {
    /// Opens the folder of the crate with this manifest, as `env!("CARGO_MANIFEST_DIR")` says.
    pub fn of(manifest: &str) -> Self {
        Self {
            path: Path::new(manifest).join("tests/golden"),
            asked: BTreeSet::new(),
            troubles: Vec::new(),
        }
    }

    /// Checks that a value is written as the bytes of a file, and that the file is read as the value.
    pub fn keeps<T: PartialEq + Debug, E: Debug>(
        &mut self,
        name: &str,
        value: &T,
        write: impl Fn(&T) -> Vec<u8>,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) {
        let written = write(value);
        let Some(kept) = self.bytes(name, &written) else {
            return;
        };
        match read(&kept) {
            Ok(read) if read == *value => {}
            Ok(read) => self.trouble(name, &format!("is read as {read:?}, and not as {value:?}")),
            Err(error) => self.trouble(name, &format!("is not read: {error:?}")),
        }
        if written != kept {
            self.trouble(name, &format!("is written as\n{}", in_lines(&written)));
        }
    }

    /// Checks that a file is read, as something that is written as the same bytes: for what cannot be compared,
    /// because it is secret.
    pub fn keeps_secret<T, E: Debug>(
        &mut self,
        name: &str,
        value: &T,
        write: impl Fn(&T) -> Vec<u8>,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) {
        let again = |bytes: &[u8]| read(bytes).map(|value| write(&value));
        self.keeps(name, &write(value), Clone::clone, again);
    }

    /// Checks that a file is still read as a value, though nothing writes it any more.
    pub fn still_reads<T: PartialEq + Debug, E: Debug>(
        &mut self,
        name: &str,
        value: &T,
        read: impl Fn(&[u8]) -> Result<T, E>,
    ) {
        let Some(kept) = self.bytes(name, &[]) else {
            return;
        };
        match read(&kept) {
            Ok(read) if read == *value => {}
            other => self.trouble(name, &format!("is read as {other:?}, and not as {value:?}")),
        }
    }

    /// Ends the checks: every file of the folder was asked for.
    ///
    /// # Panics
    /// Something is not what it was, or lies there for nothing.
    pub fn finish(mut self) {
        let files = fs::read_dir(&self.path).map(|files| files.flatten().collect::<Vec<_>>());
        for file in files.unwrap_or_default() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !self.asked.contains(&name) {
                self.trouble(&name, "is the golden file of nothing");
            }
        }
        assert!(self.troubles.is_empty(), "{}", self.troubles.join("\n"));
    }

    fn bytes(&mut self, name: &str, written: &[u8]) -> Option<Vec<u8>> {
        let file = format!("{name}.hex");
        let text = fs::read_to_string(self.path.join(&file));
        if !self.asked.insert(file) {
            self.trouble(name, "is the golden file of two things");
        }
        if text.is_err() {
            self.trouble(
                name,
                &format!("is missing; today it would be\n{}", in_lines(written)),
            );
        }
        text.ok().map(|text| hex(&text))
    }

    fn trouble(&mut self, name: &str, what: &str) {
        self.troubles
            .push(format!("{} {what}", self.path.join(name).display()));
    }
}

fn in_lines(bytes: &[u8]) -> String {
    let lines: Vec<_> = bytes.chunks(LINE).map(to_hex).collect();
    lines.join("\n")
}

//! Reads a workbook of the newer format whose parts are any texts, so that damage lies below the checksums
//! of the zip file.
//!
//! The input is the parts, each after a line `=== name`. What is read comes back from its canonical text;
//! what is refused is refused with a reason.

#![no_main]

use std::io::{Cursor, Write};

use baraza_fuzz::{forms, guards};
use form::{Form, Source};
use libfuzzer_sys::fuzz_target;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fuzz_target!(
    init: guards::leave_library_panics_to_them(),
    |parts: &str| {
        if let Some(bytes) = zipped(parts) {
            forms::check(Form::read(Source::Xlsx(&bytes)));
        }
    }
);

/// The zip file of the parts; `None` if two have one name.
fn zipped(parts: &str) -> Option<Vec<u8>> {
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts.split("=== ").skip(1) {
        let (name, content) = part.split_once('\n').unwrap_or((part, ""));
        zip.start_file(name, stored).ok()?;
        zip.write_all(content.as_bytes()).ok()?;
    }
    Some(zip.finish().ok()?.into_inner())
}

//! Measures a zipped workbook before it is opened.
//!
//! A zip directory can lie about sizes, so that after a look at the directory each entry is
//! really inflated, with a bound. And the library that opens workbooks takes memory for as many
//! strings as one announces, so that this number is looked at too.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::problem::FormError;
use super::workbook::{damaged, too_large};

/// The most bytes that all entries may inflate to.
const MAX_INFLATED_BYTES: u64 = 24 * 1024 * 1024;
/// The most entries of the zip file.
const MAX_ENTRIES: usize = 2_000;
/// The most strings a workbook may announce.
const MAX_STRINGS: u64 = 200_000;

pub(crate) fn check(bytes: &[u8]) -> Result<(), FormError> {
    let result = std::panic::catch_unwind(|| measure(bytes));
    result.unwrap_or_else(|_| Err(damaged()))
}

fn measure(bytes: &[u8]) -> Result<(), FormError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MAX_ENTRIES {
        return Err(too_large(format!(
            "the workbook has more than {MAX_ENTRIES} parts"
        )));
    }
    let too_much = || {
        too_large(format!(
            "the workbook holds more than {} MiB",
            MAX_INFLATED_BYTES >> 20
        ))
    };
    let mut announced = 0u64;
    for nth in 0..archive.len() {
        let entry = archive.by_index_raw(nth).map_err(|_| damaged())?;
        announced = announced.saturating_add(entry.size());
    }
    if announced > MAX_INFLATED_BYTES {
        return Err(too_much());
    }
    let mut left = MAX_INFLATED_BYTES;
    let mut part = Vec::new();
    for nth in 0..archive.len() {
        let entry = archive.by_index(nth).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| damaged())?.to_ascii_lowercase();
        let is_xml = [".xml", ".rels"].iter().any(|end| name.ends_with(end));
        part.clear();
        let inflated = entry
            .take(left + 1)
            .read_to_end(&mut part)
            .map_err(|_| damaged())?;
        left = left.checked_sub(inflated as u64).ok_or_else(too_much)?;
        // Written in UTF-16 it would hide the number looked for below.
        if is_xml && part.contains(&0) {
            return Err(damaged());
        }
        if announced_strings(&part) > MAX_STRINGS {
            return Err(too_large(format!(
                "the workbook announces more than {MAX_STRINGS} strings"
            )));
        }
    }
    Ok(())
}

/// The largest number that follows `uniqueCount` in a part.
fn announced_strings(part: &[u8]) -> u64 {
    const NAME: &[u8] = b"uniqueCount";
    let places = part
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, window)| *window == NAME);
    places
        .filter_map(|(at, _)| {
            let after = part.get(at + NAME.len()..)?;
            let digits = after
                .iter()
                .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\'' | b'+'))
                .take_while(|b| b.is_ascii_digit());
            Some(digits.fold(0u64, |number, digit| {
                number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
            }))
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_that_would_fill_the_memory_is_refused() {
        let bomb = zipped(
            "xl/worksheets/sheet1.xml",
            &vec![b' '; MAX_INFLATED_BYTES as usize + 1],
        );
        assert!(bomb.len() < 100_000);
        assert_eq!(check(&bomb).unwrap_err().code, "too_large");
        let strings = zipped(
            "xl/sharedStrings.xml",
            br#"<sst uniqueCount = "99999999999999999999999"/>"#,
        );
        assert_eq!(check(&strings).unwrap_err().code, "too_large");
        assert_eq!(
            check(&zipped("a.xml", b"<\0s\0")).unwrap_err().code,
            "damaged_workbook"
        );
        assert_eq!(check(b"PK").unwrap_err().code, "damaged_workbook");
        assert_eq!(
            check(&zipped("xl/sharedStrings.xml", br#"<sst uniqueCount="12"/>"#)),
            Ok(())
        );
    }

    #[test]
    fn a_directory_that_lies_about_sizes_does_not_help() {
        let mut bomb = zipped("a.xml", &vec![b' '; MAX_INFLATED_BYTES as usize + 1]);
        let size = (MAX_INFLATED_BYTES as u32 + 1).to_le_bytes();
        let places: Vec<usize> = bomb
            .windows(4)
            .enumerate()
            .filter(|(_, w)| *w == size)
            .map(|(at, _)| at)
            .collect();
        assert!(!places.is_empty());
        for at in places {
            bomb[at..at + 4].copy_from_slice(&10u32.to_le_bytes());
        }
        assert!(check(&bomb).is_err());
    }
}

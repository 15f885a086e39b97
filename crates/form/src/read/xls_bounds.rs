//! Measures a workbook of the older binary format before it is opened.
//!
//! Such a file is a small file system (MS-CFB) with one stream of records (MS-XLS) in it. The
//! library that opens it follows chains of sectors without end and takes memory for the cells
//! that a sheet announces. So the stream is taken out here, its records are walked, and it is
//! put into a new, sound file system, which is all that the library sees.

use super::problem::FormError;
use super::sheet::{MAX_COLUMNS, MAX_ROWS};
use super::workbook::{damaged, too_large};

mod container;

/// The most cells of all sheets together, counting the empty ones between filled ones.
const MAX_CELLS: u64 = 800_000;

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
/// Records that begin with a row and a column: numbers, texts, truths, formulas.
const CELLS: [u16; 7] = [0x0203, 0x0204, 0x00d6, 0x0205, 0x027e, 0x00fd, 0x0006];
const SEVERAL_CELLS: u16 = 0x00bd;

/// Returns the workbook in a sound file system, after measuring it.
pub(crate) fn checked(bytes: &[u8]) -> Result<Vec<u8>, FormError> {
    let stream = container::take_out(bytes).ok_or_else(damaged)?;
    measure(&stream)?;
    container::put_in(stream).ok_or_else(damaged)
}

fn measure(stream: &[u8]) -> Result<(), FormError> {
    let mut cells = 0u64;
    let mut walked = 0usize;
    for record in records(stream) {
        let (kind, data) = record.ok_or_else(damaged)?;
        match kind {
            BOUND_SHEET => {
                let at = number32(data, 0).ok_or_else(damaged)?;
                let sheet = stream.get(at as usize..).ok_or_else(damaged)?;
                // Many sheets may begin at one place; the work is bounded as well as the cells.
                walked = walked.saturating_add(sheet.len());
                cells = cells.saturating_add(measure_sheet(sheet)?);
                if cells > MAX_CELLS || walked > stream.len().saturating_mul(64) {
                    return Err(too_large("the workbook holds too many cells"));
                }
            }
            EOF => break,
            _ => {}
        }
    }
    Ok(())
}

/// How many cells a sheet takes, counting the empty ones between filled ones.
fn measure_sheet(sheet: &[u8]) -> Result<u64, FormError> {
    let (mut rows, mut columns) = (0u64, 0u64);
    for record in records(sheet) {
        let (kind, data) = record.ok_or_else(damaged)?;
        let corner = match kind {
            DIMENSIONS => dimensions(data),
            SEVERAL_CELLS => number16(data, 0).zip(number16(data, 2)).map(|(row, first)| {
                let count = data.len().saturating_sub(6) / 6;
                (u64::from(row) + 1, u64::from(first) + count as u64)
            }),
            _ if CELLS.contains(&kind) => number16(data, 0)
                .zip(number16(data, 2))
                .map(|(row, column)| (u64::from(row) + 1, u64::from(column) + 1)),
            _ => continue,
        };
        let (row, column) = corner.ok_or_else(damaged)?;
        rows = rows.max(row);
        columns = columns.max(column);
    }
    if rows > u64::from(MAX_ROWS) || columns > u64::from(MAX_COLUMNS) {
        return Err(too_large(format!(
            "a sheet has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns"
        )));
    }
    Ok(rows * columns)
}

/// The rows and columns that a sheet announces; `None` if it ends before it begins.
fn dimensions(data: &[u8]) -> Option<(u64, u64)> {
    let (first_row, rows, at) = match data.len() {
        10 => (u32::from(number16(data, 0)?), u32::from(number16(data, 2)?), 4),
        _ => (number32(data, 0)?, number32(data, 4)?, 8),
    };
    let (first_column, columns) = (number16(data, at)?, number16(data, at + 2)?);
    let is_empty = rows == 0 || columns == 0;
    let is_turned = first_row >= rows || first_column == columns;
    (is_empty || !is_turned).then_some((u64::from(rows), u64::from(columns)))
}

/// The records of a stream; `None` where one is cut off. Goes past the end of a sheet, like the
/// library does in embedded charts.
fn records(stream: &[u8]) -> impl Iterator<Item = Option<(u16, &[u8])>> {
    let mut rest = Some(stream);
    let mut open = 0usize;
    std::iter::from_fn(move || {
        let bytes = rest.filter(|bytes| !bytes.is_empty())?;
        let whole = (|| {
            let kind = number16(bytes, 0)?;
            let data = bytes
                .get(4..)?
                .split_at_checked(usize::from(number16(bytes, 2)?))?;
            Some((kind, data))
        })();
        match whole {
            None => {
                rest = None;
                Some(None)
            }
            Some((kind, (data, after))) => {
                match kind {
                    BOF => open += 1,
                    EOF => open = open.saturating_sub(1),
                    _ => {}
                }
                rest = (kind != EOF || open > 0).then_some(after);
                Some(Some((kind, data)))
            }
        }
    })
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at.checked_add(2)?)?
        .try_into()
        .ok()
        .map(u16::from_le_bytes)
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    /// A workbook with one sheet that holds these records.
    fn workbook(inside: &[u8]) -> Vec<u8> {
        let bof = record(BOF, &[0, 6, 5, 0]);
        let mut sheet = 0u32.to_le_bytes().to_vec();
        sheet.extend([0, 0, 1, 0, b's']);
        let at = (bof.len() + record(BOUND_SHEET, &sheet).len() + 4) as u32;
        sheet[..4].copy_from_slice(&at.to_le_bytes());
        [
            &bof[..],
            &record(BOUND_SHEET, &sheet),
            &record(EOF, &[]),
            &bof,
            inside,
            &record(EOF, &[]),
        ]
        .concat()
    }

    #[test]
    fn a_sheet_that_announces_more_cells_than_there_is_memory_is_refused() {
        let far = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(
            measure(&workbook(&record(0x0203, &far))).unwrap_err().code,
            "too_large"
        );
        let mut dimensions = [0u8; 14];
        dimensions[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(
            measure(&workbook(&record(DIMENSIONS, &dimensions)))
                .unwrap_err()
                .code,
            "too_large"
        );
        assert_eq!(measure(&workbook(&record(0x0203, &[1, 0, 1, 0, 0, 0]))), Ok(()));
    }

    #[test]
    fn the_stream_comes_back_out_of_the_container() {
        let stream = workbook(&record(0x0203, &[1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]));
        let packed = container::put_in(stream.clone()).unwrap();
        let unpacked = container::take_out(&packed).unwrap();
        assert_eq!(&unpacked[..stream.len()], &stream[..]);
        let sheets = crate::read::workbook::read_xls(&packed).unwrap();
        assert_eq!(sheets[0].rows[0].cells, ["", "1"]);
    }
}

//! Reads any bytes as a row of fields, and any text as an id.
//!
//! There is one way to write a field: what is read is written as the same bytes. The first byte says how
//! many fields there are, the bytes after it of which types they are.

#![no_main]

use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use wire::{DecodeError, FormId, MemberId, ProgrammeId, Reader, RecordId, Writer};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let count = usize::from(input.byte() % 16);
    let types = input.take(count);
    let fields = input.rest();
    let (mut r, mut w) = (Reader::new(fields), Writer::new());
    let whole = types.iter().try_for_each(|of| copy(*of, &mut r, &mut w));
    let left = r.rest().len();
    if whole.is_ok() {
        assert_eq!([w.finish().as_slice(), r.rest()].concat(), fields);
        assert_eq!(
            r.end(),
            if left == 0 {
                Ok(())
            } else {
                Err(DecodeError::LeftOver(left))
            }
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        comes_back::<ProgrammeId>(text);
        comes_back::<MemberId>(text);
        comes_back::<RecordId>(text);
        comes_back::<FormId>(text);
    }
});

fn copy(of: u8, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), DecodeError> {
    match of % 6 {
        0 => w.u8(r.u8("a byte")?),
        1 => w.varint(r.varint()?),
        2 => w.varint(u64::from(r.varint32()?)),
        3 => w.bytes(r.bytes(300)?),
        4 => w.text(r.text(300)?),
        _ => w.fixed(&r.array::<8>("an id")?),
    }
    Ok(())
}

/// An id may be written in several ways, but means the same when it is written again.
fn comes_back<Id: std::str::FromStr + ToString + PartialEq>(text: &str) {
    if let Ok(id) = text.parse::<Id>() {
        assert!(id.to_string().parse().is_ok_and(|again: Id| again == id));
    }
}

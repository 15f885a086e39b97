//! Reads any bytes as an envelope's header, as a key's name, or as envelopes that leave out what both ends
//! of a stream hold; the first byte says which.
//!
//! A header and a name have one form. An envelope that is written again is read as the same envelope, and
//! keeps its id when its parts are withheld.

#![no_main]

use baraza_fuzz::field::Field;
use libfuzzer_sys::fuzz_target;
use wire::{Header, KeyName, Reader, Writer};

fuzz_target!(|input: &[u8]| {
    let Some((what, bytes)) = input.split_first() else {
        return;
    };
    match what % 3 {
        0 => {
            if let Ok(header) = Header::from_bytes(bytes) {
                assert_eq!(header.to_bytes(), bytes);
            }
        }
        1 => {
            if let Ok(name) = KeyName::from_bytes(bytes) {
                assert_eq!(name.to_bytes(), bytes);
            }
        }
        _ => in_a_stream(bytes),
    }
});

fn in_a_stream(bytes: &[u8]) {
    let begun = Field::get().hello().elision();
    let (mut reading, mut writing, mut again) = (begun.clone(), begun.clone(), begun);
    let mut r = Reader::new(bytes);
    while let Ok(envelope) = reading.read(&mut r) {
        let mut w = Writer::new();
        writing.write(&envelope, &mut w);
        let written = w.finish();
        let mut r = Reader::new(&written);
        assert_eq!(again.read(&mut r).as_ref(), Ok(&envelope));
        assert_eq!(r.end(), Ok(()));
        assert_eq!(envelope.withholding(|_| false).id(), envelope.id());
        assert_eq!(
            Header::from_bytes(&envelope.header.to_bytes()),
            Ok(envelope.header)
        );
    }
}

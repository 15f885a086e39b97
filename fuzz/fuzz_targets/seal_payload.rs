//! Unpacks any bytes, with a form's dictionary or with one that is any bytes too; the first byte says which.
//!
//! Never more comes out than a payload may hold, and what comes out is the same after packing it again.

#![no_main]

use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use seal::payload::{Dictionary, FLOOR, MAX_PLAIN, pack, padme, unpack};

/// Longer ones are not packed again: the level that is compressed with is slow.
const MOST_PACKED: usize = 8 << 10;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let dictionary = if input.byte().is_multiple_of(2) {
        Dictionary::from_bytes(baraza_fuzz::forms::FORM.as_bytes().to_vec())
    } else {
        Dictionary::from_bytes(input.sized().to_vec())
    };
    let Ok(plain) = unpack(input.rest(), |_| Some(dictionary.clone())) else {
        return;
    };
    assert!(plain.len() <= MAX_PLAIN);
    if plain.len() <= MOST_PACKED {
        for with in [None, Some(&dictionary)] {
            let packed = pack(&plain, with);
            assert!(packed.len() >= FLOOR && padme(packed.len()) == packed.len());
            let again = unpack(&packed, |id| (id == dictionary.id()).then(|| dictionary.clone()));
            assert_eq!(again.as_ref(), Ok(&plain));
        }
    }
});

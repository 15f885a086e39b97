//! Reads any text as bytes that people carry.
//!
//! There is one text for the bytes, but for spaces and line breaks, which do not matter.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::armour::{armour, unarmour};

const WORD: &str = "b-1";

fuzz_target!(|text: &str| {
    let read = unarmour(WORD, text);
    if let Ok(bytes) = &read {
        assert_eq!(armour(WORD, bytes), text.split_whitespace().collect::<String>());
    }
    let broken: String = text.chars().flat_map(|c| [c, '\n']).collect();
    assert_eq!(unarmour(WORD, &broken), read);
});

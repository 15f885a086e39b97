//! Reads any bytes as a draft that another device handed over.
//!
//! There is one way to write one: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::handover::HandedDraft;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(draft) = HandedDraft::from_bytes(bytes) {
        assert_eq!(*draft.to_bytes(), bytes);
    }
});

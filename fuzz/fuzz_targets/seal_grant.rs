//! Reads any bytes as the contents of a grant.
//!
//! There is one way to write a grant: what is read is written as the same bytes, but for grants of version 1, which
//! are read and not written any more.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::grant::Grant;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(grant) = Grant::from_bytes(bytes) {
        let again = grant.to_bytes();
        match bytes.first() {
            Some(1) => assert_eq!(
                *Grant::from_bytes(&again).expect("it was just written").to_bytes(),
                *again
            ),
            _ => assert_eq!(*again, bytes),
        }
    }
});

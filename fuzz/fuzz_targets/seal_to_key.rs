//! Opens any bytes as something sealed to a member's key.
//!
//! Only what was sealed opens: the input as it is does not, unless it is the members' key of the seeds.

#![no_main]

use baraza_fuzz::field::{Field, MEMBERS_KEY};
use libfuzzer_sys::fuzz_target;
use seal::to_key::{OVERHEAD, open_with};

fuzz_target!(|bytes: &[u8]| {
    let device = &Field::get().device;
    if let Ok(plain) = open_with(&device.kem, b"baraza/1 members' key", device.id.as_bytes(), bytes) {
        assert_eq!(*plain, MEMBERS_KEY);
        assert_eq!(bytes.len(), plain.len() + OVERHEAD);
    }
    assert!(open_with(&device.kem, b"another purpose", device.id.as_bytes(), bytes).is_err());
});

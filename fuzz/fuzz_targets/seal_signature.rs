//! Checks any signature with any key over any message, as each of the things that are signed.
//!
//! Only the signature of the seeds holds, and only as what it was made for.

#![no_main]

use baraza_fuzz::field::Field;
use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use seal::sign::{Signing, check, sign};
use wire::SignPublic;

const ALL: [Signing; 5] = [
    Signing::Header,
    Signing::RosterEntry,
    Signing::Request,
    Signing::Certificate,
    Signing::Call,
];

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (public, signature) = (SignPublic(input.array()), input.array());
    let message = input.rest();
    let device = &Field::get().device.sign;
    for what in ALL {
        if check(&public, what, message, &signature).is_ok() {
            assert_eq!(public, device.public());
            assert_eq!(signature, sign(device, what, message));
        }
    }
    let signature = sign(device, Signing::Header, message);
    for what in ALL {
        let holds = check(&device.public(), what, message, &signature).is_ok();
        assert_eq!(holds, what == Signing::Header);
    }
});

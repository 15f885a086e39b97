//! Checks any nonce at any time: the input begins with two times, of making and of checking.
//!
//! Only what the relay made is fresh: for a day, for the member it was made for, with no bit turned.

#![no_main]

use baraza_fuzz::field::Field;
use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use seal::verify::freshness::Freshness;

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (made, now) = (
        i64::from_le_bytes(input.array()),
        i64::from_le_bytes(input.array()),
    );
    let nonce = input.rest();
    let field = Field::get();
    let (member, programme) = (&field.device.id, &field.roster.programme());
    let relay = Freshness::new([3; 32]);
    if relay.check(nonce, member, programme, now).is_ok() {
        let minutes: [u8; 4] = Input::new(nonce).array();
        let then = i64::from(u32::from_be_bytes(minutes)) * 60;
        assert_eq!(nonce, relay.issue(member, programme, then));
    }

    let issued = relay.issue(member, programme, made);
    let minutes = |seconds: i64| (seconds.max(0) / 60).min(i64::from(u32::MAX));
    let age = minutes(now) - minutes(made);
    let is_fresh = relay.check(&issued, member, programme, now).is_ok();
    assert_eq!(is_fresh, (-5..=24 * 60).contains(&age));
    assert!(relay.check(&issued, &field.desk.id, programme, now).is_err());
    let mut turned = issued;
    let at = nonce.len() % turned.len();
    if let Some(byte) = turned.get_mut(at) {
        *byte ^= 1;
    }
    assert!(relay.check(&turned, member, programme, now).is_err());
});

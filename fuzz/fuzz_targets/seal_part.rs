//! Opens any bytes as a sealed part and as a sealed name.
//!
//! Only what was sealed opens: the input as it is does not, unless it is the part of the seeds; the input
//! sealed does, and not after one of its bits was turned.

#![no_main]

use baraza_fuzz::field::{Field, MEMBERS_KEY};
use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use seal::keys::{MembersKey, RecordKey};
use seal::members::{About, open_text, seal_text};
use seal::part::{OVERHEAD, PartContext, open, seal};
use wire::{ChainId, CompartmentId, KeyName};

fuzz_target!(|bytes: &[u8]| {
    let field = Field::get();
    let context = PartContext {
        programme: field.roster.programme(),
        subject: [0; 16],
        compartment: CompartmentId::GENERAL,
        author: field.device.id,
        key: KeyName::Chain {
            chain: ChainId([1; 8]),
            index: 0,
        },
    };
    let key = RecordKey::from_bytes([0; 32]);
    if let Ok(payload) = open(&key, &context, bytes) {
        assert_eq!(*payload, [6; 40]);
    }
    let members_key = MembersKey::from_bytes(MEMBERS_KEY);
    let about = About::compartment(context.programme, context.author, context.compartment);
    assert!(open_text(&members_key, &about, bytes).is_err());

    let mut input = Input::new(bytes);
    let (at, bit) = (u16::from_le_bytes(input.array()), input.byte() % 8);
    let payload = input.rest();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut sealed = seal(&key, &context, payload, &mut rng);
    assert_eq!(sealed.len(), payload.len() + OVERHEAD);
    assert_eq!(
        open(&key, &context, &sealed).as_deref().map(Vec::as_slice),
        Ok(payload)
    );
    turn(&mut sealed, at, bit);
    assert!(open(&key, &context, &sealed).is_err());

    let text = String::from_utf8_lossy(payload).into_owned();
    let mut sealed = seal_text(&members_key, &about, &text, &mut rng);
    assert_eq!(open_text(&members_key, &about, &sealed), Ok(text));
    turn(&mut sealed, at, bit);
    assert!(open_text(&members_key, &about, &sealed).is_err());
});

fn turn(bytes: &mut [u8], at: u16, bit: u8) {
    let at = usize::from(at) % bytes.len();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

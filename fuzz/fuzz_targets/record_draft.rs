//! Restores a draft from any steps.
//!
//! Restoring twice gives the same changes; a draft that has other steps than this program writes may be
//! refused when it is merged, but leaves the record as it was then.

#![no_main]

use baraza_fuzz::forms;
use baraza_fuzz::input::Input;
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use record::{Actor, AuthorId, Draft, Record};

const AUTHOR: AuthorId = AuthorId([1; 16]);

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let mut steps = Vec::new();
    while !input.is_empty() {
        steps.push(input.sized());
    }
    let form = forms::form();
    let squash = || {
        let actor = Actor::make(AUTHOR, &mut ChaCha8Rng::seed_from_u64(1));
        let draft = Draft::replay(&Record::new(), actor, &steps).ok()?;
        draft.squash(form, &form.compartments(), 0).ok()
    };
    let changes = squash();
    assert_eq!(squash(), changes);
    let mut record = Record::new();
    for (compartment, change) in changes.unwrap_or_default() {
        let merged = record.merge(&compartment, &[change], AUTHOR);
        assert_eq!(
            merged.is_ok(),
            record.compartments().any(|name| name == compartment)
        );
    }
    let _ = record.hydrate(form);
});

//! Reads any JSON as the answers to a form.
//!
//! What is read comes back from what is written of it, instances with their ids; what is refused is
//! refused with reasons.

#![no_main]

use baraza_fuzz::forms;
use form::answers_json::{read_answers, write_answers};
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = serde_json::from_slice(bytes) else {
        return;
    };
    let form = forms::form();
    match read_answers(form, &json, &mut ChaCha8Rng::seed_from_u64(1)) {
        Ok(sheet) => {
            let written = write_answers(form, &sheet);
            // Another chance: no instance may need a new id.
            let again = read_answers(form, &written, &mut ChaCha8Rng::seed_from_u64(2));
            assert!(again == Ok(sheet), "{written}");
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
});

//! A household that was consulted, the same every time.

use baraza_record::consent::{Basis, ConsentEvent, Decision, Mode};
use baraza_record::{Actor, AuthorId, Draft, Record};
use form::{Form, Value};
use rand::SeedableRng as _;
use rand::rngs::ChaCha12Rng;

use crate::answers;

pub(crate) const AUTHOR: AuthorId = AuthorId([0x33; 16]);
pub(crate) const BEGUN: i64 = 1_795_000_000;
pub(crate) const FINISHED: i64 = 1_795_000_600;

/// A draft over nothing, and its first step.
pub(crate) fn draft() -> (Draft, Vec<u8>) {
    let (draft, step) = Draft::begin(&Record::new(), actor(1), BEGUN).unwrap();
    (draft, step.into_bytes())
}

/// An actor of the author's, with chance that is the same every time.
pub(crate) fn actor(seed: u64) -> Actor {
    Actor::make(AUTHOR, &mut ChaCha12Rng::seed_from_u64(seed))
}

/// A record with an answer of every kind, in two compartments, and in a repeat; and the changes that made it.
pub(crate) fn household() -> (Record, Vec<(String, Vec<u8>)>) {
    let (mut draft, _) = draft();
    let mut rng = ChaCha12Rng::seed_from_u64(2);
    for (at, value) in answers::of_every_kind() {
        let _ = draft.put_down(&at.parse().unwrap(), value, BEGUN).unwrap();
    }
    let _ = draft
        .set_meta("form", Value::Text("household 3".to_owned()), BEGUN)
        .unwrap();
    let (member, _) = draft
        .add_instance(&"members".parse().unwrap(), BEGUN, &mut rng)
        .unwrap();
    let name = format!("members[{member}]/called").parse().unwrap();
    let _ = draft
        .put_down(&name, Value::Text("Juma".to_owned()), BEGUN)
        .unwrap();
    let _ = draft
        .put_consent("research", &consent(), BEGUN, &mut rng)
        .unwrap();
    let form = Form::read_markdown(answers::FORM).unwrap();
    let changes = draft.squash(&form, &form.compartments(), FINISHED).unwrap();
    let mut record = Record::new();
    for (compartment, change) in &changes {
        record
            .merge(compartment, std::slice::from_ref(change), AUTHOR)
            .unwrap();
    }
    (record, changes)
}

pub(crate) fn consent() -> ConsentEvent {
    ConsentEvent {
        basis: Basis::Consent,
        decision: Decision::Given,
        mode: Mode::Spoken,
        language: Some("sw".to_owned()),
        script: None,
        guardian: false,
        at: BEGUN,
    }
}

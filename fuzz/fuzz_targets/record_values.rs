//! Puts any values at any keys of a change, and merges it: what the fuzzer makes here is what a change's
//! columns hold, past their run lengths and checksum.
//!
//! Whatever is merged can be shown, and an answer that is read from it is the same after it was put down
//! again.

#![no_main]

use std::num::NonZeroU64;

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{ActorId, Change, ExpandedChange, ScalarValue};
use baraza_fuzz::input::Input;
use baraza_fuzz::{forms, guards};
use form::{Address, Answers, Value};
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use record::{Actor, AuthorId, Draft, GENERAL, Record};

const AUTHOR: AuthorId = AuthorId([1; 16]);

fuzz_target!(
    init: guards::leave_library_panics_to_them(),
    |bytes: &[u8]| {
        let (keys, change) = change(Input::new(bytes));
        let mut record = Record::new();
        if record.merge(GENERAL, &[change], AUTHOR).is_err() {
            return;
        }
        let _ = (record.hydrate(forms::form()), record.rows(forms::form()));
        let _ = (record.unknown_answers(forms::form()), record.disagreements());
        for at in record.addresses() {
            let _ = (record.history(&at), record.versions(&at));
        }
        for key in keys {
            let _ = key.strip_prefix("m/").map(|name| record.meta(name));
            let at: Option<Address> = key.strip_prefix("q/").and_then(|path| path.parse().ok());
            let answered = at.and_then(|at| record.answer(&at).map(|answer| (at, answer)));
            if let Some((at, answer)) = answered.filter(|(at, _)| !at.is_instance() && at.steps().is_empty()) {
                assert_comes_back(&at, answer);
            }
        }
    }
);

/// One change that puts the input's values at the input's keys; and the keys.
fn change(mut input: Input<'_>) -> (Vec<String>, Vec<u8>) {
    let mut keys = Vec::new();
    let mut operations = Vec::new();
    while !input.is_empty() && operations.len() < 16 {
        let key = input.text();
        operations.push(Op {
            action: OpType::Put(scalar(&mut input)),
            obj: ObjectId::Root,
            key: Key::Map(key.as_str().into()),
            pred: Vec::new().into_iter().collect(),
            insert: false,
        });
        keys.push(key);
    }
    let change = Change::from(ExpandedChange {
        operations,
        actor_id: ActorId::from([1; 16]),
        hash: None,
        seq: 1,
        start_op: NonZeroU64::MIN,
        time: 0,
        message: None,
        deps: Vec::new(),
        extra_bytes: Vec::new(),
        author: None,
    });
    (keys, change.raw_bytes().to_vec())
}

fn scalar(input: &mut Input<'_>) -> ScalarValue {
    match input.byte() % 9 {
        0 => ScalarValue::Bytes(input.sized().to_vec()),
        1 => ScalarValue::Str(input.text().as_str().into()),
        2 => ScalarValue::Int(i64::from_le_bytes(input.array())),
        3 => ScalarValue::F64(f64::from_le_bytes(input.array())),
        4 => ScalarValue::Boolean(input.byte() % 2 == 1),
        5 => ScalarValue::Null,
        6 => ScalarValue::Uint(u64::from_le_bytes(input.array())),
        7 => ScalarValue::Timestamp(i64::from_le_bytes(input.array())),
        _ => ScalarValue::counter(i64::from_le_bytes(input.array())),
    }
}

fn assert_comes_back(at: &Address, answer: Value) {
    let actor = Actor::make(AUTHOR, &mut ChaCha8Rng::seed_from_u64(1));
    let (mut draft, _) = Draft::begin(&Record::new(), actor, 0).expect("nobody wrote before");
    let _step = draft
        .put_down(at, answer.clone(), 0)
        .expect("it stood in a record, so it is not too long");
    assert!(draft.answer(at).as_ref() == Some(&answer));
    let form = forms::form();
    let changes = draft
        .squash(form, &form.compartments(), 0)
        .expect("one answer is not too large");
    let mut record = Record::new();
    for (compartment, change) in changes {
        record
            .merge(&compartment, &[change], AUTHOR)
            .expect("what a draft writes is merged");
    }
    assert!(record.answer(at) == Some(answer), "{at}");
}

//! Visits to villages, as the stories about attacks need them.

use baraza_tests::hostile::Mallory;
use baraza_tests::{Stage, at};
use client_core::Notebook;
use form::{Form, Value};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use record::{Actor, Draft, Record};
use wire::RecordId;

const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | text | village | Village | |
| | text | head | Head of household | identity |
| settings |
| | form_title | form_id | version |
| | Visit | visit | VERSION |
";

pub(crate) fn form(version: &str) -> Form {
    Form::read_markdown(&FORM.replace("VERSION", version)).unwrap()
}

/// A programme with a desk and two phones.
pub(crate) fn stage(seed: u8) -> Stage {
    Stage::with_form(seed, form("1"))
}

/// A phone visits a village, and finishes the record.
pub(crate) fn visit(phone: &mut Notebook, village: &str, head: &str) -> RecordId {
    let record = phone.start("visit", None).unwrap();
    for (question, said) in [("village", village), ("head", head)] {
        phone
            .answer(record, &at(question), Value::Text(said.into()))
            .unwrap();
    }
    phone.finish(record).unwrap().unwrap();
    record
}

/// Returns the villages of all records that a node can show, in order.
pub(crate) fn villages(node: &mut Notebook) -> Vec<String> {
    let ids: Vec<_> = node
        .records(None)
        .unwrap()
        .iter()
        .map(|record| record.id)
        .collect();
    let mut villages: Vec<String> = ids
        .into_iter()
        .map(|id| {
            node.show(id).unwrap().answers["village"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    villages.sort();
    villages
}

/// The change with which a member of our own begins a record.
pub(crate) fn beginning(mallory: &Mallory, seed: u64, village: &str) -> Vec<u8> {
    let form = form("1");
    let actor = Actor::make(mallory.author(), &mut ChaCha20Rng::seed_from_u64(seed));
    let now = 1_795_000_000;
    let (mut draft, _) = Draft::begin(&Record::new(), actor, now).unwrap();
    for (name, value) in [("form", "visit"), ("version", "1")] {
        drop(draft.set_meta(name, Value::Text(value.into()), now).unwrap());
    }
    drop(
        draft
            .put_down(&at("village"), Value::Text(village.into()), now)
            .unwrap(),
    );
    let changes = draft.squash(&form, &form.compartments(), now).unwrap();
    changes.into_iter().find(|(name, _)| name == "general").unwrap().1
}

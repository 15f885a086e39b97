//! A field in memory: phones that answer one record and hand envelopes to each other.

use baraza_record::{Actor, AuthorId, Draft, MergeError, Merged, Record};
use form::{Address, Answers, Form, InstanceId, RepeatAddress, Value};
use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;

const HOUSEHOLD: &str = "
| survey |
| | type         | name    | label   | sensitivity |
| | text         | village | Village |             |
| | integer      | rooms   | Rooms   |             |
| | text         | head    | Head    | identity    |
| | begin repeat | members | Members |             |
| | integer      | age     | Age     |             |
| | text         | name    | Name    | identity    |
| | begin repeat | visits  | Visits  |             |
| | text         | reason  | Reason  |             |
| | end repeat   |         |         |             |
| | end repeat   |         |         |             |
";

pub(crate) fn household() -> Form {
    Form::read_markdown(HOUSEHOLD).unwrap()
}

/// What one phone hands over when it finishes: changes for each compartment, and by whom.
#[derive(Clone)]
pub(crate) struct Envelope {
    pub(crate) author: AuthorId,
    pub(crate) parts: Vec<(String, Vec<Vec<u8>>)>,
}

pub(crate) struct Phone {
    pub(crate) author: AuthorId,
    pub(crate) record: Record,
    pub(crate) form: Form,
    pub(crate) rng: ChaCha12Rng,
    pub(crate) now: i64,
}

impl Phone {
    pub(crate) fn new(name: u8) -> Self {
        Self {
            author: AuthorId([name; 16]),
            record: Record::new(),
            form: household(),
            rng: ChaCha12Rng::seed_from_u64(u64::from(name)),
            now: 1_795_000_000,
        }
    }

    pub(crate) fn actor(&mut self) -> Actor {
        Actor::make(self.author, &mut self.rng)
    }

    pub(crate) fn draft(&mut self) -> Draft {
        let actor = self.actor();
        Draft::begin(&self.record, actor, self.now).unwrap().0
    }

    /// Squashes a draft and merges it here; returns what travels.
    pub(crate) fn finish(&mut self, draft: &Draft) -> Envelope {
        self.now += 60;
        let changes = draft
            .squash(&self.form, &self.form.compartments(), self.now)
            .unwrap();
        let parts = changes
            .into_iter()
            .map(|(compartment, change)| (compartment, vec![change]))
            .collect();
        let envelope = Envelope {
            author: self.author,
            parts,
        };
        self.receive(&envelope);
        envelope
    }

    /// Answers and finishes at once.
    pub(crate) fn answers(&mut self, answers: &[(&str, Value)]) -> Envelope {
        let mut draft = self.draft();
        for (at, value) in answers {
            let _ = draft.put_down(&address(at), value.clone(), self.now).unwrap();
        }
        self.finish(&draft)
    }

    pub(crate) fn adds_member(&mut self, age: i64, name: &str) -> (Address, Envelope) {
        let mut draft = self.draft();
        let (id, _) = draft.add_instance(&members(), self.now, &mut self.rng).unwrap();
        let member = members().instance(id);
        let _ = draft
            .put_down(&inside(&member, "age"), Value::Integer(age), self.now)
            .unwrap();
        let _ = draft
            .put_down(&inside(&member, "name"), text(name), self.now)
            .unwrap();
        (member, self.finish(&draft))
    }

    pub(crate) fn removes(&mut self, member: &Address) -> Envelope {
        let mut draft = self.draft();
        let _ = draft.remove_instance(member, self.now).unwrap();
        self.finish(&draft)
    }

    pub(crate) fn receive(&mut self, envelope: &Envelope) {
        self.try_receive(envelope).unwrap();
    }

    pub(crate) fn try_receive(&mut self, envelope: &Envelope) -> Result<Vec<Merged>, MergeError> {
        let parts = envelope.parts.iter();
        parts
            .map(|(compartment, changes)| self.record.merge(compartment, changes, envelope.author))
            .collect()
    }

    pub(crate) fn member_ids(&self) -> Vec<InstanceId> {
        self.record.instances(&members())
    }

    pub(crate) fn answer(&self, at: &str) -> Option<Value> {
        self.record.answer(&address(at))
    }
}

/// Everybody gets everything.
pub(crate) fn meet(phones: &mut [&mut Phone], envelopes: &[&Envelope]) {
    for phone in phones {
        for envelope in envelopes {
            phone.receive(envelope);
        }
    }
}

pub(crate) fn members() -> RepeatAddress {
    "members".parse().unwrap()
}

pub(crate) fn address(at: &str) -> Address {
    at.parse().unwrap()
}

pub(crate) fn inside(instance: &Address, question: &str) -> Address {
    Address::new(instance.steps().to_vec(), question).unwrap()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

//! Whatever three phones do, and in whatever order it arrives.

use std::collections::{BTreeMap, BTreeSet};

use baraza_record::{Disagreement, Draft, Record, Settlement};
use form::{Address, Answers, Value};
use proptest::prelude::*;

use crate::field::{Envelope, Phone, address, inside, members, text};

/// One thing that a person does in a draft.
#[derive(Clone, Debug)]
enum Deed {
    Answer {
        question: usize,
        answer: usize,
    },
    Clear {
        question: usize,
    },
    AddMember,
    AnswerMember {
        member: usize,
        question: usize,
        answer: usize,
    },
    RemoveMember {
        member: usize,
    },
    Settle {
        which: usize,
        how: usize,
    },
}

/// One thing that happens in the field.
#[derive(Clone, Debug)]
enum Event {
    Draft { phone: usize, deeds: Vec<Deed> },
    Meet { from: usize, to: usize },
}

const QUESTIONS: [&str; 2] = ["village", "head"];
const OF_MEMBERS: [&str; 2] = ["age", "name"];

fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..2usize, 0..3usize).prop_map(|(question, answer)| Deed::Answer { question, answer }),
        1 => (0..2usize).prop_map(|question| Deed::Clear { question }),
        2 => Just(Deed::AddMember),
        4 => (0..4usize, 0..2usize, 0..3usize)
            .prop_map(|(member, question, answer)| Deed::AnswerMember { member, question, answer }),
        2 => (0..4usize).prop_map(|member| Deed::RemoveMember { member }),
        1 => (0..4usize, 0..3usize).prop_map(|(which, how)| Deed::Settle { which, how }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..3usize, proptest::collection::vec(any_deed(), 1..5))
            .prop_map(|(phone, deeds)| Event::Draft { phone, deeds }),
        2 => (0..3usize, 0..3usize).prop_map(|(from, to)| Event::Meet { from, to }),
    ]
}

/// What was finished in one draft: what its author had seen, and what was written.
struct Finished {
    envelope: Envelope,
    seen: BTreeSet<usize>,
    /// By address; `None` is cleared.
    written: BTreeMap<Address, Option<Value>>,
    /// The members that were removed (true) or said to be kept (false).
    marked: BTreeMap<Address, bool>,
}

#[derive(Default)]
struct Story {
    finished: Vec<Finished>,
}

impl Story {
    fn told(events: &[Event]) -> Self {
        let mut phones = [Phone::new(1), Phone::new(2), Phone::new(3)];
        let mut seen = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
        let mut story = Self::default();
        for event in events {
            match event {
                Event::Draft { phone, deeds } => {
                    if let Some(finished) = draft(&mut phones[*phone], deeds, seen[*phone].clone()) {
                        seen[*phone].insert(story.finished.len());
                        story.finished.push(finished);
                    }
                }
                Event::Meet { from, to } => {
                    for envelope in seen[*from].clone() {
                        phones[*to].receive(&story.finished[envelope].envelope);
                        seen[*to].insert(envelope);
                    }
                }
            }
        }
        story
    }

    /// Everything, in this order and some of it twice, on a fresh node.
    fn arriving(&self, order: &[usize]) -> Phone {
        let mut desk = Phone::new(9);
        for place in order {
            desk.receive(&self.finished[*place].envelope);
        }
        desk
    }

    /// The answers to a question that nobody who answered it later had seen.
    fn latest(&self, at: &Address) -> Vec<Option<Value>> {
        let writes: Vec<(usize, &Option<Value>)> = self
            .finished
            .iter()
            .enumerate()
            .filter_map(|(place, finished)| Some((place, finished.written.get(at)?)))
            .collect();
        let replaced = |place| {
            writes
                .iter()
                .any(|(later, _)| self.finished[*later].seen.contains(&place))
        };
        writes
            .iter()
            .filter(|(place, _)| !replaced(*place))
            .map(|(_, value)| (*value).clone())
            .collect()
    }

    /// Whether a member is shown, and whether its removal is a disagreement.
    fn fate(&self, member: &Address) -> (bool, bool) {
        let marks = || {
            self.finished
                .iter()
                .enumerate()
                .filter(|(_, finished)| finished.marked.contains_key(member))
        };
        let replaced = |place| marks().any(|(_, later)| later.seen.contains(&place));
        let removals: Vec<(usize, &Finished)> = marks()
            .filter(|(place, finished)| finished.marked[member] && !replaced(*place))
            .collect();
        let edits = |finished: &Finished| {
            finished.marked.get(member) == Some(&false)
                || finished.written.keys().any(|at| at.is_within(member))
        };
        let disputed = self.finished.iter().enumerate().any(|(place, finished)| {
            edits(finished)
                && !removals
                    .iter()
                    .any(|(by, removal)| *by == place || removal.seen.contains(&place))
        });
        (removals.is_empty() || disputed, !removals.is_empty() && disputed)
    }

    fn places(&self) -> BTreeSet<&Address> {
        self.finished
            .iter()
            .flat_map(|finished| finished.written.keys())
            .collect()
    }
}

fn draft(phone: &mut Phone, deeds: &[Deed], seen: BTreeSet<usize>) -> Option<Finished> {
    let actor = phone.actor();
    let (mut draft, begun) = Draft::begin(&phone.record, actor, phone.now).unwrap();
    let mut steps = vec![begun.into_bytes()];
    let mut touched = BTreeSet::new();
    let mut settled = BTreeSet::new();
    let mut marked = BTreeMap::new();
    for deed in deeds {
        let there: Vec<Address> = draft
            .instances(&members())
            .into_iter()
            .map(|id| members().instance(id))
            .collect();
        let step = match deed {
            Deed::Answer { question, answer } => {
                touched.insert(address(QUESTIONS[*question]));
                draft
                    .put_down(&address(QUESTIONS[*question]), text(&answer.to_string()), 1)
                    .unwrap()
            }
            Deed::Clear { question } => {
                touched.insert(address(QUESTIONS[*question]));
                draft.clear(&address(QUESTIONS[*question]), 1).unwrap()
            }
            Deed::AddMember => draft.add_instance(&members(), 1, &mut phone.rng).unwrap().1,
            Deed::AnswerMember {
                member,
                question,
                answer,
            } => {
                let Some(member) = there.get(*member) else {
                    continue;
                };
                let at = inside(member, OF_MEMBERS[*question]);
                touched.insert(at.clone());
                draft.put_down(&at, text(&answer.to_string()), 1).unwrap()
            }
            Deed::RemoveMember { member } => {
                let Some(member) = there.get(*member) else {
                    continue;
                };
                marked.insert(member.clone(), true);
                draft.remove_instance(member, 1).unwrap()
            }
            Deed::Settle { which, how } => {
                let all = draft.base().disagreements();
                let Some(found) = all.get(*which) else { continue };
                let in_removed = found
                    .address()
                    .steps()
                    .first()
                    .is_some_and(|step| !there.contains(&members().instance(step.instance)));
                if in_removed {
                    continue;
                }
                let settlement = match found {
                    Disagreement::DifferingAnswers { versions, .. } => {
                        touched.insert(found.address().clone());
                        settled.insert(found.address().clone());
                        Settlement::Answer(versions[how % versions.len()].value.clone())
                    }
                    Disagreement::RemovedButEdited { .. } => {
                        marked.insert(found.address().clone(), *how > 0);
                        if *how > 0 {
                            Settlement::Remove
                        } else {
                            Settlement::Keep
                        }
                    }
                };
                draft.settle(found, settlement, 1).unwrap()
            }
        };
        steps.push(step.into_bytes());
    }

    // The draft comes back from its steps.
    let restored = Draft::replay(&phone.record, actor, &steps).unwrap();
    assert!(same(&restored, &draft, &touched));
    let squash = |draft: &Draft| draft.squash(&phone.form, &phone.form.compartments(), 77).unwrap();
    assert_eq!(squash(&restored), squash(&draft));

    let before = phone.record.clone();
    let envelope = phone.finish(&draft);
    // What was squashed shows what the draft showed.
    assert!(same(&phone.record, &draft, &touched));
    if envelope.parts.is_empty() {
        return None;
    }
    let there = |at: &Address| {
        at.steps()
            .iter()
            .all(|step| draft.instances(&members()).contains(&step.instance))
    };
    let written = touched.into_iter().filter(there).filter_map(|at| {
        let now = draft.answer(&at);
        let stood = before.versions(&at);
        let same = stood.iter().all(|version| version.value == now);
        let needed = if stood.is_empty() { now.is_some() } else { !same };
        (needed || settled.contains(&at)).then_some((at, now))
    });
    let written = written.collect();
    // A member that was added and removed in one draft never was.
    let stood = before.instances(&members());
    marked.retain(|member: &Address, _| member.instance_id().is_some_and(|id| stood.contains(&id)));
    Some(Finished {
        envelope,
        seen,
        written,
        marked,
    })
}

fn same(one: &impl Answers, other: &impl Answers, touched: &BTreeSet<Address>) -> bool {
    let there = |at: &&Address| {
        at.steps()
            .iter()
            .all(|step| one.instances(&members()).contains(&step.instance))
    };
    one.instances(&members()) == other.instances(&members())
        && touched
            .iter()
            .filter(there)
            .all(|at| one.answer(at) == other.answer(at))
}

fn view(
    record: &Record,
    phone: &Phone,
) -> (
    Vec<Vec<baraza_record::ChangeHash>>,
    serde_json::Value,
    Vec<Disagreement>,
) {
    let heads = ["general", "identity"]
        .map(|compartment| record.heads(compartment))
        .to_vec();
    (heads, record.hydrate(&phone.form), record.disagreements())
}

proptest! {
    #[test]
    fn the_same_changes_in_any_order_show_the_same(
        events in proptest::collection::vec(any_event(), 1..14),
        shuffles in proptest::collection::vec(any::<proptest::sample::Index>(), 40),
    ) {
        let story = Story::told(&events);
        let in_order: Vec<usize> = (0..story.finished.len()).collect();
        let desk = story.arriving(&in_order);
        prop_assert_eq!(desk.record.waiting(), vec![]);

        // Shuffled, and everything a second time.
        let mut shuffled = [in_order.clone(), in_order.clone()].concat();
        for (place, with) in (0..shuffled.len()).zip(&shuffles) {
            let with = with.index(shuffled.len());
            shuffled.swap(place, with);
        }
        let late = story.arriving(&shuffled);
        prop_assert_eq!(late.record.waiting(), vec![]);
        prop_assert!(view(&late.record, &late) == view(&desk.record, &desk));
        prop_assert!(late.record.rows(&late.form) == desk.record.rows(&desk.form));
        for at in story.places() {
            prop_assert!(late.record.history(at) == desk.record.history(at));
        }

        // And from the cache.
        let mut reopened = Record::new();
        for compartment in late.record.compartments() {
            reopened.load(compartment, &late.record.save(compartment)).unwrap();
        }
        prop_assert!(view(&reopened, &late) == view(&desk.record, &desk));
    }

    #[test]
    fn every_answer_that_nobody_replaced_is_visible(events in proptest::collection::vec(any_event(), 1..14)) {
        let story = Story::told(&events);
        let desk = story.arriving(&(0..story.finished.len()).collect::<Vec<_>>());
        let disagreements = desk.record.disagreements();
        let there = desk.member_ids();
        for at in story.places() {
            let latest = story.latest(at);
            let standing = desk.record.versions(at);
            prop_assert_eq!(standing.len(), latest.len());
            for value in &latest {
                prop_assert!(standing.iter().any(|version| version.value == *value));
            }
            let differing = latest.iter().any(|value| *value != latest[0]);
            let shown = at.steps().iter().all(|step| there.contains(&step.instance));
            let listed = disagreements.iter().any(|found| found.address() == at);
            prop_assert_eq!(listed, differing && shown);
        }
        let members_of_all: BTreeSet<Address> =
            story.finished.iter().flat_map(|f| f.marked.keys().chain(f.written.keys()))
                .filter(|at| !at.steps().is_empty()).map(Address::instance).collect();
        for member in members_of_all {
            let (shown, disputed) = story.fate(&member);
            prop_assert_eq!(member.instance_id().is_some_and(|id| there.contains(&id)), shown);
            prop_assert_eq!(disagreements.iter().any(|found| *found.address() == member), disputed);
        }
    }
}

//! What is too much, what is not understood, and what does not fit.

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{ActorId, Change, ExpandedChange, ScalarValue};
use baraza_record::{
    Actor, AnswerError, AuthorId, Disagreement, Draft, MAX_ANSWER_BYTES, MAX_WAITING, MergeError, Record,
    ReplayError, SettleError, Settlement, SquashError,
};
use form::{Address, Answers, RepeatAddress, Value};

use crate::field::{Phone, address, inside, meet, members, text};

/// A change that this version would not write, of the `nth` actor of an author.
fn foreign(
    nth: u16,
    parents: Vec<automerge::ChangeHash>,
    start: u64,
    puts: &[(&str, ScalarValue)],
) -> Vec<u8> {
    let mut actor = [7; 16];
    actor[14..].copy_from_slice(&nth.to_be_bytes());
    let put = |(key, value): &(&str, ScalarValue)| Op {
        action: OpType::Put(value.clone()),
        obj: ObjectId::Root,
        key: Key::Map((*key).into()),
        pred: Vec::new().into(),
        insert: false,
    };
    let change = Change::from(ExpandedChange {
        operations: puts.iter().map(put).collect(),
        actor_id: ActorId::from(actor),
        hash: None,
        seq: 1,
        start_op: start.try_into().unwrap(),
        time: 7,
        message: None,
        deps: parents,
        extra_bytes: Vec::new(),
        author: None,
    });
    change.raw_bytes().to_vec()
}

const LATER: AuthorId = AuthorId([7; 16]);

#[test]
fn what_a_later_version_wrote_is_kept_and_shown_as_unknown() {
    let mut amina = Phone::new(1);
    let puts = [
        ("q/village", ScalarValue::Uint(5)),
        (
            "q/rooms",
            ScalarValue::Unknown {
                type_code: 11,
                bytes: vec![1, 2],
            },
        ),
        ("r/odd", ScalarValue::Bytes(vec![0x1f])),
        (
            "c/consent/0f5c1e9a-6a7b-4c3d-8e2f-112233445566",
            ScalarValue::Str("given".into()),
        ),
        ("m/what", ScalarValue::Timestamp(5)),
    ];
    amina
        .record
        .merge("general", &[foreign(0, vec![], 1, &puts)], LATER)
        .unwrap();
    assert!(amina.answer("village").is_none());
    let unknown = amina.record.unknown_answers(&amina.form);
    let shown: Vec<_> = unknown
        .iter()
        .map(|one| (one.place.as_str(), one.text.as_str()))
        .collect();
    assert_eq!(shown, [("q/rooms", "0102"), ("q/village", "5"), ("r/odd", "1f")]);
    assert!(amina.record.versions(&address("village"))[0].unreadable);

    // It is still there after an answer was put over it, and after the cache.
    amina.answers(&[("village", text("Kilifi"))]);
    let mut reopened = Record::new();
    reopened.load("general", &amina.record.save("general")).unwrap();
    let history = reopened.history(&address("village"));
    assert_eq!(
        history
            .iter()
            .map(|version| version.unreadable)
            .collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn what_does_not_fit_is_refused_when_it_is_put_down() {
    let mut amina = Phone::new(1);
    let mut draft = amina.draft();
    let long = Value::Text("a".repeat(MAX_ANSWER_BYTES + 1));
    assert_eq!(
        draft.put_down(&address("village"), long, 1),
        Err(AnswerError::AnswerTooLong {
            bytes: MAX_ANSWER_BYTES + 1
        })
    );
    let deep = address(&vec!["a".repeat(100); 30].join("/"));
    assert!(matches!(
        draft.put_down(&deep, text("x"), 1),
        Err(AnswerError::AddressTooLong(_))
    ));
    assert!(matches!(
        draft.put_down(&Address::root(), text("x"), 1),
        Err(AnswerError::NotAQuestion(_))
    ));
    assert!(matches!(
        draft.remove_instance(&address("village"), 1),
        Err(AnswerError::NotAnInstance(_))
    ));
    assert!(matches!(
        draft.remove_instance(&Address::root(), 1),
        Err(AnswerError::NotAnInstance(_))
    ));
    let nobody = address("members[0f5c1e9a-6a7b-4c3d-8e2f-112233445566]");
    assert!(matches!(
        draft.remove_instance(&nobody, 1),
        Err(AnswerError::NoSuchInstance(_))
    ));
    assert!(matches!(
        draft.put_down(&inside(&nobody, "age"), text("x"), 1),
        Err(AnswerError::NoSuchInstance(_))
    ));
    let visits = RepeatAddress::new(nobody.steps().to_vec(), "visits").unwrap();
    assert!(matches!(
        draft.add_instance(&visits, 1, &mut amina.rng),
        Err(AnswerError::NoSuchInstance(_))
    ));
    assert!(draft.is_empty());
}

#[test]
fn a_draft_that_has_nowhere_to_go_says_so() {
    let mut amina = Phone::new(1);
    let mut draft = amina.draft();
    let _ = draft.put_down(&address("head"), text("Mzee"), 1).unwrap();
    let outcome = draft.squash(&amina.form, &["general".to_owned()], 1);
    assert_eq!(
        outcome,
        Err(SquashError::NoSuchCompartment {
            compartment: "identity".to_owned()
        })
    );
    for nth in 0..20 {
        let at = address(&format!("long_{nth}"));
        let _ = draft
            .put_down(&at, Value::Text("a".repeat(MAX_ANSWER_BYTES)), 1)
            .unwrap();
    }
    let outcome = draft.squash(&amina.form, &amina.form.compartments(), 1);
    assert!(matches!(outcome, Err(SquashError::TooLarge { .. })));
}

#[test]
fn a_thousand_phones_may_answer_at_once() {
    let mut desk = Phone::new(9);
    let village = |nth: u16| [("q/village", ScalarValue::Str(nth.to_string().into()))];
    for phones in [0..750, 750..1_500] {
        let changes: Vec<Vec<u8>> = phones.map(|nth| foreign(nth, vec![], 1, &village(nth))).collect();
        desk.record.merge("general", &changes, LATER).unwrap();
    }
    assert_eq!(desk.record.heads("general").len(), 1_500);
    let found = desk.record.disagreements();
    let [disagreement @ Disagreement::DifferingAnswers { versions, .. }] = found.as_slice() else {
        panic!()
    };
    assert_eq!(versions.len(), 1_500);
    let mut draft = desk.draft();
    let _ = draft
        .settle(disagreement, Settlement::Answer(Some(text("Kilifi"))), 1)
        .unwrap();
    desk.finish(&draft);
    assert_eq!(desk.record.disagreements(), []);
    assert_eq!(desk.record.heads("general").len(), 1);
}

#[test]
fn one_author_cannot_make_a_desk_wait_for_ever_more() {
    let mut desk = Phone::new(9);
    let missing = automerge::ChangeHash([1; 32]);
    let change = |nth| foreign(nth, vec![missing], 2, &[("q/village", ScalarValue::Null)]);
    let most = u16::try_from(MAX_WAITING).unwrap();
    let changes: Vec<Vec<u8>> = (0..most).map(change).collect();
    desk.record.merge("general", &changes, LATER).unwrap();
    assert_eq!(
        desk.record.merge("general", &[change(most)], LATER),
        Err(MergeError::TooManyWaiting)
    );
    assert_eq!(desk.record.waiting().len(), MAX_WAITING);

    // Others are not held up by it.
    let mut amina = Phone::new(1);
    let _ = amina.answers(&[("village", text("Kilifi"))]);
    let second = amina.answers(&[("village", text("Lamu"))]);
    desk.receive(&second);
    assert_eq!(desk.record.waiting().len(), MAX_WAITING + 1);
    let too_many = vec![Vec::new(); 1_001];
    assert!(matches!(
        desk.record.merge("general", &too_many, LATER),
        Err(MergeError::TooManyAtOnce { .. })
    ));
}

#[test]
fn a_disagreement_is_settled_only_by_what_fits_it() {
    let (mut amina, mut juma) = (Phone::new(1), Phone::new(2));
    let one = amina.answers(&[("village", text("Kilifi"))]);
    let other = juma.answers(&[("village", text("Malindi"))]);
    meet(&mut [&mut amina], &[&one, &other]);
    let disagreement = amina.record.disagreements().remove(0);
    let mut draft = amina.draft();
    assert_eq!(
        draft.settle(&disagreement, Settlement::Keep, 1),
        Err(SettleError::WrongKind)
    );
    let mut elsewhere = juma.draft();
    assert_eq!(
        elsewhere.settle(&disagreement, Settlement::Answer(None), 1),
        Err(SettleError::Changed)
    );
    // An answer to the question settles it just as well.
    let _ = draft.put_down(&address("village"), text("Kilifi"), 1).unwrap();
    amina.finish(&draft);
    assert_eq!(amina.record.disagreements(), []);
}

#[test]
fn a_member_of_a_removed_household_is_gone_with_it() {
    let mut amina = Phone::new(1);
    let (member, _) = amina.adds_member(30, "Zawadi");
    let mut draft = amina.draft();
    let visits = RepeatAddress::new(member.steps().to_vec(), "visits").unwrap();
    let (visit, _) = draft.add_instance(&visits, 1, &mut amina.rng).unwrap();
    let visit = visits.instance(visit);
    let _ = draft
        .put_down(&inside(&visit, "reason"), text("fever"), 1)
        .unwrap();
    amina.finish(&draft);
    let rows = amina.record.rows(&amina.form);
    assert_eq!(rows.repeats[1].rows.len(), 1);
    // First the visit, then the member with it, in one draft: one mark is enough.
    let mut draft = amina.draft();
    let _ = draft.remove_instance(&visit, 2).unwrap();
    let _ = draft.remove_instance(&member, 3).unwrap();
    assert_eq!(draft.instances(&members()), []);
    amina.finish(&draft);
    assert_eq!(amina.record.rows(&amina.form).repeats[1].rows, []);
    assert_eq!(amina.record.disagreements(), []);
}

#[test]
fn what_the_record_is_about_is_kept_in_general() {
    let mut amina = Phone::new(1);
    let mut draft = amina.draft();
    let _ = draft.set_meta("form", text("consultation"), 1).unwrap();
    assert!(draft.meta("form") == Some(text("consultation")));
    let finished = amina.finish(&draft);
    assert_eq!(finished.parts[0].0, "general");
    assert!(amina.record.meta("form") == Some(text("consultation")));
    assert!(amina.record.meta("version").is_none());
    assert!(amina.record.unknown_answers(&amina.form).is_empty());
}

#[test]
fn a_damaged_step_stops_the_replay() {
    let mut amina = Phone::new(1);
    let actor: Actor = amina.actor();
    let (mut draft, begun) = Draft::begin(&amina.record, actor, 1).unwrap();
    let step = draft.put_down(&address("village"), text("Kilifi"), 2).unwrap();
    let mut later = step.as_bytes().to_vec();
    later[0] = 9;
    let steps = |last: &[u8]| vec![begun.as_bytes().to_vec(), step.as_bytes().to_vec(), last.to_vec()];
    let replay = |last: &[u8]| Draft::replay(&Record::new(), actor, steps(last)).map(drop);
    assert_eq!(replay(step.as_bytes()), Ok(()));
    assert_eq!(
        replay(&later),
        Err(ReplayError::LaterVersion { step: 2, version: 9 })
    );
    assert_eq!(
        replay(&step.as_bytes()[..3]),
        Err(ReplayError::Damaged { step: 2 })
    );
    assert_eq!(replay(begun.as_bytes()), Err(ReplayError::Damaged { step: 2 }));
}

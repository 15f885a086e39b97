//! What an interview asks to be kept is kept.

use baraza_record::{Actor, AuthorId, Draft, DraftStep, Record};
use form::answers_json::write_answers;
use form::interview::{Opening, Plan, Session};
use form::{Answers as _, Environment, Form, respondent};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

const NOW: i64 = 1_795_428_000;

fn household() -> Form {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../forms/household.md");
    let text = std::fs::read_to_string(path).expect("the form");
    Form::read_markdown(&text).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// Whenever the program ends, what is on disk is what the interview shows as saved.
#[test]
fn a_draft_restored_from_its_steps_is_what_the_interview_kept() {
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let now = jiff::Timestamp::from_second(NOW).unwrap();
    let env = Environment::new(now, jiff::tz::TimeZone::UTC, 5);
    let plan = Plan::of(household());
    let record = Record::new();
    let actor = Actor::make(AuthorId([7; 16]), &mut rng);
    let (mut draft, begun) = Draft::begin(&record, actor, NOW).unwrap();
    let mut disk = vec![begun];
    let (mut session, step) = Session::open(&plan, Opening::new_record(), &env);
    for write in &step.writes {
        disk.push(draft.keep(write, NOW).unwrap());
    }
    respondent::answer(&mut session, &mut rng, &env, &mut |step| {
        for write in &step.writes {
            disk.push(draft.keep(write, NOW).unwrap());
        }
    });
    let restored = Draft::replay(&record, actor, disk.iter().map(DraftStep::as_bytes)).unwrap();
    let shown = write_answers(plan.form(), &session.answers());
    assert_eq!(write_answers(plan.form(), &restored), shown);
    // And an interview over the draft goes on from there, without anything new to write.
    let (again, step) = Session::open(&plan, Opening::of(&restored), &env);
    assert_eq!(step.writes, []);
    assert_eq!(write_answers(plan.form(), &again.answers()), shown);
}

/// New instances differ in their last bytes only: sealed, each would otherwise cost 16.
#[test]
fn instances_of_one_interview_have_ids_in_a_row() {
    let env = Environment::new(
        jiff::Timestamp::from_second(NOW).unwrap(),
        jiff::tz::TimeZone::UTC,
        5,
    );
    let plan = Plan::of(household());
    let (mut session, _) = Session::open(&plan, Opening::new_record(), &env);
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    respondent::answer(&mut session, &mut rng, &env, &mut |_| {});
    let members = "household/people/members".parse().unwrap();
    let ids: Vec<u128> = session
        .answers()
        .instances(&members)
        .iter()
        .map(|id| id.as_uuid().as_u128() >> 32)
        .collect();
    assert!(!ids.is_empty());
    assert!(ids.iter().all(|id| *id == ids[0]));
}

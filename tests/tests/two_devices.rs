//! Two devices hold one household, and edit it far from any network and from one another.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use baraza_tests::{Stage, at};
use client_core::deeds::carry::{Selection, inspect};
use client_core::deeds::disagreements::DisagreementKind;
use client_core::deeds::settle::Decision;
use client_core::deeds::show::ShowError;
use client_core::deeds::start::DraftError;
use form::{Address, RepeatAddress, Value, respondent};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use serde_json::Value as Json;
use wire::RecordId;

const MEALS: &str = "household/needs_group/meals_yesterday";
const INCOME: &str = "household/needs_group/main_income";
const AGE: &str = "household/respondent/respondent_age";
const REMARKS: &str = "household/contact/remarks";
const MEMBERS: &str = "household/people/members";

/// What the phones will say, none of which was said before.
const FEW: i64 = 5;
const MANY: i64 = 6;
const OLD: i64 = 101;

/// A household with two members or more, recorded by the first phone, at the desk, and granted to both phones.
fn shared_household(stage: &mut Stage) -> (RecordId, Address) {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 7);
    let members: RepeatAddress = MEMBERS.parse().unwrap();
    let sheet = loop {
        let sheet = respondent::respond(&stage.form, &mut rng, &env);
        let meals = form::Answers::answer(&sheet, &at(MEALS));
        let new = [FEW, MANY]
            .iter()
            .all(|said| meals != Some(Value::Integer(*said)));
        if sheet.len() > 50 && new && form::Answers::instances(&sheet, &members).len() > 1 {
            break sheet;
        }
    };
    let record = stage.phones[0].start("household", Some(&sheet)).unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    for phone in 0..2 {
        let member = stage.phones[phone].member();
        stage.desk.grant(record, member, None).unwrap();
    }
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let shown = stage.desk.show(record).unwrap().answers;
    let first = shown
        .pointer(&format!("/{MEMBERS}/0/__id"))
        .and_then(Json::as_str)
        .unwrap();
    (record, members.instance(first.parse().unwrap()))
}

fn member_age(instance: &Address) -> Address {
    instance.near(&format!("{MEMBERS}/age").parse().unwrap())
}

/// Both phones edit; they sync in the order given; the desk's whole view is returned.
fn week(order: [usize; 2]) -> (Json, Stage, RecordId, Address) {
    let mut stage = Stage::set(1);
    let (record, instance) = shared_household(&mut stage);
    stage.field.clock.pass_hours(30);
    let edits: [Vec<(Address, Value)>; 2] = [
        vec![
            (at(MEALS), Value::Integer(FEW)),
            (at(INCOME), Value::SelectOne("remittances".into())),
            (at(AGE), Value::Integer(61)),
        ],
        vec![
            (at(MEALS), Value::Integer(MANY)),
            (at(INCOME), Value::SelectOne("remittances".into())),
            (at(REMARKS), Value::Text("The well is dry.".into())),
            (member_age(&instance), Value::Integer(OLD)),
        ],
    ];
    for (phone, edits) in stage.phones.iter_mut().zip(edits) {
        stage.field.clock.pass_hours(1);
        for (address, value) in edits {
            phone.answer(record, &address, value).unwrap();
        }
    }
    stage.phones[0].remove_instance(record, &instance).unwrap();
    for phone in &mut stage.phones {
        phone.finish(record).unwrap().unwrap();
    }
    for phone in order {
        let link = stage.link.clone();
        stage.phones[phone].sync(&link).unwrap();
        stage.sync_desk();
    }
    let view = serde_json::to_value(stage.desk.show(record).unwrap()).unwrap();
    (view, stage, record, instance)
}

#[test]
fn the_desk_ends_in_the_identical_state_in_both_sync_orders() {
    let (one, ..) = week([0, 1]);
    let (other, ..) = week([1, 0]);
    assert_eq!(one, other);
}

#[test]
fn different_answers_both_stand_and_the_same_answer_is_one_disagreement() {
    let (view, mut stage, record, instance) = week([0, 1]);
    let answers = &view["answers"];
    let shown = |path: &str| answers.pointer(&format!("/{path}")).unwrap().clone();
    assert_eq!(shown(AGE), "61");
    assert_eq!(shown(REMARKS), "The well is dry.");
    assert_eq!(shown(INCOME), "remittances");

    let found = stage.desk.disagreements_of(record).unwrap();
    assert_eq!(
        found.len(),
        2,
        "meals, and the member who was removed and edited: {found:#?}"
    );
    let meals = found.iter().find(|found| found.address == at(MEALS)).unwrap();
    assert_eq!(meals.kind, DisagreementKind::DifferingAnswers);
    let mut sides: Vec<_> = meals
        .sides
        .iter()
        .map(|side| (side.value.clone().unwrap(), side.device.clone(), side.at.clone()))
        .collect();
    sides.sort();
    assert_eq!(
        sides,
        [
            ("5".into(), "amina".into(), "2026-11-17T15:00:00Z".into()),
            ("6".into(), "bakary".into(), "2026-11-17T15:00:00Z".into()),
        ]
    );
    assert_eq!(
        meals
            .sides
            .iter()
            .map(|side| side.member.unwrap())
            .collect::<std::collections::BTreeSet<_>>(),
        stage.phones.iter().map(client_core::Notebook::member).collect()
    );

    let removed = found.iter().find(|found| found.address == instance).unwrap();
    assert_eq!(removed.kind, DisagreementKind::RemovedButEdited);
    assert_eq!(removed.sides[0].device, "amina");
    assert!(
        removed
            .sides
            .iter()
            .any(|side| side.device == "bakary" && side.value.as_deref() == Some("101"))
    );
    let still_there = answers
        .pointer(&format!("/{MEMBERS}"))
        .unwrap()
        .as_array()
        .unwrap();
    assert!(
        still_there.iter().any(|member| member["age"] == "101"),
        "an edit is not lost to a removal"
    );
}

#[test]
fn what_a_person_settles_is_settled_for_everybody() {
    let (_, mut stage, record, instance) = week([0, 1]);
    let before = stage.desk.disagreements_of(record).unwrap();
    let side = before.iter().find(|found| found.address == at(MEALS)).unwrap();
    let six = side
        .sides
        .iter()
        .find(|side| side.value.as_deref() == Some("6"))
        .unwrap()
        .number;
    stage
        .desk
        .settle(record, &at(MEALS), Decision::Side(six))
        .unwrap()
        .unwrap();
    stage
        .desk
        .settle(record, &instance, Decision::Remove)
        .unwrap()
        .unwrap();
    assert_eq!(stage.desk.disagreements().unwrap(), []);
    let view = stage.desk.show(record).unwrap();
    assert_eq!(view.answers.pointer(&format!("/{MEALS}")).unwrap(), "6");
    assert!(
        view.history
            .iter()
            .any(|line| line.address == at(MEALS) && line.value.as_deref() == Some("5")),
        "what was not taken stays in the history"
    );

    // A phone that is granted the record again sees what was settled.
    let member = stage.phones[0].member();
    stage.desk.grant(record, member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let on_phone = stage.phones[0].show(record).unwrap();
    assert_eq!(on_phone.answers, view.answers);
    assert_eq!(on_phone.disagreements, []);
}

#[test]
fn a_rebuilt_desk_shows_the_same() {
    let (before, mut stage, record, _) = week([0, 1]);
    stage.desk.rebuild().unwrap();
    assert_eq!(
        serde_json::to_value(stage.desk.show(record).unwrap()).unwrap(),
        before
    );
}

#[test]
fn a_finished_record_is_closed_on_its_device() {
    let (_, mut stage, record, _) = week([0, 1]);
    for phone in &mut stage.phones {
        let shut = phone.show(record);
        assert!(matches!(shut, Err(ShowError::Draft(DraftError::Finished(id))) if id == record));
    }
}

#[test]
fn a_device_is_sent_nothing_it_was_not_granted() {
    let mut stage = Stage::set(3);
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 7);
    let sheet = respondent::respond(&stage.form, &mut rng, &env);
    let record = stage.phones[0].start("household", Some(&sheet)).unwrap();
    stage.phones[0].finish(record).unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let link = stage.link.clone();
    let report = stage.phones[1].sync(&link).unwrap();
    assert_eq!(
        report.received, 1,
        "the desk's checkpoint, which is for everybody"
    );
    let mut all = Vec::new();
    stage.phones[1]
        .export_bundle(&mut all, Selection::Everything)
        .unwrap();
    let held = inspect(&mut &all[..]).unwrap().envelopes;
    assert!(
        held.iter()
            .all(|kind| !["record", "chain", "grant"].contains(&kind.kind))
    );
    assert!(stage.phones[1].records(None).unwrap().is_empty());

    // Granted one compartment, it reads that one and cannot overwrite the others.
    let member = stage.phones[1].member();
    stage
        .desk
        .grant(record, member, Some(&["general".to_owned()]))
        .unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    let view = stage.phones[1].show(record).unwrap();
    assert_eq!(view.withheld, ["identity", "protected"]);
    assert_eq!(
        view.answers.pointer("/household/respondent/respondent_name"),
        None
    );
}

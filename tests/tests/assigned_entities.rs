//! Entities that a desk assigns to a device for a follow-up: there without a network, and for a while.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use baraza_tests::process::{baraza, path};
use baraza_tests::seized::{contains, database_of, everything_on, once_keys, opens, programme_of, relayed};
use baraza_tests::{PASSPHRASE, Stage, at};
use client_core::deeds::entities::{AssignError, EntityView, entities_csv};
use client_core::deeds::grant::GrantError;
use client_core::deeds::packets::Handed;
use client_core::deeds::revoke::Trust;
use client_core::{Notebook, RecordStatus};
use form::{Form, Source};
use wire::{Kind, RecordId};

const REGISTER: &str = "
| survey |
| | type | name | label | save_to | sensitivity |
| | text | head | Head of the household | head | identity |
| | integer | size | Size | size | |
| | text | fear | Fear | fear | protected |
| settings |
| | form_title | form_id | version |
| | Registration | register | 1 |
| entities |
| | list_name | label |
| | households | ${head} |
";
const VISIT: &str = "
| survey |
| | type | name | label | save_to | required |
| | select_one_from_file households.csv | household | Which household | | |
| | integer | size | Size | size | |
| | text | seen | What was seen | | yes |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
| entities |
| | list_name | label | entity_id |
| | households | | ${household} |
";
const AMINA: &str = "Amina Sarr of Oussouye";
const FEAR: &str = "The men who came at night";
const ASSIGNMENT: &[u8] = b"baraza/1 assignment";

fn read(text: &str) -> Form {
    Form::read(Source::Markdown(text)).unwrap().0
}

/// A desk that knows a household the first phone registered.
fn registered(seed: u8) -> (Stage, EntityView) {
    let mut stage = Stage::with_form(seed, read(REGISTER));
    stage.desk.publish(&read(VISIT)).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    register(&mut stage, AMINA);
    let entity = stage.desk.entities("households").unwrap().remove(0);
    (stage, entity)
}

fn register(stage: &mut Stage, head: &str) {
    let phone = &mut stage.phones[0];
    let record = phone.start("register", None).unwrap();
    for (question, said) in [("head", head), ("size", "4"), ("fear", FEAR)] {
        phone.answer_text(record, &at(question), said).unwrap();
    }
    phone.finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
}

/// The second phone is assigned an entity, with what is said of its people, for some hours.
fn assigned(seed: u8, hours: u32) -> (Stage, EntityView) {
    let (mut stage, entity) = registered(seed);
    assign(&mut stage, &entity, hours);
    (stage, entity)
}

fn assign(stage: &mut Stage, entity: &EntityView, hours: u32) {
    let to = stage.phones[1].member();
    let identity = ["identity".to_owned()];
    let ids = [entity.id.clone()];
    let assigned = stage.desk.assign("households", &ids, to, &identity, hours);
    assert_eq!(assigned.unwrap().without_label, Vec::<String>::new());
    stage.sync_desk();
    stage.sync_phones();
}

fn device(stage: &Stage) -> PathBuf {
    stage.folder.path().join("bakary")
}

fn is_there(stage: &Stage, word: &str) -> bool {
    everything_on(&device(stage))
        .iter()
        .any(|place| contains(place, word.as_bytes()))
}

fn households(node: &mut Notebook) -> Vec<EntityView> {
    node.entities("households").unwrap()
}

/// What a phone offers where a visit asks for the household. The visit is taken back.
fn offered(phone: &mut Notebook) -> Vec<String> {
    let record = phone.start("visit", None).unwrap();
    let mut interview = phone.interview(record).unwrap();
    phone
        .go_on(&mut interview, |session, env| Ok(session.next(env)))
        .unwrap();
    let form = phone.form("visit", None).unwrap();
    let environment = phone.interview_environment(&form).unwrap();
    let screen = interview.session().screen(&environment);
    let offers = screen.questions()[0].choices.clone();
    phone.withdraw(record, None, "spoken", "nobody").unwrap();
    offers.into_iter().map(|offer| offer.label).collect()
}

fn visit(phone: &mut Notebook, entity: &EntityView, answers: &[(&str, &str)]) -> RecordId {
    let record = phone.start("visit", None).unwrap();
    let household = [("household", entity.id.as_str())];
    for (question, said) in household.iter().chain(answers) {
        phone.answer_text(record, &at(question), said).unwrap();
    }
    record
}

#[test]
fn an_assigned_household_is_visited_without_a_network_and_gone_when_its_time_is_over() {
    let (mut stage, entity) = assigned(1, 48);
    stage.field.stop_relay();
    let known = households(&mut stage.phones[1]);
    assert_eq!((known.len(), known[0].label.as_str()), (1, AMINA));
    assert_eq!(known[0].properties["size"], ["4"]);
    assert!(
        !known[0].properties.contains_key("fear"),
        "it was not handed over"
    );
    assert!(!is_there(&stage, FEAR));
    assert_eq!(offered(&mut stage.phones[1]), [AMINA]);
    let record = visit(
        &mut stage.phones[1],
        &entity,
        &[("size", "6"), ("seen", "All well")],
    );
    stage.phones[1].finish(record).unwrap().unwrap();
    let relay = stage.folder.path().join("relay");
    stage.field.start_relay(&relay).unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let after = households(&mut stage.desk).remove(0);
    assert_eq!(after.properties["size"], ["6"], "known, and so replaced");
    assert_eq!((after.label.as_str(), after.records.len()), (AMINA, 2));
    // Nobody else has it.
    assert_eq!(households(&mut stage.phones[0]), []);
    assert_eq!(offered(&mut stage.phones[0]), Vec::<String>::new());
    let others: i64 = database_of(&stage.folder.path().join("amina"))
        .query_row("SELECT count(*) FROM envelope WHERE kind = 15", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(others, 0);

    stage.field.clock.pass_hours(47);
    assert_eq!(households(&mut stage.phones[1]).len(), 1);
    let handed = stage.phones[1].packets().unwrap();
    assert_eq!(handed.len(), 1);
    assert_eq!(handed[0].expires.as_deref(), Some("2026-11-18T07:00:00Z"));
    let what = Handed::Entity {
        list: "households".to_owned(),
        id: entity.id.clone(),
    };
    assert_eq!(handed[0].what, what);
    stage.field.clock.pass_hours(2);
    assert_eq!(stage.phones[1].packets().unwrap(), []);
    assert_eq!(households(&mut stage.phones[1]), []);
    assert_eq!(offered(&mut stage.phones[1]), Vec::<String>::new());
    assert!(!is_there(&stage, AMINA));
}

#[test]
fn the_key_it_came_under_is_destroyed_at_once_and_it_does_not_come_again() {
    let (mut stage, _) = assigned(2, 48);
    let relay = stage.folder.path().join("relay");
    let sealed = relayed(&relay, programme_of(&stage.desk), Kind::ASSIGNMENT);
    assert_eq!(sealed.len(), 1);
    let seeds = once_keys(&device(&stage));
    assert!(!seeds.iter().any(|seed| opens(seed, &sealed[0], ASSIGNMENT)));
    stage.field.clock.pass_hours(49);
    stage.phones[1].records(None).unwrap();
    database_of(&device(&stage))
        .execute_batch("UPDATE programme SET cursor = 0")
        .unwrap();
    stage.sync_phones();
    assert_eq!(households(&mut stage.phones[1]), []);
    stage.phones[1].rebuild().unwrap();
    assert_eq!(households(&mut stage.phones[1]), []);
    assert!(!is_there(&stage, AMINA));
}

#[test]
fn an_assignment_that_arrives_late_or_lasts_until_the_clock_is_set_back_leaves_nothing() {
    let (mut stage, entity) = registered(3);
    let to = stage.phones[1].member();
    let ids = [entity.id.clone()];
    stage.desk.assign("households", &ids, to, &[], 48).unwrap();
    stage.sync_desk();
    stage.field.clock.pass_hours(49);
    stage.sync_phones();
    assert_eq!(households(&mut stage.phones[1]), []);
    assign(&mut stage, &entity, 48);
    assert_eq!(households(&mut stage.phones[1]).len(), 1);
    stage.field.clock.set(-3600);
    assert_eq!(households(&mut stage.phones[1]), []);
    assert!(!is_there(&stage, AMINA));
}

#[test]
fn only_what_is_general_is_handed_over_unless_more_is_named() {
    let (mut stage, entity) = registered(4);
    let to = stage.phones[1].member();
    let ids = [entity.id.clone()];
    let assigned = stage.desk.assign("households", &ids, to, &[], 48).unwrap();
    assert_eq!(assigned.without_label, ids, "what it is called is not general");
    stage.sync_desk();
    stage.sync_phones();
    let known = households(&mut stage.phones[1]).remove(0);
    assert_eq!(known.label, entity.id);
    assert_eq!(known.properties.keys().collect::<Vec<_>>(), ["size"]);
    assert!(!is_there(&stage, AMINA) && !is_there(&stage, FEAR));
    // A visit replaces what the desk knows all the same: the device knows of whom it speaks.
    let record = visit(&mut stage.phones[1], &entity, &[("size", "7"), ("seen", "Well")]);
    stage.phones[1].finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let after = households(&mut stage.desk).remove(0);
    assert_eq!(after.properties["size"], ["7"]);
    assert_eq!(after.label, AMINA);
}

#[test]
fn a_visit_that_is_open_when_the_time_is_over_is_sealed_as_it_is_and_arrives() {
    let (mut stage, entity) = assigned(5, 48);
    let phone = &mut stage.phones[1];
    let open = visit(phone, &entity, &[("size", "9")]);
    let other = phone.start("register", None).unwrap();
    phone.answer_text(other, &at("head"), "Juma").unwrap();
    stage.field.clock.pass_hours(49);
    stage.sync_phones();
    stage.sync_desk();
    let rows = stage.phones[1].records(None).unwrap();
    let status = |id| rows.iter().find(|row| row.id == id).unwrap().status;
    assert_eq!(status(open), RecordStatus::Finished);
    assert_eq!(
        status(other),
        RecordStatus::Draft,
        "it is about nobody who was assigned"
    );
    assert!(!is_there(&stage, AMINA) && !is_there(&stage, &entity.id));
    let shown = stage.desk.show(open).unwrap();
    assert_eq!(shown.answers["household"], entity.id.as_str());
    assert_eq!(shown.unfinished.as_deref(), Some("expired"));
    assert_eq!(households(&mut stage.desk)[0].properties["size"], ["4"]);
    // Somebody at the desk finishes it.
    stage.desk.answer_text(open, &at("seen"), "By phone").unwrap();
    stage.desk.finish(open).unwrap().unwrap();
    assert_eq!(households(&mut stage.desk)[0].properties["size"], ["9"]);
}

#[test]
fn a_household_that_is_assigned_anew_lasts_and_shows_what_is_known_now() {
    let (mut stage, entity) = assigned(6, 72);
    stage.field.clock.pass_hours(12);
    let at_desk = visit(
        &mut stage.desk,
        &entity,
        &[("size", "5"), ("seen", "At the desk")],
    );
    stage.desk.finish(at_desk).unwrap().unwrap();
    let open = visit(&mut stage.phones[1], &entity, &[("size", "6")]);
    assign(&mut stage, &entity, 72);
    let known = households(&mut stage.phones[1]).remove(0);
    assert_eq!(known.properties["size"], ["5"]);
    stage.field.clock.pass_hours(61);
    assert_eq!(households(&mut stage.phones[1]).len(), 1);
    assert_eq!(stage.phones[1].show(open).unwrap().answers["size"], "6");
    let phone = &mut stage.phones[1];
    phone.answer_text(open, &at("seen"), "Later").unwrap();
    phone.finish(open).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    assert_eq!(households(&mut stage.desk)[0].properties["size"], ["6"]);
}

#[test]
fn assigned_households_stand_beside_those_of_the_attached_list() {
    let (mut stage, entity) = registered(7);
    let public = entities_csv(&households(&mut stage.desk)).into_bytes();
    let files = BTreeMap::from([("households.csv".to_owned(), public)]);
    stage.desk.attach("visit", &files).unwrap();
    register(&mut stage, "Juma");
    stage.sync_phones();
    let found = households(&mut stage.desk);
    let juma = found.iter().find(|one| one.label == "Juma").unwrap().clone();
    assert_eq!(offered(&mut stage.phones[1]), [AMINA]);
    assign(&mut stage, &juma, 48);
    let mut both = offered(&mut stage.phones[1]);
    both.sort();
    assert_eq!(both, [AMINA, "Juma"]);
    // What is assigned of one in the attached list is newer, and takes no name from it.
    let later = visit(
        &mut stage.desk,
        &entity,
        &[("size", "8"), ("seen", "At the desk")],
    );
    stage.desk.finish(later).unwrap().unwrap();
    let to = stage.phones[1].member();
    let ids = [entity.id.clone()];
    stage.desk.assign("households", &ids, to, &[], 48).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    let known = households(&mut stage.phones[1]);
    let known = known.iter().find(|one| one.id == entity.id).unwrap();
    assert_eq!(
        (known.label.as_str(), &known.properties["size"][..]),
        (AMINA, &["8".to_owned()][..])
    );
    assert_eq!(
        offered(&mut stage.phones[0]),
        [AMINA],
        "the other phone has the list alone"
    );
    stage.field.clock.pass_hours(49);
    assert_eq!(offered(&mut stage.phones[1]), [AMINA]);
}

#[test]
fn a_record_that_is_withdrawn_or_erased_takes_its_part_along_on_the_device() {
    for erase in [false, true] {
        let (mut stage, entity) = assigned(8, 48);
        let record = entity.records[0];
        match erase {
            true => drop(stage.desk.erase(record).unwrap()),
            false => drop(stage.desk.withdraw(record, None, "spoken", "Amina").unwrap()),
        }
        stage.sync_desk();
        stage.sync_phones();
        assert_eq!(households(&mut stage.phones[1]), []);
        if erase {
            assert!(!is_there(&stage, AMINA));
            let relay = stage.folder.path().join("relay");
            let sealed = relayed(&relay, programme_of(&stage.desk), Kind::ASSIGNMENT);
            assert!(sealed[0].parts.iter().all(|part| part.bytes().is_none()));
        }
    }
}

#[test]
fn a_revoked_device_loses_what_it_was_assigned() {
    let (mut stage, entity) = assigned(9, 48);
    let open = visit(&mut stage.phones[1], &entity, &[("size", "9")]);
    let bakary = stage.phones[1].member();
    stage.desk.revoke(bakary, Trust::AllHere).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    assert_eq!(households(&mut stage.phones[1]), []);
    assert!(stage.phones[1].show(open).is_err());
    assert!(!is_there(&stage, AMINA));
    let report = stage.desk.device_report(bakary).unwrap();
    assert!(report.grants.len() == 1 && report.grants[0].entities);
    assert_eq!(report.grants[0].record, entity.records[0]);
}

#[test]
fn an_assignment_has_the_limits_of_a_packet() {
    let (mut stage, entity) = registered(10);
    let to = stage.phones[1].member();
    let id = || entity.id.clone();
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    let refused = stage.desk.assign("households", &many, to, &[], 48);
    assert!(
        matches!(
            refused,
            Err(AssignError::Grant(GrantError::TooMany { given: 21, most: 20 }))
        ),
        "{refused:?}"
    );
    let refused = stage.desk.assign("households", &[], to, &[], 48);
    assert!(matches!(refused, Err(AssignError::Grant(GrantError::Nothing))));
    let refused = stage.desk.assign("households", &[id()], to, &[], 73);
    assert!(matches!(
        refused,
        Err(AssignError::Grant(GrantError::Hours { most: 72, .. }))
    ));
    let refused = stage
        .desk
        .assign("households", &["nobody".to_owned()], to, &[], 48);
    assert!(
        matches!(refused, Err(AssignError::NoEntity { .. })),
        "{refused:?}"
    );
    let nowhere = ["nowhere".to_owned()];
    let refused = stage.desk.assign("households", &[id()], to, &nowhere, 48);
    assert!(matches!(
        refused,
        Err(AssignError::Grant(GrantError::NotReadable(_)))
    ));
    let refused = stage.phones[0].assign("households", &[id()], to, &[], 48);
    assert!(matches!(refused, Err(AssignError::Grant(GrantError::NotADesk))));
    // What stands only in the attached list every device has.
    let files = BTreeMap::from([(
        "households.csv".to_owned(),
        b"name,label\npublic,Well known\n".to_vec(),
    )]);
    stage.desk.attach("visit", &files).unwrap();
    let refused = stage
        .desk
        .assign("households", &["public".to_owned()], to, &[], 48);
    assert!(matches!(refused, Err(AssignError::Attached(_))), "{refused:?}");
    let envelopes = stage.desk.device_report(to).unwrap().grants;
    assert_eq!(envelopes, [], "nothing went out");
}

#[test]
fn the_command_line_assigns_entities_and_says_which_the_device_cannot_name() {
    let (stage, entity) = registered(11);
    let Stage {
        folder, desk, field, ..
    } = stage;
    drop(desk);
    let home = folder.path().join("desk");
    let say = |arguments: &[&str]| {
        let home = ["--home", path(&home), "--to", "bakary", "--for", "36"];
        baraza(
            &[&["entity", "assign", "households", &entity.id], arguments, &home].concat(),
            PASSPHRASE,
        )
    };
    let told = say(&[]);
    assert!(told.contains("36 hours") && told.contains(&entity.id), "{told}");
    let told = say(&["--compartment", "identity"]);
    assert!(!told.contains(&entity.id), "{told}");
    drop(field);
}

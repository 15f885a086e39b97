//! Entities: a household that is registered by one phone and visited by two others, far from one another.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::collections::{BTreeMap, BTreeSet};

use baraza_tests::{Stage, at};
use client_core::deeds::entities::{EntityView, entities_csv};
use client_core::{Notebook, RecordStatus};
use form::{Address, Form, Source, Value};

const REGISTER: &str = "
| survey |
| | type | name | label | save_to | sensitivity |
| | text | head | Head of the household | head | identity |
| | integer | size | Size | size | |
| | select_one yes_no | well | Has a well | well | |
| | select_one yes_no | moved | Has moved away | | |
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | No |
| settings |
| | form_title | form_id | version |
| | Registration | register | 1 |
| entities |
| | list_name | label | create_if |
| | households | ${head} | ${moved} != 'yes' |
";

const VISIT: &str = "
| survey |
| | type | name | label | relevant | save_to |
| | select_one_from_file households.csv | household | Which household | | |
| | integer | size | Size | ${asked} = 'yes' | size |
| | select_one yes_no | asked | Ask for the size | | |
| | select_one yes_no | well | Has a well | | well |
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | no | No |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
| entities |
| | list_name | label | entity_id |
| | households | | ${household} |
";

fn read(text: &str) -> Form {
    let read = Form::read(Source::Markdown(text));
    read.map(|(form, _)| form).unwrap()
}

fn stage() -> Stage {
    let mut stage = Stage::with_form(3, read(REGISTER));
    stage.desk.publish(&read(VISIT)).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage
}

/// Records a form with these answers on a phone, and sends it.
fn record(stage: &mut Stage, phone: usize, form: &str, answers: &[(&str, &str)]) {
    let link = stage.link.clone();
    stage.field.clock.pass_seconds(60);
    let notebook = &mut stage.phones[phone];
    let record = notebook.start(form, None).unwrap();
    for (question, answer) in answers {
        notebook.answer_text(record, &at(question), answer).unwrap();
    }
    notebook.finish(record).unwrap().unwrap();
    notebook.sync(&link).unwrap();
}

fn households(desk: &mut Notebook) -> Vec<EntityView> {
    desk.entities("households").unwrap()
}

/// What a phone offers where a visit asks for the household.
fn offered_households(phone: &mut Notebook) -> Vec<String> {
    let record = phone.start("visit", None).unwrap();
    let mut interview = phone.interview(record).unwrap();
    phone
        .go_on(&mut interview, |session, env| Ok(session.next(env)))
        .unwrap();
    let form = phone.form("visit", None).unwrap();
    let environment = phone.interview_environment(&form).unwrap();
    let screen = interview.session().screen(&environment);
    let offers = screen.questions()[0].choices.clone();
    offers.into_iter().map(|offer| offer.label).collect()
}

fn values<'a>(entity: &'a EntityView, property: &str) -> BTreeSet<&'a str> {
    entity.properties[property].iter().map(String::as_str).collect()
}

#[test]
fn a_record_creates_an_entity_if_its_condition_holds() {
    let mut stage = stage();
    let amina = [("head", "Amina"), ("size", "4"), ("well", "no"), ("moved", "no")];
    record(&mut stage, 0, "register", &amina);
    record(&mut stage, 1, "register", &[("head", "Juma"), ("moved", "yes")]);
    stage.sync_desk();
    let found = households(&mut stage.desk);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].label, "Amina");
    assert_eq!(values(&found[0], "size"), BTreeSet::from(["4"]));
    assert_eq!(stage.desk.entity_lists().unwrap(), ["households"]);
    stage.desk.rebuild().unwrap();
    assert_eq!(households(&mut stage.desk), found);
}

#[test]
fn two_visits_that_say_different_things_both_stand_and_one_thing_differently_is_a_disagreement() {
    let mut stage = stage();
    let amina = [("head", "Amina"), ("size", "4"), ("well", "no"), ("moved", "no")];
    record(&mut stage, 0, "register", &amina);
    stage.sync_desk();
    let known = households(&mut stage.desk);
    let id = known[0].id.clone();
    // The desk hands out the list, and the phones choose from it.
    let list = entities_csv(&known).into_bytes();
    let files = BTreeMap::from([("households.csv".to_owned(), list)]);
    stage.desk.attach("visit", &files).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    assert_eq!(offered_households(&mut stage.phones[1]), ["Amina"]);
    // Neither phone knows what the other says. What the first one says later is later than what it registered.
    let said = [
        (
            0,
            vec![("household", id.as_str()), ("asked", "yes"), ("size", "5")],
        ),
        (
            1,
            vec![("household", id.as_str()), ("asked", "no"), ("well", "yes")],
        ),
        (
            1,
            vec![
                ("household", id.as_str()),
                ("asked", "yes"),
                ("size", "7"),
                ("well", "yes"),
            ],
        ),
    ];
    for (phone, answers) in said {
        record(&mut stage, phone, "visit", &answers);
    }
    stage.sync_desk();
    let found = households(&mut stage.desk);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].records.len(), 4);
    assert_eq!(values(&found[0], "head"), BTreeSet::from(["Amina"]));
    assert_eq!(values(&found[0], "size"), BTreeSet::from(["5", "7"]));
    // The first phone's visit left the well open, and so took its answer away.
    assert_eq!(values(&found[0], "well"), BTreeSet::from(["", "yes"]));
    // Somebody at the desk, who has seen all of it, says what holds.
    let desk = &mut stage.desk;
    let settled = desk.start("visit", None).unwrap();
    for (question, answer) in [
        ("household", id.as_str()),
        ("asked", "yes"),
        ("size", "5"),
        ("well", "yes"),
    ] {
        desk.answer_text(settled, &at(question), answer).unwrap();
    }
    desk.finish(settled).unwrap().unwrap();
    let found = households(desk);
    assert_eq!(values(&found[0], "size"), BTreeSet::from(["5"]));
    assert_eq!(values(&found[0], "well"), BTreeSet::from(["yes"]));
    assert_eq!(found[0].heads.len(), 1);
}

#[test]
fn a_device_knows_no_entity_of_records_it_has_finished() {
    let mut stage = stage();
    record(
        &mut stage,
        0,
        "register",
        &[("head", "Amina"), ("size", "4"), ("moved", "no")],
    );
    assert!(stage.phones[0].entities("households").unwrap().is_empty());
    stage.sync_desk();
    let entity = households(&mut stage.desk).remove(0);
    let member = stage.phones[0].member();
    stage.desk.grant(entity.records[0], member, None).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    stage.sync_phones();
    assert_eq!(
        stage.phones[0].entities("households").unwrap(),
        std::slice::from_ref(&entity)
    );
    // Once the edit is finished, nothing of it is left either.
    let record = entity.records[0];
    let phone = &mut stage.phones[0];
    phone.answer(record, &at("size"), Value::Integer(6)).unwrap();
    phone.finish(record).unwrap().unwrap();
    assert_eq!(phone.entities("households").unwrap(), []);
    let rows = phone.records(None).unwrap();
    assert!(rows.iter().all(|row| row.status == RecordStatus::Finished));
    stage.sync_phones();
    stage.sync_desk();
    let after = households(&mut stage.desk).remove(0);
    assert_eq!(after.id, entity.id);
    assert_eq!(values(&after, "size"), BTreeSet::from(["6"]));
}

#[test]
fn each_instance_of_a_repeat_is_an_entity_of_its_own() {
    let form = read(
        "
| survey |
| | type | name | label | save_to |
| | text | village | Village | |
| | begin_repeat | trees | Trees | |
| | text | species | Species | species |
| | end_repeat | | | |
| settings |
| | form_title | form_id | version |
| | Trees | trees | 1 |
| entities |
| | list_name | label |
| | trees | concat(${species}, ' in ', ${village}) |
",
    );
    let mut stage = Stage::with_form(4, form);
    let phone = &mut stage.phones[0];
    let record = phone.start("trees", None).unwrap();
    phone.answer_text(record, &at("village"), "Wau").unwrap();
    for species in ["Mango", "Neem"] {
        let repeat = "trees".parse().unwrap();
        let instance = phone.add_instance(record, &repeat).unwrap();
        let species_at: Address = repeat.instance(instance).near(&"trees/species".parse().unwrap());
        phone.answer_text(record, &species_at, species).unwrap();
    }
    phone.finish(record).unwrap().unwrap();
    stage.sync_phones();
    stage.sync_desk();
    let mut labels: Vec<String> = stage
        .desk
        .entities("trees")
        .unwrap()
        .into_iter()
        .map(|tree| tree.label)
        .collect();
    labels.sort();
    assert_eq!(labels, ["Mango in Wau", "Neem in Wau"]);
}

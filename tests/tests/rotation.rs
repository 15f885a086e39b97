//! Reading keys change while people are at work: what was sealed to the old ones still opens, however late it comes.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use baraza_tests::{Stage, at};
use client_core::Notebook;
use client_core::deeds::rotate::RotateError;
use form::{Form, Source, Value};
use wire::{CompartmentId, RecordId};

const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | text | village | Village | |
| | text | who | Name | identity |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

fn stage(seed: u8) -> Stage {
    Stage::with_form(seed, Form::read(Source::Markdown(FORM)).unwrap().0)
}

fn visit(phone: &mut Notebook, village: &str) -> RecordId {
    let record = phone.start("visit", None).unwrap();
    for (question, said) in [("village", village), ("who", "Halima")] {
        phone
            .answer(record, &at(question), Value::Text(said.into()))
            .unwrap();
    }
    phone.finish(record).unwrap().unwrap();
    record
}

fn read(desk: &mut Notebook, record: RecordId) -> (String, String) {
    let answers = desk.show(record).unwrap().answers;
    let said = |name: &str| {
        answers
            .get(name)
            .and_then(|said| said.as_str())
            .unwrap()
            .to_owned()
    };
    (said("village"), said("who"))
}

fn epoch(node: &Notebook) -> u32 {
    node.roster()
        .unwrap()
        .epoch(CompartmentId::GENERAL)
        .unwrap()
        .number
}

#[test]
fn a_device_finishes_under_the_old_epoch_while_the_desk_rotates() {
    let mut stage = stage(1);
    let link = stage.link.clone();
    let before = visit(&mut stage.phones[0], "Kayes");
    // Rotated and on the relay before the device syncs: it pushes under the old epoch in the very call that tells it.
    assert_eq!(
        stage.desk.rotate(None).unwrap(),
        ["general", "identity", "protected"]
    );
    stage.sync_desk();
    assert_eq!((epoch(&stage.desk), epoch(&stage.phones[0])), (2, 1));
    let during = visit(&mut stage.phones[0], "Nioro");
    let report = stage.phones[0].sync(&link).unwrap();
    assert_eq!((report.troubled, epoch(&stage.phones[0])), (0, 2));
    let after = visit(&mut stage.phones[0], "Diema");
    stage.phones[0].sync(&link).unwrap();
    let report = stage.desk.sync(&link).unwrap();
    assert_eq!((report.quarantined, report.waiting), (0, 0));
    for (record, village) in [(before, "Kayes"), (during, "Nioro"), (after, "Diema")] {
        assert_eq!(read(&mut stage.desk, record), (village.into(), "Halima".into()));
    }
    stage.desk.rebuild().unwrap();
    assert_eq!(read(&mut stage.desk, during), ("Nioro".into(), "Halima".into()));
}

#[test]
fn one_compartment_is_rotated_alone_and_only_by_a_coordinator() {
    let mut stage = stage(2);
    assert_eq!(stage.desk.rotate(Some("identity")).unwrap(), ["identity"]);
    let roster = stage.desk.roster().unwrap();
    assert_eq!(roster.epoch(CompartmentId::IDENTITY).unwrap().number, 2);
    assert_eq!(roster.epoch(CompartmentId::GENERAL).unwrap().number, 1);
    assert!(roster.members_keys().is_empty(), "nobody was revoked");
    let unknown = stage.desk.rotate(Some("secret"));
    assert!(matches!(unknown, Err(RotateError::NoCompartment(name)) if name == "secret"));
    let by_phone = stage.phones[0].rotate(None);
    assert!(matches!(by_phone, Err(RotateError::NotAllowed)));
}

#[test]
fn an_answer_that_arrives_a_year_late_still_opens() {
    let mut stage = stage(3);
    let link = stage.link.clone();
    let record = visit(&mut stage.phones[0], "Kayes");
    for _ in 0..5 {
        stage.field.clock.pass_hours(24 * 73);
        stage.desk.rotate(None).unwrap();
        stage.sync_desk();
    }
    assert_eq!(epoch(&stage.desk), 6);
    stage.phones[0].sync(&link).unwrap();
    stage.sync_desk();
    assert_eq!(read(&mut stage.desk, record), ("Kayes".into(), "Halima".into()));
}

//! What a notebook does alone, without a relay.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use client_core::deeds::finish::FinishError;
use client_core::deeds::start::DraftError;
use client_core::{Cost, Notebook, OpenError, RecordStatus, Surroundings};
use form::{Address, Answers as _, Form, RepeatAddress, Source, Value};
use tempfile::TempDir;

const PASSPHRASE: &str = "six long words in here";
const FORM: &str = "
| survey |
| | type | name | label | required | relevant | calculation | sensitivity |
| | text | code | Code | yes | | | |
| | integer | meals | Meals | | | | |
| | text | why | Why so few? | | ${meals} < 2 | | |
| | begin_repeat | members | Member | | | | |
| | text | name | Name | | | | identity |
| | integer | age | Age | | | | |
| | end_repeat | | | | | | |
| | calculate | size | | | | count(${members}) | |
| | text | fear | Fear | | | | protected |
| settings |
| | form_title | form_id | version |
| | Household | household | 1 |
";

fn form() -> Form {
    Form::read(Source::Markdown(FORM)).unwrap().0
}

fn at(path: &str) -> Address {
    Address::top(&path.parse().unwrap())
}

fn desk() -> (TempDir, Notebook) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("desk");
    let mut desk = Notebook::create(
        &home,
        "Desk",
        PASSPHRASE,
        Cost::LEAST,
        Surroundings::real().unwrap(),
    )
    .unwrap();
    desk.found("A programme", "http://127.0.0.1:1").unwrap();
    desk.publish(&form()).unwrap();
    (folder, desk)
}

fn open(folder: &TempDir) -> Notebook {
    Notebook::open(
        &folder.path().join("desk"),
        PASSPHRASE,
        Surroundings::real().unwrap(),
    )
    .unwrap()
}

#[test]
fn a_draft_survives_closing_the_program() {
    let (folder, mut desk) = desk();
    let record = desk.start("household", None).unwrap();
    desk.answer(record, &at("code"), Value::Text("A7".into()))
        .unwrap();
    let member = desk.add_instance(record, &"members".parse().unwrap()).unwrap();
    drop(desk);

    let mut desk = open(&folder);
    let repeat: RepeatAddress = "members".parse().unwrap();
    let name = repeat.instance(member).near(&"members/name".parse().unwrap());
    desk.answer(record, &name, Value::Text("Amina".into())).unwrap();
    let shown = desk.show(record).unwrap();
    assert_eq!(shown.answers["code"], "A7");
    assert_eq!(shown.answers["members"][0]["name"], "Amina");
    assert_eq!(shown.answers["size"], "1");
    assert_eq!(shown.summary.status, RecordStatus::Draft);
}

#[test]
fn a_required_answer_keeps_a_record_from_being_finished() {
    let (_folder, mut desk) = desk();
    let record = desk.start("household", None).unwrap();
    let refused = desk.finish(record).unwrap_err();
    assert!(
        matches!(&refused, FinishError::Incomplete(complaints) if complaints.len() == 1),
        "{refused}"
    );
    desk.answer(record, &at("code"), Value::Text("A7".into()))
        .unwrap();
    desk.finish(record).unwrap();
}

#[test]
fn a_desk_reads_what_it_finished_and_a_rebuild_shows_the_same() {
    let (folder, mut desk) = desk();
    let record = desk.start("household", None).unwrap();
    desk.answer(record, &at("code"), Value::Text("A7".into()))
        .unwrap();
    desk.answer(record, &at("meals"), Value::Integer(1)).unwrap();
    desk.answer(record, &at("why"), Value::Text("no rain".into()))
        .unwrap();
    desk.answer(record, &at("fear"), Value::Text("the river".into()))
        .unwrap();
    desk.finish(record).unwrap().unwrap();
    let shown = desk.show(record).unwrap();
    assert_eq!(shown.summary.status, RecordStatus::Received);
    assert_eq!(shown.answers["fear"], "the river");

    // An edit at the desk: the answer that is not relevant any more is left out.
    desk.answer(record, &at("meals"), Value::Integer(3)).unwrap();
    desk.finish(record).unwrap().unwrap();
    let edited = desk.show(record).unwrap();
    assert_eq!(edited.answers.get("why"), None);
    assert!(edited.history.len() > shown.history.len());
    drop(desk);

    let mut desk = open(&folder);
    assert_eq!(desk.rebuild().unwrap(), 4, "a form, a chain, a record, an edit");
    let rebuilt = desk.show(record).unwrap();
    assert_eq!(
        serde_json::to_value(rebuilt).unwrap(),
        serde_json::to_value(edited).unwrap()
    );
    desk.check().unwrap();
}

#[test]
fn nothing_is_finished_twice() {
    let (_folder, mut desk) = desk();
    let record = desk.start("household", None).unwrap();
    desk.answer(record, &at("code"), Value::Text("A7".into()))
        .unwrap();
    desk.finish(record).unwrap();
    assert!(matches!(desk.finish(record), Err(FinishError::NotOpen(_))));
}

#[test]
fn an_unknown_record_is_named() {
    let (_folder, mut desk) = desk();
    let unknown = wire::RecordId::from_chance([1; 16]);
    assert!(
        matches!(desk.answer(unknown, &at("code"), Value::Integer(1)), Err(DraftError::NoRecord(id)) if id == unknown)
    );
}

#[test]
fn only_the_passphrase_opens_a_notebook_and_only_one_program_at_a_time() {
    let (folder, desk) = desk();
    let home = folder.path().join("desk");
    let again = Notebook::open(&home, PASSPHRASE, Surroundings::real().unwrap());
    assert!(matches!(again, Err(OpenError::Home(_))), "{again:?}");
    drop(desk);
    let wrong = Notebook::open(&home, "another passphrase", Surroundings::real().unwrap());
    assert!(matches!(wrong, Err(OpenError::Passphrase(_))), "{wrong:?}");
}

#[test]
fn a_damaged_notebook_is_set_aside_and_its_outbox_stays() {
    let (folder, mut desk) = desk();
    let record = desk.start("household", None).unwrap();
    desk.answer(record, &at("code"), Value::Text("A7".into()))
        .unwrap();
    desk.finish(record).unwrap();
    let file = desk.file().to_owned();
    drop(desk);
    std::fs::write(&file, b"this was a notebook once, and a long one").unwrap();
    let home = folder.path().join("desk");
    let opened = Notebook::open(&home, PASSPHRASE, Surroundings::real().unwrap());
    let Err(OpenError::Damaged(aside)) = opened else {
        panic!("{opened:?}")
    };
    assert!(aside.join("notebook.sqlite").exists() && aside.join("notebook.key").exists());
    assert_eq!(
        std::fs::read_dir(home.join("outbox")).unwrap().count(),
        3,
        "a form, a chain, a record"
    );
}

#[test]
fn a_copy_that_a_power_cut_prevented_is_made_at_the_next_opening() {
    let (folder, desk) = desk();
    drop(desk);
    let outbox = folder.path().join("desk/outbox");
    for copy in std::fs::read_dir(&outbox).unwrap() {
        std::fs::remove_file(copy.unwrap().path()).unwrap();
    }
    drop(open(&folder));
    assert_eq!(std::fs::read_dir(&outbox).unwrap().count(), 1);
}

#[test]
fn a_form_is_published_once_and_not_changed_under_its_version() {
    let (_folder, mut desk) = desk();
    desk.publish(&form()).unwrap();
    let other = FORM.replace("Why so few?", "Why not more?");
    let other = Form::read(Source::Markdown(&other)).unwrap().0;
    assert!(desk.publish(&other).is_err());
    assert_eq!(desk.forms().unwrap().len(), 1);
}

#[test]
fn answers_are_read_from_json() {
    let (_folder, mut desk) = desk();
    let json = serde_json::json!({ "code": "B2", "meals": 2, "members": [{ "name": "Juma", "age": 9 }] });
    let sheet = desk.read_answers("household", &json).unwrap();
    assert_eq!(sheet.answer(&at("meals")), Some(Value::Integer(2)));
    let record = desk.start("household", Some(&sheet)).unwrap();
    desk.finish(record).unwrap();
    assert_eq!(desk.show(record).unwrap().answers["members"][0]["name"], "Juma");
    let wrong = desk
        .read_answers("household", &serde_json::json!({ "cod": "B2" }))
        .unwrap_err();
    assert!(wrong.to_string().contains("cod"), "{wrong}");
}

#[test]
fn a_notebook_without_a_programme_asks_for_a_certificate_not_for_a_form() {
    let folder = tempfile::tempdir().unwrap();
    let surroundings = Surroundings::real().unwrap();
    let mut phone = Notebook::create(
        &folder.path().join("phone"),
        "Amina",
        PASSPHRASE,
        Cost::LEAST,
        surroundings,
    )
    .unwrap();
    let refused = phone.start("household", None).unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
}

const TRIGGERED: &str = "
| survey |
| | type | name | label | trigger | calculation |
| | integer | meals | Meals | | |
| | text | counted | Counted when | ${meals} | concat('at ', ${meals}) |
| | begin_repeat | members | Member | | |
| | text | name | Name | | |
| | end_repeat | | | | |
| settings |
| | form_title | form_id | version |
| | Triggered | triggered | 1 |
";

#[test]
fn an_interview_has_each_answer_on_disk_before_it_goes_on() {
    let (folder, mut desk) = desk();
    desk.publish(&Form::read(Source::Markdown(TRIGGERED)).unwrap().0)
        .unwrap();
    let record = desk.start("triggered", None).unwrap();
    let mut interview = desk.interview(record).unwrap();
    desk.go_on(&mut interview, |session, env| {
        session.set(&at("meals"), Some(Value::Integer(2)), env)
    })
    .unwrap();
    let members: RepeatAddress = "members".parse().unwrap();
    desk.go_on(&mut interview, |session, env| session.add_instance(&members, env))
        .unwrap();
    let refused = desk.go_on(&mut interview, |session, env| {
        session.set(&at("counted"), Some(Value::Integer(2)), env)
    });
    assert!(refused.is_err());
    drop((interview, desk));
    let mut desk = open(&folder);
    let mut interview = desk.interview(record).unwrap();
    let answers = interview.session().answers();
    assert_eq!(answers.answer(&at("meals")), Some(Value::Integer(2)));
    assert_eq!(answers.answer(&at("counted")), Some(Value::Text("at 2".into())));
    assert_eq!(answers.instances(&members).len(), 1);
    drop(answers);
    desk.go_on(&mut interview, |session, env| Ok(session.next(env)))
        .unwrap();
    desk.finish(record).unwrap();
}

#[test]
fn an_answer_sets_what_it_triggers_also_without_an_interview() {
    let (_folder, mut desk) = desk();
    desk.publish(&Form::read(Source::Markdown(TRIGGERED)).unwrap().0)
        .unwrap();
    let record = desk.start("triggered", None).unwrap();
    desk.answer(record, &at("meals"), Value::Integer(3)).unwrap();
    // What was triggered may be changed, and stays changed until it is triggered again.
    desk.answer(record, &at("counted"), Value::Text("by hand".into()))
        .unwrap();
    desk.answer(record, &at("counted"), Value::Text("by hand".into()))
        .unwrap();
    let shown = desk.show(record).unwrap().answers;
    assert_eq!(shown["counted"], "by hand");
    desk.answer(record, &at("meals"), Value::Integer(1)).unwrap();
    assert_eq!(desk.show(record).unwrap().answers["counted"], "at 1");
}

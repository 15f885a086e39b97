//! A desk with a small form, alone or with two phones.

use std::sync::{Arc, Mutex};

use client_core::{Cost, HttpLink, Notebook, Surroundings};
use form::{Address, Form, RepeatAddress, Source, Value};
use tempfile::TempDir;
use testkit::{Field, FieldClock};
use wire::RecordId;

pub(crate) const PASSPHRASE: &str = "six long words in here";
pub(crate) const FORM: &str = "
| survey |
| | type | name | label::English (en) | label::French (fr) | calculation | sensitivity |
| | begin_group | home | The home | Le foyer | | |
| | text | code | Code | Code | | |
| | integer | meals | Meals yesterday | Repas hier | | |
| | select_one yn | water | Is there water? | Y a-t-il de l’eau ? | | |
| | end_group | | | | | |
| | begin_repeat | members | Member | Membre | | |
| | text | name | Name | Nom | | identity |
| | integer | age | Age of ${name} | Âge de ${name} | | |
| | end_repeat | | | | | |
| | calculate | size | | | count(${members}) | |
| | text | fear | What do you fear? | Que craignez-vous ? | | protected |
| choices |
| | list_name | name | label::English (en) | label::French (fr) |
| | yn | yes | Yes | Oui |
| | yn | no | No | Non |
| settings |
| | form_title | form_id | version | default_language |
| | Household | household | 1 | English (en) |
";

pub(crate) fn form() -> Form {
    Form::read(Source::Markdown(FORM)).unwrap().0
}

pub(crate) fn at(path: &str) -> Address {
    Address::top(&path.parse().unwrap())
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// A desk alone, with one finished record.
pub(crate) fn lone_desk() -> (TempDir, Arc<Mutex<Notebook>>, RecordId) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("desk");
    let mut desk = Notebook::create(
        &home,
        "Desk in town",
        PASSPHRASE,
        Cost::LEAST,
        Surroundings::real().unwrap(),
    )
    .unwrap();
    desk.found("A programme", "http://127.0.0.1:1").unwrap();
    desk.publish(&form()).unwrap();
    let record = desk.start("household", None).unwrap();
    fill(&mut desk, record);
    desk.finish(record).unwrap();
    (folder, Arc::new(Mutex::new(desk)), record)
}

/// Answers the form, with something in it that must stay text.
pub(crate) fn fill(notebook: &mut Notebook, record: RecordId) {
    notebook
        .answer(record, &at("home/code"), text("<script>alert(1)</script>"))
        .unwrap();
    notebook
        .answer(record, &at("home/meals"), Value::Integer(2))
        .unwrap();
    notebook
        .answer(record, &at("home/water"), Value::SelectOne("yes".into()))
        .unwrap();
    notebook.answer(record, &at("fear"), text("=1+1")).unwrap();
    for (name, age) in [("Awa", 34), ("Binta", 9)] {
        let repeat: RepeatAddress = "members".parse().unwrap();
        let member = repeat.instance(notebook.add_instance(record, &repeat).unwrap());
        notebook
            .answer(record, &member.near(&"members/name".parse().unwrap()), text(name))
            .unwrap();
        notebook
            .answer(
                record,
                &member.near(&"members/age".parse().unwrap()),
                Value::Integer(age),
            )
            .unwrap();
    }
}

/// A desk whose two phones answered differently, and removed and edited the same member.
pub(crate) struct Dispute {
    pub(crate) desk: Arc<Mutex<Notebook>>,
    pub(crate) record: RecordId,
    /// A third phone that was handed the record too, and said nothing yet.
    pub(crate) late: Notebook,
    _field: Field,
    _folder: TempDir,
}

pub(crate) fn dispute() -> Dispute {
    let folder = tempfile::tempdir().unwrap();
    let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
    let field = Field::set_up(folder.path(), [3; 32], clock, Cost::LEAST, PASSPHRASE).unwrap();
    let link = HttpLink::default();
    let mut desk = field.desk("desk", "A programme").unwrap();
    desk.publish(&form()).unwrap();
    let mut phones = ["amina", "bakary", "chipo"].map(|name| field.phone(name, &mut desk).unwrap());
    desk.sync(&link).unwrap();
    for phone in &mut phones {
        phone.sync(&link).unwrap();
    }
    let record = {
        let phone = &mut phones[0];
        let record = phone.start("household", None).unwrap();
        fill(phone, record);
        phone.finish(record).unwrap();
        phone.sync(&link).unwrap();
        record
    };
    desk.sync(&link).unwrap();
    for phone in &phones {
        desk.grant(record, phone.member(), None).unwrap();
    }
    desk.sync(&link).unwrap();
    for phone in &mut phones {
        phone.sync(&link).unwrap();
        phone.sync(&link).unwrap();
    }
    field.clock.pass_hours(26);
    let shown = desk.show(record).unwrap().answers;
    let id = shown["members"][0]["__id"].as_str().unwrap().parse().unwrap();
    let member = "members".parse::<RepeatAddress>().unwrap().instance(id);
    phones[0]
        .answer(record, &at("home/meals"), Value::Integer(5))
        .unwrap();
    phones[0].remove_instance(record, &member).unwrap();
    phones[1]
        .answer(record, &at("home/meals"), Value::Integer(6))
        .unwrap();
    phones[1]
        .answer(
            record,
            &member.near(&"members/age".parse().unwrap()),
            Value::Integer(35),
        )
        .unwrap();
    let [mut amina, mut bakary, late] = phones;
    for phone in [&mut amina, &mut bakary] {
        phone.finish(record).unwrap();
        phone.sync(&link).unwrap();
    }
    desk.sync(&link).unwrap();
    Dispute {
        desk: Arc::new(Mutex::new(desk)),
        record,
        late,
        _field: field,
        _folder: folder,
    }
}

//! A lost device, from a terminal: revoked, its late work looked at, the keys renewed.

use baraza_tests::process::baraza;
use baraza_tests::{PASSPHRASE, Stage, at};
use form::{Form, Source, Value};
use serde_json::Value as Json;
use wire::RecordId;

const FORM: &str = "
| survey |
| | type | name | label |
| | text | village | Village |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

#[test]
fn a_lost_device_is_revoked_and_its_late_work_decided_about_from_a_terminal() {
    let Stage {
        link,
        desk,
        mut phones,
        folder,
        field: _field,
        ..
    } = Stage::with_form(1, Form::read(Source::Markdown(FORM)).unwrap().0);
    drop(desk);
    let home = folder.path().join("desk");
    let home = home.to_str().unwrap();
    let run = |command: &[&str], rest: &[&str]| {
        let arguments = [command, &["--home", home], rest].concat();
        baraza(&arguments, PASSPHRASE)
    };
    let json = |command: &[&str], rest: &[&str]| -> Json {
        serde_json::from_str(&run(command, &[rest, &["--json"]].concat())).unwrap()
    };
    let mut visit = |village: &str| -> RecordId {
        let record = phones[0].start("visit", None).unwrap();
        phones[0]
            .answer(record, &at("village"), Value::Text(village.into()))
            .unwrap();
        phones[0].finish(record).unwrap().unwrap();
        record
    };
    let late = [visit("Kayes"), visit("Nioro")].map(|record| record.to_string());
    let [first, second] = late.each_ref().map(String::as_str);

    let revoked = json(&["device", "revoke"], &["amina"]);
    assert_eq!(revoked.pointer("/name"), Some(&"amina".into()));
    assert_eq!(revoked.pointer("/renewed"), Some(&true.into()));
    run(&["sync"], &[]);
    assert!(phones[0].sync(&link).unwrap().revoked);
    let report = json(&["sync"], &[]);
    assert_eq!(report.pointer("/split"), Some(&Json::Null));
    let listed = json(&["quarantine", "list"], &[]);
    let records: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group.get("record"))
        .collect();
    assert_eq!(records, [Some(&first.into()), Some(&second.into())]);
    assert!(run(&["quarantine", "list"], &[]).contains("written after its author was revoked"));

    assert!(run(&["quarantine", "drop"], &[second]).contains("1 envelopes"));
    let released = json(&["quarantine", "release"], &[first]);
    assert_eq!(released.pointer("/still_quarantined"), Some(&0.into()));
    assert!(run(&["record", "show"], &[first]).contains("Kayes"));
    assert_eq!(json(&["quarantine", "list"], &[]).as_array().unwrap().len(), 0);
    let dropped = json(&["quarantine", "list"], &["--dropped"]);
    assert_eq!(dropped.pointer("/0/record"), Some(&second.into()));

    let before = json(&["roster", "status"], &[]);
    let rotated = json(&["epoch", "rotate"], &["general"]);
    assert_eq!(rotated, serde_json::json!(["general"]));
    let after = json(&["roster", "status"], &[]);
    let height = |standing: &Json| standing.get("height").and_then(Json::as_u64).unwrap();
    assert_eq!(height(&after), height(&before) + 1);
    assert_eq!(after.pointer("/rotation_due"), Some(&false.into()));
}

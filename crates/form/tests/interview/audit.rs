//! The log of an interview.

use baraza_form::interview::audit_csv;

use super::{Told, at, env_at, plan};

const FORM: &str = "
| survey | | | |
| | type | name | label | parameters |
| | text | name | Name |
| | begin_repeat | members | Member |
| | integer | age | Age |
| | end_repeat | | |";

#[test]
fn a_log_has_the_events_and_columns_of_odk() {
    let form = FORM.replace(
        "| | text | name",
        "| | audit | audit | | track-changes=true |\n| | text | name",
    );
    let mut told = Told::begin_with(&plan(&form), env_at("2026-11-23T10:00:00Z"));
    let at_second =
        |told: &mut Told, second: u32| told.env = env_at(&format!("2026-11-23T10:00:{second:02}Z"));
    at_second(&mut told, 1);
    told.next();
    at_second(&mut told, 4);
    told.set("name", "Amina, \"A\"");
    told.next();
    at_second(&mut told, 6);
    told.next();
    told.add("members");
    let second = told.instances("members")[1].clone();
    at_second(&mut told, 9);
    told.set(&format!("{second}/age"), "7");
    told.remove(&second);
    told.session.jump(&at("name"), &told.env).unwrap();
    told.session.jump_to_end(&told.env);
    let _ = told.session.finish(&told.env);
    let audit = told
        .session
        .form()
        .audit
        .clone()
        .expect("the form asks for a log");
    let csv = audit_csv(&audit, told.session.audit());
    let start = 1_795_428_000_000_u64;
    let expected = [
        "event,node,start,end,old-value,new-value".to_owned(),
        format!("form start,,{start},,,"),
        format!("beginning of form,,{start},{},,", start + 1000),
        format!(
            "question,/data/name,{},{},,\"Amina, \"\"A\"\"\"",
            start + 1000,
            start + 4000
        ),
        format!(
            "question,/data/members[1]/age,{},{},,",
            start + 4000,
            start + 6000
        ),
        format!("add repeat,/data/members[2],{},{},,", start + 6000, start + 6000),
        format!(
            "question,/data/members[2]/age,{},{},,7",
            start + 6000,
            start + 9000
        ),
        format!("delete repeat,/data/members[2],{},,,", start + 9000),
        format!("jump,,{},,,", start + 9000),
        format!("add repeat,/data/members[2],{},{},,", start + 9000, start + 9000),
        format!("jump,,{},,,", start + 9000),
        format!("question,/data/name,{},{},,", start + 9000, start + 9000),
        format!("end screen,,{},{},,", start + 9000, start + 9000),
        format!("form finalize,,{},,,", start + 9000),
    ];
    assert_eq!(csv.lines().collect::<Vec<_>>(), expected);
    assert!(!format!("{:?}", told.session.audit()).contains("Amina"));
}

#[test]
fn a_form_that_asks_for_no_log_has_none() {
    let mut told = Told::begin(FORM);
    told.next();
    assert_eq!(told.session.audit(), []);
}

//! What follows from an answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use baraza_form::interview::{
    Adopted, Finish, Notice, Opening, Screen, SectionStatus, Session, SessionError, Trouble,
};
use baraza_form::{AnswerSheet, Answers, InstanceId, RepeatAddress, Table, Value};

use super::{Told, at, env, env_at, plan};

const FORM: &str = "
| survey | | | | | | | | | | | |
| | type | name | label::English (en) | label::French (fr) | relevant | required | constraint | constraint_message::English (en) | constraint_message::French (fr) | calculation | choice_filter |
| | text | head | Head | Chef | | yes | | | | | |
| | integer | age | How old is ${head}? | Quel âge a ${head} ? | | yes | . < 120 | Too old for ${head}. | Trop vieux pour ${head}. | | |
| | calculate | adult | | | | | | | | ${age} >= 18 | |
| | select_one place | region | Region | Région | | | | | | | parent = '' |
| | select_one place | town | Town | Ville | | yes | | | | | parent = ${region} |
| | text | work | Work | Travail | ${age} >= 18 | | | | | | |
| | note | thanks | ${head} lives in ${town} | ${head} vit à ${town} | | | | | | | |
| | text | fixed | Fixed | Fixe | | | | | | concat(${head}, '!') | |
| choices | | | | | |
| | list_name | name | label::English (en) | label::French (fr) | parent |
| | place | north | The North | Le Nord | |
| | place | south | The South | Le Sud | |
| | place | ulu | Ulu | Oulou | north |
| | place | kusi | Kusi | Koussi | south |
| settings | | |
| | form_id | instance_name |
| | test | concat(${head}, ' ', ${age}) |";

#[test]
fn an_answer_is_written_with_what_the_form_computes_from_it() {
    let mut told = Told::begin(FORM);
    let step = told.set("age", "30");
    let written: Vec<String> = step.writes.iter().map(|write| format!("{write:?}")).collect();
    assert_eq!(written, ["Set(age)", "Set(adult)"]);
    assert_eq!(told.answer("adult").as_deref(), Some("true"));
    assert_eq!(told.kept.answer(&at("adult")), Some(Value::Text("true".into())));
    let again = told.set("age", "30");
    assert_eq!(again.writes, []);
}

#[test]
fn only_what_depends_on_an_answer_is_worked_out() {
    let mut told = Told::begin(FORM);
    told.set("head", "Amina");
    let before = told.session.evaluations();
    told.set("head", "Juma");
    // `fixed` reads it, and nothing else.
    assert_eq!(told.session.evaluations() - before, 1);
    let before = told.session.evaluations();
    told.set("age", "30");
    // `adult` and the relevance of `work`.
    assert_eq!(told.session.evaluations() - before, 2);
    let before = told.session.evaluations();
    told.set("region", "north");
    assert_eq!(told.session.evaluations() - before, 0);
}

#[test]
fn an_answer_that_is_not_relevant_is_kept_and_does_not_count() {
    let mut told = Told::begin(FORM);
    told.set("age", "30");
    told.set("work", "farmer");
    told.set("age", "12");
    assert_eq!(told.answer("work"), None);
    assert_eq!(told.kept.answer(&at("work")), Some(Value::Text("farmer".into())));
    assert!(told.session.finished_answers().answer(&at("work")).is_none());
    let refused = told.session.set_text(&at("work"), "smith", &told.env);
    assert_eq!(refused, Err(SessionError::NotRelevant(at("work"))));
    told.set("age", "31");
    assert_eq!(told.answer("work").as_deref(), Some("farmer"));
}

#[test]
fn messages_and_labels_are_in_the_language_chosen() {
    let mut told = Told::begin(FORM);
    told.set("head", "Amina");
    told.set("age", "130");
    told.session.jump(&at("age"), &told.env).unwrap();
    let step = told.next();
    assert!(!step.moved);
    assert_eq!(step.problems[0].message, "Too old for Amina.");
    assert_eq!(step.problems[0].trouble, Trouble::Constraint);
    told.env.language = "fr".to_owned();
    let step = told.next();
    assert_eq!(step.problems[0].message, "Trop vieux pour Amina.");
    let Screen::Question { question, .. } = told.screen() else {
        panic!("{:?}", told.screen())
    };
    assert_eq!(question.label, "Quel âge a Amina ?");
    assert!(question.required && !question.read_only);
    assert_eq!(question.answer.as_deref(), Some("130"));
    assert_eq!(question.problem.unwrap().message, "Trop vieux pour Amina.");
    told.session.jump(&at("region"), &told.env).unwrap();
    let offers = told.screen().questions()[0].choices.clone();
    let labels: Vec<&str> = offers.iter().map(|offer| offer.label.as_str()).collect();
    assert_eq!(labels, ["Le Nord", "Le Sud"]);
}

#[test]
fn a_choice_no_longer_offered_is_told_and_dropped_when_it_was_shown_again() {
    let mut told = Told::begin(FORM);
    told.set("head", "Amina");
    told.set("age", "7");
    told.set("region", "north");
    told.set("town", "ulu");
    let step = told.set("region", "south");
    assert_eq!(step.notices, [Notice::NoLongerOffered { at: at("town") }]);
    // It is still on disk, counts as none, and keeps the record from being finished.
    assert!(told.kept.answer(&at("town")).is_some());
    told.session.jump(&at("town"), &told.env).unwrap();
    let asked = told.screen().questions()[0].clone();
    assert!(asked.no_longer_offered);
    assert_eq!(asked.answer, None);
    assert_eq!(told.session.problems(&told.env)[0].trouble, Trouble::NotOffered);
    // Back in the north it would count again.
    assert_eq!(told.set("region", "north").notices, []);
    assert_eq!(told.screen().questions()[0].answer.as_deref(), Some("ulu"));
    told.set("region", "south");
    let step = told.next();
    assert_eq!(step.notices, [Notice::Dropped { at: at("town") }]);
    assert_eq!(step.problems[0].trouble, Trouble::Missing);
    assert_eq!(told.kept.answer(&at("town")), None);
}

#[test]
fn what_the_form_computes_cannot_be_set_by_hand() {
    let mut told = Told::begin(FORM);
    for address in ["adult", "fixed", "thanks"] {
        let refused = told
            .session
            .set(&at(address), Some(Value::Text("x".into())), &told.env);
        assert_eq!(refused, Err(SessionError::NotAsked(at(address))), "{address}");
    }
    let refused = told
        .session
        .set(&at("age"), Some(Value::Text("x".into())), &told.env);
    assert!(matches!(
        refused,
        Err(SessionError::WrongType { kind: "integer", .. })
    ));
    assert!(told.session.set_text(&at("nothing"), "x", &told.env).is_err());
}

#[test]
fn a_record_is_finished_when_nothing_is_missing_and_not_before() {
    let mut told = Told::begin(FORM);
    told.set("head", "Amina");
    let Finish::Refused(step) = told.session.finish(&told.env) else {
        panic!("finished without an age")
    };
    let missing: Vec<String> = step
        .problems
        .iter()
        .map(|problem| problem.at.to_string())
        .collect();
    assert_eq!(missing, ["age", "town"]);
    assert_eq!(told.place(), "age");
    told.set("age", "12");
    told.set("region", "north");
    told.set("town", "ulu");
    let Finish::Done { finished, .. } = told.session.finish(&told.env) else {
        panic!("not finished")
    };
    assert_eq!(finished.name.as_deref(), Some("Amina 12"));
    let refused = told.session.set_text(&at("head"), "Juma", &told.env);
    assert_eq!(refused, Err(SessionError::ReadOnly));
}

#[test]
fn a_record_that_is_only_read_is_walked_through_and_not_written() {
    let mut sheet = AnswerSheet::new();
    sheet.set(at("age"), Value::Integer(30));
    let (mut session, step) = Session::open(&plan(FORM), Opening::to_read(&sheet), &env());
    assert_eq!(step.writes, []);
    assert!(session.set_text(&at("age"), "31", &env()).is_err());
    let mut screens = 0;
    while session.next(&env()).moved {
        screens += 1;
        assert!(
            session
                .screen(&env())
                .questions()
                .iter()
                .all(|asked| asked.read_only)
        );
    }
    // head, age, region, town, work, thanks, fixed, and the end.
    assert_eq!(screens, 8);
}

#[test]
fn the_outline_says_how_far_each_section_has_come() {
    let form = "
| survey | | | | | |
| | type | name | label | relevant | required |
| | begin_group | a | A | | |
| | text | one | One | | yes |
| | text | two | Two | | |
| | end_group | | | | |
| | begin_group | b | B | ${one} = 'b' | |
| | text | three | Three | | |
| | end_group | | | | |
| | begin_repeat | r | R | | |
| | integer | four | Four | | yes |
| | end_repeat | | | | |";
    let mut told = Told::begin(form);
    let status = |told: &Told| -> Vec<SectionStatus> {
        let outline = told.session.outline(&told.env);
        outline.sections.iter().map(|section| section.status).collect()
    };
    use SectionStatus::*;
    assert_eq!(status(&told), [NotBegun, NotRelevant, NotBegun]);
    told.set("a/two", "x");
    assert_eq!(status(&told), [Begun, NotRelevant, NotBegun]);
    told.set("a/one", "b");
    assert_eq!(status(&told), [Complete, NotBegun, NotBegun]);
    let four = format!("{}/four", told.instances("r")[0]);
    told.set(&four, "4");
    let outline = told.session.outline(&told.env);
    assert_eq!(outline.sections[2].nth, Some(1));
    assert_eq!((outline.asked, outline.answered, outline.required), (4, 3, 2));
    assert_eq!(outline.status, Complete);
}

#[test]
fn answers_that_trigger_others_set_them_once() {
    let form = "
| survey | | | | | |
| | type | name | label | calculation | trigger |
| | text | name | Name | | |
| | text | greeting | Greeting | concat('Hello ', ${name}) | ${name} |
| | dateTime | when | When | now() | ${name} |
| | text | cleared | Cleared | | ${name} |";
    let mut told = Told::begin(form);
    assert_eq!(told.answer("greeting"), None);
    told.set("cleared", "x");
    let step = told.set("name", "Amina");
    let set: Vec<Notice> = ["greeting", "when", "cleared"]
        .map(|name| Notice::SetByTrigger { at: at(name) })
        .into();
    assert_eq!(step.notices, set);
    assert_eq!(told.answer("greeting").as_deref(), Some("Hello Amina"));
    assert_eq!(told.answer("cleared"), None);
    // It is an answer like any other until it is triggered again.
    told.set("greeting", "Karibu");
    told.env = env_at("2026-11-23T11:00:00Z");
    told.session.notice(&told.env);
    assert_eq!(told.answer("greeting").as_deref(), Some("Karibu"));
    assert!(told.answer("when").unwrap().starts_with("2026-11-23T10:00"));
    told.set("name", "Juma");
    assert_eq!(told.answer("greeting").as_deref(), Some("Hello Juma"));
    assert!(told.answer("when").unwrap().starts_with("2026-11-23T11:00"));
}

#[test]
fn a_new_record_begins_with_its_defaults() {
    let form = "
| survey | | | | | |
| | type | name | label | calculation | default |
| | today | today | | | |
| | username | username | | | |
| | integer | people | People | | 4 |
| | calculate | doubled | | ${people} * 2 | |
| | integer | rooms | Rooms | | ${doubled} + 1 |
| | date | day | Day | | today() |";
    let mut surroundings = env();
    surroundings.username = "amina".to_owned();
    let told = Told::begin_with(&plan(form), surroundings);
    assert_eq!(told.answer("rooms").as_deref(), Some("9"));
    assert_eq!(told.answer("day").as_deref(), Some("2026-11-23"));
    assert_eq!(told.answer("today").as_deref(), Some("2026-11-23"));
    assert_eq!(told.answer("username").as_deref(), Some("amina"));
    // Another day it is opened again: defaults stay as they are.
    let later = env_at("2026-11-24T10:00:00Z");
    let (session, step) = Session::open(&plan(form), Opening::of(&told.kept), &later);
    assert_eq!(step.writes, []);
    assert_eq!(
        session.answers().answer(&at("day")).unwrap().to_odk_text(),
        "2026-11-23"
    );
}

#[test]
fn a_newer_version_is_adopted_with_a_list_of_what_changes() {
    let old = "
| survey | | | | |
| | type | name | label | calculation |
| | text | kept | Kept | |
| | text | gone | Gone | |
| | text | number | Number | |";
    let new = "
| survey | | | | |
| | type | name | label | calculation |
| | text | kept | Kept | |
| | integer | number | Number | |
| | text | more | More | |
| | calculate | long | | string-length(${kept}) |";
    let mut told = Told::begin(old);
    told.set("kept", "abc");
    told.set("gone", "x");
    told.set("number", "seven");
    told.session.jump(&at("kept"), &told.env).unwrap();
    let (step, changes) = told.session.adopt(&plan(new), &told.env).unwrap();
    told.keep(&step);
    assert_eq!(
        changes,
        [
            Adopted::Unasked { at: at("gone") },
            Adopted::Unfit { at: at("number") },
            Adopted::Asked { at: at("more") },
        ]
    );
    assert_eq!(told.answer("long").as_deref(), Some("3"));
    assert_eq!(told.place(), "kept");
    assert!(told.kept.answer(&at("gone")).is_some());
    assert_eq!(told.session.problems(&told.env)[0].trouble, Trouble::WrongType);
}

#[test]
fn what_reads_an_unreadable_compartment_is_left_alone() {
    /// Only the compartment `general`.
    struct General(AnswerSheet);
    impl Answers for General {
        fn answer(&self, at: &baraza_form::Address) -> Option<Value> {
            self.0.answer(at).filter(|_| *at != super::at("who"))
        }
        fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
            self.0.instances(repeat)
        }
        fn holds(&self, compartment: &str) -> bool {
            compartment == "general"
        }
    }
    let form = "
| survey | | | | | | | |
| | type | name | label | calculation | sensitivity | relevant | reveals |
| | text | who | Who | | identity | | |
| | calculate | greeting | | concat('Hello ', ${who}) | identity | | |
| | text | work | Work | | | ${who} != '' | identity |
| | integer | age | Age | | | | |";
    let mut sheet = AnswerSheet::new();
    sheet.set(at("who"), Value::Text("Amina".into()));
    sheet.set(at("greeting"), Value::Text("Hello Amina".into()));
    sheet.set(at("work"), Value::Text("smith".into()));
    let (mut session, step) = Session::open(&plan(form), Opening::of(&General(sheet)), &env());
    assert_eq!(step.writes, []);
    assert!(session.is_relevant(&at("work")));
    let refused = session.set_text(&at("who"), "Juma", &env());
    assert_eq!(refused, Err(SessionError::NotHeld(at("who"))));
    let step = session.set_text(&at("age"), "30", &env()).unwrap();
    assert_eq!(step.writes.len(), 1);
}

#[test]
fn no_answer_shows_in_debug_output() {
    let mut told = Told::begin(FORM);
    told.set("head", "Amina");
    let step = told.set("age", "131");
    told.session.jump(&at("age"), &told.env).unwrap();
    let refused = told.session.next(&told.env);
    let shown = format!(
        "{step:?} {refused:?} {:?} {:?} {:?} {:?}",
        told.screen(),
        told.session,
        told.session.outline(&told.env),
        told.session.problems(&told.env),
    );
    assert!(!shown.contains("Amina") && !shown.contains("131"), "{shown}");
}

#[test]
fn choices_come_from_files_and_from_repeats() {
    let form = "
| survey | | | | | |
| | type | name | label | choice_filter | parameters |
| | text | region | Region | | |
| | select_one_from_file towns.csv | town | Town | region = ${region} | value=code label=title |
| | begin_repeat | members | Member | | |
| | text | name | Name | | |
| | end_repeat | | | | |
| | select_one ${name} | head | Head | | |";
    let csv = b"code,title,region\nu,Ulu,north\nk,Kusi,south\nm,Mji,north\n";
    let tables = BTreeMap::from([(
        "towns.csv".to_owned(),
        Arc::new(Table::read("towns.csv", csv).unwrap()),
    )]);
    let mut surroundings = env();
    surroundings.attachments = Some(Arc::new(tables));
    let mut told = Told::begin_with(&plan(form), surroundings);
    told.set("region", "north");
    let offered = |told: &Told, at: &str| -> Vec<(String, String)> {
        let asked = told.session.asked(&super::at(at), &told.env).unwrap();
        let offers = asked.choices.into_iter();
        offers.map(|offer| (offer.name, offer.label)).collect()
    };
    let pair = |name: &str, label: &str| (name.to_owned(), label.to_owned());
    assert_eq!(offered(&told, "town"), [pair("u", "Ulu"), pair("m", "Mji")]);
    told.add("members");
    let members = told.instances("members");
    told.set(&format!("{}/name", members[0]), "Amina");
    assert_eq!(offered(&told, "head"), [pair("Amina", "Amina")]);
    told.set(&format!("{}/name", members[1]), "Juma");
    assert_eq!(offered(&told, "head").len(), 2);
}

#[test]
fn a_default_comes_from_the_record_that_was_saved_last() {
    let form = "
| survey | | | | |
| | type | name | label | default |
| | text | village | Village | ${last-saved#village} |";
    let mut last = AnswerSheet::new();
    last.set(at("village"), Value::Text("Ulu".into()));
    let mut surroundings = env();
    surroundings.last_saved = Some(Arc::new(last));
    let told = Told::begin_with(&plan(form), surroundings);
    assert_eq!(told.answer("village").as_deref(), Some("Ulu"));
    assert_eq!(Told::begin(form).answer("village"), None);
}

#[test]
fn choices_are_put_into_another_order_by_a_seed_and_stay_in_it() {
    let rows: String = (0..20)
        .map(|nth| format!("| | l | c{nth} | C{nth} |\n"))
        .collect();
    let form = format!(
        "
| survey | | | | |
| | type | name | label | parameters |
| | select_one l | anew | Anew | randomize=true |
| | select_one l | seeded | Seeded | randomize=true, seed=42 |
| choices | | | |
| | list_name | name | label |
{rows}"
    );
    let order = |told: &Told, at: &str| -> Vec<String> {
        let asked = told.session.asked(&super::at(at), &told.env).unwrap();
        asked.choices.into_iter().map(|offer| offer.name).collect()
    };
    let told = Told::begin(&form);
    let other = Told::begin_with(
        &plan(&form),
        baraza_form::Environment::new(super::NOW.parse().unwrap(), jiff::tz::TimeZone::UTC, 8),
    );
    assert_eq!(order(&told, "anew"), order(&told, "anew"));
    assert_ne!(order(&told, "anew"), order(&other, "anew"));
    assert_eq!(order(&told, "seeded"), order(&other, "seeded"));
    assert_ne!(order(&told, "seeded")[0..5], ["c0", "c1", "c2", "c3", "c4"]);
}

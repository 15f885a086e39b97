//! What is asked, what follows from answers, and what is wrong with them.

use std::collections::BTreeSet;

use baraza_form::answers_json::{read_answers, write_answers};
use baraza_form::expression::Environment;
use baraza_form::interview::{self, Trouble};
use baraza_form::respondent::respond;
use baraza_form::{Address, AnswerSheet, Answers, Form, InstanceId, RepeatAddress, Value};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use serde_json::json;

const FORM: &str = "
| survey | | | | | | | | | |
| | type | name | label | relevant | required | constraint | constraint_message | calculation | sensitivity | default | choice_filter |
| | start | start | | | | | | | | | |
| | today | today | | | | | | | | | |
| | text | head | Head | | yes | | | | identity | | |
| | integer | count | How many? | | | . >= 0 and . < 10 | Below ten, ${head}. | | | 2 | |
| | begin_group | house | House | ${count} > 0 | | | | | | | |
| | begin_repeat | members | Members | | | | | | | | |
| | text | name | Name | | | | | | identity | | |
| | integer | age | Age of ${name} | | yes | | | | | | |
| | select_one yes_no | works | Works? | ${age} >= 15 | yes | | | | | | |
| | calculate | is_child | | | | | | if(${age} < 15, 1, 0) | | | |
| | end_repeat | | | | | | | | | | |
| | end_group | | | | | | | | | | |
| | calculate | children | | | | | | sum(${is_child}) | | | |
| | calculate | twice | | | | | | ${children} * 2 | | | |
| | calculate | greeting | | | | | | concat('Hello ', ${head}) | | | |
| | select_one place | region | Region | | | | | | | | |
| | select_one place | town | Town | | | | | | | | in = ${region} |
| | note | thanks | Thank you, ${head} from ${region} | ${children} > 0 | | | | | | | |
| choices | | | | |
| | list_name | name | label | in |
| | yes_no | yes | Yes | |
| | yes_no | no | No | |
| | place | north | The North | |
| | place | south | The South | |
| | place | ulu | Ulu | north |
| | place | kusi | Kusi | south |
| settings | | |
| | form_id | instance_name |
| | test | concat(${head}, ' ', ${count}) |";

fn form() -> Form {
    Form::read_markdown(FORM).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn chance() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

fn env() -> Environment {
    Environment::new(
        "2026-11-23T10:00:00Z".parse().expect("a time"),
        jiff::tz::TimeZone::UTC,
        7,
    )
}

fn at(text: &str) -> Address {
    text.parse().expect("an address")
}

/// A household with an adult and a child.
fn sheet() -> AnswerSheet {
    let json = json!({
        "head": "Amina", "count": 2,
        "house": { "members": [
            { "__id": "6f2c1f0e-8f5a-4d2b-9a39-0d6a1c9b7e01", "name": "Juma", "age": 41 },
            { "__id": "0b8a4f7c-2f6e-4c55-8b1d-5a3e7d9c4402", "name": "Neema", "age": "7" },
        ]},
        "region": "north",
    });
    read_answers(&form(), &json, &mut chance()).expect("answers to the form")
}

const JUMA: &str = "house/members[6f2c1f0e-8f5a-4d2b-9a39-0d6a1c9b7e01]";
const NEEMA: &str = "house/members[0b8a4f7c-2f6e-4c55-8b1d-5a3e7d9c4402]";

#[test]
fn questions_are_shown_in_order_for_each_instance() {
    let (form, sheet) = (form(), sheet());
    let shown: Vec<String> = interview::visible(&form, &sheet, &env())
        .iter()
        .map(Address::to_string)
        .collect();
    let expected = [
        "head".to_owned(),
        "count".to_owned(),
        format!("{JUMA}/name"),
        format!("{JUMA}/age"),
        format!("{JUMA}/works"),
        format!("{NEEMA}/name"),
        format!("{NEEMA}/age"),
        "region".to_owned(),
        "town".to_owned(),
        "thanks".to_owned(),
    ];
    assert_eq!(shown, expected);
    assert!(!interview::relevant(
        &form,
        &sheet,
        &at(&format!("{NEEMA}/works")),
        &env()
    ));
    assert!(!interview::relevant(&form, &sheet, &at("nothing"), &env()));
}

#[test]
fn what_is_in_a_group_that_is_not_relevant_counts_as_not_answered() {
    let (form, mut sheet) = (form(), sheet());
    sheet.set(at("count"), Value::Integer(0));
    let shown = interview::visible(&form, &sheet, &env());
    assert!(shown.iter().all(|at| at.steps().is_empty()));
    let computed = interview::calculate(&form, &sheet, &env());
    assert!(
        computed.contains(&(at("children"), Some(Value::Integer(0)))),
        "{computed:?}"
    );
    assert!(interview::irrelevant(&form, &sheet, &env()).contains(&at(&format!("{JUMA}/age"))));
}

#[test]
fn calculations_come_after_what_they_depend_on_and_only_if_they_differ() {
    let (form, mut sheet) = (form(), sheet());
    let computed = interview::calculate(&form, &sheet, &env());
    let place = |wanted: &str| {
        computed
            .iter()
            .position(|(address, _)| *address == at(wanted))
            .unwrap()
    };
    assert!(place(&format!("{NEEMA}/is_child")) < place("children"));
    assert!(place("children") < place("twice"));
    assert!(computed.contains(&(at("twice"), Some(Value::Integer(2)))));
    for (address, value) in computed {
        sheet.set(address, value.unwrap());
    }
    assert_eq!(interview::calculate(&form, &sheet, &env()), []);
}

/// Reads only what is in `general`.
struct General<'a>(&'a AnswerSheet, &'a Form);

impl Answers for General<'_> {
    fn answer(&self, at: &Address) -> Option<Value> {
        let compartment = self.1.question(&at.path()?)?.compartment.clone();
        (compartment == "general").then(|| self.0.answer(at))?
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.0.instances(repeat)
    }

    fn holds(&self, compartment: &str) -> bool {
        compartment == "general"
    }
}

#[test]
fn what_depends_on_an_unreadable_compartment_is_left_alone() {
    let (form, sheet) = (form(), sheet());
    let general = General(&sheet, &form);
    let computed = interview::calculate(&form, &general, &env());
    assert!(
        computed.iter().all(|(address, _)| *address != at("greeting")),
        "{computed:?}"
    );
    assert!(computed.iter().any(|(address, _)| *address == at("children")));
    let complaints = interview::check(&form, &general, &env());
    assert!(complaints.iter().all(|complaint| complaint.at != at("head")));
    assert_eq!(interview::record_name(&form, &general, &env()), None);
    assert_eq!(
        interview::record_name(&form, &sheet, &env()).as_deref(),
        Some("Amina 2")
    );
}

#[test]
fn what_is_wrong_is_told_in_the_form_s_words() {
    let (form, mut sheet) = (form(), sheet());
    sheet.set(at("count"), Value::Integer(12));
    sheet.set(at("town"), Value::SelectOne("kusi".into()));
    sheet.set(at(&format!("{NEEMA}/works")), Value::SelectOne("perhaps".into()));
    sheet.set(at(&format!("{NEEMA}/age")), Value::Text("seven".into()));
    let complaints = interview::check(&form, &sheet, &env());
    let told: Vec<(String, Trouble)> = complaints
        .iter()
        .map(|it| (it.at.to_string(), it.trouble))
        .collect();
    assert_eq!(
        told,
        [
            ("count".to_owned(), Trouble::Constraint),
            (format!("{JUMA}/works"), Trouble::Missing),
            (format!("{NEEMA}/age"), Trouble::WrongType),
            ("town".to_owned(), Trouble::NotOffered),
        ]
    );
    assert_eq!(complaints[0].message(&form, &sheet, "en"), "Below ten, Amina.");
    assert_eq!(
        complaints[1].message(&form, &sheet, "en"),
        "This question must be answered."
    );
}

#[test]
fn a_filter_says_which_choices_are_offered() {
    let (form, sheet) = (form(), sheet());
    let offered: Vec<&str> = interview::offered(&form, &sheet, &at("town"), &env())
        .iter()
        .map(|choice| choice.name.as_str())
        .collect();
    assert_eq!(offered, ["ulu"]);
    assert_eq!(interview::offered(&form, &sheet, &at("region"), &env()).len(), 4);
}

#[test]
fn a_record_begins_and_ends_with_defaults() {
    let form = form();
    let begun = interview::defaults(&form, &AnswerSheet::new(), &Address::root(), &env());
    let names: Vec<String> = begun.iter().map(|(address, _)| address.to_string()).collect();
    assert_eq!(names, ["start", "today", "count"]);
    assert_eq!(begun[2].1, Value::Integer(2));
    assert_eq!(begun[1].1.to_odk_text(), "2026-11-23");
}

#[test]
fn labels_are_filled_with_answers() {
    let (form, sheet) = (form(), sheet());
    let label = form.label(&"thanks".parse().unwrap(), "en").unwrap();
    assert_eq!(
        interview::fill(&form, label, &sheet, &at("thanks"), "en"),
        "Thank you, Amina from The North"
    );
    let age = form.label(&"house/members/age".parse().unwrap(), "en").unwrap();
    assert_eq!(
        interview::fill(&form, age, &sheet, &at(&format!("{NEEMA}/age")), "en"),
        "Age of Neema"
    );
    assert_eq!(
        interview::fill(&form, age, &sheet, &at("house"), "en"),
        "Age of …"
    );
    assert_eq!(
        interview::fill(&form, "${ open", &sheet, &at("house"), "en"),
        "${ open"
    );
}

#[test]
fn answers_come_back_from_json() {
    let (form, sheet) = (form(), sheet());
    let json = write_answers(&form, &sheet);
    assert_eq!(json["house"]["members"][1]["name"], "Neema");
    assert_eq!(read_answers(&form, &json, &mut chance()).unwrap(), sheet);
}

#[test]
fn what_is_no_answer_is_told_without_the_answer() {
    let json = json!({
        "hed": "Amina",
        "count": "many",
        "house": { "members": [ { "age": [] }, 7, { "__id": "x" } ] },
        "start": { },
    });
    let errors = read_answers(&form(), &json, &mut chance()).unwrap_err();
    let told: BTreeSet<String> = errors.iter().map(ToString::to_string).collect();
    let expected = [
        "count: it is no answer to a question of type integer: a whole number is written with digits only, like `42` or `-7`",
        "hed: the form has no such question here (did you mean `head`?)",
        "house/members[1]/age: a text or a number is expected here",
        "house/members[2]: an object with the answers of one instance is expected here",
        "house/members[3]: `__id` is a UUID, different for each instance",
        "start: a text or a number is expected here",
    ];
    assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(read_answers(&form(), &json!([]), &mut chance()).is_err());
}

#[test]
fn the_project_s_forms_are_sound_and_so_are_made_up_answers_to_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../forms");
    for name in ["household", "diaspora", "returnee"] {
        let text = std::fs::read(format!("{folder}/{name}.md")).unwrap();
        let (form, _) =
            Form::read_named("form.md", &text).unwrap_or_else(|errors| panic!("{name}: {errors:#?}"));
        assert_eq!(Form::read_markdown(&form.to_markdown()).as_ref(), Ok(&form));
        let workbook = std::fs::read(format!("{folder}/{name}.xlsx")).unwrap();
        assert_eq!(
            Form::read_named("form.xlsx", &workbook).unwrap().0,
            form,
            "{name}"
        );
        let mut rng = chance();
        let (mut bytes, mut answers) = (0, 0);
        for _ in 0..20 {
            let sheet = respond(&form, &mut rng, &env());
            let complaints = interview::check(&form, &sheet, &env());
            assert_eq!(complaints, [], "{name}");
            assert_eq!(interview::irrelevant(&form, &sheet, &env()), []);
            let json = write_answers(&form, &sheet);
            assert_eq!(read_answers(&form, &json, &mut chance()).unwrap(), sheet);
            bytes += json.to_string().len();
            answers += sheet.len();
        }
        println!(
            "{name}: {} answers, {} bytes on average",
            answers / 20,
            bytes / 20
        );
    }
}

#[test]
fn the_same_chance_makes_up_the_same_answers() {
    let form = form();
    let one = respond(&form, &mut chance(), &env());
    assert_eq!(one, respond(&form, &mut chance(), &env()));
    assert_ne!(one, respond(&form, &mut ChaCha8Rng::seed_from_u64(8), &env()));
}

//! How many bytes a change takes before it is compressed and sealed.

use baraza_record::Record;
use form::{Form, Value};

use crate::field::{Phone, address, text};

/// Sixty questions of the usual kinds, a quarter of them about who somebody is.
fn sixty_questions() -> Form {
    let kinds = [
        "select_one yes_no",
        "integer",
        "text",
        "date",
        "select_multiple needs",
        "select_one yes_no",
    ];
    let mut survey = String::from("| survey |\n| | type | name | label | sensitivity |\n");
    for nth in 0..60 {
        let sensitivity = if nth % 4 == 3 { "identity" } else { "" };
        let kind = kinds[nth % kinds.len()];
        survey += &format!("| | {kind} | question_{nth:02} | Question {nth} | {sensitivity} |\n");
    }
    survey += "\n| choices |\n| | list_name | name | label |\n";
    for (list, name) in [
        ("yes_no", "yes"),
        ("yes_no", "no"),
        ("needs", "water"),
        ("needs", "food"),
        ("needs", "shelter"),
    ] {
        survey += &format!("| | {list} | {name} | {name} |\n");
    }
    Form::read_markdown(&survey).unwrap()
}

fn answer_to(nth: usize) -> Value {
    match nth % 6 {
        0 | 5 => Value::SelectOne(if nth.is_multiple_of(5) { "no" } else { "yes" }.to_owned()),
        1 => Value::Integer(nth as i64 * 7 % 60),
        2 => text(
            [
                "Kilifi, near the old mosque",
                "We came back in March",
                "Three goats and a boat",
            ][nth % 3],
        ),
        3 => Value::Date(
            format!("19{:02}-0{}-1{}", 40 + nth, 1 + nth % 9, nth % 9)
                .parse()
                .unwrap(),
        ),
        _ => Value::SelectMultiple(vec!["water".to_owned(), "shelter".to_owned()]),
    }
}

#[test]
fn a_fresh_record_and_an_edit_are_small() {
    let mut amina = Phone::new(1);
    amina.form = sixty_questions();
    let mut draft = amina.draft();
    let _ = draft.set_meta("form", text("consultation"), 1).unwrap();
    let _ = draft.set_meta("version", text("2026111801"), 1).unwrap();
    for nth in 0..60 {
        let _ = draft
            .put_down(&address(&format!("question_{nth:02}")), answer_to(nth), 1)
            .unwrap();
    }
    let fresh = amina.finish(&draft);
    let mut total = 0;
    for (compartment, changes) in &fresh.parts {
        println!("fresh record, {compartment}: {} bytes", changes[0].len());
        total += changes[0].len();
    }
    let json = serde_json::to_string(&amina.record.hydrate(&amina.form)).unwrap();
    println!("fresh record: {total} bytes; as JSON {}", json.len());

    let edit = amina.answers(&[("question_01", Value::Integer(59))]);
    let edit = edit.parts[0].1[0].len();
    println!("edit of one answer: {edit} bytes");
    let saved: usize = ["general", "identity"]
        .map(|name| amina.record.save(name).len())
        .into_iter()
        .sum();
    println!("saved for the cache: {saved} bytes");
    assert!(total < 2_200 && edit < 150);
}

/// Prints how long merging takes; no assertion, since it runs unoptimised beside other work.
#[test]
fn merging_is_quick() {
    let mut amina = Phone::new(1);
    amina.form = sixty_questions();
    let mut draft = amina.draft();
    for nth in 0..60 {
        let _ = draft
            .put_down(&address(&format!("question_{nth:02}")), answer_to(nth), 1)
            .unwrap();
    }
    let fresh = amina.finish(&draft);
    let edit = amina.answers(&[("question_01", Value::Integer(59))]);
    let started = std::time::Instant::now();
    let rounds: u32 = 50;
    for _ in 0..rounds {
        let mut record = Record::new();
        for (compartment, changes) in &fresh.parts {
            record.merge(compartment, changes, amina.author).unwrap();
        }
    }
    println!("merging a fresh record: {:?}", started.elapsed() / rounds);
    let mut desk = Phone::new(9);
    desk.receive(&fresh);
    let started = std::time::Instant::now();
    for _ in 0..rounds {
        let mut record = desk.record.clone();
        record.merge("general", &edit.parts[0].1, amina.author).unwrap();
    }
    println!("merging an edit: {:?}", started.elapsed() / rounds);
}

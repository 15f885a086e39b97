//! How much an answer costs in a long form.

use std::fmt::Write as _;
use std::time::Instant;

use super::Told;

/// A form of 400 rows: 200 in a repeat, with conditions, calculations and constraints.
fn long_form() -> String {
    let mut form =
        "| survey | | | | | | |\n| | type | name | label | relevant | calculation | constraint |\n"
            .to_owned();
    let mut row = |text: String| writeln!(form, "{text}").expect("a text takes all");
    for nth in 0..99 {
        row(format!("| | integer | top{nth} | Top {nth} | | | . < 1000 |"));
    }
    row("| | begin_repeat | members | Member | | | |".to_owned());
    for nth in 0..49 {
        row(format!(
            "| | integer | q{nth} | Question {nth} of ${{top0}} | | | . < 1000 |"
        ));
        row(format!("| | text | why{nth} | Why {nth} | ${{q{nth}}} > 5 | | |"));
        row(format!(
            "| | calculate | c{nth} | | | ${{q{nth}}} * 2 + ${{top{nth}}} | |"
        ));
        row(format!(
            "| | note | n{nth} | ${{c{nth}}} | ${{c{nth}}} > 10 | | |"
        ));
    }
    row("| | end_repeat | | | | | |".to_owned());
    for nth in 0..49 {
        row(format!("| | calculate | sum{nth} | | | sum(${{c{nth}}}) | |"));
        row(format!(
            "| | note | shown{nth} | ${{sum{nth}}} | ${{sum{nth}}} > 100 | | |"
        ));
    }
    form
}

#[test]
fn an_answer_in_a_long_form_makes_little_be_worked_out() {
    let form = long_form();
    assert!(form.lines().count() >= 395);
    let mut told = Told::begin(&form);
    for _ in 0..49 {
        told.add("members");
    }
    let members = told.instances("members");
    assert_eq!(members.len(), 50);
    let mut times = Vec::new();
    for (nth, member) in members.iter().enumerate() {
        for question in [0, 17, 48] {
            let at = super::at(&format!("{member}/q{question}"));
            told.session.jump(&at, &told.env).unwrap();
            let before = told.session.evaluations();
            let begun = Instant::now();
            let text = (nth % 9 + 1).to_string();
            let step = told.session.set_text(&at, &text, &told.env).unwrap();
            let moved = told.session.next(&told.env);
            let screen = told.session.screen(&told.env);
            times.push(begun.elapsed());
            assert!(moved.moved && !format!("{screen:?}").is_empty());
            told.keep(&step);
            // Its own `why`, `c` and `n`, and the sum with its note.
            let worked_out = told.session.evaluations() - before;
            assert!((2..=5).contains(&worked_out), "{worked_out} for {at}");
        }
    }
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    println!(
        "answer to next screen: median {:?}, p99 {p99:?}",
        times[times.len() / 2]
    );
    // 5 ms when optimised; this is for builds that are not.
    assert!(p99.as_millis() < 100, "{p99:?}");
}

#[test]
fn a_long_list_of_choices_is_filtered_at_once() {
    let mut form = "| survey | | | | |\n| | type | name | label | choice_filter |\n\
        | | select_one l | region | Region | parent = '' |\n\
        | | select_one l | town | Town | parent = ${region} |\n\
        | choices | | | | |\n| | list_name | name | label | parent |\n"
        .to_owned();
    for nth in 0..100 {
        writeln!(form, "| | l | r{nth} | Region {nth} | |").unwrap();
    }
    for nth in 0..10_000 {
        writeln!(form, "| | l | t{nth} | Town {nth} | r{} |", nth % 100).unwrap();
    }
    let mut told = Told::begin(&form);
    let town = super::at("town");
    let mut times = Vec::new();
    for nth in 0..20 {
        told.session.jump(&super::at("region"), &told.env).unwrap();
        let begun = Instant::now();
        let step = told
            .session
            .set_text(&super::at("region"), &format!("r{nth}"), &told.env);
        assert!(told.session.next(&told.env).moved);
        let screen = told.session.screen(&told.env);
        times.push(begun.elapsed());
        assert_eq!(screen.questions()[0].choices.len(), 100);
        told.keep(&step.unwrap());
        told.set(&town.to_string(), &format!("t{nth}"));
    }
    times.sort();
    println!(
        "a filter over 10,000 choices: median {:?}, slowest {:?}",
        times[10], times[19]
    );
    // 10 ms when optimised; this is for builds that are not.
    assert!(times[10].as_millis() < 400, "{:?}", times[10]);
}

#[test]
fn a_form_that_asks_for_endless_instances_gets_no_more_than_a_record_holds() {
    let mut form = "| survey | | | | |\n| | type | name | label | repeat_count |\n\
        | | begin_repeat | outer | Outer | 1000 |\n| | begin_repeat | inner | Inner | 1000 |\n"
        .to_owned();
    for nth in 0..300 {
        writeln!(form, "| | text | q{nth} | Q | |").unwrap();
    }
    form.push_str("| | end_repeat | | | |\n| | end_repeat | | | |\n");
    let told = Told::begin(&form);
    let instances = told.kept.all_instances().len();
    assert!((1_000..=2_000).contains(&instances), "{instances}");
}

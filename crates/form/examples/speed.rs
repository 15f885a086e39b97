//! How fast forms are read and interviews go: `cargo xtask bench form` runs it and says what was allowed.
//!
//! Prints one line of JSON for each figure: `{"what": …, "milliseconds": …}`. The first argument is where
//! to write the form of 400 rows to, the others are files of forms.
#![expect(clippy::print_stdout, reason = "this is a program, run at a terminal")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use baraza_form::definition::Definition;
use baraza_form::interview::{Opening, Plan, Position, Session};
use baraza_form::{Environment, Form, QuestionKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const RUNS: usize = 9;
const INSTANCES: usize = 50;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let long = long_form();
    if let Some(file) = arguments.next() {
        std::fs::write(&file, &long).expect("the form of 400 rows can be written");
        import(&file, long.as_bytes());
    }
    for file in arguments {
        import(&file, &std::fs::read(&file).expect("the form's file can be read"));
    }
    long_interview(&long);
    cascade();
}

fn import(file: &str, bytes: &[u8]) {
    let name = Path::new(file)
        .file_name()
        .map_or(file.into(), |name| name.to_string_lossy());
    let name = name.as_ref();
    tell(
        &format!("read {name}"),
        median(|| {
            Form::read_named(name, bytes).expect("the form is sound");
        }),
    );
    tell(
        &format!("convert {name}"),
        median(|| {
            let (definition, _) = Definition::read_named(name, bytes).expect("the form is sound");
            definition.to_xform().expect("the form can be written");
        }),
    );
}

/// From an answer to the next screen, in an interview that answers every question.
fn long_interview(form: &str) {
    let plan = Plan::of(
        Form::read_named("long.md", form.as_bytes())
            .expect("the form is sound")
            .0,
    );
    let env = environment();
    let (mut session, _) = Session::open(&plan, Opening::new_record(), &env);
    let mut times = Vec::new();
    loop {
        match session.position().clone() {
            Position::End => break,
            Position::Question { .. } | Position::Page { .. } => times.push(answer(&mut session, &env)),
            Position::Beginning | Position::Repeat { .. } => {
                session.pass(&env);
            }
        }
    }
    assert!(
        times.len() > INSTANCES * 10,
        "the interview had {} screens only",
        times.len()
    );
    times.sort_by(f64::total_cmp);
    tell("answer to next screen, median", at(&times, 50));
    tell("answer to next screen, p99", at(&times, 99));
    tell("answer to next screen, worst", at(&times, 100));
}

/// A step through two levels of a list of 10 000 choices.
fn cascade() {
    let plan = Plan::of(
        Form::read_named("cascade.md", cascading_form().as_bytes())
            .expect("the form is sound")
            .0,
    );
    let env = environment();
    let mut times = Vec::new();
    for run in 0..50 {
        let (mut session, _) = Session::open(&plan, Opening::new_record(), &env);
        session.next(&env);
        let began = Instant::now();
        let district = session.shown().first().cloned().expect("there is a question");
        session
            .set_text(&district, &format!("d{run}"), &env)
            .expect("it is a choice");
        session.next(&env);
        let screen = session.screen(&env);
        times.push(milliseconds(began));
        let offered = screen.questions().first().map_or(0, |asked| asked.choices.len());
        assert_eq!(offered, 100, "the filter leaves the villages of one district");
    }
    times.sort_by(f64::total_cmp);
    tell("step of a cascade in 10000 choices, median", at(&times, 50));
    tell("step of a cascade in 10000 choices, worst", at(&times, 100));
}

fn answer(session: &mut Session, env: &Environment) -> f64 {
    let shown = session.shown();
    let began = Instant::now();
    for at in shown {
        let path = at.path().expect("a question has a path");
        let kind = session
            .form()
            .question(&path)
            .map(|question| question.kind.clone());
        let text = match kind {
            Some(QuestionKind::Integer) if path.to_string() == "members_number" => INSTANCES.to_string(),
            Some(QuestionKind::Integer) => "7".to_owned(),
            Some(QuestionKind::Text) => "some words".to_owned(),
            Some(QuestionKind::Date) => "1970-01-01".to_owned(),
            Some(QuestionKind::SelectOne(_)) => "yes".to_owned(),
            _ => continue,
        };
        session
            .set_text(&at, &text, env)
            .expect("the answer is of the question's kind");
    }
    let here = session.position().clone();
    let step = session.next(env);
    assert_ne!(session.position(), &here, "the interview goes on");
    std::hint::black_box((step, session.screen(env)));
    milliseconds(began)
}

/// 400 rows: a household of 50 members, with conditions, sums over them, and what follows from these.
fn long_form() -> String {
    let mut rows = vec!["| integer | members_number | How many? | | | . <= 100 | |".to_owned()];
    rows.push("| begin_repeat | members | Member | | | | ${members_number} |".to_owned());
    for question in 0..6 {
        rows.push(format!(
            "| integer | age_{question} | Age ${{members_number}} | | | . < 120 | |"
        ));
        rows.push(format!(
            "| select_one yes_no | works_{question} | Works? | ${{age_{question}}} > 3 | | | |"
        ));
        rows.push(format!(
            "| calculate | older_{question} | | | ${{age_{question}}} + position(..) | | |"
        ));
    }
    rows.push("| end_repeat | | | | | | |".to_owned());
    let mut block = 0;
    while rows.len() < 400 {
        let before = if block == 0 {
            "members_number".to_owned()
        } else {
            format!("number_{}", block - 1)
        };
        let age = block % 6;
        rows.push(format!(
            "| calculate | sum_{block} | | | sum(${{age_{age}}}) + count(${{members}}) | | |"
        ));
        rows.push(format!("| integer | number_{block} | Number? | ${{sum_{block}}} > 3 | | . < 1000 or ${{sum_{block}}} > 5 | |"));
        rows.push(format!("| select_one yes_no | choice_{block} | Yes? | ${{{before}}} > 2 and ${{sum_{block}}} != 8 | | | |"));
        rows.push(format!("| text | words_{block} | Which, of ${{sum_{block}}}? | selected(${{choice_{block}}}, 'yes') | | | |"));
        rows.push(format!("| date | day_{block} | When? | | | . <= today() | |"));
        block += 1;
    }
    rows.truncate(400);
    let mut form =
        "| survey |\n| | type | name | label | relevant | calculation | constraint | repeat_count |\n"
            .to_owned();
    for row in rows {
        writeln!(form, "| {row}").expect("a text can be written");
    }
    form + "| choices |\n| | list_name | name | label |\n| | yes_no | yes | Yes |\n| | yes_no | no | No |\n"
}

fn cascading_form() -> String {
    let mut form = "| survey |\n| | type | name | label | choice_filter |\n\
        | | select_one district | district | District | |\n\
        | | select_one village | village | Village | district = ${district} |\n\
        | choices |\n| | list_name | name | label | district |\n"
        .to_owned();
    for district in 0..100 {
        writeln!(form, "| | district | d{district} | District {district} | |")
            .expect("a text can be written");
    }
    for village in 0..10_000 {
        writeln!(
            form,
            "| | village | v{village} | Village {village} | d{} |",
            village / 100
        )
        .expect("a text can be written");
    }
    form
}

fn environment() -> Environment {
    Environment::new(Timestamp::UNIX_EPOCH, TimeZone::UTC, 1)
}

fn median(mut deed: impl FnMut()) -> f64 {
    deed();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            deed();
            milliseconds(began)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    at(&times, 50)
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn tell(what: &str, milliseconds: f64) {
    println!(
        "{}",
        serde_json::json!({ "what": what, "milliseconds": milliseconds })
    );
}

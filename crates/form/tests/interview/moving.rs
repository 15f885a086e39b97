//! From screen to screen.

use baraza_form::interview::{Screen, SessionError};

use super::{Told, at};

const FORM: &str = "
| survey | | | | | | |
| | type | name | label | relevant | appearance | required |
| | text | first | First | | | |
| | begin_group | plain | Plain | | | |
| | text | a | A | | | |
| | calculate | hidden | | | | |
| | begin_group | page | A page for ${a} | | field-list | |
| | text | b | B | | | yes |
| | begin_group | inner | Inner | ${b} = 'x' | | |
| | text | c | C | | | |
| | end_group | | | | | |
| | end_group | | | | | |
| | end_group | | | | | |
| | begin_group | empty | Empty | ${first} = 'no' | | |
| | text | d | D | | | |
| | end_group | | | | | |
| | note | bye | Bye | | | |";

fn form() -> String {
    FORM.replace("| | calculate | hidden | | | | |\n", "")
}

#[test]
fn an_interview_goes_through_what_is_relevant_and_back() {
    let mut told = Told::begin(&form());
    assert_eq!(told.place(), "beginning");
    told.set("plain/page/b", "y");
    let places = told.rest();
    assert_eq!(places, ["first", "plain/a", "page plain/page", "bye", "end"]);
    let mut back = Vec::new();
    while told.session.previous(&told.env).moved {
        back.push(told.place());
    }
    assert_eq!(back, ["bye", "page plain/page", "plain/a", "first", "beginning"]);
}

#[test]
fn a_page_has_all_relevant_questions_inside_it() {
    let mut told = Told::begin(&form());
    told.set("plain/a", "Amina");
    told.session.jump(&at("plain/page/b"), &told.env).unwrap();
    let questions = |told: &Told| -> Vec<String> {
        let screen = told.screen();
        screen
            .questions()
            .iter()
            .map(|asked| asked.address.to_string())
            .collect()
    };
    assert_eq!(questions(&told), ["plain/page/b"]);
    let step = told.next();
    assert_eq!(step.problems[0].at, at("plain/page/b"));
    told.set("plain/page/b", "x");
    assert_eq!(questions(&told), ["plain/page/b", "plain/page/inner/c"]);
    let Screen::Page { around, .. } = told.screen() else {
        panic!("{:?}", told.screen())
    };
    let labels: Vec<&str> = around.iter().map(|heading| heading.label.as_str()).collect();
    assert_eq!(labels, ["Plain", "A page for Amina"]);
    assert!(told.next().moved);
}

#[test]
fn a_jump_goes_to_what_is_shown_and_nowhere_else() {
    let mut told = Told::begin(&form());
    told.session.jump(&at("plain"), &told.env).unwrap();
    assert_eq!(told.place(), "plain/a");
    told.session.jump(&at(""), &told.env).unwrap();
    assert_eq!(told.place(), "beginning");
    assert_eq!(
        told.session.jump(&at("empty/d"), &told.env),
        Err(SessionError::NotRelevant(at("empty/d")))
    );
    assert_eq!(
        told.session.jump(&at("nothing"), &told.env),
        Err(SessionError::Nothing(at("nothing")))
    );
    told.session.jump_to_first_problem(&told.env);
    assert_eq!(told.place(), "page plain/page");
    told.session.jump_to_end(&told.env);
    assert_eq!(told.place(), "end");
    let Screen::End { problems, .. } = told.screen() else {
        panic!("{:?}", told.screen())
    };
    assert_eq!(problems.len(), 1);
}

#[test]
fn a_screen_is_a_plain_value() {
    let mut told = Told::begin(&form());
    told.next();
    let json = serde_json::to_value(told.screen()).unwrap();
    assert_eq!(json["screen"], "question");
    assert_eq!(json["question"]["address"], "first");
    assert_eq!(json["question"]["kind"], "text");
    assert_eq!(json["question"]["label"], "First");
}

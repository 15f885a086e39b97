//! Repeats: more instances and fewer.

use baraza_form::interview::{Notice, SessionError, left_out_instances};
use baraza_form::{Address, Answers};

use super::{Told, at, env};

const FREE: &str = "
| survey | | | | | | |
| | type | name | label | calculation | default | relevant |
| | begin_repeat | members | Member | | | |
| | text | name | Name | | | |
| | integer | age | Age | | 7 | |
| | calculate | nth | | position(..) | | |
| | begin_repeat | visits | Visit | | | |
| | text | why | Why | | | |
| | end_repeat | | | | | |
| | end_repeat | | | | | |
| | calculate | total | | sum(${age}) | | |
| | calculate | how_many | | count(${members}) | | |
| | text | last | Last | | | |";

const COUNTED: &str = "
| survey | | | | | | |
| | type | name | label | calculation | repeat_count | default |
| | integer | people | People | | | |
| | begin_repeat | members | Member | | ${people} | |
| | text | name | Name | | | |
| | integer | visited | Visited | | | 1 |
| | begin_repeat | visits | Visit | | ${visited} | |
| | text | why | Why | | | |
| | end_repeat | | | | | |
| | end_repeat | | | | | |
| | calculate | names | | join(' ', ${name}) | | |";

#[test]
fn a_record_begins_with_one_instance_and_asks_for_more() {
    let mut told = Told::begin(FREE);
    let first = told.instances("members")[0].clone();
    let visit = told.instances(&format!("{first}/visits"))[0].clone();
    assert_eq!(
        told.rest(),
        [
            format!("{first}/name"),
            format!("{first}/age"),
            format!("{visit}/why"),
            format!("another of {first}/visits? (1)"),
            "another of members? (1)".to_owned(),
            "last".to_owned(),
            "end".to_owned(),
        ]
    );
}

#[test]
fn instances_are_added_with_defaults_and_removed_with_all_that_is_in_them() {
    let mut told = Told::begin(FREE);
    let step = told.add("members");
    assert!(step.moved);
    let members = told.instances("members");
    assert_eq!(told.place(), format!("{}/name", members[1]));
    assert_eq!(told.answer("total").as_deref(), Some("14"));
    assert_eq!(told.answer(&format!("{}/nth", members[1])).as_deref(), Some("2"));
    told.set(&format!("{}/age", members[1]), "20");
    assert_eq!(told.answer("total").as_deref(), Some("27"));
    told.remove(&members[0]);
    assert_eq!(told.instances("members"), members[1..]);
    assert_eq!(told.answer("total").as_deref(), Some("20"));
    assert_eq!(told.answer("how_many").as_deref(), Some("1"));
    assert_eq!(told.answer(&format!("{}/nth", members[1])).as_deref(), Some("1"));
    told.session.jump(&members[1], &told.env).unwrap();
    told.remove(&members[1]);
    assert_eq!(told.place(), "another of members? (0)");
    assert_eq!(told.answer("how_many").as_deref(), Some("0"));
    let refused = told.session.remove_instance(&members[1], &told.env);
    assert_eq!(refused, Err(SessionError::NoInstance(members[1].clone())));
}

#[test]
fn an_answer_in_one_instance_leaves_the_others_alone() {
    let mut told = Told::begin(FREE);
    for _ in 0..9 {
        told.add("members");
    }
    let third = told.instances("members")[2].clone();
    let before = told.session.evaluations();
    told.set(&format!("{third}/age"), "9");
    // The sum, and no position.
    assert_eq!(told.session.evaluations() - before, 1);
}

#[test]
fn a_count_makes_instances_and_takes_none_of_their_answers_away() {
    let mut told = Told::begin(COUNTED);
    assert_eq!(told.instances("members"), []);
    let step = told.set("people", "3");
    assert_eq!(told.instances("members").len(), 3);
    let adds = step
        .writes
        .iter()
        .filter(|write| format!("{write:?}").starts_with("AddInstance"));
    // Each with the visit that its default asks for.
    assert_eq!(adds.count(), 6);
    let members = told.instances("members");
    for (member, name) in members.iter().zip(["a", "b", "c"]) {
        told.set(&format!("{member}/name"), name);
    }
    assert_eq!(told.answer("names").as_deref(), Some("a b c"));
    let step = told.set("people", "1");
    let uncounted: Vec<Notice> = members[1..]
        .iter()
        .map(|at| Notice::Uncounted { at: at.clone() })
        .collect();
    assert_eq!(step.notices, uncounted);
    assert_eq!(told.answer("names").as_deref(), Some("a"));
    assert_eq!(told.instances("members").len(), 3, "they are kept");
    let finished = told.session.finished_answers();
    assert_eq!(finished.instances(&"members".parse().unwrap()).len(), 1);
    let left_out: Vec<Address> = left_out_instances(told.session.form(), &told.kept, &env())
        .into_iter()
        .filter(|at| at.steps().len() == 1)
        .collect();
    assert_eq!(left_out, members[1..]);
    let places = told.rest();
    assert!(
        places
            .iter()
            .all(|place| !place.contains(&members[1].to_string()))
    );
    let step = told.set("people", "2");
    assert_eq!(
        step.notices,
        [Notice::CountedAgain {
            at: members[1].clone()
        }]
    );
    assert_eq!(told.answer("names").as_deref(), Some("a b"));
    let refused = told.session.add_instance(&"members".parse().unwrap(), &told.env);
    assert!(matches!(refused, Err(SessionError::Counted(_))));
}

#[test]
fn a_count_beyond_all_bounds_stops_at_one() {
    let mut told = Told::begin(COUNTED);
    told.set("people", "999999");
    assert_eq!(told.instances("members").len(), 1_000);
    told.set("people", "-3");
    assert!(
        told.session
            .finished_answers()
            .instances(&"members".parse().unwrap())
            .is_empty()
    );
    // A million visits are asked for; the record holds 20,000 instances.
    told.set("people", "1000");
    for member in told.instances("members").into_iter().take(25) {
        let step = told
            .session
            .set_text(&at(&format!("{member}/visited")), "1000", &told.env);
        told.keep(&step.unwrap());
    }
    assert!(told.kept.all_instances().len() <= 20_000);
}

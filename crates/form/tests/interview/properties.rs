//! Whatever is done, in any order, the session agrees with working everything out anew.

use baraza_form::interview::{self, Opening, Session};
use baraza_form::{Address, Answers, RepeatAddress};
use proptest::prelude::*;

use super::{Told, env_at, plan};

const FORM: &str = "
| survey | | | | | | | | | |
| | type | name | label | relevant | calculation | repeat_count | choice_filter | required | constraint |
| | integer | n | N | | | | | yes | . < 4 |
| | integer | m | M | ${n} != 2 | | | | | |
| | calculate | nm | | | coalesce(${n}, 0) + coalesce(${m}, 0) | | | | |
| | begin_group | g | G | ${m} != 1 | | | | | |
| | begin_repeat | free | Free | ${nm} < 5 | | | | | |
| | integer | a | A | | | | | ${n} = 1 | |
| | integer | b | B | ${a} > 1 | | | | | |
| | calculate | ab | | | coalesce(${a}, 0) * 10 + coalesce(${b}, 0) + position(..) | | | | |
| | calculate | before | | | sum(${free}[position() < position(current()/..)]/ab) | | | | |
| | begin_repeat | inner | Inner | | | ${a} | | | |
| | integer | x | X | ${b} != 2 | | | | | |
| | calculate | xb | | | ${x} + ${ab} | | | | |
| | end_repeat | | | | | | | | |
| | calculate | xs | | | sum(${xb}) | | | | |
| | end_repeat | | | | | | | | |
| | end_group | | | | | | | | |
| | begin_repeat | counted | Counted | | | ${n} | | | |
| | select_one l | s | S | | | | of = ${n} | | |
| | calculate | seen | | | concat(${s}, count(${free}), indexed-repeat(${a}, ${free}, 1)) | | | | |
| | end_repeat | | | | | | | | |
| | calculate | all | | | concat(sum(${xs}), '/', count(${counted}), '/', sum(/data/g/free/before), '/', count-non-empty(${x})) | | | | |
| | note | end | ${all} | ${all} != '' and today() > '2026-11-23' | | | | | |
| choices | | | | |
| | list_name | name | label | of |
| | l | one | One | 1 |
| | l | two | Two | 2 |
| | l | three | Three | 3 |";

#[derive(Debug, Clone)]
enum Deed {
    Set(usize, u8),
    Add(usize),
    Remove(usize),
    Next,
    Back,
    Tomorrow,
    Reopen,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        10 => (any::<usize>(), 0..6u8).prop_map(|(place, value)| Deed::Set(place, value)),
        3 => any::<usize>().prop_map(Deed::Add),
        2 => any::<usize>().prop_map(Deed::Remove),
        2 => Just(Deed::Next),
        1 => Just(Deed::Back),
        1 => Just(Deed::Tomorrow),
        1 => Just(Deed::Reopen),
    ]
}

fn pick<T: Clone>(all: &[T], place: usize) -> Option<T> {
    all.get(place.checked_rem(all.len())?).cloned()
}

fn agrees(told: &Told) {
    let (form, env) = (told.session.form(), &told.env);
    let kept = &told.kept;
    assert_eq!(
        interview::calculate(form, kept, env),
        [],
        "everything is computed"
    );
    assert_eq!(told.session.visible(), interview::visible(form, kept, env));
    let problems: Vec<_> = told
        .session
        .problems(env)
        .into_iter()
        .map(|it| (it.at, it.trouble))
        .collect();
    let complaints: Vec<_> = interview::check(form, kept, env)
        .into_iter()
        .map(|it| (it.at, it.trouble))
        .collect();
    assert_eq!(problems, complaints);
    let mut finished = kept.clone();
    for at in interview::irrelevant(form, kept, env) {
        finished.clear(&at);
    }
    for instance in interview::left_out_instances(form, kept, env) {
        finished.remove_instance(&instance);
    }
    let json = |answers: &dyn Answers| baraza_form::answers_json::write_answers(form, answers);
    assert_eq!(json(&told.session.finished_answers()), json(&finished));
    for (repeat, wanted) in interview::wanted_instances(form, kept, env) {
        assert!(kept.instances(&repeat).len() >= wanted, "{repeat}");
    }
    // What is kept in memory is what is on disk.
    assert_eq!(json(&told.session.answers()), json(kept));
}

fn repeats(told: &Told) -> Vec<RepeatAddress> {
    let mut all = vec!["g/free".parse().expect("a repeat")];
    all.extend(told.kept.all_instances().iter().filter_map(Address::repeat));
    all
}

fn run(deeds: Vec<Deed>) {
    let plan = plan(FORM);
    let mut told = Told::begin_with(&plan, env_at("2026-11-23T10:00:00Z"));
    agrees(&told);
    for deed in deeds {
        match deed {
            Deed::Set(place, value) => {
                if let Some(at) = pick(&told.session.visible(), place) {
                    let text = match at.question() {
                        "s" => pick(&["", "one", "two", "three"], value.into())
                            .unwrap_or_default()
                            .to_owned(),
                        _ if value == 5 => String::new(),
                        _ => value.to_string(),
                    };
                    if let Ok(step) = told.session.set_text(&at, &text, &told.env) {
                        told.keep(&step);
                    }
                }
            }
            Deed::Add(place) => {
                if let Some(repeat) = pick(&repeats(&told), place)
                    && let Ok(step) = told.session.add_instance(&repeat, &told.env)
                {
                    told.keep(&step);
                }
            }
            Deed::Remove(place) => {
                if let Some(instance) = pick(&told.kept.all_instances(), place)
                    && let Ok(step) = told.session.remove_instance(&instance, &told.env)
                {
                    told.keep(&step);
                }
            }
            Deed::Next => _ = told.next(),
            Deed::Back => _ = told.session.previous(&told.env),
            Deed::Tomorrow => {
                told.env = env_at("2026-11-24T10:00:00Z");
                let step = told.session.notice(&told.env);
                told.keep(&step);
            }
            Deed::Reopen => {
                let (session, step) = Session::open(&plan, Opening::of(&told.kept), &told.env);
                told.session = session;
                told.keep(&step);
            }
        }
        agrees(&told);
        // A screen can always be shown.
        let _ = told.screen();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn what_is_worked_out_bit_by_bit_is_what_is_worked_out_at_once(deeds in prop::collection::vec(deed(), 1..40)) {
        run(deeds);
    }
}

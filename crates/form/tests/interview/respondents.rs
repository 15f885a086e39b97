//! Made-up respondents come to the end of every form.

use std::sync::Arc;
use std::time::Instant;

use baraza_form::Form;
use baraza_form::interview::{self, Plan, Trouble};
use baraza_form::respondent;
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;

use super::{env, plan};

/// Interviews respondents, each of whom must come to the end with a record that can be finished.
fn interview_all(name: &str, plan: &Arc<Plan>, seeds: std::ops::Range<u64>) {
    let begun = Instant::now();
    let (mut screens, count) = (0, seeds.end - seeds.start);
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let answered = respondent::interview(plan, &mut rng, &env());
        assert!(answered.reached_the_end, "{name}, seed {seed}: stuck");
        assert_eq!(answered.unanswerable, [], "{name}, seed {seed}");
        let finished = answered.finished.expect("what is answerable is finished").answers;
        assert_eq!(
            interview::check(plan.form(), &finished, &env()),
            [],
            "{name}, seed {seed}"
        );
        assert_eq!(
            interview::irrelevant(plan.form(), &finished, &env()),
            [],
            "{name}, seed {seed}"
        );
        screens += answered.screens;
    }
    eprintln!(
        "{name}: {count} interviews, {} screens and {:?} on average",
        screens as u64 / count,
        begun.elapsed() / count as u32
    );
}

#[test]
fn the_project_s_forms_are_answered_to_the_end() {
    for name in ["household", "diaspora", "returnee"] {
        let path = format!("{}/../../forms/{name}.md", env!("CARGO_MANIFEST_DIR"));
        let form = std::fs::read_to_string(path).unwrap();
        interview_all(name, &plan(&form), 0..25);
    }
}

/// Forms of other organisations, which may not be part of this project: set BARAZA_EXTRA_FORMS to
/// a folder of them, and BARAZA_RESPONDENTS to how many to interview for each.
#[test]
fn forms_from_elsewhere_are_answered_to_the_end() {
    let Some(folder) = std::env::var_os("BARAZA_EXTRA_FORMS") else {
        return;
    };
    let count = std::env::var("BARAZA_RESPONDENTS").map_or(25, |count| count.parse().unwrap());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Forms that are not accepted are listed by another test.
        if let Ok((form, _)) = Form::read_named(&name, &std::fs::read(&path).unwrap()) {
            interview_all(&name, &Plan::of(form), 0..count);
        }
    }
}

const NARROW: &str = "
| survey | | | | | | |
| | type | name | label | constraint | required | calculation |
| | integer | exact | Exact | . = 48211 | yes | |
| | integer | people | People | . > 0 and . < 30 | yes | |
| | integer | women | Women | . <= ${people} | yes | |
| | integer | men | Men | . + ${women} = ${people} | yes | |
| | decimal | share | Share | . > 0.111 and . < 0.112 or . = 0.5 | yes | |
| | text | code | Code | regex(., '^(KE&#124;TZ)-[0-9]{4}[A-Z]?$') | yes | |
| | text | word | Word | . = 'baraza' | yes | |
| | text | phone | Phone | string-length(.) = 10 and starts-with(., '0') and regex(., '^[0-9]+$') | yes | |
| | date | before | Before | . < today() and . >= date('2026-11-01') | yes | |
| | date | after | After | . > ${before} and . <= ${before} + 2 | yes | |
| | select_multiple l | some | Some | count-selected(.) = 3 or selected(., 'none') and count-selected(.) = 1 | yes | |
| | select_one l | other | Other | not(selected(${some}, .)) | yes | |
| | text | optional | Optional | 1 = 2 | | |
| choices | | | |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | l | c | C |
| | l | none | None |";

#[test]
fn narrow_constraints_are_met_and_what_cannot_be_answered_is_left_out() {
    interview_all("narrow", &plan(NARROW), 0..50);
}

#[test]
fn what_must_be_answered_and_cannot_is_told() {
    let form = "
| survey | | | | | |
| | type | name | label | constraint | required |
| | text | never | Never | false() | yes |
| | text | after | After | | |";
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let answered = respondent::interview(&plan(form), &mut rng, &env());
    assert!(answered.reached_the_end);
    assert!(answered.finished.is_none());
    let told: Vec<_> = answered
        .unanswerable
        .iter()
        .map(|it| (it.at.to_string(), it.trouble))
        .collect();
    assert_eq!(told, [("never".to_owned(), Trouble::Missing)]);
}

#[test]
fn the_same_seed_answers_the_same() {
    let plan = plan(NARROW);
    let interview = |seed| respondent::interview(&plan, &mut ChaCha8Rng::seed_from_u64(seed), &env());
    assert!(interview(3) == interview(3));
    assert!(interview(3) != interview(4));
}

#[test]
fn a_country_without_towns_is_exchanged_where_a_town_is_needed() {
    let form = "
| survey | | | | | | |
| | type | name | label | choice_filter | required | calculation |
| | select_one place | country | Country | parent = '' | yes | |
| | calculate | chosen | | | | ${country} |
| | begin_repeat | members | Member | | | |
| | select_one place | town | Town | parent = ${chosen} | yes | |
| | end_repeat | | | | | |
| choices | | | | |
| | list_name | name | label | parent |
| | place | a | A | |
| | place | b | B | |
| | place | c | C | |
| | place | d | D | |
| | place | town | Town | d |";
    interview_all("towns", &plan(form), 0..30);
}

//! Reads any text as a form, and interviews a made-up respondent with it.
//!
//! Whatever a form says, the interview comes to an end; a question is never both shown and not relevant,
//! only what is relevant is complained about, and the answers come back from their JSON.

#![no_main]

use baraza_fuzz::forms;
use form::{Address, AnswerSheet, Form, answers_json, interview, respondent};
use libfuzzer_sys::fuzz_target;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

fuzz_target!(|text: &str| {
    let Ok(form) = Form::read_markdown(text) else {
        return;
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for sheet in [
        AnswerSheet::new(),
        respondent::respond(&form, &mut rng, &forms::environment()),
    ] {
        interviewed(&form, &sheet);
        comes_back(&form, &sheet);
    }
});

fn interviewed(form: &Form, sheet: &AnswerSheet) {
    let env = forms::environment();
    let irrelevant = interview::irrelevant(form, sheet, &env);
    for at in interview::visible(form, sheet, &env) {
        assert!(!irrelevant.contains(&at), "{at} is shown and not relevant");
        let question = at.path().and_then(|path| form.question(&path));
        let question = question.expect("only questions are shown");
        if question.kind.list().is_some() {
            let _ = interview::offered(form, sheet, &at, &env);
        }
        let label = question
            .label
            .text("", &form.default_language)
            .unwrap_or_default();
        let _ = interview::fill(form, label, sheet, &at, "");
    }
    for complaint in interview::check(form, sheet, &env) {
        assert!(interview::relevant(form, sheet, &complaint.at, &env));
    }
    let _ = interview::calculate(form, sheet, &env);
    let _ = interview::wanted_instances(form, sheet, &env);
    let _ = interview::defaults(form, sheet, &Address::root(), &env);
    let _ = interview::ending(form, &env);
    let _ = interview::record_name(form, sheet, &env);
}

fn comes_back(form: &Form, sheet: &AnswerSheet) {
    let json = answers_json::write_answers(form, sheet);
    let read = answers_json::read_answers(form, &json, &mut ChaCha8Rng::seed_from_u64(2));
    let read = read.unwrap_or_else(|errors| panic!("{errors:?}"));
    assert!(read.entries(form) == sheet.entries(form));
}

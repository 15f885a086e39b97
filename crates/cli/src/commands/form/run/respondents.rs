//! Interviews with made-up respondents.

use std::process::ExitCode;
use std::time::Instant;

use form::Environment;
use form::respondent;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use serde::Serialize;

use super::SharedPlan;
use crate::output;

/// What is printed of them.
#[derive(Serialize, Default)]
struct Summary {
    interviews: u64,
    /// Those that came to the end with a record that can be finished.
    finished: u64,
    /// Those that came to the end, but for an answer that no try could give.
    unanswerable: u64,
    /// Those that did not come to the end.
    stuck: u64,
    screens: usize,
    answers: usize,
    seconds: f64,
    /// The first seeds that were not finished, and why.
    failures: Vec<Failure>,
}

#[derive(Serialize)]
struct Failure {
    seed: u64,
    problems: Vec<form::interview::Problem>,
}

/// How many failures are told one by one.
const MOST_TOLD: usize = 20;

pub(super) fn run(
    plan: &SharedPlan,
    count: u64,
    first_seed: u64,
    environment: &dyn Fn(u64) -> Environment,
) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let mut summary = Summary::default();
    for seed in (0..count).map(|nth| first_seed.wrapping_add(nth)) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let answered = respondent::interview(plan, &mut rng, &environment(seed));
        summary.interviews += 1;
        summary.screens += answered.screens;
        match &answered.finished {
            Some(finished) => {
                summary.finished += 1;
                summary.answers += finished.answers.len();
            }
            None if answered.reached_the_end => summary.unanswerable += 1,
            None => summary.stuck += 1,
        }
        if answered.finished.is_none() && summary.failures.len() < MOST_TOLD {
            summary.failures.push(Failure {
                seed,
                problems: answered.unanswerable,
            });
        }
    }
    summary.seconds = (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    output::json(&summary)?;
    Ok(if summary.finished == summary.interviews {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

//! `baraza form run`: an interview without anybody, step by step from a script, or by made-up
//! respondents.

mod respondents;
mod script;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use client_core::{Clock as _, SystemClock};
use form::Environment;
use form::interview::Plan;

use super::{read, tables};

/// What `--help` says of the steps of a script; `docs/interview.md` says it with examples.
const STEPS: &str = "\
STEPS.jsonl holds one step a line, each a JSON object with the member \"do\":

  {\"do\":\"set\",\"at\":\"members[2]/age\",\"value\":30}   put down an answer: a text as in an ODK
                                       submission, a number, or an array of choices; null clears
  {\"do\":\"next\"}  {\"do\":\"previous\"}       go to the next screen, or the one before
  {\"do\":\"pass\"}                         go on, whatever is missing or wrong here
  {\"do\":\"jump\",\"at\":\"members[1]\"}       go to a question, group, instance or repeat; \"\" is the
                                       beginning, \"end\":true in place of \"at\" the end
  {\"do\":\"add_repeat\",\"at\":\"members\"}    add an instance, and go to it
  {\"do\":\"remove_repeat\",\"at\":\"members[2]\"}
  {\"do\":\"language\",\"language\":\"fr\"}     show texts in another language
  {\"do\":\"now\",\"now\":\"2026-11-23T10:00:00Z\"}   set the clock, which otherwise stands still
  {\"do\":\"respond\",\"seed\":7}             let a made-up respondent answer on to the end
  {\"do\":\"finish\"}                       finish the record, or go to what is missing or wrong
  {\"do\":\"dump\"}                         print all answers, the outline and the log

An address is a path with the instances of repeats numbered from 1, or their ids; a name alone
does where only one question has it. After each step the state is printed, one JSON object a line:

  {\"step\":1,\"do\":\"set\",\"ok\":true,\"position\":\"members[2]/age\",\"screen\":{…},\"writes\":[…],
   \"notices\":[…],\"problems\":[…]}

\"ok\" is false, with an \"error\", if the step cannot be done; the script goes on all the same.";

#[derive(Debug, Args)]
#[command(after_long_help = STEPS)]
pub(crate) struct Run {
    /// The form
    file: PathBuf,
    /// The steps, one JSON object a line; - reads them from the standard input
    #[arg(long, value_name = "STEPS.jsonl", conflicts_with = "respondents")]
    script: Option<PathBuf>,
    /// Interview so many made-up respondents to the end, and print how that went
    #[arg(long, value_name = "N", required_unless_present = "script")]
    respondents: Option<u64>,
    /// Where chance begins: the same seed gives the same interviews
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The time it is taken to be; the machine's time if it is not given
    #[arg(long, value_name = "RFC3339")]
    now: Option<jiff::Timestamp>,
    /// The language of the texts
    #[arg(long, value_name = "L", default_value = "")]
    lang: String,
    /// A folder with the tables that come with the form: .csv, .geojson and .xml files
    #[arg(long, value_name = "DIR")]
    attachments: Option<PathBuf>,
}

impl Run {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (form, _) = read(&self.file)?.map_err(|errors| {
            errors.iter().for_each(|error| eprintln!("{error}"));
            anyhow::anyhow!("{} cannot be used: {} to mend", self.file.display(), errors.len())
        })?;
        let plan = Plan::of(form);
        let now = self.now.unwrap_or_else(|| SystemClock.now());
        let tables = tables::read(self.attachments.as_deref())?;
        let environment = |seed| {
            let mut environment = Environment::new(now, jiff::tz::TimeZone::UTC, seed);
            environment.language.clone_from(&self.lang);
            environment.attachments.clone_from(&tables);
            environment
        };
        match (&self.script, self.respondents) {
            (Some(script), _) => {
                let steps = match script.as_os_str() == "-" {
                    true => std::io::read_to_string(std::io::stdin()),
                    false => std::fs::read_to_string(script),
                };
                let steps = steps.with_context(|| format!("{} cannot be read", script.display()))?;
                script::run(&plan, &steps, environment(self.seed))
            }
            (None, count) => respondents::run(&plan, count.unwrap_or(1), self.seed, &environment),
        }
    }
}

type SharedPlan = Arc<Plan>;

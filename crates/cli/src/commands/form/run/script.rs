//! An interview from a script.

use std::process::ExitCode;

use anyhow::Context as _;
use form::answers_json::write_answers;
use form::interview::{Finish, Opening, Position, Session, Step, Write, audit_csv};
use form::respondent;
use form::{Address, Answers, Environment};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::SharedPlan;
use crate::output;

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Deed {
    Set {
        at: String,
        value: Json,
    },
    Next,
    Previous,
    Pass,
    Jump {
        #[serde(default)]
        at: String,
        #[serde(default)]
        end: bool,
    },
    AddRepeat {
        at: String,
    },
    RemoveRepeat {
        at: String,
    },
    Language {
        language: String,
    },
    Now {
        now: String,
    },
    Respond {
        #[serde(default)]
        seed: u64,
    },
    Finish,
    Dump,
}

/// Does every step of a script, and prints the state after each.
pub(super) fn run(plan: &SharedPlan, steps: &str, env: Environment) -> anyhow::Result<ExitCode> {
    let mut interview = Interview::open(plan, env);
    for (nth, line) in steps.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let deed = serde_json::from_str(line)
            .with_context(|| format!("line {} is no step; see `baraza form run --help`", nth + 1))?;
        let state = interview.act(&deed);
        output::text(&format!("{state}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Interview {
    session: Session,
    env: Environment,
    /// What the next state tells of writes, beginning with what a new record begins with.
    pending: Vec<Write>,
    steps: usize,
}

impl Interview {
    fn open(plan: &SharedPlan, env: Environment) -> Interview {
        let (session, step) = Session::open(plan, Opening::new_record(), &env);
        Interview {
            session,
            env,
            pending: step.writes,
            steps: 0,
        }
    }

    /// Does a step and returns the state after it.
    fn act(&mut self, deed: &Deed) -> Json {
        self.steps += 1;
        let mut more = Map::new();
        let done = self.do_it(deed, &mut more);
        let mut state = Map::new();
        state.insert("step".into(), self.steps.into());
        state.insert("do".into(), name(deed).into());
        state.insert("ok".into(), done.is_ok().into());
        let step = match done {
            Ok(step) => step,
            Err(error) => {
                state.insert("error".into(), error.into());
                Step::default()
            }
        };
        state.insert("position".into(), self.position().into());
        state.insert("screen".into(), json!(self.session.screen(&self.env)));
        let mut writes = std::mem::take(&mut self.pending);
        writes.extend(step.writes);
        let writes: Vec<Json> = writes.iter().map(|write| self.write(write)).collect();
        state.insert("writes".into(), writes.into());
        state.insert("notices".into(), json!(step.notices));
        state.insert("problems".into(), json!(step.problems));
        state.extend(more);
        Json::Object(state)
    }

    fn do_it(&mut self, deed: &Deed, more: &mut Map<String, Json>) -> Result<Step, String> {
        let told = |error: form::interview::SessionError| error.to_string();
        match deed {
            Deed::Set { at, value } => {
                let (at, text) = (self.find(at)?, text_of(value)?);
                self.session.set_text(&at, &text, &self.env).map_err(told)
            }
            Deed::Next => Ok(self.session.next(&self.env)),
            Deed::Previous => Ok(self.session.previous(&self.env)),
            Deed::Pass => Ok(self.session.pass(&self.env)),
            Deed::Jump { end: true, .. } => Ok(self.session.jump_to_end(&self.env)),
            Deed::Jump { at, .. } => {
                let at = self.find(at)?;
                self.session.jump(&at, &self.env).map_err(told)
            }
            Deed::AddRepeat { at } => {
                let repeat = self.session.repeat_at(&self.find(at)?);
                let repeat = repeat.ok_or_else(|| format!("`{at}` is no repeat"))?;
                self.session.add_instance(&repeat, &self.env).map_err(told)
            }
            Deed::RemoveRepeat { at } => {
                let at = self.find(at)?;
                self.session.remove_instance(&at, &self.env).map_err(told)
            }
            Deed::Language { language } => {
                self.env.language.clone_from(language);
                Ok(self.session.notice(&self.env))
            }
            Deed::Now { now } => {
                self.env.now = now
                    .parse()
                    .map_err(|_| format!("`{now}` is no time such as 2026-11-23T10:00:00Z"))?;
                Ok(self.session.notice(&self.env))
            }
            Deed::Respond { seed } => {
                let mut rng = ChaCha20Rng::seed_from_u64(*seed);
                let mut all = Step::default();
                let mut keep = |step: &Step| {
                    all.writes.extend_from_slice(&step.writes);
                    all.notices.extend_from_slice(&step.notices);
                };
                let answered = respondent::answer(&mut self.session, &mut rng, &self.env, &mut keep);
                more.insert("screens".into(), answered.screens.into());
                more.insert("finished".into(), answered.finished.is_some().into());
                all.problems = answered.unanswerable;
                Ok(all)
            }
            Deed::Finish if self.session.is_read_only() => Err("the record is finished already".to_owned()),
            Deed::Finish => Ok(match self.session.finish(&self.env) {
                Finish::Done { step, finished } => {
                    more.insert("finished".into(), true.into());
                    more.insert("name".into(), json!(finished.name));
                    more.insert("answers".into(), self.answers(&finished.answers));
                    step
                }
                Finish::Refused(step) => {
                    more.insert("finished".into(), false.into());
                    step
                }
            }),
            Deed::Dump => {
                more.insert("answers".into(), self.answers(&self.session.answers()));
                more.insert("counting".into(), self.answers(&self.session.finished_answers()));
                more.insert("outline".into(), json!(self.session.outline(&self.env)));
                more.insert("evaluations".into(), self.session.evaluations().into());
                if let Some(audit) = &self.session.form().audit {
                    more.insert("audit".into(), audit_csv(audit, self.session.audit()).into());
                }
                Ok(Step::default())
            }
        }
    }

    fn find(&self, at: &str) -> Result<Address, String> {
        let found = self.session.find(at);
        found.ok_or_else(|| format!("there is nothing at `{at}`"))
    }

    fn position(&self) -> String {
        match self.session.position() {
            Position::Beginning => "beginning".to_owned(),
            Position::Question { address } | Position::Page { address } => self.session.numbered(address),
            Position::Repeat { address } => {
                let outer = self.session.numbered(&address.outer());
                let slash = if outer.is_empty() { "" } else { "/" };
                format!("{outer}{slash}{}", address.repeat())
            }
            Position::End => "end".to_owned(),
        }
    }

    fn answers(&self, answers: &dyn Answers) -> Json {
        write_answers(self.session.form(), answers)
    }

    fn write(&self, write: &Write) -> Json {
        let at = self.session.numbered(write.at());
        match write {
            Write::Set { value, .. } => json!({"write": "set", "at": at, "value": value.to_odk_text()}),
            Write::Clear { .. } => json!({"write": "clear", "at": at}),
            Write::AddInstance { .. } => json!({"write": "add_instance", "at": at}),
            Write::RemoveInstance { .. } => json!({"write": "remove_instance", "at": at}),
        }
    }
}

fn name(deed: &Deed) -> &'static str {
    match deed {
        Deed::Set { .. } => "set",
        Deed::Next => "next",
        Deed::Previous => "previous",
        Deed::Pass => "pass",
        Deed::Jump { .. } => "jump",
        Deed::AddRepeat { .. } => "add_repeat",
        Deed::RemoveRepeat { .. } => "remove_repeat",
        Deed::Language { .. } => "language",
        Deed::Now { .. } => "now",
        Deed::Respond { .. } => "respond",
        Deed::Finish => "finish",
        Deed::Dump => "dump",
    }
}

/// An answer in ODK's text form.
fn text_of(value: &Json) -> Result<String, String> {
    match value {
        Json::Null => Ok(String::new()),
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(true) => Ok("OK".to_owned()),
        Json::Array(names) => names
            .iter()
            .map(|name| name.as_str().ok_or("the names of choices are texts"))
            .collect::<Result<Vec<_>, _>>()
            .map(|names| names.join(" "))
            .map_err(str::to_owned),
        Json::Bool(false) | Json::Object(_) => {
            Err("an answer is a text, a number, an array or null".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use form::Form;
    use form::interview::Plan;

    use super::*;

    const FORM: &str = "
| survey | | | | | | |
| | type | name | label::English (en) | label::French (fr) | required | constraint |
| | text | head | Head | Chef | yes | |
| | begin_repeat | members | Member | Membre | | |
| | integer | age | Age | Âge | yes | . < 120 |
| | select_multiple l | needs | Needs | Besoins | | |
| | end_repeat | | | | | |
| choices | | | |
| | list_name | name | label::English (en) |
| | l | water | Water |
| | l | food | Food |";

    fn states(steps: &[Json]) -> Vec<Json> {
        let plan = Plan::of(Form::read_markdown(FORM).unwrap());
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let env = Environment::new(now, jiff::tz::TimeZone::UTC, 1);
        let mut interview = Interview::open(&plan, env);
        let deeds = steps
            .iter()
            .map(|step| serde_json::from_value(step.clone()).unwrap());
        deeds.map(|deed: Deed| interview.act(&deed)).collect()
    }

    #[test]
    fn a_script_tells_the_state_after_each_step() {
        let states = states(&[
            json!({"do": "next"}),
            json!({"do": "next"}),
            json!({"do": "set", "at": "head", "value": "Amina"}),
            json!({"do": "next"}),
            json!({"do": "set", "at": "age", "value": 200}),
            json!({"do": "next"}),
            json!({"do": "set", "at": "members[1]/age", "value": "40"}),
            json!({"do": "add_repeat", "at": "members"}),
            json!({"do": "set", "at": "members[2]/needs", "value": ["water", "food"]}),
            json!({"do": "finish"}),
            json!({"do": "remove_repeat", "at": "members[2]"}),
            json!({"do": "finish"}),
        ]);
        let positions: Vec<&str> = states
            .iter()
            .map(|state| state["position"].as_str().unwrap())
            .collect();
        assert_eq!(
            positions,
            [
                "head",
                "head",
                "head",
                "members[1]/age",
                "members[1]/age",
                "members[1]/age",
                "members[1]/age",
                "members[2]/age",
                "members[2]/age",
                "members[2]/age",
                "members",
                "members",
            ]
        );
        assert_eq!(
            states[0]["writes"][0],
            json!({"write": "add_instance", "at": "members[1]"})
        );
        assert_eq!(states[1]["problems"][0]["trouble"], "missing");
        assert_eq!(states[5]["problems"][0]["trouble"], "constraint");
        assert_eq!(
            states[8]["writes"],
            json!([{"write": "set", "at": "members[2]/needs", "value": "water food"}])
        );
        assert_eq!(states[9]["finished"], false);
        assert_eq!(states[11]["finished"], true);
        assert_eq!(states[11]["answers"]["members"][0]["age"], "40");
        assert!(states[11]["answers"]["members"][1].is_null());
        assert!(states.iter().all(|state| state["ok"] == true));
    }

    #[test]
    fn what_cannot_be_done_is_told_and_the_script_goes_on() {
        let states = states(&[
            json!({"do": "set", "at": "nothing", "value": "x"}),
            json!({"do": "set", "at": "members[1]/age", "value": "old"}),
            json!({"do": "add_repeat", "at": "head"}),
            json!({"do": "language", "language": "fr"}),
            json!({"do": "next"}),
            json!({"do": "respond", "seed": 7}),
            json!({"do": "dump"}),
        ]);
        let ok: Vec<bool> = states
            .iter()
            .map(|state| state["ok"].as_bool().unwrap())
            .collect();
        assert_eq!(ok, [false, false, false, true, true, true, true]);
        assert_eq!(states[0]["error"], "there is nothing at `nothing`");
        assert_eq!(states[4]["screen"]["question"]["label"], "Chef");
        assert_eq!(states[5]["finished"], true);
        assert_eq!(states[6]["outline"]["status"], "complete");
        assert!(serde_json::from_value::<Deed>(json!({"do": "nxt"})).is_err());
        assert!(serde_json::from_value::<Deed>(json!({"do": "set", "at": "x"})).is_err());
    }
}

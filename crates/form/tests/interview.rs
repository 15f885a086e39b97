//! Interviews: from screen to screen, and what follows from each answer.

use std::sync::Arc;

use baraza_form::interview::{Opening, Plan, Screen, Session, Step};
use baraza_form::{Address, AnswerSheet, Answers, Environment, Form, Value};

#[path = "interview/answering.rs"]
mod answering;
#[path = "interview/audit.rs"]
mod audit;
#[path = "interview/moving.rs"]
mod moving;
#[path = "interview/properties.rs"]
mod properties;
#[path = "interview/repeats.rs"]
mod repeats;
#[path = "interview/respondents.rs"]
mod respondents;
#[path = "interview/speed.rs"]
mod speed;

const NOW: &str = "2026-11-23T10:00:00Z";

fn env_at(now: &str) -> Environment {
    Environment::new(now.parse().expect("a time"), jiff::tz::TimeZone::UTC, 7)
}

fn env() -> Environment {
    env_at(NOW)
}

fn plan(markdown: &str) -> Arc<Plan> {
    let form = Form::read_markdown(markdown).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Plan::of(form)
}

fn at(text: &str) -> Address {
    text.parse().expect("an address")
}

/// An interview, and what its steps leave on disk.
struct Told {
    session: Session,
    kept: AnswerSheet,
    env: Environment,
}

impl Told {
    fn begin(markdown: &str) -> Told {
        Told::begin_with(&plan(markdown), env())
    }

    fn begin_with(plan: &Arc<Plan>, env: Environment) -> Told {
        let (session, step) = Session::open(plan, Opening::new_record(), &env);
        let mut told = Told {
            session,
            kept: AnswerSheet::new(),
            env,
        };
        told.keep(&step);
        told
    }

    fn keep(&mut self, step: &Step) {
        step.writes.iter().for_each(|write| write.apply(&mut self.kept));
    }

    fn set(&mut self, address: &str, text: &str) -> Step {
        let step = self
            .session
            .set_text(&at(address), text, &self.env)
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        self.keep(&step);
        step
    }

    fn next(&mut self) -> Step {
        let step = self.session.next(&self.env);
        self.keep(&step);
        step
    }

    fn add(&mut self, repeat: &str) -> Step {
        let step = self
            .session
            .add_instance(&repeat.parse().expect("a repeat"), &self.env);
        let step = step.unwrap_or_else(|error| panic!("{repeat}: {error}"));
        self.keep(&step);
        step
    }

    fn remove(&mut self, instance: &Address) -> Step {
        let step = self.session.remove_instance(instance, &self.env);
        let step = step.unwrap_or_else(|error| panic!("{instance}: {error}"));
        self.keep(&step);
        step
    }

    /// The instances of a repeat as they are kept.
    fn instances(&self, repeat: &str) -> Vec<Address> {
        let repeat = repeat.parse().expect("a repeat");
        let ids = self.kept.instances(&repeat).into_iter();
        ids.map(|id| repeat.instance(id)).collect()
    }

    /// The answer as it counts.
    fn answer(&self, address: &str) -> Option<String> {
        self.session
            .counting()
            .answer(&at(address))
            .map(|value: Value| value.to_odk_text())
    }

    fn screen(&self) -> Screen {
        self.session.screen(&self.env)
    }

    /// Where the interview is, in short.
    fn place(&self) -> String {
        match self.screen() {
            Screen::Beginning { .. } => "beginning".to_owned(),
            Screen::Question { question, .. } => question.address.to_string(),
            Screen::Page { address, .. } => format!("page {address}"),
            Screen::Repeat {
                address, instances, ..
            } => format!("another of {address}? ({instances})"),
            Screen::End { .. } => "end".to_owned(),
        }
    }

    /// The names of all screens from here to the end.
    fn rest(&mut self) -> Vec<String> {
        let mut places = Vec::new();
        for _ in 0..1_000 {
            let step = self.next();
            assert_eq!(step.problems, [], "at {}", self.place());
            places.push(self.place());
            if !step.moved || self.place() == "end" {
                break;
            }
        }
        places
    }
}

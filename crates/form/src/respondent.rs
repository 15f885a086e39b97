//! A made-up respondent, who answers a form plausibly and at random.
//!
//! Dictionaries for compression are trained on what it answers, never on what people did, and
//! benchmarks need many records of the usual size. So its answers have about as much chance in
//! them as people's: names of syllables, numbers, phone numbers, days, a few words where words
//! are asked for.
//!
//! It goes through an interview as people do, from screen to screen, and so finds out whether a
//! form can be answered to its end.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rand::Rng;

use crate::address::{Address, RepeatAddress};
use crate::answers::Answers as _;
use crate::expression::Environment;
use crate::interview::{Asked, Finish, Finished, Opening, Plan, Position, Problem, Session, Step, Trouble};
use crate::kind::ChoiceSource;
use crate::model::{Form, Question};
use crate::sheet::AnswerSheet;
use crate::value::Value;
use invent::Invention;

mod candidates;
mod invent;

/// How often another answer is made up where the form does not allow one.
const TRIES: usize = 40;
/// How many questions of a hundred that need not be answered are left without answer.
const SKIPPED_PERCENT: u64 = 8;
/// How often to go back to what is wrong at the end.
const ROUNDS: usize = 8;
/// What is answered where the file with the choices did not come with the form.
const MADE_UP_CHOICES: [&str; 3] = ["choice_1", "choice_2", "choice_3"];
/// How often what a question reads is answered anew, to make it answerable.
const REMEDIES: usize = 60;
/// How many screens an interview has at most.
const MOST_SCREENS: usize = 100_000;
/// How much is worked out in one interview at most: forms may ask for any number of instances.
const MOST_EVALUATIONS: u64 = 500_000;
/// How many instances are added of one's own accord in one interview at most.
const MOST_ADDED: usize = 200;

/// How an interview with a made-up respondent went.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// How many screens were shown.
    pub screens: usize,
    /// The finished record; `None` if something could not be answered.
    pub finished: Option<Finished>,
    /// What must be answered and for which no allowed answer was found.
    pub unanswerable: Vec<Problem>,
    /// Whether the interview came to its end at all.
    pub reached_the_end: bool,
}

/// Answers every relevant question of `form` as a made-up respondent.
///
/// The same state of `rng` and the same `env` give the same answers. A question for which no try
/// gave an allowed answer is left out.
pub fn respond(form: &Form, rng: &mut impl Rng, env: &Environment) -> AnswerSheet {
    let plan = Plan::of(form.clone());
    let (mut session, _) = Session::open(&plan, Opening::new_record(), env);
    answer(&mut session, rng, env, &mut |_| {});
    session.finished_answers()
}

/// Interviews a made-up respondent from the first screen to the end, in a new record.
pub fn interview(plan: &Arc<Plan>, rng: &mut impl Rng, env: &Environment) -> Answered {
    let (mut session, _) = Session::open(plan, Opening::new_record(), env);
    answer(&mut session, rng, env, &mut |_| {})
}

/// Goes on with an interview from where it is to its end, and finishes the record. `keep` gets
/// every step.
pub fn answer(
    session: &mut Session,
    rng: &mut impl Rng,
    env: &Environment,
    keep: &mut dyn FnMut(&Step),
) -> Answered {
    let invention = Invention::at(session.form(), env);
    let mut respondent = Respondent {
        session,
        env,
        rng,
        invention,
        keep,
        wanted: HashMap::new(),
        added: 0,
        passed: HashSet::new(),
        screens: 0,
    };
    let reached_the_end = respondent.go_through();
    let (finished, unanswerable) = respondent.finish();
    Answered {
        screens: respondent.screens,
        finished,
        unanswerable,
        reached_the_end,
    }
}

struct Respondent<'a, R> {
    session: &'a mut Session,
    env: &'a Environment,
    rng: &'a mut R,
    invention: Invention,
    keep: &'a mut dyn FnMut(&Step),
    /// How many instances each repeat is to have.
    wanted: HashMap<RepeatAddress, usize>,
    added: usize,
    /// What was decided on: answered, or left out.
    passed: HashSet<Address>,
    screens: usize,
}

impl<R: Rng> Respondent<'_, R> {
    /// Goes from screen to screen. Says whether that came to the end.
    fn go_through(&mut self) -> bool {
        while self.screens < MOST_SCREENS && self.session.evaluations() < MOST_EVALUATIONS {
            self.screens += 1;
            match self.session.position().clone() {
                Position::Beginning => {}
                Position::Question { .. } | Position::Page { .. } => self.screen(),
                Position::Repeat { address } => {
                    if self.wants_more(&address)
                        && let Ok(step) = self.session.add_instance(&address, self.env)
                    {
                        (self.keep)(&step);
                        self.added += 1;
                        continue;
                    }
                }
                Position::End => return true,
            }
            self.go_on();
        }
        false
    }

    /// Answers what is on the screen, also what its own answers bring to it.
    fn screen(&mut self) {
        loop {
            let shown = self.session.shown().into_iter();
            let open = shown
                .filter(|at| !self.passed.contains(at))
                .find_map(|at| self.session.asked(&at, self.env).filter(is_open));
            let Some(asked) = open else { return };
            self.passed.insert(asked.address.clone());
            let must = asked.required || asked.problem.is_some();
            let is_tried = must || self.below(100) >= SKIPPED_PERCENT;
            let is_answered = is_tried && self.answer(&asked);
            if must && !is_answered {
                self.make_answerable(&asked);
            }
        }
    }

    /// Goes to the next screen. What is wrong here and cannot be mended is left for the end.
    fn go_on(&mut self) {
        for _ in 0..2 {
            let step = self.session.next(self.env);
            (self.keep)(&step);
            if step.problems.is_empty() {
                return;
            }
            for problem in &step.problems {
                self.mend(problem);
            }
        }
        let step = self.session.pass(self.env);
        (self.keep)(&step);
    }

    /// Answers anew what is wrong; takes away what cannot be right and need not be there.
    fn mend(&mut self, problem: &Problem) {
        let Some(asked) = self
            .session
            .asked(&problem.at, self.env)
            .filter(|asked| !asked.read_only)
        else {
            return;
        };
        if !self.answer(&asked) && problem.trouble != Trouble::Missing {
            self.put(&asked.address, None);
        }
    }

    /// Answers anew what a question reads that has no allowed answer, until there is one: a list
    /// of towns may have none for some countries.
    fn make_answerable(&mut self, asked: &Asked) {
        for _ in 0..REMEDIES {
            self.answer_what_it_reads(&asked.address);
            let Some(again) = self.session.asked(&asked.address, self.env) else {
                return;
            };
            if !again.required || !self.session.is_relevant(&asked.address) || self.answer(&again) {
                return;
            }
        }
    }

    /// Finds an allowed answer. Says whether there was one.
    fn answer(&mut self, asked: &Asked) -> bool {
        let at = &asked.address;
        let question = at
            .path()
            .and_then(|path| self.session.form().question(&path))
            .cloned();
        let Some(question) = question else { return false };
        let mut offered: Vec<&str> = asked.choices.iter().map(|offer| offer.name.as_str()).collect();
        if self.comes_from_a_missing_file(&question) {
            offered.extend(MADE_UP_CHOICES);
        }
        for nth in 0..TRIES {
            let Some(value) = self.invention.answer(&question, &offered, nth, self.rng) else {
                break;
            };
            if self.session.objection(at, &value, self.env).is_none() {
                return self.put(at, Some(value));
            }
        }
        for value in self.candidates(&question, at, &offered) {
            if self.session.objection(at, &value, self.env).is_none() {
                return self.put(at, Some(value));
            }
        }
        false
    }

    /// Whether the choices stand in a file that did not come with the form.
    fn comes_from_a_missing_file(&self, question: &Question) -> bool {
        let Some(ChoiceSource::File { name, .. }) = question.kind.choices() else {
            return false;
        };
        let tables = self.env.attachments.as_ref();
        tables.is_none_or(|tables| tables.table(name).is_none())
    }

    fn put(&mut self, at: &Address, value: Option<Value>) -> bool {
        match self.session.set(at, value, self.env) {
            Ok(step) => {
                (self.keep)(&step);
                true
            }
            Err(_) => false,
        }
    }

    /// Answers at the edges of what the constraint says.
    fn candidates(&self, question: &Question, at: &Address, offered: &[&str]) -> Vec<Value> {
        let counting = self.session.counting();
        let mut read = Vec::new();
        if let Some(constraint) = &question.constraint {
            for path in constraint.dependencies(self.session.form(), Some(&question.path)) {
                read.extend(counting.answer(&at.near(&path)).map(|value| value.to_odk_text()));
            }
        }
        candidates::of(question, &read, offered, &self.invention)
    }

    fn wants_more(&mut self, repeat: &RepeatAddress) -> bool {
        let there = self.session.counting().instances(repeat).len();
        let wanted = 1 + self.below(4) as usize;
        let wanted = *self.wanted.entry(repeat.clone()).or_insert(wanted);
        self.added < MOST_ADDED && there < wanted
    }

    /// Finishes the record, going back to what is wrong and, where that does not help, to what
    /// it depends on.
    fn finish(&mut self) -> (Option<Finished>, Vec<Problem>) {
        let mut left = Vec::new();
        for round in 0..ROUNDS {
            match self.session.finish(self.env) {
                Finish::Done { step, finished } => {
                    (self.keep)(&step);
                    return (Some(finished), Vec::new());
                }
                Finish::Refused(step) => {
                    (self.keep)(&step);
                    left = step.problems;
                }
            }
            if self.session.evaluations() >= MOST_EVALUATIONS {
                break;
            }
            for problem in &left {
                if round > 1 {
                    self.answer_what_it_reads(&problem.at);
                }
                self.mend(problem);
            }
            self.fill_in();
        }
        (None, left)
    }

    /// Answers anew what the constraint and the filter of a question read, also through calculations.
    fn answer_what_it_reads(&mut self, at: &Address) {
        let form = self.session.form();
        let mut found: Vec<Address> = Vec::new();
        let mut open = vec![(at.clone(), 0)];
        while let Some((at, depth)) = open.pop() {
            let Some(question) = at.path().and_then(|path| form.question(&path)) else {
                continue;
            };
            let conditions = match depth {
                0 => vec![&question.constraint, &question.choice_filter],
                _ => vec![&question.calculation],
            };
            for condition in conditions.into_iter().flatten() {
                for path in condition.dependencies(form, Some(&question.path)) {
                    let read = at.near(&path);
                    if depth < 4 && !found.contains(&read) {
                        found.push(read.clone());
                        open.push((read, depth + 1));
                    }
                }
            }
        }
        for at in found {
            if let Some(asked) = self.session.asked(&at, self.env)
                && !asked.read_only
                && asked.kind != "note"
                && self.session.is_relevant(&at)
            {
                self.answer(&asked);
            }
        }
    }

    /// Answers what became relevant after it was passed by.
    fn fill_in(&mut self) {
        for _ in 0..ROUNDS {
            let visible = self.session.visible();
            let mut open = visible.iter().filter(|at| !self.passed.contains(*at));
            let Some(at) = open.next().cloned() else { return };
            self.passed.insert(at.clone());
            if let Some(asked) = self.session.asked(&at, self.env)
                && !asked.read_only
                && asked.kind != "note"
                && asked.answer.is_none()
            {
                self.answer(&asked);
            }
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        invent::below(self.rng, end)
    }
}

/// Whether there is something to answer, or to answer better.
fn is_open(asked: &Asked) -> bool {
    let is_answered = asked.answer.is_some() && asked.problem.is_none();
    !is_answered && !asked.read_only && asked.kind != "note"
}

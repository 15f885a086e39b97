//! An interview: one screen after another, and what follows from each answer.
//!
//! A [`Session`] does no I/O. Each deed returns a [`Step`] with what has to be written; the answers
//! it works with are a copy in memory. Whoever drives it writes the step first, and shows the next
//! screen after that, so that what is shown as saved is on disk:
//!
//! ```text
//! let step = session.set(&at, Some(value), &env)?;
//! store.write(|w| step.writes.iter().try_for_each(|write| w.keep(write)))?;   // one transaction
//! app.show(session.screen(&env));
//! ```
//!
//! The language is the environment's: change it, call [`Session::notice`], and ask for the screen again.

mod adopt;
mod audit;
mod finish;
mod moves;
mod numbered;
mod outline;
mod repeats;
mod screen;
mod show;
mod step;
mod way;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

pub use self::adopt::Adopted;
use self::audit::AuditLog;
pub use self::audit::{AuditEvent, AuditKind, audit_csv};
pub use self::outline::{Section, SectionStatus};
pub use self::screen::{Asked, Heading, Offer, Screen};
pub use self::step::{Finish, Finished, Notice, Problem, SessionError, Step, Write};
pub use self::way::Position;
use self::way::Way;
use super::check::{Complaint, Trouble, are_offered, objection, trouble};
use super::defaults;
use super::look::Look;
use super::outcome::answer_of;
use super::paper::{Kept, Paper, Seen};
use super::plan::Plan;
use super::recompute::Recomputation;
use crate::address::Address;
use crate::answers::Answers;
use crate::expression::Environment;
use crate::kind::QuestionKind;
use crate::model::{Form, Item, Question};
use crate::sheet::AnswerSheet;
use crate::value::Value;

/// How many answers one deed sets through triggers at most.
const MOST_TRIGGERED: usize = 1_000;

/// An interview over one record.
pub struct Session {
    plan: Arc<Plan>,
    paper: Paper,
    position: Position,
    is_read_only: bool,
    log: AuditLog,
    /// What everything was worked out with last: the time, the day, and the language.
    known: Option<(Timestamp, Date, String)>,
    shuffle_seed: i64,
    evaluations: u64,
}

/// What an interview is opened over.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    answers: Option<&'a dyn Answers>,
    is_read_only: bool,
}

impl<'a> Opening<'a> {
    /// A new record. It begins with the form's defaults, and with one instance of every repeat
    /// without count, as in ODK.
    pub fn new_record() -> Self {
        Opening {
            answers: None,
            is_read_only: false,
        }
    }

    /// A record that was begun before.
    pub fn of(answers: &'a dyn Answers) -> Self {
        Opening {
            answers: Some(answers),
            is_read_only: false,
        }
    }

    /// A record that is only looked at.
    pub fn to_read(answers: &'a dyn Answers) -> Self {
        Opening {
            answers: Some(answers),
            is_read_only: true,
        }
    }
}

impl Session {
    /// Opens an interview before its first question.
    ///
    /// The step holds what a new record begins with, or what the form computes otherwise now than
    /// when the record was left. In a record that is only looked at nothing is written.
    pub fn open(plan: &Arc<Plan>, opening: Opening<'_>, env: &Environment) -> (Session, Step) {
        let nothing = AnswerSheet::new();
        let mut session = Session {
            paper: Paper::copy(plan, opening.answers.unwrap_or(&nothing)),
            plan: Arc::clone(plan),
            position: Position::Beginning,
            is_read_only: opening.is_read_only,
            log: AuditLog::of(plan),
            known: None,
            shuffle_seed: i64::from_le_bytes(first_half(env.chance())),
            evaluations: 0,
        };
        let is_new = opening.answers.is_none();
        let kind = if is_new {
            AuditKind::FormStart
        } else {
            AuditKind::FormResume
        };
        session.log.note(kind, String::new(), env.now, &env.username);
        let mut step = session.settle(env, false, |work| {
            if is_new {
                work.begin(None, &Address::root());
            } else {
                work.all();
            }
        });
        if opening.is_read_only {
            step.writes.clear();
        }
        session.enter(env);
        step.audit = session.log.take_new();
        (session, step)
    }

    /// Returns the form.
    pub fn form(&self) -> &Form {
        self.plan.form()
    }

    /// Returns where the interview is.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Says whether nothing can be changed: the record is only looked at, or it is finished.
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// Returns the answers as they are kept, also those that are not relevant.
    pub fn answers(&self) -> impl Answers + '_ {
        Kept(&self.paper)
    }

    /// Returns the answers as they count: without those that are not relevant.
    pub fn counting(&self) -> impl Answers + '_ {
        Seen(&self.paper)
    }

    /// Says whether what stands at `at` is asked or shown, given the other answers.
    pub fn is_relevant(&self, at: &Address) -> bool {
        self.way().exists(at) && self.paper.is_relevant(at)
    }

    /// Returns the questions and notes that are shown, in form order.
    pub fn visible(&self) -> Vec<Address> {
        let mut shown = Vec::new();
        self.way().gather(None, &Address::root(), &mut shown);
        shown
    }

    /// Returns the questions and notes on the screen, in order.
    pub fn shown(&self) -> Vec<Address> {
        self.way().shown(&self.position)
    }

    /// Returns how many conditions, calculations and counts were worked out since the interview
    /// was opened, to see that an answer makes only what depends on it be worked out.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Returns everything that was logged, if the form asks for a log.
    pub fn audit(&self) -> &[AuditEvent] {
        self.log.events()
    }

    /// Puts down an answer, or takes it away. An answer that its constraint does not allow is kept
    /// too; the interview does not go on from it.
    ///
    /// # Errors
    /// If nobody is asked there now, or the answer is of another type.
    pub fn set(
        &mut self,
        at: &Address,
        value: Option<Value>,
        env: &Environment,
    ) -> Result<Step, SessionError> {
        let value = value.filter(|value| !value.to_odk_text().is_empty());
        let node = self.may_set(at, value.as_ref(), env)?;
        let mut step = self.settle(env, true, |work| _ = work.put(node, at, value));
        step.audit = self.log.take_new();
        Ok(step)
    }

    /// Puts down an answer in ODK's text form; an empty text takes it away.
    ///
    /// # Errors
    /// As [`Session::set`], and if the text is no such answer.
    pub fn set_text(&mut self, at: &Address, text: &str, env: &Environment) -> Result<Step, SessionError> {
        let question = at.path().and_then(|path| self.plan.form().question(&path));
        let kind = &question.ok_or_else(|| SessionError::Nothing(at.clone()))?.kind;
        let value = match text {
            "" => None,
            text => Some(Value::parse(kind, text).map_err(|_| SessionError::WrongType {
                at: at.clone(),
                kind: kind.word(),
            })?),
        };
        self.set(at, value, env)
    }

    /// Says what would be wrong with an answer, before it is put down; `None` if nothing.
    pub fn objection(&self, at: &Address, value: &Value, env: &Environment) -> Option<Trouble> {
        let question = self.question(at)?;
        let seen = Seen(&self.paper);
        objection(&self.look(&seen, env), question, at, value)
    }

    /// Works out anew what depends on the time or the language, if these have changed.
    pub fn notice(&mut self, env: &Environment) -> Step {
        self.settle(env, true, |_| {})
    }

    /// Returns what keeps the record from being finished, in form order.
    pub fn problems(&self, env: &Environment) -> Vec<Problem> {
        let mut addresses = Vec::new();
        self.gather_questions(None, &Address::root(), &mut addresses);
        let seen = Seen(&self.paper);
        let look = self.look(&seen, env);
        let problem = |at: &Address| self.problem(&look, at);
        addresses.iter().filter_map(problem).collect()
    }

    fn may_set(&self, at: &Address, value: Option<&Value>, env: &Environment) -> Result<usize, SessionError> {
        if self.is_read_only {
            return Err(SessionError::ReadOnly);
        }
        let nothing = || SessionError::Nothing(at.clone());
        let node = at
            .path()
            .and_then(|path| self.plan.find(&path))
            .ok_or_else(nothing)?;
        let Item::Question(question) = self.plan.item(node) else {
            return Err(nothing());
        };
        if !self.way().exists(at) {
            return Err(nothing());
        }
        let follows = question.calculation.is_some() && question.triggers.is_empty();
        let is_background = matches!(
            question.kind,
            QuestionKind::StartGeopoint | QuestionKind::BackgroundGeopoint | QuestionKind::BackgroundAudio
        );
        if follows || !(question.kind.is_asked() || is_background) {
            return Err(SessionError::NotAsked(at.clone()));
        }
        if !self.paper.holds(&question.compartment) {
            return Err(SessionError::NotHeld(at.clone()));
        }
        if !self.paper.is_relevant(at) {
            return Err(SessionError::NotRelevant(at.clone()));
        }
        let seen = Seen(&self.paper);
        if self.look(&seen, env).is_read_only(at) {
            return Err(SessionError::NotAsked(at.clone()));
        }
        if !value.is_none_or(|value| value.fits(&question.kind)) {
            return Err(SessionError::WrongType {
                at: at.clone(),
                kind: question.kind.word(),
            });
        }
        Ok(node)
    }

    /// Does something, and works out what follows from it.
    fn settle(
        &mut self,
        env: &Environment,
        with_triggers: bool,
        deed: impl FnOnce(&mut Recomputation<'_>),
    ) -> Step {
        let plan = Arc::clone(&self.plan);
        let mut work = Recomputation::new(&plan, &mut self.paper, env);
        let today = env.tz.to_datetime(env.now).date();
        if let Some((now, day, language)) = &self.known {
            let clocked = plan.clocked.iter().filter(|_| *now != env.now);
            let dated = plan.dated.iter().filter(|_| *day != today);
            let spoken = plan.spoken.iter().filter(|_| *language != env.language);
            for (node, parts) in clocked.chain(dated).chain(spoken) {
                work.everywhere(*node, *parts);
            }
        }
        self.known = Some((env.now, today, env.language.clone()));
        deed(&mut work);
        work.run();
        let mut notices = Vec::new();
        let mut fired = 0;
        loop {
            if let Some(around) = work.begun.pop() {
                begin_with(&plan, &mut work, &around, env);
            } else if let Some((node, around)) = work.triggered.pop_first() {
                if with_triggers && fired < MOST_TRIGGERED {
                    fired += fire(&plan, &mut work, node, &around, &mut notices);
                }
            } else {
                break;
            }
            work.run();
        }
        notices.extend(work.uncounted.drain(..).map(|at| Notice::Uncounted { at }));
        notices.extend(work.counted_again.drain(..).map(|at| Notice::CountedAgain { at }));
        let (writes, offers, evaluations) = (
            std::mem::take(&mut work.writes),
            std::mem::take(&mut work.offers),
            work.evaluations,
        );
        self.evaluations += evaluations;
        let seen = Seen(&self.paper);
        let look = self.look(&seen, env);
        let gone = offers.into_iter().filter(|at| {
            let question = at.path().and_then(|path| look.form.question(&path));
            let answered = question.zip(seen.answer(at));
            answered.is_some_and(|(question, value)| !are_offered(&look, question, at, &value))
        });
        notices.extend(gone.map(|at| Notice::NoLongerOffered { at }));
        Step {
            writes,
            notices,
            ..Step::default()
        }
    }

    fn way(&self) -> Way<'_> {
        Way {
            plan: &self.plan,
            paper: &self.paper,
        }
    }

    fn look<'a>(&'a self, seen: &'a Seen<'a>, env: &'a Environment) -> Look<'a, 'a> {
        Look {
            form: self.plan.form(),
            answers: seen,
            env,
            holds_all: self.paper.holds_all(),
        }
    }

    fn question(&self, at: &Address) -> Option<&Question> {
        self.plan.form().question(&at.path()?)
    }

    /// What is wrong at a relevant question.
    fn problem(&self, look: &Look<'_, '_>, at: &Address) -> Option<Problem> {
        let question = self.question(at)?;
        if !question.kind.has_value() || !self.paper.holds(&question.compartment) {
            return None;
        }
        let trouble = trouble(look, question, at)?;
        let complaint = Complaint {
            at: at.clone(),
            trouble,
        };
        Some(Problem {
            at: at.clone(),
            trouble,
            message: complaint.message(look.form, look.answers, &look.env.language),
            label: self.fill(&question.label, at, look.env),
        })
    }

    /// All relevant questions in a group, instance or the record, in order, shown or not.
    fn gather_questions(&self, parent: Option<usize>, around: &Address, questions: &mut Vec<Address>) {
        for child in self.plan.children(parent) {
            let at = around.near(&self.plan.node(*child).path);
            if !self.paper.is_relevant(&at) {
                continue;
            }
            match self.plan.item(*child) {
                Item::Question(_) => questions.push(at),
                Item::Group(_) => self.gather_questions(Some(*child), around, questions),
                Item::Repeat(repeat) => {
                    let repeat = crate::RepeatAddress::near(around, &repeat.path);
                    for id in self.way().live(&repeat) {
                        self.gather_questions(Some(*child), &repeat.instance(id), questions);
                    }
                }
            }
        }
    }
}

/// Sets the computed defaults of a new record or instance, and what is known about the device.
fn begin_with(plan: &Plan, work: &mut Recomputation<'_>, around: &Address, env: &Environment) {
    let within = around.path().and_then(|path| plan.find(&path));
    let nodes: Vec<usize> = match within {
        Some(within) => (within + 1..plan.node(within).until).collect(),
        None => plan.nodes().map(|(node, _)| node).collect(),
    };
    for node in nodes {
        let Item::Question(question) = plan.item(node) else {
            continue;
        };
        if plan.node(node).repeats.last().copied() != within || !work.paper.holds(&question.compartment) {
            continue;
        }
        let at = around.near(&question.path);
        if work.paper.value(&at).is_some() {
            continue;
        }
        let value = {
            let seen = Seen(&*work.paper);
            let default = defaults::default(&work.look(&seen), question, &at);
            default.or_else(|| defaults::of_device(&question.kind, env))
        };
        if value.is_some() && work.put(node, &at, value) {
            work.run();
        }
    }
}

/// Sets what a changed answer triggers. Returns how many answers that were.
fn fire(
    plan: &Plan,
    work: &mut Recomputation<'_>,
    node: usize,
    around: &Address,
    notices: &mut Vec<Notice>,
) -> usize {
    let mut fired = 0;
    for target in &plan.node(node).targets {
        let Item::Question(question) = plan.item(*target) else {
            continue;
        };
        // The place of a background-geopoint is taken by the device.
        if question.kind == QuestionKind::BackgroundGeopoint || !work.paper.holds(&question.compartment) {
            continue;
        }
        for around in work.instances_of(*target, node, around) {
            let at = around.near(&question.path);
            let value = {
                let seen = Seen(&*work.paper);
                let outcome = question
                    .calculation
                    .as_ref()
                    .and_then(|calculation| work.look(&seen).evaluate(calculation, &at, None));
                outcome.and_then(|outcome| answer_of(&outcome, &question.kind))
            };
            work.evaluations += u64::from(question.calculation.is_some());
            fired += 1;
            if work.put(*target, &at, value) {
                notices.push(Notice::SetByTrigger { at });
                work.run();
            }
        }
    }
    fired
}

fn first_half(bytes: [u8; 16]) -> [u8; 8] {
    let mut half = [0; 8];
    half.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    half
}

/// Shows the form and where the interview is, and no answer.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({} at {:?})", self.plan.form().id, self.position)
    }
}

/// Shows nothing of the answers.
impl fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("is_new", &self.answers.is_none())
            .field("is_read_only", &self.is_read_only)
            .finish()
    }
}

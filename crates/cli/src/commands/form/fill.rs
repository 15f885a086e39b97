//! `baraza form fill`: an interview at the terminal, to try a form.

mod prompt;
mod saved;

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use client_core::{Clock as _, SystemClock};
use form::answers_json::write_answers;
use form::interview::{Asked, Finish, Opening, Plan, Position, Problem, Screen, Session, SessionError, Step};
use form::{Address, Environment};
use rand::Rng as _;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use super::{read, tables};
use crate::output;
use saved::Saved;

/// What can be typed beside an answer.
const COMMANDS: &str = "\
An empty line goes on. Beside answers you can type:
  :back  :next            the screen before, the next one
  :clear                  take the answer away
  :jump ADDRESS           go to a question, group or instance, such as members[2]/age
  :remove ADDRESS         remove an instance, such as members[2]
  :lang LANGUAGE          show the form in another language
  :outline  :problems     what is done, what is missing or wrong
  :finish  :quit          finish, or leave to go on another time
";

#[derive(Debug, Args)]
#[command(after_long_help = COMMANDS)]
pub(crate) struct Fill {
    /// The form
    file: PathBuf,
    /// The language of the texts
    #[arg(long, value_name = "L", default_value = "")]
    lang: String,
    /// Where to keep the answers, to go on with them another time; without it none are kept.
    /// They are kept as they are, without encryption: never interview people with this
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// A folder with the tables that come with the form: .csv, .geojson and .xml files
    #[arg(long, value_name = "DIR")]
    attachments: Option<PathBuf>,
}

impl Fill {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (form, _) = read(&self.file)?.map_err(|errors| {
            errors.iter().for_each(|error| eprintln!("{error}"));
            anyhow::anyhow!("{} cannot be used: {} to mend", self.file.display(), errors.len())
        })?;
        match &self.save {
            Some(file) => eprintln!(
                "This is for trying a form. Answers are kept in {} WITHOUT ENCRYPTION: never interview people here.",
                file.display()
            ),
            None => eprintln!(
                "This is for trying a form. No answer is kept; use --save FILE to go on another time."
            ),
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let mut rng = ChaCha20Rng::from_seed(seed);
        let mut env = Environment::new(SystemClock.now(), jiff::tz::TimeZone::system(), rng.next_u64());
        env.language = self.lang;
        env.attachments = tables::read(self.attachments.as_deref())?;
        let plan = Plan::of(form);
        let kept = match &self.save {
            Some(file) => Saved::read(file, plan.form(), &mut rng)?,
            None => None,
        };
        let opening = kept
            .as_ref()
            .map_or(Opening::new_record(), |saved| Opening::of(&saved.answers));
        let (session, _) = Session::open(&plan, opening, &env);
        let mut fill = Filling {
            session,
            env,
            save: self.save,
        };
        if let Some(at) = kept.and_then(|saved| saved.at) {
            // If it is asked no longer, the interview begins at its beginning.
            drop(fill.session.jump(&at, &fill.env));
        }
        fill.go_through()
    }
}

/// What somebody typed.
enum Typed {
    Answer(String),
    Command(String, String),
    /// There is nothing more to read.
    Nothing,
}

/// Whether to go on with a screen.
enum After {
    /// It was left, or has to be shown again.
    Screen,
    /// The next question on the same page.
    Question,
    /// The interview is over.
    Done(ExitCode),
}

struct Filling {
    session: Session,
    env: Environment,
    save: Option<PathBuf>,
}

impl Filling {
    fn go_through(&mut self) -> anyhow::Result<ExitCode> {
        loop {
            self.env.now = SystemClock.now();
            self.keep()?;
            let after = match self.session.screen(&self.env) {
                Screen::Beginning { title, languages, .. } => {
                    output::text(&prompt::beginning(&title, &languages))?;
                    self.react(None)?
                }
                Screen::Question { around, question } => {
                    output::text(&prompt::headings(&around))?;
                    self.ask(&question)?
                }
                Screen::Page {
                    around, questions, ..
                } => {
                    output::text(&prompt::headings(&around))?;
                    self.page(&questions)?
                }
                Screen::Repeat {
                    label,
                    instances,
                    address,
                    ..
                } => {
                    output::text(&prompt::another(&label, instances))?;
                    match self.typed()? {
                        Typed::Answer(text) if matches!(text.to_lowercase().as_str(), "y" | "yes") => {
                            let step = self.session.add_instance(&address, &self.env);
                            self.tell(step)?;
                            After::Screen
                        }
                        typed => self.follow(typed, None)?,
                    }
                }
                Screen::End { name, problems } => {
                    output::text(&prompt::end(name.as_deref(), &problems))?;
                    match self.typed()? {
                        Typed::Answer(_) => self.finish()?,
                        typed => self.follow(typed, None)?,
                    }
                }
            };
            if let After::Done(code) = after {
                self.keep()?;
                return Ok(code);
            }
        }
    }

    /// Asks everything on a page, also what its own answers bring to it, and goes on.
    fn page(&mut self, questions: &[Asked]) -> anyhow::Result<After> {
        let mut asked: Vec<Address> = Vec::new();
        let mut open = questions.to_vec();
        while let Some(question) = open.into_iter().find(|it| !asked.contains(&it.address)) {
            asked.push(question.address.clone());
            output::text(&prompt::question(&question))?;
            match self.react(Some(&question))? {
                After::Question => {}
                other => return Ok(other),
            }
            open = self.session.screen(&self.env).questions().into_owned();
        }
        self.go_on()?;
        Ok(After::Screen)
    }

    fn ask(&mut self, question: &Asked) -> anyhow::Result<After> {
        output::text(&prompt::question(question))?;
        match self.react(Some(question))? {
            After::Question => {
                self.go_on()?;
                Ok(After::Screen)
            }
            other => Ok(other),
        }
    }

    fn react(&mut self, question: Option<&Asked>) -> anyhow::Result<After> {
        let typed = self.typed()?;
        self.follow(typed, question)
    }

    fn follow(&mut self, typed: Typed, question: Option<&Asked>) -> anyhow::Result<After> {
        let (command, argument) = match (typed, question) {
            (Typed::Nothing, _) => return Ok(After::Done(ExitCode::SUCCESS)),
            (Typed::Answer(text), Some(question)) if text.is_empty() || question.read_only => {
                return Ok(After::Question);
            }
            (Typed::Answer(text), Some(question)) => {
                let step =
                    self.session
                        .set_text(&question.address, &prompt::meant(question, &text), &self.env);
                let is_set = step.is_ok();
                self.tell(step)?;
                return Ok(if is_set { After::Question } else { After::Screen });
            }
            (Typed::Answer(_), None) => {
                self.go_on()?;
                return Ok(After::Screen);
            }
            (Typed::Command(command, argument), _) => (command, argument),
        };
        match (command.as_str(), question) {
            ("back", _) => _ = self.session.previous(&self.env),
            ("next", _) => self.go_on()?,
            ("clear", Some(question)) => {
                let step = self.session.set(&question.address, None, &self.env);
                self.tell(step)?;
            }
            ("jump", _) => match self.session.find(&argument) {
                Some(at) => {
                    let step = self.session.jump(&at, &self.env);
                    self.tell(step)?;
                }
                None => output::text(&format!("There is nothing at {argument}.\n"))?,
            },
            ("remove", _) => match self.session.find(&argument) {
                Some(at) => {
                    let step = self.session.remove_instance(&at, &self.env);
                    self.tell(step)?;
                }
                None => output::text(&format!("There is nothing at {argument}.\n"))?,
            },
            ("lang", _) => {
                self.env.language = argument;
                let step = self.session.notice(&self.env);
                self.tell(Ok(step))?;
            }
            ("outline", _) => output::text(&prompt::outline(&self.session.outline(&self.env)))?,
            ("problems", _) => output::text(&prompt::problems(&self.session.problems(&self.env)))?,
            ("finish", _) => return self.finish(),
            ("quit", _) => return Ok(After::Done(ExitCode::SUCCESS)),
            _ => output::text(COMMANDS)?,
        }
        Ok(After::Screen)
    }

    fn go_on(&mut self) -> anyhow::Result<()> {
        let step = self.session.next(&self.env);
        self.tell(Ok(step))
    }

    fn finish(&mut self) -> anyhow::Result<After> {
        match self.session.finish(&self.env) {
            Finish::Done { finished, .. } => {
                let answers = write_answers(self.session.form(), &finished.answers);
                output::json(&answers)?;
                Ok(After::Done(ExitCode::SUCCESS))
            }
            Finish::Refused(step) => {
                self.tell(Ok(step))?;
                Ok(After::Screen)
            }
        }
    }

    /// Says what was wrong, and what else happened.
    fn tell(&self, step: Result<Step, SessionError>) -> anyhow::Result<()> {
        match step {
            Ok(step) => {
                let problems: &[Problem] = &step.problems;
                output::text(&prompt::notices(&self.session, &step.notices))?;
                output::text(&prompt::problems(problems))
            }
            Err(error) => output::text(&format!("{error}\n")),
        }
    }

    fn keep(&self) -> anyhow::Result<()> {
        let Some(file) = &self.save else { return Ok(()) };
        let at = match self.session.position() {
            Position::Question { address } | Position::Page { address } => Some(address),
            _ => None,
        };
        saved::write(file, self.session.form(), &self.session.answers(), at)
    }

    fn typed(&self) -> anyhow::Result<Typed> {
        output::text("> ")?;
        io::stdout().flush().context("the output cannot be written")?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        if read.context("the answer cannot be read")? == 0 {
            return Ok(Typed::Nothing);
        }
        let line = line.trim();
        Ok(match line.strip_prefix(':') {
            Some(command) => {
                let (command, argument) = command.split_once(' ').unwrap_or((command, ""));
                Typed::Command(command.to_owned(), argument.trim().to_owned())
            }
            None => Typed::Answer(line.to_owned()),
        })
    }
}

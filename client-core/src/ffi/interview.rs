//! An interview, screen by screen: what to show, and what a person does there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use form::Environment;
use form::interview::{self as going, Session, SessionError};

use super::screens::{Screen, Step};
use super::{Notebook, NotebookError, read};

/// An interview over the draft of a record. After an error open it anew.
#[derive(uniffi::Object)]
pub struct Interview {
    notebook: Arc<Notebook>,
    under_way: Mutex<crate::deeds::interview::Interview>,
}

#[uniffi::export]
impl Notebook {
    /// Opens an interview over a record that was started here or handed to this device, in a language of the form or its
    /// default.
    pub fn interview(
        self: Arc<Self>,
        record: String,
        language: Option<String>,
    ) -> Result<Arc<Interview>, NotebookError> {
        let mut interview = self.book().interview(read(&record)?)?;
        interview.speak(&language.unwrap_or_default());
        Ok(Arc::new(Interview {
            notebook: self,
            under_way: Mutex::new(interview),
        }))
    }
}

#[uniffi::export]
impl Interview {
    /// Returns what is to be shown now.
    pub fn screen(&self) -> Result<Screen, NotebookError> {
        // The interview is locked before the notebook everywhere.
        let under_way = self.under_way();
        let screen = self.notebook.book().screen(&under_way)?;
        Ok(Screen::from(screen))
    }

    /// Goes on with another language of the form.
    pub fn speak(&self, language: String) -> Result<Step, NotebookError> {
        self.under_way().speak(&language);
        self.go_on(|session, env| Ok(session.notice(env)))
    }

    /// Puts an answer down, in ODK's text form: it is on disk when this returns. One that is not allowed is kept too, and
    /// said to be wrong.
    pub fn answer(&self, address: String, value: String) -> Result<Step, NotebookError> {
        let at = read(&address)?;
        self.go_on(|session, env| session.set_text(&at, &value, env))
    }

    /// Takes an answer away.
    pub fn clear(&self, address: String) -> Result<Step, NotebookError> {
        let at = read(&address)?;
        self.go_on(|session, env| session.set(&at, None, env))
    }

    /// Goes on; stays, and says why, if an answer here is missing or not allowed.
    pub fn next(&self) -> Result<Step, NotebookError> {
        self.go_on(|session, env| Ok(session.next(env)))
    }

    /// Goes on whatever is missing or wrong: finishing finds it again.
    pub fn pass_on(&self) -> Result<Step, NotebookError> {
        self.go_on(|session, env| Ok(session.pass(env)))
    }

    /// Goes back.
    pub fn previous(&self) -> Result<Step, NotebookError> {
        self.go_on(|session, env| Ok(session.previous(env)))
    }

    /// Goes to a question, a group or an instance.
    pub fn jump(&self, address: String) -> Result<Step, NotebookError> {
        let to = read(&address)?;
        self.go_on(|session, env| session.jump(&to, env))
    }

    /// Goes behind the last question.
    pub fn jump_to_end(&self) -> Result<Step, NotebookError> {
        self.go_on(|session, env| Ok(session.jump_to_end(env)))
    }

    /// Adds an instance to a repeat, and goes there.
    pub fn add_instance(&self, repeat: String) -> Result<Step, NotebookError> {
        let repeat = read(&repeat)?;
        self.go_on(|session, env| session.add_instance(&repeat, env))
    }

    /// Removes an instance of a repeat. Its answers stay in the history.
    pub fn remove_instance(&self, instance: String) -> Result<Step, NotebookError> {
        let instance = read(&instance)?;
        self.go_on(|session, env| session.remove_instance(&instance, env))
    }

    /// Returns whether something is asked, given the other answers.
    pub fn is_relevant(&self, address: String) -> Result<bool, NotebookError> {
        let at = read(&address)?;
        Ok(self.under_way().session().is_relevant(&at))
    }

    /// Finishes the record: it is sealed, and this device can no longer open it. If something is missing or wrong, the
    /// interview goes to the first of it instead, and says what.
    pub fn finish(&self) -> Result<Step, NotebookError> {
        let step = self.go_on(|session, env| Ok(session.jump_to_first_problem(env)))?;
        if step.problems.is_empty() {
            let record = self.under_way().record();
            self.notebook.book().finish(record)?;
        }
        Ok(step)
    }
}

impl Interview {
    fn under_way(&self) -> MutexGuard<'_, crate::deeds::interview::Interview> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn go_on(
        &self,
        deed: impl FnOnce(&mut Session, &Environment) -> Result<going::Step, SessionError>,
    ) -> Result<Step, NotebookError> {
        let mut under_way = self.under_way();
        Ok(Step::from(self.notebook.book().go_on(&mut under_way, deed)?))
    }
}

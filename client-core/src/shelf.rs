//! The forms that were used last, as they were read: reading a long one anew for every answer would
//! cost more than writing the answer.

use std::cell::RefCell;
use std::sync::Arc;

use form::Form;
use rusqlite::Connection;
use wire::EnvelopeId;

use crate::deeds::forms::{FormsError, find};
use crate::store::forms::FormRow;

/// How many forms are kept in memory.
const ROOM: usize = 8;

/// Forms that were read, the last used last.
#[derive(Default)]
pub(crate) struct Shelf {
    forms: RefCell<Vec<(EnvelopeId, Arc<Form>)>>,
}

impl Shelf {
    /// Returns a form that has arrived: the version named, or the newest. A published form never
    /// changes, so one that stands here is the one in the notebook.
    pub(crate) fn read(
        &self,
        db: &Connection,
        id: &str,
        version: Option<&str>,
    ) -> Result<(FormRow, Arc<Form>), FormsError> {
        let row = find(db, id, version)?;
        let mut forms = self.forms.borrow_mut();
        let known = forms.iter().position(|(envelope, _)| *envelope == row.envelope);
        let (envelope, form) = match known {
            Some(at) => forms.remove(at),
            None => {
                let form =
                    Form::read_markdown(&row.markdown).map_err(|_| FormsError::Unreadable(id.to_owned()))?;
                (row.envelope, Arc::new(form))
            }
        };
        if forms.len() >= ROOM {
            forms.remove(0);
        }
        forms.push((envelope, Arc::clone(&form)));
        Ok((row, form))
    }
}

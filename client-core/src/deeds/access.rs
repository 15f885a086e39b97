//! Subject access: everything this desk has about one record, for the person it is about. Others are left out of it.

use form::{Address, Answers, Form};
use record::{Record, Version};
use serde::Serialize;
use wire::{MemberId, RecordId, Role};

use crate::Notebook;
use crate::deeds::consent::{ConsentView, view};
use crate::deeds::list::time;
use crate::deeds::show::{ShowError, asked};
use crate::deeds::start::{DraftError, readable};
use crate::import::member_of;
use crate::people::People;
use crate::store::audit::{self, Deed};
use crate::store::records::{self, RecordStatus};

/// What stands where something about another person was left out.
pub const REDACTED: &str = "(about another person)";

/// Everything about one record, for the person it is about.
#[derive(Debug, Clone, Serialize)]
pub struct AccessView {
    /// The record.
    pub record: RecordId,
    /// What the form is called.
    pub form: String,
    /// The form's version.
    pub version: String,
    /// When this was made (UTC, RFC 3339).
    pub made: String,
    /// What is answered now.
    pub answers: Vec<AnswerLine>,
    /// Everything that was ever answered, the oldest first.
    pub history: Vec<AnswerLine>,
    /// What was said about each purpose.
    pub consent: Vec<ConsentView>,
    /// Where people put down differing answers that nobody has settled.
    pub disagreements: Vec<Address>,
    /// When it left this desk in a table or file (UTC, RFC 3339).
    pub exports: Vec<String>,
    /// The compartments that this desk cannot read: ask the programme for those.
    pub withheld: Vec<String>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerLine {
    /// Where it stands.
    pub address: Address,
    /// What is asked there, in the form's default language.
    pub question: String,
    /// The answer; nothing if it was cleared.
    pub value: Option<String>,
    /// When it was put down (UTC, RFC 3339), by the clock of whoever did.
    pub at: String,
    /// In which role somebody put it down.
    pub by: &'static str,
}

impl Notebook {
    /// Collects everything this desk has about one record. What names other people of the household (answers of the
    /// identity compartment in repeats) is left out unless `whole_household`; members of the programme stand in it by
    /// their roles. It is put down in the audit.
    ///
    /// # Errors
    /// The record cannot be read here.
    pub fn access(&mut self, id: RecordId, whole_household: bool) -> Result<AccessView, ShowError> {
        let row = self.store.read(|db| records::get(db, id))?;
        let row = row.ok_or(DraftError::NoRecord(id))?;
        match row.status {
            RecordStatus::Finished => return Err(DraftError::Finished(id).into()),
            RecordStatus::Withdrawn => return Err(DraftError::Withdrawn(id).into()),
            RecordStatus::Draft | RecordStatus::Granted | RecordStatus::Received => {}
        }
        let form = self
            .form(&row.form_id, Some(&row.form_version))
            .map_err(DraftError::from)?;
        let record = self.store.read(|db| readable(db, id, &form))?;
        let reader = Reader {
            form: &form,
            record: &record,
            whole_household,
            role: &|member: Option<MemberId>| self.role_of(member),
            member: &|version: &Version| {
                let roster = self.roster.as_ref()?;
                member_of(roster, version.author)
            },
        };
        let (answers, mut history) = (reader.answers(), reader.history());
        history.sort_by(|one, other| (&one.at, &one.address).cmp(&(&other.at, &other.address)));
        let access = AccessView {
            record: id,
            form: form.title.clone(),
            version: row.form_version,
            made: time(self.now().as_second()),
            answers,
            history,
            consent: view(record.consent(), &People::default()),
            exports: self.exports_of(id)?,
            disagreements: record
                .disagreements()
                .iter()
                .map(|found| found.address().clone())
                .collect(),
            withheld: form
                .compartments()
                .into_iter()
                .filter(|name| !record.holds(name))
                .collect(),
        };
        let now = self.now().as_second();
        self.store
            .write(|tx| audit::note(tx, now, Deed::Export, id.as_bytes()))?;
        Ok(access)
    }

    fn role_of(&self, member: Option<MemberId>) -> &'static str {
        let known = member.and_then(|member| self.roster.as_ref()?.member(&member));
        match known.map(|member| member.role) {
            Some(Role::COORDINATOR) => "coordinator",
            Some(Role::SUPERVISOR) => "supervisor",
            Some(Role::PROTECTION_OFFICER) => "protection officer",
            Some(Role::ENUMERATOR) => "field worker",
            _ => "member",
        }
    }
}

/// Reads a record for the person it is about.
struct Reader<'a> {
    form: &'a Form,
    record: &'a Record,
    whole_household: bool,
    role: &'a dyn Fn(Option<MemberId>) -> &'static str,
    member: &'a dyn Fn(&Version) -> Option<MemberId>,
}

impl Reader<'_> {
    fn answers(&self) -> Vec<AnswerLine> {
        let all = self.record.addresses();
        all.iter()
            .filter(|at| self.is_there(at) && self.record.answer(at).is_some())
            .filter_map(|at| Some(self.line(at, self.record.versions(at).last()?)))
            .collect()
    }

    fn history(&self) -> Vec<AnswerLine> {
        let all = self.record.addresses();
        all.iter()
            .flat_map(|at| {
                let versions = self.record.history(at);
                versions.into_iter().map(|version| self.line(at, &version))
            })
            .collect()
    }

    fn line(&self, at: &Address, version: &Version) -> AnswerLine {
        let text = version.value.as_ref().map(form::Value::to_odk_text);
        AnswerLine {
            address: at.clone(),
            question: asked(self.form, at),
            value: text.map(|text| {
                if self.is_about_another(at) {
                    REDACTED.to_owned()
                } else {
                    text
                }
            }),
            at: time(version.at),
            by: (self.role)((self.member)(version)),
        }
    }

    /// Whether an answer names somebody else: it stands in a repeat, and is not for everybody to read. What the form does
    /// not know is taken to.
    fn is_about_another(&self, at: &Address) -> bool {
        if self.whole_household || at.steps().is_empty() {
            return false;
        }
        let question = at.path().and_then(|path| self.form.question(&path));
        question.is_none_or(|question| question.compartment != record::GENERAL)
    }

    /// Whether no instance around an answer was removed.
    fn is_there(&self, at: &Address) -> bool {
        let mut around = (!at.steps().is_empty()).then(|| at.instance());
        while let Some(instance) = around {
            let (Some(repeat), Some(id)) = (instance.repeat(), instance.instance_id()) else {
                return false;
            };
            if !self.record.instances(&repeat).contains(&id) {
                return false;
            }
            around = instance.parent_instance();
        }
        true
    }
}

//! What lists and interviews show, as records of plain types.

use form::interview::{Complaint, Trouble as Kind};

use crate::deeds::disagreements::DisagreementView;
use crate::deeds::forms::FormView;
use crate::deeds::questions::{ChoiceView, QuestionView};
use crate::deeds::settle::Decision;

/// A form that has arrived here.
#[derive(Debug, uniffi::Record)]
pub struct FormSummary {
    /// Its `form_id`: what `start` takes.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: String,
}

impl From<FormView> for FormSummary {
    fn from(form: FormView) -> Self {
        Self {
            id: form.id,
            version: form.version,
            title: form.title,
        }
    }
}

/// A question or note, as it is to be shown.
#[derive(Debug, uniffi::Record)]
pub struct Question {
    /// Where its answer stands: what `answer` takes.
    pub address: String,
    /// Its XLSForm type, such as `integer` or `select_one`.
    pub kind: String,
    /// What is asked.
    pub label: String,
    /// A hint; empty if there is none.
    pub hint: String,
    /// The answer there is, in ODK's text form.
    pub value: Option<String>,
    /// What a select offers now, in order.
    pub choices: Vec<Choice>,
    /// Whether the answer can only be read.
    pub read_only: bool,
}

/// One choice of a select.
#[derive(Debug, uniffi::Record)]
pub struct Choice {
    /// What the answer says.
    pub name: String,
    /// What people read.
    pub label: String,
}

impl From<QuestionView> for Question {
    fn from(question: QuestionView) -> Self {
        let choices = question.choices.into_iter();
        Self {
            address: question.address.to_string(),
            kind: question.kind.to_owned(),
            label: question.label,
            hint: question.hint,
            value: question.value,
            choices: choices
                .map(|ChoiceView { name, label }| Choice { name, label })
                .collect(),
            read_only: question.read_only,
        }
    }
}

/// Something that keeps a record from being finished.
#[derive(Debug, uniffi::Record)]
pub struct Trouble {
    /// Where.
    pub address: String,
    /// What is wrong.
    pub kind: TroubleKind,
}

/// What is wrong with an answer.
#[derive(Debug, uniffi::Enum)]
pub enum TroubleKind {
    /// The question must be answered and is not.
    Missing,
    /// The answer does not fulfil the question's constraint.
    Constraint,
    /// The answer is of another type than the question asks for.
    WrongType,
    /// The choice is not offered.
    NotOffered,
    /// A condition of the form cannot be worked out.
    Unclear,
}

impl From<Complaint> for Trouble {
    fn from(complaint: Complaint) -> Self {
        Self {
            address: complaint.at.to_string(),
            kind: complaint.trouble.into(),
        }
    }
}

impl From<Kind> for TroubleKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Missing => Self::Missing,
            Kind::Constraint => Self::Constraint,
            Kind::WrongType => Self::WrongType,
            Kind::NotOffered => Self::NotOffered,
            Kind::Unclear => Self::Unclear,
        }
    }
}

/// What lists show of a record.
#[derive(Debug, uniffi::Record)]
pub struct RecordSummary {
    /// Its id.
    pub id: String,
    /// The form's `form_id`.
    pub form: String,
    /// The version of the form.
    pub version: String,
    /// `draft`, `granted`, `finished` or `received`.
    pub status: String,
    /// Whether an edit is open here.
    pub editing: bool,
    /// When it was begun (UTC, RFC 3339).
    pub started: String,
    /// When it was last changed (UTC, RFC 3339).
    pub changed: String,
    /// What people call who began it.
    pub device: String,
    /// How many disagreements are open in it.
    pub disagreements: u64,
}

impl From<crate::deeds::list::RecordSummary> for RecordSummary {
    fn from(record: crate::deeds::list::RecordSummary) -> Self {
        Self {
            id: record.id.to_string(),
            form: record.form,
            version: record.version,
            status: record.status.word().to_owned(),
            editing: record.editing,
            started: record.started,
            changed: record.changed,
            device: record.device,
            disagreements: record.disagreements,
        }
    }
}

/// Something that two people answered differently.
#[derive(Debug, uniffi::Record)]
pub struct Disagreement {
    /// The record.
    pub record: String,
    /// What it is about: what `settle` takes.
    pub address: String,
    /// What is asked there.
    pub question: String,
    /// The sides, numbered from 1 in this order.
    pub sides: Vec<Side>,
}

/// One side of a disagreement.
#[derive(Debug, uniffi::Record)]
pub struct Side {
    /// What they say, as people read it.
    pub label: String,
    /// The same in ODK's text form; nothing if they cleared the answer.
    pub value: Option<String>,
    /// What people call the device.
    pub device: String,
    /// When, by the device's own clock (UTC, RFC 3339).
    pub at: String,
}

impl From<DisagreementView> for Disagreement {
    fn from(found: DisagreementView) -> Self {
        let sides = found.sides.into_iter();
        Self {
            record: found.record.to_string(),
            address: found.address.to_string(),
            question: found.question,
            sides: sides
                .map(|side| Side {
                    label: side.label,
                    value: side.value,
                    device: side.device,
                    at: side.at,
                })
                .collect(),
        }
    }
}

/// How a disagreement is settled.
#[derive(Debug, uniffi::Enum)]
pub enum Settlement {
    /// The side with this number is right.
    Side {
        /// The number, from 1.
        number: u32,
    },
    /// None of them: this is right, in ODK's text form.
    Value {
        /// The answer.
        value: String,
    },
    /// The question is left without an answer.
    NoAnswer,
    /// The removed instance is kept.
    Keep,
    /// The removed instance is removed after all.
    Remove,
}

impl From<Settlement> for Decision {
    fn from(settlement: Settlement) -> Self {
        match settlement {
            Settlement::Side { number } => Self::Side(number as usize),
            Settlement::Value { value } => Self::Value(value),
            Settlement::NoAnswer => Self::NoAnswer,
            Settlement::Keep => Self::Keep,
            Settlement::Remove => Self::Remove,
        }
    }
}

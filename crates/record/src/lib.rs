#![doc = include_str!("../README.md")]

mod bytes;
pub mod consent;
mod disagreement;
mod document;
mod draft;
pub mod entity;
mod guard;
mod history;
mod ids;
mod key;
mod lineage;
mod merge;
mod record;
mod removal;
mod scalar;
mod shape;
mod sources;
mod view;

pub use crate::disagreement::Disagreement;
pub use crate::document::LoadError;
pub use crate::draft::{
    AnswerError, BeginError, Draft, DraftStep, MAX_ANSWER_BYTES, ReplayError, SettleError, Settlement,
    SquashError,
};
pub use crate::history::Version;
pub use crate::ids::{Actor, AuthorId, AuthorPrefix, ChangeHash, Provenance};
pub use crate::merge::{
    MAX_CHANGES_AT_ONCE, MAX_WAITING, MAX_WAITING_BYTES, MergeError, Merged, Refused, Waiting,
};
pub use crate::record::{GENERAL, Record};
pub use crate::removal::Edit;
pub use crate::shape::ShapeError;
pub use crate::view::{RepeatRow, RepeatRows, Rows, UnknownAnswer};

//! What a person does with a notebook: one file a deed.

pub mod admit;
pub mod answer;
pub mod attach;
pub mod disagreements;
pub mod entities;
pub mod finish;
pub mod forms;
pub mod found;
pub mod grant;
pub mod interview;
pub mod join;
pub mod list;
pub mod progress;
pub mod publish;
pub mod questions;
pub mod read_answers;
pub mod rebuild;
pub mod settle;
pub mod show;
pub mod start;
pub mod sync;
pub mod waiting;

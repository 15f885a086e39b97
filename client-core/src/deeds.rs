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
pub mod join_roster;
pub mod list;
pub mod move_relay;
pub mod progress;
pub mod publish;
pub mod quarantine;
pub mod questions;
pub mod read_answers;
pub mod rebuild;
pub mod revoke;
pub mod rotate;
pub mod settle;
pub mod show;
mod stand_down;
pub mod start;
pub mod sync;

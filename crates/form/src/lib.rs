#![doc = include_str!("../README.md")]

mod address;
mod answers;
pub mod answers_json;
pub mod definition;
pub mod expression;
pub mod interview;
mod kind;
mod model;
mod path;
mod read;
pub mod respondent;
mod sheet;
mod translated;
mod value;
mod when;
mod write;
pub mod xform;
mod xlsform;
mod xml;

pub use address::{Address, AddressError, InstanceId, RepeatAddress, Step};
pub use answers::Answers;
pub use expression::{Environment, Expression};
pub use kind::{Metadata, QuestionKind};
pub use model::{
    Choice, ChoiceList, DefaultAnswer, Form, GENERAL, Group, IDENTITY, Item, PROTECTED, Question, Repeat,
};
pub use path::{NameError, PathError, QuestionPath, check_name};
pub use read::{FormError, Source, Warning};
pub use sheet::AnswerSheet;
pub use translated::Translated;
pub use value::{Value, ValueError};
pub use when::{DateText, DateTimeText, TimeText, WhenError};
pub use xml::XmlError;

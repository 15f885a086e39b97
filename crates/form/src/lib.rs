#![doc = include_str!("../README.md")]

mod address;
mod answers;
pub mod answers_json;
mod build;
mod changes;
pub mod definition;
pub mod expression;
pub mod interview;
mod kind;
mod lint;
mod model;
mod path;
mod read;
pub mod respondent;
mod sheet;
mod table;
mod translated;
mod value;
mod when;
pub mod xform;
mod xlsform;
mod xml;

pub use address::{Address, AddressError, InstanceId, RepeatAddress, Step};
pub use answers::Answers;
pub use changes::{Change, Consequence, FormChange};
pub use expression::{Environment, Expression};
pub use kind::{ChoiceSource, Media, Metadata, QuestionKind};
pub use model::{
    Attachment, AttachmentKind, AttachmentUse, Audit, Choice, ChoiceList, DefaultAnswer, EntityDeclaration,
    ExternalData, Form, GENERAL, Group, IDENTITY, Item, LabelMedia, LocationTracking, PROTECTED, Question,
    Repeat, SaveTo, Shuffle,
};
pub use path::{NameError, PathError, QuestionPath, check_name};
pub use read::{FormError, Source, Warning};
pub use sheet::AnswerSheet;
pub use table::{Attachments, Row, Table, TableError};
pub use translated::Translated;
pub use value::{Point, Value, ValueError};
pub use when::{DateText, DateTimeText, TimeText, WhenError};
pub use xml::XmlError;

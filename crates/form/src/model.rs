//! A form: its questions, groups, repeats and choice lists.

mod attachments;
mod audit;
mod entities;

use std::collections::BTreeMap;

pub use self::attachments::{Attachment, AttachmentKind, AttachmentUse};
pub use self::audit::{Audit, LocationTracking};
pub use self::entities::{EntityDeclaration, SaveTo};
use crate::definition::Definition;
use crate::expression::Expression;
use crate::kind::{ChoiceSource, QuestionKind};
use crate::path::QuestionPath;
use crate::translated::Translated;
use crate::value::Value;

/// The compartment of whatever has no other.
pub const GENERAL: &str = "general";
/// The compartment for names, phone numbers, documents and exact places.
pub const IDENTITY: &str = "identity";
/// The compartment for legal status, violence, health and the like.
pub const PROTECTED: &str = "protected";

/// A versioned questionnaire, read and found sound by [`Form::read`].
///
/// Two forms are equal if they ask and mean the same, wherever in their files it is written. By
/// default a form without questions.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The form's id, which all its versions share.
    pub id: String,
    /// The form's title.
    pub title: String,
    /// The form's version; empty if none was given.
    pub version: String,
    /// The language that is shown when another has no text; `default` if the form names none.
    pub default_language: String,
    /// All languages that any text is in, the default language first.
    pub languages: Vec<String>,
    /// The look of the whole form (`pages`, `theme-grid`, …); empty if none was given.
    pub style: String,
    /// What to call a record of this form.
    pub instance_name: Option<Expression>,
    /// The questions, groups and repeats at the top, in order.
    pub items: Vec<Item>,
    /// The choice lists, in order.
    pub lists: Vec<ChoiceList>,
    /// The lists of the sheet `external_choices`, in order.
    pub external_lists: Vec<ChoiceList>,
    /// Files that expressions read as `instance('name')`.
    pub external_data: Vec<ExternalData>,
    /// The entities that finishing a record creates and updates.
    pub entities: Vec<EntityDeclaration>,
    /// What is logged of an interview; `None` if nothing is.
    pub audit: Option<Audit>,
    pub(crate) has_sensitivity: bool,
    pub(crate) compartments: Vec<String>,
    /// For each item the way to it through `items`.
    pub(crate) index: BTreeMap<QuestionPath, Vec<usize>>,
    /// All items, each after what its calculation and its conditions read.
    pub(crate) order: Vec<QuestionPath>,
    pub(crate) definition: Definition,
}

/// One thing in a form.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all items are questions, so that boxing them would save nothing"
)]
#[derive(Clone, PartialEq, Debug)]
pub enum Item {
    /// A question.
    Question(Question),
    /// A group of items that are shown together.
    Group(Group),
    /// A group of items that are asked as often as needed.
    Repeat(Repeat),
}

/// One question.
#[derive(Clone, PartialEq, Debug)]
pub struct Question {
    /// Its path in the form.
    pub path: QuestionPath,
    /// Its own name, the last of the path.
    pub name: String,
    /// What kind of answer it asks for.
    pub kind: QuestionKind,
    /// What is asked. May hold `${name}` references, see [`interview::fill`](crate::interview::fill).
    pub label: Translated,
    /// Help for whoever asks.
    pub hint: Translated,
    /// More help, shown on demand.
    pub guidance_hint: Translated,
    /// Pictures, sound and films beside the label.
    pub media: LabelMedia,
    /// Whether to ask at all.
    pub relevant: Option<Expression>,
    /// Whether it must be answered.
    pub required: Option<Expression>,
    /// What to say if it must be answered and is not.
    pub required_message: Translated,
    /// What an answer must fulfil.
    pub constraint: Option<Expression>,
    /// What to say if an answer does not fulfil it.
    pub constraint_message: Translated,
    /// How the answer is computed.
    pub calculation: Option<Expression>,
    /// The answer to begin with.
    pub default: Option<DefaultAnswer>,
    /// The questions whose change makes this one be computed anew, or its place be taken anew.
    /// Without any, a calculation follows whatever it reads.
    pub triggers: Vec<QuestionPath>,
    /// Which of the choices are offered.
    pub choice_filter: Option<Expression>,
    /// Whether the choices are put into another order.
    pub shuffle: Option<Shuffle>,
    /// Whether the answer is shown but cannot be changed. What holds for the groups around it
    /// holds for it too.
    pub read_only: Option<Expression>,
    /// Which of the media beside the label begin by themselves: `audio` or `video`; empty if none.
    pub autoplay: String,
    /// The property of an entity that the answer is saved to.
    pub save_to: Option<SaveTo>,
    /// How it looks (`minimal`, `multiline`, …); empty if nothing was said.
    pub appearance: String,
    /// Parameters of its kind, by name.
    pub parameters: BTreeMap<String, String>,
    /// The part of the record that the answer is kept in.
    pub compartment: String,
    /// The higher compartments that this question may let show.
    pub reveals: Vec<String>,
}

/// The answer to begin with.
#[derive(Clone, PartialEq, Debug)]
pub enum DefaultAnswer {
    /// Always the same.
    Fixed(Value),
    /// Computed once, when the record or the repeat instance is made.
    Computed(Expression),
}

/// Choices are put into an order of chance.
#[derive(Clone, PartialEq, Debug)]
pub enum Shuffle {
    /// Another one for each record.
    Anew,
    /// The same one for the same seed.
    Seeded(Expression),
}

/// Files shown or played beside a label, by their names, in the languages of the form.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LabelMedia {
    /// A picture.
    pub image: Translated,
    /// The same picture, larger, shown on demand.
    pub big_image: Translated,
    /// A recording.
    pub audio: Translated,
    /// A film.
    pub video: Translated,
}

/// A file of data that expressions read as `instance('name')`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExternalData {
    /// What expressions call it.
    pub name: String,
    /// The file's name: `towns.csv`.
    pub file: String,
}

/// A group of items that are shown together.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// Its path in the form.
    pub path: QuestionPath,
    /// Its own name, the last of the path.
    pub name: String,
    /// Its heading.
    pub label: Translated,
    /// Pictures, sound and films beside the heading.
    pub media: LabelMedia,
    /// Whether anything in it is asked at all.
    pub relevant: Option<Expression>,
    /// Whether the answers in it are shown but cannot be changed.
    pub read_only: Option<Expression>,
    /// How it looks (`field-list`, …); empty if nothing was said.
    pub appearance: String,
    /// The compartment that holds for what is in it, unless that says otherwise.
    pub compartment: String,
    /// The higher compartments that its relevance may let show.
    pub reveals: Vec<String>,
    /// What is in it, in order.
    pub items: Vec<Item>,
}

/// A group of items that are asked as often as needed. Which instances there are is kept in `general`.
#[derive(Clone, PartialEq, Debug)]
pub struct Repeat {
    /// Its path in the form.
    pub path: QuestionPath,
    /// Its own name, the last of the path.
    pub name: String,
    /// Its heading.
    pub label: Translated,
    /// Pictures, sound and films beside the heading.
    pub media: LabelMedia,
    /// Whether anything in it is asked at all.
    pub relevant: Option<Expression>,
    /// Whether the answers in it are shown but cannot be changed.
    pub read_only: Option<Expression>,
    /// How many instances there shall be; without it, as many as wanted.
    pub repeat_count: Option<Expression>,
    /// How it looks; empty if nothing was said.
    pub appearance: String,
    /// The compartment that holds for what is in it, unless that says otherwise.
    pub compartment: String,
    /// The higher compartments that its relevance and count may let show.
    pub reveals: Vec<String>,
    /// What is in each instance, in order.
    pub items: Vec<Item>,
}

/// The choices that select questions offer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChoiceList {
    /// The list's name.
    pub name: String,
    /// Its choices, in order.
    pub choices: Vec<Choice>,
}

/// One choice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What is kept as the answer.
    pub name: String,
    /// What is shown.
    pub label: Translated,
    /// Pictures, sound and films beside the label.
    pub media: LabelMedia,
    /// The further columns of its row that are filled, by name; choice filters read them.
    pub columns: BTreeMap<String, String>,
}

impl Form {
    /// Returns what the form's author wrote.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns the form as Markdown tables, in which a published form travels: see
    /// [`Definition::to_markdown`].
    pub fn to_markdown(&self) -> String {
        self.definition.to_markdown()
    }

    /// Goes through the questions in form order, those in groups and repeats included.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.all_items().into_iter().filter_map(|item| match item {
            Item::Question(question) => Some(question),
            _ => None,
        })
    }

    /// Goes through the repeats in form order, outer ones first.
    pub fn repeats(&self) -> impl Iterator<Item = &Repeat> {
        self.all_items().into_iter().filter_map(|item| match item {
            Item::Repeat(repeat) => Some(repeat),
            _ => None,
        })
    }

    /// Returns all items in form order, each group and repeat before what is in it.
    pub fn all_items(&self) -> Vec<&Item> {
        fn gather<'a>(items: &'a [Item], all: &mut Vec<&'a Item>) {
            for item in items {
                all.push(item);
                gather(item.items(), all);
            }
        }
        let mut all = Vec::new();
        gather(&self.items, &mut all);
        all
    }

    /// Returns what is at `path`.
    pub fn item(&self, path: &QuestionPath) -> Option<&Item> {
        let (first, rest) = self.index.get(path)?.split_first()?;
        rest.iter()
            .try_fold(self.items.get(*first)?, |item, nth| item.items().get(*nth))
    }

    /// Returns the question at `path`.
    pub fn question(&self, path: &QuestionPath) -> Option<&Question> {
        match self.item(path)? {
            Item::Question(question) => Some(question),
            _ => None,
        }
    }

    /// Returns the repeat at `path`.
    pub fn repeat(&self, path: &QuestionPath) -> Option<&Repeat> {
        match self.item(path)? {
            Item::Repeat(repeat) => Some(repeat),
            _ => None,
        }
    }

    /// Returns the innermost repeat around what is at `path`; of a repeat, the one around it.
    pub fn repeat_around(&self, path: &QuestionPath) -> Option<&Repeat> {
        let mut outer = path.parent();
        while let Some(path) = outer {
            if let Some(repeat) = self.repeat(&path) {
                return Some(repeat);
            }
            outer = path.parent();
        }
        None
    }

    /// Returns the choice list of this name.
    pub fn list(&self, name: &str) -> Option<&ChoiceList> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// Returns the choices of the list of this name; none if there is no such list.
    pub fn choices(&self, list: &str) -> &[Choice] {
        self.list(list).map_or(&[], |list| &list.choices)
    }

    /// Returns the choices that the form itself holds for a source; none for files and repeats.
    pub fn choices_of(&self, source: &ChoiceSource) -> &[Choice] {
        let (lists, name) = match source {
            ChoiceSource::List(name) => (&self.lists, name),
            ChoiceSource::External(name) => (&self.external_lists, name),
            ChoiceSource::File { .. } | ChoiceSource::Repeat(_) => return &[],
        };
        let list = lists.iter().find(|list| list.name == *name);
        list.map_or(&[], |list| &list.choices)
    }

    /// Returns the compartments that the form's answers are kept in, `general` first.
    pub fn compartments(&self) -> Vec<String> {
        self.compartments.clone()
    }

    /// Says whether the form has a `sensitivity` column.
    pub fn has_sensitivity(&self) -> bool {
        self.has_sensitivity
    }

    /// Returns the label of what is at `path`, in `language` or else the default language.
    pub fn label(&self, path: &QuestionPath, language: &str) -> Option<&str> {
        self.item(path)?.label().text(language, &self.default_language)
    }

    /// Returns the label of a choice that the form itself holds, in `language` or else the default
    /// language.
    pub fn choice_label(&self, source: &ChoiceSource, value: &str, language: &str) -> Option<&str> {
        let mut choices = self.choices_of(source).iter();
        let choice = choices.find(|choice| choice.name == value)?;
        choice.label.text(language, &self.default_language)
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        // What is not compared follows from the rest, or says where it is written.
        self.id == other.id
            && self.title == other.title
            && self.version == other.version
            && self.default_language == other.default_language
            && self.languages == other.languages
            && self.style == other.style
            && self.instance_name == other.instance_name
            && self.items == other.items
            && self.lists == other.lists
            && self.external_lists == other.external_lists
            && self.external_data == other.external_data
            && self.entities == other.entities
            && self.audit == other.audit
            && self.has_sensitivity == other.has_sensitivity
    }
}

impl Item {
    /// Returns its path in the form.
    pub fn path(&self) -> &QuestionPath {
        match self {
            Item::Question(question) => &question.path,
            Item::Group(group) => &group.path,
            Item::Repeat(repeat) => &repeat.path,
        }
    }

    /// Returns its own name.
    pub fn name(&self) -> &str {
        match self {
            Item::Question(question) => &question.name,
            Item::Group(group) => &group.name,
            Item::Repeat(repeat) => &repeat.name,
        }
    }

    /// Returns its label.
    pub fn label(&self) -> &Translated {
        match self {
            Item::Question(question) => &question.label,
            Item::Group(group) => &group.label,
            Item::Repeat(repeat) => &repeat.label,
        }
    }

    /// Returns the condition under which it is asked.
    pub fn relevant(&self) -> Option<&Expression> {
        match self {
            Item::Question(question) => question.relevant.as_ref(),
            Item::Group(group) => group.relevant.as_ref(),
            Item::Repeat(repeat) => repeat.relevant.as_ref(),
        }
    }

    /// Returns the condition under which it cannot be changed.
    pub fn read_only(&self) -> Option<&Expression> {
        match self {
            Item::Question(question) => question.read_only.as_ref(),
            Item::Group(group) => group.read_only.as_ref(),
            Item::Repeat(repeat) => repeat.read_only.as_ref(),
        }
    }

    /// Returns the media beside its label.
    pub fn media(&self) -> &LabelMedia {
        match self {
            Item::Question(question) => &question.media,
            Item::Group(group) => &group.media,
            Item::Repeat(repeat) => &repeat.media,
        }
    }

    /// Returns what is in it; nothing in a question.
    pub fn items(&self) -> &[Item] {
        match self {
            Item::Question(_) => &[],
            Item::Group(group) => &group.items,
            Item::Repeat(repeat) => &repeat.items,
        }
    }
}

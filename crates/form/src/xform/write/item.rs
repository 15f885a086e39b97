//! The elements of a form that is laid out.

use std::collections::BTreeMap;

use crate::definition::{MediaFiles, Text};

/// The number of an item of a [`Survey`](super::survey::Survey).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Id(pub(super) usize);

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// The form itself.
    Root,
    /// A group, also one of those that a loop is written out as.
    Group,
    /// A `meta` block, which is not in the body.
    Meta,
    /// A repeat.
    Repeat,
    /// A loop: a group of one group for each choice.
    Loop,
    /// A question of any kind.
    Question(Control),
    /// A file of choices that is merely declared.
    External,
    /// An entity.
    Entity,
    /// An attribute of an entity.
    Attribute,
    /// The label of an entity.
    EntityLabel,
}

/// How a question is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Control {
    /// Not at all.
    Unseen,
    /// For something to be typed in.
    Input,
    /// With nothing in it but what it is shown with.
    Plain,
    /// With choices.
    Select,
    /// As a range, possibly with labels at its ticks.
    Range,
    /// As a place, possibly with others to refer to.
    Geo,
    /// As places of a map with tags.
    Osm,
}

/// Something that is done when an event happens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Action {
    /// The element: `setvalue`, ….
    pub(super) name: &'static str,
    /// The event.
    pub(super) event: &'static str,
    /// The value that is set, if it is not the default.
    pub(super) value: Option<&'static str>,
    /// How good a recording is to be.
    pub(super) quality: Option<String>,
}

/// A question that is computed anew when another changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Triggered {
    /// Its name.
    pub(super) name: String,
    /// What it is computed from.
    pub(super) value: String,
}

/// An element of the record, or a file that is declared.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) part: Part,
    pub(super) parent: Option<Id>,
    pub(super) children: Vec<Id>,
    pub(super) row: u32,
    pub(super) name: String,
    /// The path from the root of the record.
    pub(super) path: String,
    /// The type by its canonical name.
    pub(super) type_name: String,
    /// The type as it is written.
    pub(super) written_type: String,
    pub(super) label: Option<Text>,
    pub(super) hint: Option<Text>,
    pub(super) guidance: Option<Text>,
    pub(super) media: MediaFiles,
    /// `None` if it has no bind.
    pub(super) bind: Option<BTreeMap<String, Text>>,
    pub(super) tag: String,
    pub(super) control: BTreeMap<String, String>,
    pub(super) instance: BTreeMap<String, String>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) default: Option<String>,
    pub(super) actions: Vec<Action>,
    pub(super) triggers: Vec<String>,
    pub(super) choice_filter: Option<String>,
    /// Where its choices come from.
    pub(super) itemset: String,
    /// The list of the sheet `external_choices` that it is looked up in.
    pub(super) query: Option<String>,
    /// What stands in it, for an attribute.
    pub(super) value: &'static str,
    /// The same where it is the author's.
    pub(super) dataset: Option<String>,
}

impl Item {
    /// An item with nothing else said.
    pub(super) fn new(part: Part, name: impl Into<String>) -> Self {
        Item {
            part,
            parent: None,
            children: Vec::new(),
            row: 0,
            name: name.into(),
            path: String::new(),
            type_name: String::new(),
            written_type: String::new(),
            label: None,
            hint: None,
            guidance: None,
            media: MediaFiles::new(),
            bind: None,
            tag: String::new(),
            control: BTreeMap::new(),
            instance: BTreeMap::new(),
            parameters: BTreeMap::new(),
            default: None,
            actions: Vec::new(),
            triggers: Vec::new(),
            choice_filter: None,
            itemset: String::new(),
            query: None,
            value: "",
            dataset: None,
        }
    }

    /// Returns a bind attribute.
    pub(super) fn bound(&self, attribute: &str) -> Option<&Text> {
        self.bind.as_ref()?.get(attribute)
    }

    /// Whether it is a question.
    pub(super) fn is_question(&self) -> bool {
        matches!(self.part, Part::Question(_))
    }

    /// Whether it is something that others are in, and not a part of an entity.
    pub(super) fn is_section(&self) -> bool {
        matches!(
            self.part,
            Part::Root | Part::Group | Part::Meta | Part::Repeat | Part::Loop | Part::Entity
        )
    }

    /// Whether its label is a reference to a text in several languages or with media.
    pub(super) fn has_text_id(&self) -> bool {
        matches!(self.label, Some(Text::ByLanguage(_))) || !self.media.is_empty()
    }

    /// The id of one of its texts.
    pub(super) fn text_id(&self, element: &str) -> String {
        format!("{}:{element}", self.path)
    }
}

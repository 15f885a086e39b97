//! What happens by itself: values that are set when a record begins, when an instance of a repeat
//! is made, or when another answer changes.

use std::collections::HashMap;

use roxmltree::Node;

use super::binds::missing_node;
use super::document::{Document, attribute, elements, name_of, text_of};
use super::record::{NodeId, Record, Target};
use crate::read::Problems;

/// A value that is set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum SetTo<'d> {
    /// To nothing.
    Nothing,
    /// To this text.
    Text(String),
    /// To what this expression gives.
    Expression(&'d str),
}

/// A value that is set when other answers change.
pub(super) struct Triggered<'d> {
    pub(super) by: Vec<NodeId>,
    pub(super) to: SetTo<'d>,
}

/// How a node gets its value by itself, by its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Captured<'d> {
    /// The place where the record is begun.
    StartPlace,
    /// The place where another answer changes.
    PlaceAt(NodeId),
    /// The sound around, in this quality.
    Sound(Option<&'d str>),
}

/// The actions of a form, by the node that they fill.
#[derive(Default)]
pub(super) struct Actions<'d> {
    at_first: HashMap<NodeId, SetTo<'d>>,
    triggered: HashMap<NodeId, Triggered<'d>>,
    captured: HashMap<NodeId, Vec<Captured<'d>>>,
}

impl<'d> Actions<'d> {
    /// Reads the actions of the model.
    pub(super) fn of_model(
        document: &Document<'d>,
        model: Node<'d, 'd>,
        record: &Record<'d>,
        problems: &mut Problems,
    ) -> Self {
        let mut actions = Actions::default();
        for element in elements(model) {
            if matches!(
                name_of(element).as_str(),
                "setvalue" | "odk:setgeopoint" | "odk:recordaudio"
            ) {
                actions.add(document, element, None, record.root(), record, problems);
            }
        }
        actions
    }

    /// Reads an action that stands in the control of `by`, in a repeat or in the model.
    pub(super) fn add(
        &mut self,
        document: &Document<'d>,
        element: Node<'d, 'd>,
        by: Option<NodeId>,
        place: NodeId,
        record: &Record<'d>,
        problems: &mut Problems,
    ) {
        let events = attribute(element, "event").or_else(|| attribute(element, "ev:event"));
        let path = attribute(element, "ref").or_else(|| attribute(element, "nodeset"));
        let (Some(events), Some(path)) = (events, path) else {
            problems.error(
                document
                    .error(
                        element,
                        "malformed_action",
                        "",
                        "the action does not say what it fills, and when",
                    )
                    .hint("give it a `ref` and an `event`"),
            );
            return;
        };
        let node = match record.follow(path, place) {
            Some(Target::Node(node)) => node,
            // Attributes of entities are filled by the entity itself.
            Some(Target::Attribute(..)) => return,
            None => {
                problems.error(missing_node(document, element, "ref", path));
                return;
            }
        };
        for event in events.split_whitespace() {
            let earlier = self.happen(element, event, by, node);
            match earlier {
                Happened::First => {}
                Happened::Again => {
                    let what = format!("`{}` is set in different ways", record.path(node));
                    problems.error(
                        document
                            .error(element, "unsupported_action", "value", what)
                            .hint("let one action set it, with a condition in its expression"),
                    );
                }
                Happened::Never => {
                    let what = format!("nothing happens to `{}` at `{event}`", name_of(element));
                    problems.error(
                        document
                            .error(element, "unknown_event", "event", what)
                            .hint("events are `odk-instance-first-load`, `odk-new-repeat` in a repeat, and `xforms-value-changed` in a control"),
                    );
                }
            }
        }
    }

    fn happen(&mut self, element: Node<'d, 'd>, event: &str, by: Option<NodeId>, node: NodeId) -> Happened {
        let to = set_to(element);
        match (name_of(element).as_str(), event, by) {
            (
                "setvalue",
                "odk-instance-first-load"
                | "odk-instance-load"
                | "odk-new-repeat"
                | "jr-insert"
                | "xforms-ready",
                _,
            ) => {
                let earlier = self.at_first.entry(node).or_insert_with(|| to.clone());
                Happened::again_if(*earlier != to)
            }
            ("setvalue", "xforms-value-changed", Some(by)) => {
                let triggered = self.triggered.entry(node).or_insert_with(|| Triggered {
                    by: Vec::new(),
                    to: to.clone(),
                });
                triggered.by.push(by);
                Happened::again_if(triggered.to != to)
            }
            ("odk:setgeopoint", "odk-instance-first-load" | "odk-instance-load", _) => {
                self.capture(node, Captured::StartPlace)
            }
            ("odk:setgeopoint", "xforms-value-changed", Some(by)) => {
                self.capture(node, Captured::PlaceAt(by))
            }
            ("odk:recordaudio", "odk-instance-first-load" | "odk-instance-load", _) => {
                self.capture(node, Captured::Sound(attribute(element, "odk:quality")))
            }
            _ => Happened::Never,
        }
    }

    fn capture(&mut self, node: NodeId, captured: Captured<'d>) -> Happened {
        self.captured.entry(node).or_default().push(captured);
        Happened::First
    }

    /// Returns what a node is set to in a new record or instance.
    pub(super) fn at_first(&self, node: NodeId) -> Option<&SetTo<'d>> {
        self.at_first.get(&node)
    }

    /// Returns what a node is set to when other answers change.
    pub(super) fn triggered(&self, node: NodeId) -> Option<&Triggered<'d>> {
        self.triggered.get(&node)
    }

    /// Returns how a node is filled without anyone answering.
    pub(super) fn captured(&self, node: NodeId) -> &[Captured<'d>] {
        self.captured.get(&node).map_or(&[], Vec::as_slice)
    }
}

enum Happened {
    First,
    Again,
    Never,
}

impl Happened {
    fn again_if(differs: bool) -> Self {
        if differs { Happened::Again } else { Happened::First }
    }
}

fn set_to<'d>(element: Node<'d, 'd>) -> SetTo<'d> {
    if let Some(expression) = attribute(element, "value") {
        return SetTo::Expression(expression);
    }
    let text = text_of(element);
    if text.is_empty() {
        SetTo::Nothing
    } else {
        SetTo::Text(text)
    }
}

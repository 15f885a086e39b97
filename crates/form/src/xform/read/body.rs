//! What is shown: the controls of the body, by the nodes they are about.

use std::collections::HashMap;

use roxmltree::Node;

use super::actions::Actions;
use super::binds::{Binds, missing_node};
use super::document::{Document, attribute, child, elements, name_of};
use super::itemset::Itemset;
use super::record::{NodeId, Record, Target};
use crate::read::Problems;

/// A group of the body that is no node of the record, by its place among them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct FlatGroup(pub(super) usize);

/// What is shown for a node.
pub(super) struct Control<'d> {
    /// The control itself, a `group` or a `repeat`.
    pub(super) xml: Node<'d, 'd>,
    /// The `group` around a `repeat`, which has its label.
    pub(super) around: Option<Node<'d, 'd>>,
    /// Its place in the order of the body.
    pub(super) nth: usize,
    /// The repeat of the body that it stands in.
    pub(super) repeat: Option<NodeId>,
    /// Where its choices come from.
    pub(super) itemset: Option<Itemset<'d>>,
}

/// The body of a form.
#[derive(Default)]
pub(super) struct Body<'d> {
    pub(super) root: Option<Node<'d, 'd>>,
    controls: HashMap<NodeId, Control<'d>>,
    flat: Vec<Node<'d, 'd>>,
    /// The flat groups around a node, outermost first.
    around: HashMap<NodeId, Vec<FlatGroup>>,
}

impl<'d> Body<'d> {
    pub(super) fn of(
        document: &Document<'d>,
        record: &mut Record<'d>,
        binds: &Binds<'d>,
        actions: &mut Actions<'d>,
        problems: &mut Problems,
    ) -> Self {
        let Some(root) = document.body() else {
            problems.error(
                document
                    .error(document.root(), "no_body", "", "the form has no `body`")
                    .hint("put a `body` behind the `head`; what is asked stands in it"),
            );
            return Body::default();
        };
        let mut walk = Walk {
            document,
            record,
            binds,
            actions,
            problems,
            body: Body {
                root: Some(root),
                ..Body::default()
            },
        };
        let place = Place {
            node: walk.record.root(),
            repeat: None,
            flat: Vec::new(),
        };
        walk.inside(root, &place);
        walk.check_repeats();
        walk.body
    }

    pub(super) fn control(&self, node: NodeId) -> Option<&Control<'d>> {
        self.controls.get(&node)
    }

    /// Returns a group of the body that is no node.
    pub(super) fn flat(&self, group: FlatGroup) -> Option<Node<'d, 'd>> {
        self.flat.get(group.0).copied()
    }

    /// Returns the flat groups around a node, outermost first.
    pub(super) fn around(&self, node: NodeId) -> &[FlatGroup] {
        self.around.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Goes through all places from which choices come, in the order of the body.
    pub(super) fn itemsets(&self) -> Vec<&Itemset<'d>> {
        let mut controls: Vec<_> = self.controls.values().collect();
        controls.sort_by_key(|control| control.nth);
        controls
            .iter()
            .filter_map(|control| control.itemset.as_ref())
            .collect()
    }
}

/// Where in the body we are: in which node, and in which flat groups within it.
#[derive(Clone)]
struct Place {
    node: NodeId,
    repeat: Option<NodeId>,
    flat: Vec<FlatGroup>,
}

struct Walk<'w, 'd> {
    document: &'w Document<'d>,
    record: &'w mut Record<'d>,
    binds: &'w Binds<'d>,
    actions: &'w mut Actions<'d>,
    problems: &'w mut Problems,
    body: Body<'d>,
}

impl<'d> Walk<'_, 'd> {
    /// Says what is shown in another repeat than the one it is kept in.
    fn check_repeats(&mut self) {
        let mut controls: Vec<_> = self.body.controls.iter().collect();
        controls.sort_by_key(|(_, control)| control.nth);
        for (node, control) in controls {
            let kept = self.record.ancestors(*node).find(|id| self.record.is_repeat(*id));
            if kept != control.repeat {
                let what = format!(
                    "`{}` is shown in another repeat than it is in, or outside its repeat",
                    self.record.path(*node)
                );
                self.problems.error(
                    self.document
                        .error(control.xml, "wrong_repeat", "ref", what)
                        .hint("put the control into the `repeat` of its node"),
                );
            }
        }
    }

    fn inside(&mut self, xml: Node<'d, 'd>, place: &Place) {
        for element in elements(xml) {
            match name_of(element).as_str() {
                "input" | "secret" | "select" | "select1" | "upload" | "trigger" | "range" | "odk:rank"
                | "rank" => self.question(element, place),
                "group" => self.group(element, place),
                "repeat" => self.repeat(element, None, place),
                "label" | "hint" => {}
                "setvalue" | "odk:setgeopoint" | "odk:recordaudio" => {
                    self.actions
                        .add(self.document, element, None, place.node, self.record, self.problems);
                }
                name => self.problems.error(
                    self.document
                        .error(element, "unknown_control", "", format!("`{name}` is no control"))
                        .hint("a body holds `input`, `select`, `select1`, `upload`, `trigger`, `range`, `odk:rank`, `group` and `repeat`"),
                ),
            }
        }
    }

    /// Returns the node that an element of the body is about.
    fn node_of(&mut self, element: Node<'d, 'd>, place: &Place) -> Option<NodeId> {
        if let Some(id) = attribute(element, "bind") {
            let named = self.binds.named(id);
            if named.is_none() {
                self.problems.error(
                    self.document
                        .error(
                            element,
                            "unknown_bind",
                            "bind",
                            format!("no bind has the id `{id}`"),
                        )
                        .hint("write the path of the question as `ref` instead"),
                );
            }
            return named;
        }
        let name = if attribute(element, "ref").is_some() {
            "ref"
        } else {
            "nodeset"
        };
        let path = attribute(element, name)?;
        match self.record.follow(path, place.node) {
            Some(Target::Node(node)) => Some(node),
            _ => {
                self.problems
                    .error(missing_node(self.document, element, name, path));
                None
            }
        }
    }

    fn question(&mut self, element: Node<'d, 'd>, place: &Place) {
        let node = self.node_of(element, place);
        let says = ["ref", "nodeset", "bind"]
            .iter()
            .any(|name| attribute(element, name).is_some());
        if !says {
            self.problems.error(
                self.document
                    .error(
                        element,
                        "no_reference",
                        "ref",
                        "the control does not say what it asks for",
                    )
                    .hint("give it a `ref` such as `/data/name`"),
            );
        }
        let Some(node) = node else { return };
        if !self.record.children(node).is_empty() {
            let what = format!(
                "`{}` is a group, which no control can fill",
                self.record.path(node)
            );
            let error = self.document.error(element, "not_a_question", "ref", what);
            self.problems
                .error(error.hint("refer to a node without others in it, or write a `group`"));
            return;
        }
        for action in elements(element) {
            if matches!(
                name_of(action).as_str(),
                "setvalue" | "odk:setgeopoint" | "odk:recordaudio"
            ) {
                self.actions.add(
                    self.document,
                    action,
                    Some(node),
                    place.node,
                    self.record,
                    self.problems,
                );
            }
        }
        let itemset = child(element, "itemset")
            .and_then(|itemset| Itemset::of(self.document, itemset, node, self.record, self.problems));
        self.show(node, element, None, itemset, place);
    }

    fn show(
        &mut self,
        node: NodeId,
        xml: Node<'d, 'd>,
        around: Option<Node<'d, 'd>>,
        itemset: Option<Itemset<'d>>,
        place: &Place,
    ) {
        if let Some(earlier) = self.body.controls.get(&node) {
            let line = self.document.line(earlier.xml);
            let what = format!("`{}` is shown already in line {line}", self.record.path(node));
            self.problems.warn(
                self.document
                    .error(xml, "shown_twice", "ref", what)
                    .hint("only the first is shown"),
            );
            return;
        }
        // The groups that are no nodes stand around whatever lies directly in the place's node.
        let outermost = std::iter::once(node)
            .chain(self.record.ancestors(node))
            .find(|id| self.record.parent(*id) == Some(place.node));
        match outermost {
            Some(outermost) => {
                self.body
                    .around
                    .entry(outermost)
                    .or_insert_with(|| place.flat.clone());
            }
            None => {
                let what = format!(
                    "`{}` is shown in a group that it is not in",
                    self.record.path(node)
                );
                self.problems.warn(
                    self.document
                        .error(xml, "shown_elsewhere", "ref", what)
                        .hint("it is asked where it stands in the record"),
                );
            }
        }
        let nth = self.body.controls.len() + self.body.flat.len();
        let control = Control {
            xml,
            around,
            nth,
            repeat: place.repeat,
            itemset,
        };
        self.body.controls.insert(node, control);
    }

    fn group(&mut self, element: Node<'d, 'd>, place: &Place) {
        let mut shown =
            elements(element).filter(|inner| !matches!(inner.tag_name().name(), "label" | "hint"));
        let only = shown.next().filter(|_| shown.next().is_none());
        let repeat = only.filter(|inner| inner.tag_name().name() == "repeat");
        let refers = ["ref", "nodeset", "bind"]
            .iter()
            .any(|name| attribute(element, name).is_some());
        let node = if refers {
            self.node_of(element, place)
        } else {
            None
        };
        if let Some(repeat) = repeat {
            let is_same = !refers || (node.is_some() && self.repeated(repeat, place) == node);
            if is_same {
                self.repeat(repeat, Some(element), place);
                return;
            }
        }
        if !has_content(element) {
            self.problems.error(
                self.document
                    .error(element, "empty_group", "", "the group shows nothing")
                    .hint("put a control into it, or take it out"),
            );
        }
        match node {
            Some(node) => {
                self.show(node, element, None, None, place);
                let inner = Place {
                    node,
                    repeat: place.repeat,
                    flat: Vec::new(),
                };
                self.inside(element, &inner);
            }
            None => {
                let mut inner = place.clone();
                inner.flat.push(FlatGroup(self.body.flat.len()));
                self.body.flat.push(element);
                self.inside(element, &inner);
            }
        }
    }

    /// Returns the node that a repeat repeats, without a word if there is none.
    fn repeated(&self, repeat: Node<'d, 'd>, place: &Place) -> Option<NodeId> {
        let path = attribute(repeat, "nodeset").or_else(|| attribute(repeat, "ref"))?;
        match self.record.follow(path, place.node)? {
            Target::Node(node) => Some(node),
            Target::Attribute(..) => None,
        }
    }

    fn repeat(&mut self, element: Node<'d, 'd>, around: Option<Node<'d, 'd>>, place: &Place) {
        let refers = ["ref", "nodeset", "bind"]
            .iter()
            .any(|name| attribute(element, name).is_some());
        if !refers {
            self.problems.error(
                self.document
                    .error(
                        element,
                        "no_reference",
                        "nodeset",
                        "the repeat does not say what it repeats",
                    )
                    .hint("give it a `nodeset` such as `/data/members`"),
            );
        }
        let Some(node) = self.node_of(element, place) else {
            return;
        };
        if node == self.record.root() {
            let what = "the root of a record cannot be repeated";
            let error = self.document.error(element, "repeated_root", "nodeset", what);
            self.problems
                .error(error.hint("repeat a node inside the root, such as `/data/members`"));
            return;
        }
        self.record.mark_repeat(node);
        self.show(node, element, around, None, place);
        let inner = Place {
            node,
            repeat: Some(node),
            flat: Vec::new(),
        };
        self.inside(element, &inner);
    }
}

/// Whether something but its label is in a group.
fn has_content(group: Node<'_, '_>) -> bool {
    elements(group).any(|inner| !matches!(inner.tag_name().name(), "label" | "hint"))
}

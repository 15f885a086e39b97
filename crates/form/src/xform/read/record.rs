//! The record of the form: the tree that its primary instance shows.

use std::collections::HashMap;

use roxmltree::Node;

use super::document::{Document, attribute, child, elements, text_of};
use crate::read::Problems;

/// The most nodes of a record.
const MAX_NODES: usize = 12_000;

/// One node of the record, by its place among all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct NodeId(usize);

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Target<'t> {
    /// A node.
    Node(NodeId),
    /// An attribute of a node.
    Attribute(NodeId, &'t str),
}

/// The nodes of the record. Instances of a repeat are one node.
pub(super) struct Record<'d> {
    nodes: Vec<RecordNode<'d>>,
    by_parent: HashMap<(NodeId, &'d str), NodeId>,
    /// The one node of a name; `None` if several have it.
    by_name: HashMap<&'d str, Option<NodeId>>,
}

struct RecordNode<'d> {
    xml: Node<'d, 'd>,
    /// The first element that shows it and is no template.
    plain: Option<Node<'d, 'd>>,
    name: &'d str,
    parent: Option<NodeId>,
    children: Vec<NodeId>,
    depth: usize,
    /// How many times it stands in its parent, templates not counted.
    times: u32,
    is_repeat: bool,
}

impl<'d> Record<'d> {
    pub(super) fn of(document: &Document<'d>, model: Node<'d, 'd>, problems: &mut Problems) -> Option<Self> {
        let Some(instance) = child(model, "instance") else {
            problems.error(
                document
                    .error(model, "no_instance", "", "the model has no `instance`")
                    .hint("its first `instance` shows how a record looks"),
            );
            return None;
        };
        let Some(root) = elements(instance).next() else {
            problems.error(
                document
                    .error(instance, "no_instance", "", "the first `instance` is empty")
                    .hint("put an element into it that has an `id` and an element for each question"),
            );
            return None;
        };
        if root.descendants().filter(Node::is_element).count() > MAX_NODES {
            let what = format!("the record has more than {MAX_NODES} nodes");
            problems.error(
                document
                    .error(root, "too_large", "", what)
                    .hint("take out what is not part of the form"),
            );
            return None;
        }
        let mut record = Record {
            nodes: Vec::new(),
            by_parent: HashMap::new(),
            by_name: HashMap::new(),
        };
        let root = record.add(root, None);
        record.fill(root, root_xml(&record, root));
        Some(record)
    }

    fn add(&mut self, xml: Node<'d, 'd>, parent: Option<NodeId>) -> NodeId {
        let name = xml.tag_name().name();
        let id = NodeId(self.nodes.len());
        let depth = parent.map_or(0, |parent| self.depth(parent) + 1);
        self.nodes.push(RecordNode {
            xml,
            plain: None,
            name,
            parent,
            children: Vec::new(),
            depth,
            times: 0,
            is_repeat: false,
        });
        // The label of an entity is no question: its name says nothing about others.
        let is_entity_label = parent.is_some_and(|parent| self.name(parent) == "entity");
        if !is_entity_label {
            self.by_name
                .entry(name)
                .and_modify(|only| *only = None)
                .or_insert(Some(id));
        }
        if let Some(parent) = parent {
            self.by_parent.insert((parent, name), id);
            if let Some(parent) = self.nodes.get_mut(parent.0) {
                parent.children.push(id);
            }
        }
        id
    }

    fn fill(&mut self, parent: NodeId, xml: Node<'d, 'd>) {
        let mut times: HashMap<NodeId, u32> = HashMap::new();
        for element in elements(xml) {
            let known = self.by_parent.get(&(parent, element.tag_name().name())).copied();
            let id = known.unwrap_or_else(|| self.add(element, Some(parent)));
            let is_template = attribute(element, "jr:template").is_some();
            if !is_template {
                *times.entry(id).or_default() += 1;
                if let Some(node) = self.nodes.get_mut(id.0) {
                    node.plain.get_or_insert(element);
                }
            }
            self.fill(id, element);
        }
        for (id, times) in times {
            if let Some(node) = self.nodes.get_mut(id.0) {
                node.times = node.times.max(times);
            }
        }
    }

    fn node(&self, id: NodeId) -> Option<&RecordNode<'d>> {
        self.nodes.get(id.0)
    }

    pub(super) fn root(&self) -> NodeId {
        NodeId(0)
    }

    pub(super) fn name(&self, id: NodeId) -> &'d str {
        self.node(id).map_or("", |node| node.name)
    }

    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id)?.parent
    }

    pub(super) fn children(&self, id: NodeId) -> &[NodeId] {
        self.node(id).map_or(&[], |node| &node.children)
    }

    pub(super) fn depth(&self, id: NodeId) -> usize {
        self.node(id).map_or(0, |node| node.depth)
    }

    /// Returns how often the node stands in its parent in a new record, templates not counted.
    pub(super) fn times(&self, id: NodeId) -> u32 {
        self.node(id).map_or(0, |node| node.times)
    }

    /// Returns the element that shows the node.
    pub(super) fn xml(&self, id: NodeId) -> Option<Node<'d, 'd>> {
        self.node(id).map(|node| node.xml)
    }

    /// Returns the element that shows the node and is no template, if there is one.
    pub(super) fn plain_xml(&self, id: NodeId) -> Option<Node<'d, 'd>> {
        let node = self.node(id)?;
        node.plain.or(Some(node.xml))
    }

    pub(super) fn is_repeat(&self, id: NodeId) -> bool {
        self.node(id).is_some_and(|node| node.is_repeat)
    }

    pub(super) fn mark_repeat(&mut self, id: NodeId) {
        if let Some(node) = self.nodes.get_mut(id.0) {
            node.is_repeat = true;
        }
    }

    /// Returns what a node without children holds from the start.
    pub(super) fn fixed_value(&self, id: NodeId) -> Option<String> {
        let node = self.node(id)?;
        let value = if node.children.is_empty() {
            text_of(node.xml)
        } else {
            String::new()
        };
        Some(value).filter(|value| !value.is_empty())
    }

    /// Returns the child of this name, whatever its prefix.
    pub(super) fn child(&self, id: NodeId, name: &str) -> Option<NodeId> {
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        self.by_parent.get(&(id, local)).copied()
    }

    /// Returns the only node of this name.
    pub(super) fn only(&self, name: &str) -> Option<NodeId> {
        self.by_name.get(name).copied().flatten()
    }

    /// Whether any node has this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Goes from a node outwards, beginning with its parent.
    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    /// Returns the path of a node: `/data/group/question`.
    pub(super) fn path(&self, id: NodeId) -> String {
        let mut names: Vec<&str> = self.ancestors(id).map(|id| self.name(id)).collect();
        names.reverse();
        names.push(self.name(id));
        format!("/{}", names.join("/"))
    }

    /// Follows a path of names, `.`, `..` and a last `@attribute`. Paths that begin with no `/`
    /// start from `context`.
    pub(super) fn follow<'t>(&self, path: &'t str, context: NodeId) -> Option<Target<'t>> {
        let path = path.trim();
        let (mut at, steps) = match path.strip_prefix('/') {
            Some(steps) => {
                let (first, rest) = steps.split_once('/').unwrap_or((steps, "."));
                let first = first.rsplit_once(':').map_or(first, |(_, local)| local);
                if first != self.name(self.root()) {
                    return None;
                }
                (self.root(), rest)
            }
            None => (context, path.strip_prefix("current()/").unwrap_or(path)),
        };
        let mut steps = steps.split('/').peekable();
        while let Some(step) = steps.next() {
            at = match step.trim() {
                "." => at,
                ".." => self.parent(at)?,
                step => match step.strip_prefix('@') {
                    Some(attribute) if steps.peek().is_none() => {
                        return Some(Target::Attribute(at, attribute));
                    }
                    _ => self.child(at, step)?,
                },
            };
        }
        Some(Target::Node(at))
    }
}

fn root_xml<'d>(record: &Record<'d>, root: NodeId) -> Node<'d, 'd> {
    record
        .xml(root)
        .expect("the root was added just before it is asked for")
}

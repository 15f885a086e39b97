//! Elements in elements.

use std::collections::HashMap;

use super::{MAX_NODES, TableError};

/// A document: elements in elements, each with its text or with further elements.
///
/// Its nodes are numbered in document order, so that what is inside a node is the range behind it.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Branch>,
    names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
    /// The attributes of the elements that have any.
    attributes: HashMap<u32, Vec<Attribute>>,
    /// The elements that are open while the tree grows.
    open: Vec<u32>,
}

/// An attribute's name and its text.
type Attribute = (Box<str>, Box<str>);

#[derive(Clone, PartialEq, Debug)]
struct Branch {
    /// The number of its name; of a piece of text between elements, [`TEXT`].
    name: u32,
    parent: u32,
    /// The node behind the last that is inside this.
    end: u32,
    text: Box<str>,
}

/// The name of text between elements.
const TEXT: u32 = u32::MAX;

impl Tree {
    /// What holds the outermost element.
    pub(crate) const DOCUMENT: u32 = 0;

    /// A document without elements.
    pub(crate) fn new() -> Tree {
        let mut tree = Tree::default();
        let name = tree.name_number("");
        tree.nodes.push(Branch {
            name,
            parent: 0,
            end: 1,
            text: Box::default(),
        });
        tree.open.push(Self::DOCUMENT);
        tree
    }

    /// Begins an element inside the one that was begun last.
    pub(crate) fn begin(&mut self, name: &str) -> Result<u32, TableError> {
        let name = self.name_number(name);
        let node = self.push(name, "")?;
        self.open.push(node);
        Ok(node)
    }

    /// Ends the element that was begun last.
    pub(crate) fn end(&mut self) {
        if let Some(node) = self.open.pop() {
            let end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            if let Some(branch) = self.nodes.get_mut(node as usize) {
                branch.end = end;
            }
        }
    }

    /// Ends whatever is still open.
    pub(crate) fn finished(mut self) -> Tree {
        while !self.open.is_empty() {
            self.end();
        }
        self
    }

    /// Puts in an element that has only text.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) -> Result<(), TableError> {
        let name = self.name_number(name);
        self.push(name, text).map(|_| ())
    }

    /// Puts in text between elements.
    pub(crate) fn text_between(&mut self, text: &str) -> Result<(), TableError> {
        self.push(TEXT, text).map(|_| ())
    }

    /// Gives an element its text.
    pub(crate) fn set_text(&mut self, node: u32, text: &str) {
        if let Some(branch) = self.nodes.get_mut(node as usize) {
            branch.text = text.into();
        }
    }

    /// Gives an element an attribute.
    pub(crate) fn set_attribute(&mut self, node: u32, name: &str, value: &str) {
        self.attributes
            .entry(node)
            .or_default()
            .push((name.into(), value.into()));
    }

    fn push(&mut self, name: u32, text: &str) -> Result<u32, TableError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(TableError::TooLarge);
        }
        let node = u32::try_from(self.nodes.len()).map_err(|_| TableError::TooLarge)?;
        let parent = self.open.last().copied().unwrap_or(Self::DOCUMENT);
        self.nodes.push(Branch {
            name,
            parent,
            end: node + 1,
            text: text.into(),
        });
        Ok(node)
    }

    fn name_number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(TEXT);
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }

    /// The number of a name; `None` if nothing is named so.
    pub(crate) fn number_of_name(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    fn branch(&self, node: u32) -> Option<&Branch> {
        self.nodes.get(node as usize)
    }

    /// The local name of an element; empty for the document and for text.
    pub(crate) fn name(&self, node: u32) -> &str {
        self.branch(node)
            .and_then(|branch| self.names.get(branch.name as usize))
            .map_or("", |name| name)
    }

    /// Whether an element has the name of this number.
    pub(crate) fn is_named(&self, node: u32, number: u32) -> bool {
        self.branch(node).is_some_and(|branch| branch.name == number)
    }

    /// Whether this is text between elements.
    pub(crate) fn is_text(&self, node: u32) -> bool {
        self.branch(node).is_some_and(|branch| branch.name == TEXT)
    }

    /// The text of an element without elements in it.
    pub(crate) fn own_text(&self, node: u32) -> &str {
        self.branch(node).map_or("", |branch| &branch.text)
    }

    /// All text inside a node, in order.
    pub(crate) fn texts(&self, node: u32) -> impl Iterator<Item = &str> {
        let range = node as usize..self.end_of(node) as usize;
        self.nodes
            .get(range)
            .unwrap_or_default()
            .iter()
            .map(|branch| &*branch.text)
            .filter(|text| !text.is_empty())
    }

    /// What is directly inside a node, text between elements included.
    pub(crate) fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        let end = self.end_of(node);
        let first = Some(node.saturating_add(1)).filter(|first| *first < end);
        std::iter::successors(first, move |child| {
            Some(self.end_of(*child)).filter(|next| *next < end)
        })
    }

    /// The node behind the last that is inside this.
    pub(crate) fn end_of(&self, node: u32) -> u32 {
        self.branch(node).map_or(u32::MAX, |branch| branch.end)
    }

    /// What a node is in; `None` for the document.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        (node != Self::DOCUMENT).then(|| self.branch(node).map(|branch| branch.parent))?
    }

    /// The attributes of an element.
    pub(crate) fn attributes(&self, node: u32) -> &[Attribute] {
        self.attributes.get(&node).map_or(&[], Vec::as_slice)
    }
}

//! Documents beside the record: the tables that come with a form, and a document that is looked at
//! by itself.

use std::collections::HashSet;
use std::sync::Arc;

use super::Reference;
use super::ast::Test;
use super::document::Document;
use super::error::EvalError;
use super::evaluate::{Evaluator, Focus};
use super::outcome::{Node, Place};
use crate::address::{Address, RepeatAddress};
use crate::path::QuestionPath;
use crate::table::{Table, Tree};

/// The endings that the name of a table may have where a form leaves it out.
const ENDINGS: [&str; 4] = ["csv", "xml", "geojson", "json"];

impl Evaluator<'_> {
    /// The document of this number.
    pub(super) fn tree(&self, nth: u32) -> Arc<Tree> {
        let trees = self.shared.trees.borrow();
        trees
            .get(nth as usize)
            .map_or_else(|| Arc::new(Tree::new()), |(_, tree)| Arc::clone(tree))
    }

    /// What `instance('name')` is: a choice list, a table that came with the form, or another
    /// instance of the document.
    pub(super) fn instance(&self, name: &str) -> Result<Place, EvalError> {
        let opened = self
            .shared
            .trees
            .borrow()
            .iter()
            .position(|(other, _)| other == name);
        if let Some(nth) = opened.and_then(|nth| u32::try_from(nth).ok()) {
            return Ok(Place::Element(nth, Tree::DOCUMENT));
        }
        let form = self.context.form;
        if let Some(nth) = form.lists.iter().position(|list| list.name == name) {
            return Ok(Place::List(nth));
        }
        let named = form.external_data.iter().find(|data| data.name == name);
        let table = match named {
            Some(data) => self.table(&data.file),
            None => self.table(name),
        };
        match table {
            Some(table) => Ok(Place::Element(self.open(name, &table.tree), Tree::DOCUMENT)),
            None if named.is_some() => Err(EvalError::NoFile {
                file: named.map(|data| data.file.clone()).unwrap_or_default(),
            }),
            None => Err(EvalError::NoList {
                list: name.to_owned(),
            }),
        }
    }

    /// The table in a file, whose name may lack its ending.
    pub(super) fn table(&self, file: &str) -> Option<Arc<Table>> {
        let attachments = self.context.env.attachments.as_ref()?;
        let with_ending = || {
            ENDINGS
                .iter()
                .find_map(|ending| attachments.table(&format!("{file}.{ending}")))
        };
        attachments.table(file).or_else(with_ending)
    }

    /// Keeps a document for the rest of the evaluation.
    pub(super) fn open(&self, name: &str, tree: &Arc<Tree>) -> u32 {
        let mut trees = self.shared.trees.borrow_mut();
        let nth = u32::try_from(trees.len()).unwrap_or(u32::MAX);
        trees.push((name.to_owned(), Arc::clone(tree)));
        nth
    }

    /// What is directly inside an element and passes the test.
    pub(super) fn elements_in(&self, nth: u32, node: u32, test: &Test) -> Result<Vec<Place>, EvalError> {
        let tree = self.tree(nth);
        let named = match test {
            Test::Any => None,
            Test::Name(name) => match tree.number_of_name(name) {
                Some(number) => Some(number),
                None => return Ok(Vec::new()),
            },
        };
        let mut passed = 0;
        let found = tree
            .children(node)
            .inspect(|_| passed += 1)
            .filter(|child| named.map_or(!tree.is_text(*child), |number| tree.is_named(*child, number)))
            .map(|child| Place::Element(nth, child))
            .collect();
        self.spend(1 + passed / 8)?;
        Ok(found)
    }

    /// All elements inside an element, in order.
    pub(super) fn elements_below(
        &self,
        nth: u32,
        node: u32,
        with_itself: bool,
    ) -> Result<Vec<Place>, EvalError> {
        let tree = self.tree(nth);
        let first = if with_itself { node } else { node.saturating_add(1) };
        let end = tree.end_of(node);
        self.spend(u64::from(end.saturating_sub(first)))?;
        Ok((first..end)
            .filter(|node| !tree.is_text(*node))
            .map(|node| Place::Element(nth, node))
            .collect())
    }

    /// The elements around an element, the nearest first.
    pub(super) fn around(&self, place: &Place, with_itself: bool) -> Vec<Place> {
        let itself = Some(place.clone()).filter(|_| with_itself);
        let outer = std::iter::successors(self.parent(place), |place| self.parent(place));
        itself
            .into_iter()
            .chain(outer)
            .filter(|place| !matches!(place, Place::Element(_, Tree::DOCUMENT)))
            .collect()
    }

    /// The elements behind an element in the same element, or before it; the nearest first.
    pub(super) fn siblings(&self, place: &Place, behind: bool) -> Result<Vec<Place>, EvalError> {
        let (Place::Element(nth, node), Some(parent)) = (place, self.parent(place)) else {
            return Ok(Vec::new());
        };
        let mut siblings = self.children(&parent, &Test::Any)?;
        siblings.retain(|place| match place {
            Place::Element(other_nth, other) => {
                other_nth == nth && if behind { other > node } else { other < node }
            }
            _ => false,
        });
        if !behind {
            siblings.reverse();
        }
        Ok(siblings)
    }

    pub(super) fn attributes(&self, place: &Place) -> Vec<Place> {
        let Place::Element(nth, node) = place else {
            return Vec::new();
        };
        let count = u32::try_from(self.tree(*nth).attributes(*node).len()).unwrap_or(0);
        (0..count)
            .map(|attribute| Place::Attribute(*nth, *node, attribute))
            .collect()
    }

    /// The text of an attribute of an element.
    pub(super) fn attribute(&self, place: &Place, name: &str) -> Option<String> {
        let Place::Element(nth, node) = place else {
            return None;
        };
        let tree = self.tree(*nth);
        let mut attributes = tree.attributes(*node).iter();
        attributes
            .find(|(other, _)| **other == *name)
            .map(|(_, value)| value.to_string())
    }

    /// The elements of the document that have an attribute with one of these values.
    pub(super) fn elements_with_attribute(
        &self,
        name: &str,
        values: &HashSet<&str>,
    ) -> Result<Vec<Node>, EvalError> {
        if self.document.is_none() {
            return Ok(Vec::new());
        }
        let all = self.elements_below(Document::MAIN, Tree::DOCUMENT, false)?;
        all.into_iter()
            .filter(|place| {
                self.attribute(place, name)
                    .is_some_and(|value| values.contains(value.as_str()))
            })
            .map(|place| self.read(place))
            .collect()
    }

    /// How many elements of the same name stand before an element in the same element.
    pub(super) fn nth_of_its_name(&self, nth: u32, node: u32) -> Result<usize, EvalError> {
        let tree = self.tree(nth);
        let Some(parent) = tree.parent(node) else {
            return Ok(0);
        };
        let before = tree.children(parent).take_while(|other| *other < node);
        let mut passed = 0;
        let same = before
            .inspect(|_| passed += 1)
            .filter(|other| tree.name(*other) == tree.name(node))
            .count();
        self.spend(1 + passed / 8)?;
        Ok(same)
    }

    /// All text inside an element.
    pub(super) fn text_of(&self, nth: u32, node: u32) -> Result<String, EvalError> {
        let tree = self.tree(nth);
        if node.saturating_add(1) == tree.end_of(node) {
            return Ok(tree.own_text(node).to_owned());
        }
        let text: String = tree.texts(node).collect();
        self.spend(u64::from(tree.end_of(node).saturating_sub(node)) + text.len() as u64 / 64)?;
        Ok(text)
    }

    /// What a `${name}` means, seen from what is looked at.
    pub(super) fn referred(&self, reference: &Reference, focus: &Focus<'_>) -> Result<Vec<Place>, EvalError> {
        if let Some(document) = self.document {
            return self.named_element(document, &reference.name);
        }
        let path = self.bound(reference)?;
        if reference.last_saved {
            return self.earlier(path);
        }
        self.expand(focus, path)
    }

    /// The answers to a question in the record that was saved last.
    fn earlier(&self, path: &QuestionPath) -> Result<Vec<Place>, EvalError> {
        let Some(answers) = &self.context.env.last_saved else {
            return Ok(Vec::new());
        };
        let mut around = vec![Address::root()];
        for repeat in self.repeats_to(path, false) {
            let mut inner = Vec::new();
            for at in &around {
                let repeat = RepeatAddress::near(at, &repeat);
                let instances = answers.instances(&repeat);
                self.spend(1 + instances.len() as u64)?;
                inner.extend(instances.into_iter().map(|id| repeat.instance(id)));
            }
            around = inner;
        }
        Ok(around
            .into_iter()
            .map(|at| Place::Earlier(at.near(path), path.clone()))
            .collect())
    }

    /// The elements of a name that are nearest to the context: in the innermost element around it
    /// that has any.
    fn named_element(&self, document: &Document, name: &str) -> Result<Vec<Place>, EvalError> {
        let tree = self.tree(Document::MAIN);
        let Some(number) = tree.number_of_name(name) else {
            return Err(EvalError::Unbound {
                name: name.to_owned(),
            });
        };
        let mut around = Some(document.context);
        while let Some(node) = around {
            let end = tree.end_of(node);
            self.spend(u64::from(end.saturating_sub(node)))?;
            let found: Vec<Place> = (node..end)
                .filter(|node| tree.is_named(*node, number))
                .map(|node| Place::Element(Document::MAIN, node))
                .collect();
            if !found.is_empty() {
                return Ok(found);
            }
            around = tree.parent(node);
        }
        Err(EvalError::Unbound {
            name: name.to_owned(),
        })
    }
}

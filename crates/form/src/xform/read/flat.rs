//! Groups of the body that are no nodes of the record.

use std::collections::HashMap;

use super::Parts;
use super::body::FlatGroup;
use crate::definition::{Element, ElementKind};
use crate::read::Problems;

/// Elements that are put into the flat groups around them.
#[derive(Default)]
pub(super) struct Grown {
    elements: Vec<Element>,
    /// The places of flat groups.
    flat: HashMap<FlatGroup, usize>,
    /// For each element the place of the flat group that it is in.
    inside: Vec<Option<usize>>,
}

impl Grown {
    /// Room for this many elements.
    pub(super) fn with_room(elements: usize) -> Self {
        Grown {
            elements: Vec::with_capacity(elements),
            ..Grown::default()
        }
    }

    /// Puts an element into the innermost of the groups around it.
    pub(super) fn add(
        &mut self,
        parts: &Parts<'_>,
        around: &[FlatGroup],
        element: Element,
        problems: &mut Problems,
    ) {
        let mut inside = None;
        for group in around {
            let place = match self.flat.get(group) {
                Some(place) => *place,
                None => {
                    self.push(inside, parts.flat_group(*group, problems));
                    self.flat.insert(*group, self.elements.len() - 1);
                    self.elements.len() - 1
                }
            };
            inside = Some(place);
        }
        self.push(inside, element);
    }

    fn push(&mut self, inside: Option<usize>, element: Element) {
        self.inside.push(inside);
        self.elements.push(element);
    }

    /// Puts each element into its group, innermost first.
    pub(super) fn into_elements(mut self) -> Vec<Element> {
        if self.flat.is_empty() {
            return self.elements;
        }
        let mut outer = Vec::new();
        while let (Some(inside), Some(mut element)) = (self.inside.pop(), self.elements.pop()) {
            if element.flat {
                element.children.reverse();
            }
            let group = inside.and_then(|place| self.elements.get_mut(place));
            match group {
                Some(group) => group.children.push(element),
                None => outer.push(element),
            }
        }
        outer.reverse();
        outer
    }
}

impl Parts<'_> {
    fn flat_group(&self, group: FlatGroup, problems: &mut Problems) -> Element {
        let xml = self.body.flat(group);
        let line = xml.map_or(0, |xml| self.document.line(xml));
        let mut name = format!("group_{}", group.0 + 1);
        while self.record.knows(&name) {
            name.push('_');
        }
        let mut element = Element::question(line, "group", name);
        element.kind = ElementKind::Group;
        element.flat = true;
        if let Some(xml) = xml {
            self.put_control(xml, None, &mut element);
            self.put_label(xml, None, &mut element, problems);
        }
        element
    }
}

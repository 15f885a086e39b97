//! Parameters, which an XForm spreads over control, bind and itemset.

use std::collections::BTreeMap;

use super::Parts;
use super::actions::Captured;
use super::itemset::{Itemset, ItemsetSource};
use super::record::NodeId;
use crate::definition::{Element, Text};

/// Attributes of controls that are parameters in sheets: type, attribute, parameter.
const OF_CONTROL: [(&str, &str, &str); 10] = [
    ("range", "start", "start"),
    ("range", "end", "end"),
    ("range", "step", "step"),
    ("range", "odk:tick-interval", "tick_interval"),
    ("range", "odk:placeholder", "placeholder"),
    ("geopoint", "accuracyThreshold", "capture-accuracy"),
    ("geopoint", "unacceptableAccuracyThreshold", "warning-accuracy"),
    ("geotrace", "incremental", "incremental"),
    ("geoshape", "incremental", "incremental"),
    ("text", "rows", "rows"),
];

/// Attributes of binds that are parameters in sheets.
const OF_BIND: [(&str, &str, &str); 11] = [
    ("image", "orx:max-pixels", "max-pixels"),
    ("audio", "odk:quality", "quality"),
    ("geopoint", "odk:allow-mock-accuracy", "allow-mock-accuracy"),
    ("geotrace", "odk:allow-mock-accuracy", "allow-mock-accuracy"),
    ("geoshape", "odk:allow-mock-accuracy", "allow-mock-accuracy"),
    ("audit", "odk:location-priority", "location-priority"),
    ("audit", "odk:location-min-interval", "location-min-interval"),
    ("audit", "odk:location-max-age", "location-max-age"),
    ("audit", "odk:track-changes", "track-changes"),
    ("audit", "odk:track-changes-reasons", "track-changes-reasons"),
    ("audit", "odk:identify-user", "identify-user"),
];

impl<'d> Parts<'d> {
    /// Reads the parameters of a question whose bind and control have been read.
    pub(super) fn parameters(&self, node: NodeId, element: &Element) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        for (kind, attribute, parameter) in OF_CONTROL {
            if let Some(value) = element
                .control
                .get(attribute)
                .filter(|_| element.type_name == kind)
            {
                parameters.insert(parameter.to_owned(), value.clone());
            }
        }
        for (kind, attribute, parameter) in OF_BIND {
            if let Some(value) = element.bind.get(attribute).filter(|_| element.type_name == kind) {
                parameters.insert(parameter.to_owned(), Text::any(value).to_owned());
            }
        }
        if let Some(Captured::Sound(Some(quality))) = self.actions.captured(node).first() {
            parameters.insert("quality".to_owned(), (*quality).to_owned());
        }
        let app = element
            .control
            .get("intent")
            .filter(|_| element.type_name == "image");
        if let Some(app) = app {
            parameters.insert("app".to_owned(), app.clone());
        }
        if let Some(itemset) = self
            .body
            .control(node)
            .and_then(|control| control.itemset.as_ref())
        {
            self.of_itemset(node, itemset, element, &mut parameters);
        }
        parameters
    }

    fn of_itemset(
        &self,
        node: NodeId,
        itemset: &Itemset<'d>,
        element: &Element,
        parameters: &mut BTreeMap<String, String>,
    ) {
        if itemset.is_randomized {
            parameters.insert("randomize".to_owned(), "true".to_owned());
            if let Some(seed) = itemset.seed {
                parameters.insert("seed".to_owned(), self.authored(seed, Some(node)));
            }
        }
        let list = element.list.as_deref().unwrap_or("");
        let (value, label) = match list.ends_with(".geojson") {
            true => ("id", "title"),
            false => ("name", "label"),
        };
        if element.type_name == "range" {
            parameters.insert("tick_labelset".to_owned(), list.to_owned());
        }
        if self.is_from_file(itemset) {
            if itemset.value != value {
                parameters.insert("value".to_owned(), itemset.value.to_owned());
            }
            if itemset.label != label {
                parameters.insert("label".to_owned(), itemset.label.to_owned());
            }
        }
        if element.type_name.starts_with("geo")
            && let Some(list) = &element.list
        {
            parameters.insert("reference-geometry".to_owned(), list.clone());
        }
    }

    /// Whether choices come from a file beside the form.
    pub(super) fn is_from_file(&self, itemset: &Itemset<'d>) -> bool {
        match itemset.source {
            ItemsetSource::Instance(id, _) => self.lists.file(id).is_some(),
            ItemsetSource::Record(_) => false,
        }
    }

    /// Reads where choices come from, as a sheet names it, and which of them are offered.
    pub(super) fn choices_of(
        &self,
        node: NodeId,
        itemset: &Itemset<'d>,
        type_name: &str,
    ) -> (String, Option<String>) {
        match itemset.source {
            ItemsetSource::Instance(id, _) => {
                // Places are referred to by the name of the instance, not of the file.
                let file = self.lists.file(id).filter(|_| !type_name.starts_with("geo"));
                let list = file.unwrap_or(id);
                (list.to_owned(), self.filter(node, &itemset.filter, None))
            }
            ItemsetSource::Record(repeat) => {
                let shown = self.record.child(repeat, itemset.value).unwrap_or(repeat);
                let list = format!("${{{}}}", self.record.name(shown));
                let without_empty = format!("./{} != ''", itemset.value);
                let filter = match itemset.filter.as_slice() {
                    [only] if only.trim() == without_empty || only.trim() == "./geometry != ''" => None,
                    predicates => self.filter(node, predicates, Some(repeat)),
                };
                (list, filter)
            }
        }
    }

    /// Puts predicates into one.
    pub(super) fn filter(
        &self,
        node: NodeId,
        predicates: &[&str],
        members: Option<NodeId>,
    ) -> Option<String> {
        let mut filters = predicates
            .iter()
            .map(|predicate| self.authored_filter(predicate, node, members));
        let first = filters.next()?;
        let mut rest = filters.peekable();
        if rest.peek().is_none() {
            return Some(first).filter(|first| !first.is_empty());
        }
        Some(rest.fold(format!("({first})"), |all, next| format!("{all} and ({next})")))
    }
}

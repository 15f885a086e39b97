//! Questions, groups and repeats: the tree of the record in the order of the body.

use roxmltree::Node;

use super::Parts;
use super::body::Control;
use super::document::{attribute, attributes, child, elements};
use super::flat::Grown;
use super::itemset::{ItemsetSource, query};
use super::lists::ItemLists;
use super::record::NodeId;
use super::types::is_metadata;
use crate::definition::{Choice, Definition, Element, ElementKind, List, MediaFiles, Text};
use crate::read::Problems;

/// Lists that come up while questions are read.
struct Found {
    items: ItemLists,
    osm: Vec<List>,
}

impl<'d> Parts<'d> {
    /// Reads all questions, and the lists that stand within their controls.
    pub(super) fn put_elements(&self, definition: &mut Definition, problems: &mut Problems) {
        let mut found = Found {
            items: ItemLists::default(),
            osm: Vec::new(),
        };
        definition.elements = self.inside(self.record.root(), &mut found, problems);
        definition.lists.extend(found.items.into_lists());
        definition.osm_lists = found.osm;
    }

    /// Reads what is inside a node.
    fn inside(&self, parent: NodeId, found: &mut Found, problems: &mut Problems) -> Vec<Element> {
        let mut nodes: Vec<(usize, NodeId)> = Vec::new();
        let mut last = 0;
        for node in self.record.children(parent) {
            if self.is_meta(*node) {
                continue;
            }
            // What is not shown stays behind what stands before it in the record.
            last = self.first_shown(*node).map_or(last, |nth| nth + 1);
            nodes.push((last, *node));
        }
        nodes.sort_by_key(|(nth, _)| *nth);
        let mut grown = Grown::with_room(nodes.len());
        for (_, node) in nodes {
            let element = self.element(node, found, problems);
            grown.add(self, self.body.around(node), element, problems);
        }
        grown.into_elements()
    }

    /// Returns the place in the body of what is shown first of a node and what is in it.
    fn first_shown(&self, node: NodeId) -> Option<usize> {
        let own = self.body.control(node).map(|control| control.nth);
        // A group's control comes before those in it.
        own.or_else(|| {
            let inner = self.record.children(node).iter();
            inner.filter_map(|child| self.first_shown(*child)).min()
        })
    }

    fn element(&self, node: NodeId, found: &mut Found, problems: &mut Problems) -> Element {
        let control = self.body.control(node);
        let is_group = !self.record.children(node).is_empty()
            || control.is_some_and(|control| matches!(control.xml.tag_name().name(), "group" | "repeat"));
        let mut element = if is_group {
            self.group(node, control, problems)
        } else {
            self.question(node, control, found, problems)
        };
        if let Some(xml) = self.record.plain_xml(node) {
            let kept = attributes(xml).filter(|(name, _)| name != "jr:template");
            let authored = kept.map(|(name, value)| (name, self.authored(value, Some(node))));
            element.instance = authored.collect();
        }
        if is_group && self.first_shown(node).is_none() {
            // Nothing stands for it in the body, as for the block `meta` that the converter makes.
            element.control.insert("bodyless".to_owned(), "true()".to_owned());
        }
        self.put_unshown_texts(node, &mut element, problems);
        if is_group {
            element.children = self.inside(node, found, problems);
        }
        element
    }

    /// The line that says most about a node: of its control, its bind or itself.
    fn line_of(&self, node: NodeId) -> u32 {
        let control = self.body.control(node).map(|control| control.xml);
        let xml = control
            .or_else(|| self.binds.of_node(node))
            .or_else(|| self.record.xml(node));
        xml.map_or(0, |xml| self.document.line(xml))
    }

    fn group(&self, node: NodeId, control: Option<&Control<'d>>, problems: &mut Problems) -> Element {
        let is_repeat = self.record.is_repeat(node);
        let kind = if is_repeat { "repeat" } else { "group" };
        let mut element = Element::question(self.line_of(node), kind, self.record.name(node));
        element.kind = if is_repeat {
            ElementKind::Repeat
        } else {
            ElementKind::Group
        };
        self.put_bind(node, &["", "string"], &mut element, problems);
        let Some(control) = control else {
            return element;
        };
        self.put_control(control.xml, Some(node), &mut element);
        if let Some(around) = control.around {
            let appearance = attribute(around, "appearance").map(|written| written.trim().to_owned());
            if let (Some(appearance), None) = (appearance, &element.appearance) {
                element
                    .control
                    .insert("appearance".to_owned(), appearance.clone());
                element.appearance = Some(appearance);
            }
        }
        let labelled = control.around.unwrap_or(control.xml);
        self.put_label(labelled, Some(node), &mut element, problems);
        if is_repeat {
            self.put_count(node, &mut element, problems);
        }
        element
    }

    fn put_count(&self, node: NodeId, element: &mut Element, problems: &mut Problems) {
        let is_fixed = element
            .control
            .get("jr:noAddRemove")
            .is_some_and(|fixed| fixed == "true()");
        element.repeat_count = match element.control.get("jr:count") {
            Some(count) => Some(count.clone()),
            None if is_fixed => Some(self.record.times(node).to_string()),
            None => None,
        };
        if self.record.times(node) > 1
            && !is_fixed
            && let Some(xml) = self.record.xml(node)
        {
            let what = format!(
                "`{}` begins with one instance, not with several",
                self.record.path(node)
            );
            problems.warn(self.document.error(xml, "filled_repeat", "", what));
        }
    }

    fn question(
        &self,
        node: NodeId,
        control: Option<&Control<'d>>,
        found: &mut Found,
        problems: &mut Problems,
    ) -> Element {
        let kind = self.type_of(node);
        let mut element = Element::question(self.line_of(node), kind.name, self.record.name(node));
        self.put_bind(node, kind.data, &mut element, problems);
        if kind.name == "note" {
            element.bind.remove("readonly");
        }
        if let Some(control) = control {
            self.put_control(control.xml, Some(node), &mut element);
            self.put_label(control.xml, Some(node), &mut element, problems);
            self.put_choices(node, control, &mut element, found, problems);
        }
        element.parameters = self.parameters(node, &element);
        element.default = self.default_of(node, kind.name);
        self.put_triggers(node, &mut element, problems);
        let from_file = control
            .and_then(|control| control.itemset.as_ref())
            .is_some_and(|itemset| self.is_from_file(itemset));
        element.written_type = match (&element.list, kind.name) {
            (Some(list), "select_one" | "select_multiple") if from_file => {
                format!("{}_from_file {list}", kind.name)
            }
            (Some(list), "select_one" | "select_multiple" | "select_one_external" | "rank" | "osm") => {
                format!("{} {list}", kind.name)
            }
            _ => kind.name.to_owned(),
        };
        element
    }

    /// Reads what a bind says, but for a data type that goes without saying.
    pub(super) fn put_bind(
        &self,
        node: NodeId,
        data: &[&str],
        element: &mut Element,
        problems: &mut Problems,
    ) {
        let Some(bind) = self.binds.of_node(node) else {
            return;
        };
        let is_metadata = is_metadata(&element.type_name);
        for (name, value) in attributes(bind) {
            let text = match name.as_str() {
                "nodeset" | "ref" | "id" => None,
                "type" if data.contains(&self.binds.data_type(node)) => None,
                "jr:preload" | "jr:preloadParams" if is_metadata => None,
                "jr:constraintMsg" | "jr:requiredMsg" | "jr:noAppErrorString" => {
                    self.message(bind, value, node, problems)
                }
                _ => Some(Text::Plain(self.authored(value, Some(node)))),
            };
            if name == "relevant" && value.trim().is_empty() {
                problems.error(
                    self.document
                        .error(bind, "empty_expression", &name, "the condition is empty")
                        .hint("write an expression, or leave the attribute out"),
                );
            }
            if let Some(text) = text.filter(|text| !text.any().is_empty()) {
                element.bind.insert(name, text);
            }
        }
        if element.bind.contains_key("entities:saveto") {
            element.saves_to_list = self.saves_to(node).map(str::to_owned);
        }
    }

    pub(super) fn put_control(&self, xml: Node<'d, 'd>, context: Option<NodeId>, element: &mut Element) {
        for (name, value) in attributes(xml) {
            let is_known = match name.as_str() {
                "ref" | "nodeset" | "bind" | "id" | "query" => true,
                "mediatype" => match element.type_name.as_str() {
                    "image" => value == "image/*",
                    "audio" => value == "audio/*",
                    "video" => value == "video/*",
                    "osm" => value == "osm/*",
                    _ => value == "application/*",
                },
                _ => false,
            };
            let value = self.authored(value, context);
            if !is_known && !value.is_empty() {
                element.control.insert(name, value);
            }
        }
        element.appearance = element.control.get("appearance").cloned();
    }

    pub(super) fn put_label(
        &self,
        xml: Node<'d, 'd>,
        context: Option<NodeId>,
        element: &mut Element,
        problems: &mut Problems,
    ) {
        let label = self.shown(child(xml, "label"), context, problems);
        let hint = self.shown(child(xml, "hint"), context, problems);
        element.label = label.text;
        element.media = label.media;
        element.hint = hint.text;
        element.guidance_hint = hint.guidance.or(label.guidance);
    }

    fn put_choices(
        &self,
        node: NodeId,
        control: &Control<'d>,
        element: &mut Element,
        found: &mut Found,
        problems: &mut Problems,
    ) {
        let is_select = matches!(control.xml.tag_name().name(), "select" | "select1" | "rank");
        if let Some(itemset) = &control.itemset {
            let (list, filter) = self.choices_of(node, itemset, &element.type_name);
            if let ItemsetSource::Instance(id, _) = itemset.source
                && is_select
                && !self.lists.knows(id)
            {
                problems.error(
                    self.document
                        .error(
                            control.xml,
                            "unknown_list",
                            "itemset",
                            format!("there is no instance `{id}`"),
                        )
                        .hint("put an `instance` of this `id` into the model"),
                );
            }
            element.list = Some(list);
            element.choice_filter = filter;
        } else if child(control.xml, "item").is_some() {
            let list = self.items_list(control.xml, &element.name, &mut found.items, problems);
            element.list = Some(list);
        } else if is_select && child(control.xml, "itemset").is_none() {
            problems.error(
                self.document
                    .error(control.xml, "no_choices", "", "the select offers no choices")
                    .hint("put an `itemset` or `item`s into it"),
            );
        }
        if let Some(written) = attribute(control.xml, "query") {
            match query(written) {
                Some((list, predicates)) => {
                    element.list = Some(list.to_owned());
                    element.choice_filter = self.filter(node, &predicates, None);
                }
                None => {
                    let what = format!("`{written}` is no query for choices");
                    problems.error(
                        self.document
                            .error(control.xml, "unsupported_itemset", "query", what)
                            .hint("write `instance('list')/root/item[condition]`"),
                    );
                }
            }
        }
        if element.type_name == "osm" && child(control.xml, "tag").is_some() {
            element.list = Some(element.name.clone());
            found
                .osm
                .push(self.osm_list(control.xml, &element.name, problems));
        }
    }

    fn osm_list(&self, control: Node<'d, 'd>, name: &str, problems: &mut Problems) -> List {
        let tags = elements(control).filter(|tag| tag.tag_name().name() == "tag");
        let choices = tags.map(|tag| Choice {
            row: self.document.line(tag),
            name: attribute(tag, "key").unwrap_or("").to_owned(),
            label: self.shown(child(tag, "label"), None, problems).text,
            media: MediaFiles::new(),
            columns: Vec::new(),
        });
        List {
            name: name.to_owned(),
            choices: choices.collect(),
        }
    }
}

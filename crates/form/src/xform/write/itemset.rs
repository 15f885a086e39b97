//! Where a question's choices come from.

use std::sync::LazyLock;

use regex::Regex;

use super::instances::file_of_choices;
use super::item::{Control, Id, Item, Part};
use super::node::Node;
use super::references::{Place, has_reference};
use super::survey::Survey;
use crate::definition::{Choice, Text};

/// The bytes that the nodes of a choice take beside its texts, about.
const NODE: usize = 200;

/// An `itemset` before it is written.
struct Itemset {
    nodes: String,
    value: String,
    label: String,
    filter: Option<String>,
}

impl Itemset {
    fn of_instance(name: &str, value: &str, label: &str) -> Self {
        Itemset {
            nodes: format!("instance('{name}')/root/item"),
            value: value.to_owned(),
            label: label.to_owned(),
            filter: None,
        }
    }

    fn node(self) -> Node {
        Node::new("itemset")
            .with("nodeset", self.nodes)
            .child(Node::new("value").with("ref", self.value))
            .child(Node::new("label").with("ref", self.label))
    }
}

impl Survey<'_> {
    /// Writes the choices of a select.
    pub(super) fn choices(&self, id: Id, item: &Item) -> Vec<Node> {
        if self.searches(item) {
            return self.choices_in_body(item);
        }
        let referring = has_reference(&item.itemset);
        let itemset = if referring {
            self.of_repeat(id, item)
        } else {
            self.of_list(item)
        };
        vec![self.itemset(id, item, itemset, referring).node()]
    }

    /// Writes the labels at the ticks of a range.
    pub(super) fn ticks(&self, item: &Item) -> Option<Node> {
        if item.itemset.is_empty() {
            return None;
        }
        Some(Itemset::of_instance(&item.itemset, "name", self.label_of(&item.itemset)).node())
    }

    /// Writes the places that another may be chosen by.
    pub(super) fn places(&self, id: Id, item: &Item) -> Option<Node> {
        if item.itemset.is_empty() {
            return None;
        }
        let referring = has_reference(&item.itemset);
        let itemset = if referring {
            let place = Place {
                from_outside: true,
                ..Place::of(id, "parameters")
            };
            Itemset {
                nodes: self.with_paths(&item.itemset, place).trim().to_owned(),
                value: "geometry".to_owned(),
                label: "geometry".to_owned(),
                filter: Some("./geometry != ''".to_owned()),
            }
        } else {
            self.of_list(item)
        };
        Some(self.itemset(id, item, itemset, referring).node())
    }

    /// Writes the tags of places on a map.
    pub(super) fn tags(&self, item: &Item) -> Vec<Node> {
        let list = self
            .definition
            .osm_lists
            .iter()
            .find(|list| list.name == item.itemset);
        let tags = list.into_iter().flat_map(|list| &list.choices);
        let tags = tags.take_while(|tag| self.spend(NODE + tag.name.len()));
        tags.map(|tag| {
            let mut label = Node::new("label");
            match &tag.label {
                Some(Text::ByLanguage(_)) => label.set("ref", format!("jr:itext('/{}:label')", tag.name)),
                Some(Text::Plain(text)) => self.push_label(&mut label, text, Place::nowhere("label")),
                None => {}
            }
            Node::new("tag").with("key", tag.name.as_str()).child(label)
        })
        .collect()
    }

    /// How an answer is looked up in the sheet `external_choices`.
    pub(super) fn query(&self, id: Id, item: &Item) -> Option<String> {
        let list = item.query.as_ref().filter(|list| !list.is_empty())?;
        let nodes = format!("instance('{list}')/root/item");
        let Some(filter) = &item.choice_filter else {
            return Some(nodes);
        };
        let place = Place {
            current: true,
            ..Place::of(id, "choice_filter")
        };
        Some(format!("{nodes}[{}]", self.with_paths(filter, place)))
    }

    /// Whether an appearance looks choices up by a legacy `search()`.
    pub(super) fn searches(&self, item: &Item) -> bool {
        static SEARCH: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"search\(.*?\)").ok());
        let appearance = item.control.get("appearance");
        item.part == Part::Question(Control::Select)
            && appearance.is_some_and(|appearance| {
                appearance.chars().count() > 7
                    && SEARCH.as_ref().is_some_and(|search| search.is_match(appearance))
            })
    }

    /// Finds the lists whose choices stand in the body, and what is wrong with how they are used.
    pub(super) fn find_searches(&mut self) {
        let selects = |survey: &Self, wanted: bool| -> Vec<Id> {
            let all = survey.within(Self::ROOT);
            let selects = all.filter(|(_, item)| item.part == Part::Question(Control::Select));
            selects
                .filter(|(_, item)| survey.searches(item) == wanted)
                .map(|(id, _)| id)
                .collect()
        };
        for id in selects(self, true) {
            let item = self.item(id);
            if self.lists.contains_key(item.itemset.as_str()) {
                let list = item.itemset.clone();
                self.searched.insert(list);
                continue;
            }
            let message = format!(
                "`{}` looks its choices up with `search()`, and names no list",
                item.name
            );
            self.problem(
                item,
                "search_without_list",
                "appearance",
                message,
                "name a list of the sheet `choices`",
            );
        }
        for id in selects(self, false) {
            let item = self.item(id);
            if self.searched.contains(&item.itemset) {
                let message = format!("the list `{}` is also looked up with `search()`", item.itemset);
                let hint = "use `search()` for each question of the list, or a list of its own";
                self.problem(item, "search_shares_list", "type", message, hint);
            }
        }
    }

    fn itemset(&self, id: Id, item: &Item, mut itemset: Itemset, referring: bool) -> Itemset {
        if let Some(filter) = &item.choice_filter {
            let place = Place {
                current: true,
                from_outside: referring,
                ..Place::of(id, "choice_filter")
            };
            let mut filter = self.with_paths(filter, place);
            if referring && !itemset.nodes.is_empty() {
                filter = filter
                    .replace(&format!("current()/{}", itemset.nodes), ".")
                    .replace(&itemset.nodes, ".");
            }
            itemset.filter = Some(filter);
        }
        if let Some(filter) = itemset.filter.as_ref().filter(|filter| !filter.is_empty()) {
            itemset.nodes.push_str(&format!("[{filter}]"));
        }
        if item
            .parameters
            .get("randomize")
            .is_some_and(|value| value == "true")
        {
            let seed = item.parameters.get("seed");
            let seed = seed.map(|seed| self.with_paths(seed, Place::of(id, "parameters")));
            itemset.nodes = match seed {
                Some(seed) => format!("randomize({}, {})", itemset.nodes, seed.trim()),
                None => format!("randomize({})", itemset.nodes),
            };
        }
        itemset
    }

    /// The choices of a list of the form, or of a file.
    fn of_list(&self, item: &Item) -> Itemset {
        let Some((stem, extension)) = file_of_choices(&item.itemset) else {
            return Itemset::of_instance(&item.itemset, "name", self.label_of(&item.itemset));
        };
        let (value, label) = match extension {
            "geojson" => ("id", "title"),
            _ => ("name", "label"),
        };
        let named =
            |parameter: &str, otherwise| item.parameters.get(parameter).map_or(otherwise, String::as_str);
        Itemset::of_instance(stem, named("value", value), named("label", label))
    }

    /// The answers to a question in a repeat.
    fn of_repeat(&self, id: Id, item: &Item) -> Itemset {
        let place = Place {
            from_outside: true,
            ..Place::of(id, "type")
        };
        let path = self.with_paths(&item.itemset, place);
        let (nodes, answer) = path.trim().rsplit_once('/').unwrap_or(("", path.trim()));
        Itemset {
            nodes: nodes.to_owned(),
            value: answer.to_owned(),
            label: answer.to_owned(),
            filter: Some(format!("./{answer} != ''")),
        }
    }

    fn label_of(&self, list: &str) -> &'static str {
        match self.lists.get(list) {
            Some((_, true)) => "jr:itext(itextId)",
            _ => "label",
        }
    }

    fn choices_in_body(&self, item: &Item) -> Vec<Node> {
        let Some((list, apart)) = self.lists.get(item.itemset.as_str()) else {
            return Vec::new();
        };
        let choices = list.choices.iter().enumerate();
        choices
            .take_while(|(_, choice)| self.spend(NODE + choice.name.len()))
            .map(|(at, choice)| {
                let label = match apart {
                    true => Node::new("label").with("ref", format!("jr:itext('{}-{at}')", list.name)),
                    false => self.choice_label(item, choice),
                };
                let value = Node::new("value").text(choice.name.as_str());
                Node::new("item").child(label).child(value)
            })
            .collect()
    }

    fn choice_label(&self, item: &Item, choice: &Choice) -> Node {
        let mut label = Node::new("label");
        if let Some(text) = choice.label.as_ref().filter(|_| item.label.is_some()) {
            self.push_label(&mut label, text.any(), Place::nowhere("label"));
        }
        label
    }
}

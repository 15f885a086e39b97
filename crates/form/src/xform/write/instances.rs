//! Secondary instances: choices, files of choices, and the last saved record.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::item::{Control, Item, Part};
use super::node::Node;
use super::references::has_last_saved;
use super::survey::Survey;
use super::texts::has_text_ids;
use crate::definition::{List, Text};

/// Where expressions of a bind may look into files.
const LOOKED_THROUGH: [&str; 5] = ["calculate", "constraint", "readonly", "relevant", "required"];

/// Returns the name of a file of choices without its extension, and the extension.
pub(super) fn file_of_choices(name: &str) -> Option<(&str, &str)> {
    let (stem, extension) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?;
    matches!(extension, "csv" | "xml" | "geojson").then_some((stem, extension))
}

/// An instance before it is clear that no other has its name.
struct Instance<'a> {
    name: String,
    source: Option<String>,
    declared: bool,
    item: Option<&'a Item>,
    node: Node,
}

impl Survey<'_> {
    /// Writes the secondary instances.
    pub(super) fn instances(&self) -> Vec<Node> {
        let mut found = Vec::new();
        let mut last_saved = false;
        for (_, item) in self.within(Self::ROOT) {
            if item.is_question() || item.is_section() {
                found.extend(looked_up(item).into_iter().map(|file| {
                    let source = format!("jr://file-csv/{file}.csv");
                    linked(file, source, Some(item))
                }));
            }
            match item.part {
                Part::Question(control) => {
                    if control == Control::Select && !self.searches(item) {
                        found.extend(file_instance(item));
                    }
                    last_saved = last_saved || looks_at_last_saved(item);
                }
                Part::External => found.push(declared(item)),
                _ => {}
            }
        }
        if last_saved {
            let source = "jr://instance/last-saved".to_owned();
            found.push(linked("__last-saved".to_owned(), source, None));
        }
        found.extend(
            self.definition
                .lists
                .iter()
                .filter(|list| !self.searched.contains(&list.name))
                .map(list_instance),
        );
        self.without_clashes(found)
    }

    fn without_clashes(&self, found: Vec<Instance<'_>>) -> Vec<Node> {
        let mut seen: HashMap<String, (Option<String>, bool)> = HashMap::new();
        let mut nodes = Vec::new();
        for instance in found {
            let Some((source, declared)) = seen.get(&instance.name) else {
                nodes.push(instance.node);
                seen.insert(instance.name, (instance.source, instance.declared));
                continue;
            };
            let message = if *source != instance.source {
                format!(
                    "`{}` names both {} and {}",
                    instance.name,
                    shown(source),
                    shown(&instance.source)
                )
            } else if instance.declared && *declared {
                format!("the file `{}` is declared twice", instance.name)
            } else {
                continue;
            };
            let nobody = Item::new(Part::External, "");
            self.problem(
                instance.item.unwrap_or(&nobody),
                "instance_name_clash",
                "type",
                message,
                "give the file or the list another name",
            );
        }
        nodes
    }
}

fn shown(source: &Option<String>) -> String {
    match source {
        Some(source) => format!("the file `{source}`"),
        None => "a list of choices".to_owned(),
    }
}

fn linked(name: String, source: String, item: Option<&Item>) -> Instance<'_> {
    let node = Node::new("instance")
        .with("id", name.as_str())
        .with("src", source.as_str());
    Instance {
        name,
        source: Some(source),
        declared: false,
        item,
        node,
    }
}

fn declared(item: &Item) -> Instance<'_> {
    let source = match item.type_name.as_str() {
        "csv-external" => format!("jr://file-csv/{}.csv", item.name),
        _ => format!("jr://file/{}.xml", item.name),
    };
    Instance {
        declared: true,
        ..linked(item.name.clone(), source, Some(item))
    }
}

fn file_instance(item: &Item) -> Option<Instance<'_>> {
    let (stem, extension) = file_of_choices(&item.itemset)?;
    let folder = if extension == "csv" { "file-csv" } else { "file" };
    let source = format!("jr://{folder}/{}", item.itemset);
    Some(linked(stem.to_owned(), source, Some(item)))
}

fn list_instance(list: &List) -> Instance<'_> {
    let apart = has_text_ids(list);
    let mut root = Node::new("root");
    for (at, choice) in list.choices.iter().enumerate() {
        let mut item = Node::new("item");
        if apart {
            item.push(Node::new("itextId").text(format!("{}-{at}", list.name)));
        }
        item.push(Node::new("name").text(choice.name.as_str()));
        if let Some(Text::Plain(label)) = choice.label.as_ref().filter(|_| !apart) {
            item.push(Node::new("label").text(label.as_str()));
        }
        let (ordinary, last): (Vec<_>, Vec<_>) =
            choice.columns.iter().partition(|(name, _)| name != "sms_option");
        for (name, value) in ordinary.into_iter().chain(last) {
            item.push(Node::new(name.as_str()).text(value.as_str()));
        }
        root.push(item);
    }
    Instance {
        name: list.name.clone(),
        source: None,
        declared: false,
        item: None,
        node: Node::new("instance").with("id", list.name.as_str()).child(root),
    }
}

/// The files that an item's expressions look into by `pulldata()`.
fn looked_up(item: &Item) -> Vec<String> {
    static PULLDATA: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"pulldata\s*\(\s*(.*?),").ok());
    let bound = LOOKED_THROUGH.iter().filter_map(|name| item.bound(name));
    let texts = bound
        .map(Text::any)
        .chain(item.choice_filter.as_deref())
        .chain(item.default.as_deref())
        .filter(|text| text.contains("pulldata("));
    let mut files = Vec::new();
    for (text, pattern) in texts.flat_map(|text| PULLDATA.iter().map(move |pattern| (text, pattern))) {
        let found = pattern.captures_iter(text).filter_map(|found| found.get(1));
        files.extend(found.map(|file| file.as_str().replace(['\'', '"'], "").trim().to_owned()));
    }
    files
}

fn looks_at_last_saved(item: &Item) -> bool {
    let bound = LOOKED_THROUGH.iter().filter_map(|name| item.bound(name));
    bound
        .map(Text::any)
        .chain(item.choice_filter.as_deref())
        .chain(item.default.as_deref())
        .any(has_last_saved)
}

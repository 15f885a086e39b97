//! Forms written as XForms. What is expected is what the reference converter, pyxform 4.5.0,
//! makes of the same sheets.

#[path = "xform_writing/answers.rs"]
mod answers;
#[path = "xform_writing/choices.rs"]
mod choices;
#[path = "xform_writing/entities.rs"]
mod entities;
#[path = "xform_writing/groups.rs"]
mod groups;
#[path = "xform_writing/problems.rs"]
mod problems;
#[path = "xform_writing/references.rs"]
mod references;
#[path = "xform_writing/settings.rs"]
mod settings;
#[path = "xform_writing/texts.rs"]
mod texts;

use baraza_form::Source;
use baraza_form::definition::Definition;
use roxmltree::{Document, Node};

/// Reads a form from Markdown.
fn define(markdown: &str) -> Definition {
    let (definition, _) = Definition::read(Source::Markdown(markdown)).expect("the sheets are sound");
    definition
}

/// Holds parts of the XForm of a form against what is expected of them: a line for each element,
/// with its attributes in order, and for each text.
#[track_caller]
fn assert_writes(markdown: &str, expected: &[(&str, &str)]) {
    let mut definition = define(markdown);
    // A file without an id is called after itself.
    if definition.settings.get("form_id").map(String::as_str) == Some("data") {
        definition
            .settings
            .insert("form_id".to_owned(), "form".to_owned());
        definition
            .settings
            .insert("form_title".to_owned(), "form".to_owned());
    }
    let xform = definition.to_xform().expect("the form can be written");
    let document = Document::parse(&xform).expect("what is written is XML");
    for (part, expected) in expected {
        let written = part_of(&document, part);
        assert_eq!(written.trim(), expected.trim(), "{part}");
    }
}

fn part_of(document: &Document<'_>, part: &str) -> String {
    let html = document.root_element();
    let find = |name: &str| html.descendants().find(|node| node.has_tag_name(name));
    let model = find("model").expect("there is a model");
    let body = find("body").expect("there is a body");
    let mut lines = Vec::new();
    let mut all = |node: Node<'_, '_>| write(node, 0, &mut lines);
    let is_other_instance = |node: &Node<'_, '_>| node.has_tag_name("instance") && node.has_attribute("id");
    match part {
        "body" => all(body),
        "texts" => model
            .children()
            .filter(|node| node.has_tag_name("itext"))
            .for_each(all),
        // Their order says nothing.
        "instances" => {
            let mut instances: Vec<_> = model.children().filter(is_other_instance).collect();
            instances.sort_by_key(|node| node.attribute("id"));
            instances.into_iter().for_each(all);
        }
        "record" => model
            .children()
            .find(|node| node.has_tag_name("instance"))
            .iter()
            .flat_map(Node::children)
            .filter(Node::is_element)
            .for_each(all),
        "binds" => {
            let names = ["bind", "setvalue", "setgeopoint", "recordaudio"];
            let actions = model
                .children()
                .filter(|node| names.contains(&node.tag_name().name()));
            actions.for_each(all);
        }
        "head" => {
            lines.push(opening(html));
            let title = find("title").and_then(|title| title.text()).unwrap_or_default();
            lines.push(quoted(title));
            lines.push(opening(model));
            lines.extend(
                model
                    .children()
                    .filter(|node| node.has_tag_name("submission"))
                    .map(opening),
            );
        }
        other => panic!("no part is called {other}"),
    }
    lines.join("\n")
}

fn write(node: Node<'_, '_>, depth: usize, lines: &mut Vec<String>) {
    let indent = " ".repeat(depth);
    if node.is_text() {
        let text = node.text().unwrap_or_default();
        let name = node.parent().map_or("", |parent| parent.tag_name().name());
        if ["label", "hint", "value"].contains(&name) || !text.trim().is_empty() {
            lines.push(format!("{indent}{}", quoted(text)));
        }
        return;
    }
    lines.push(format!("{indent}{}", opening(node)));
    for child in node.children() {
        write(child, depth + 1, lines);
    }
}

fn opening(node: Node<'_, '_>) -> String {
    let mut attributes: Vec<(String, &str)> = node
        .attributes()
        .map(|attribute| {
            (
                qualified(attribute.namespace(), attribute.name()),
                attribute.value(),
            )
        })
        .collect();
    if node.parent().is_some_and(|parent| parent.is_root()) {
        let spaces = node.namespaces().filter(|space| space.name() != Some("xml"));
        attributes.extend(spaces.map(|space| {
            let name = space
                .name()
                .map_or("xmlns".to_owned(), |name| format!("xmlns:{name}"));
            (name, space.uri())
        }));
    }
    attributes.sort();
    let attributes = attributes
        .iter()
        .map(|(name, value)| format!(" {name}={}", quoted(value)));
    let name = qualified(node.tag_name().namespace(), node.tag_name().name());
    format!("{name}{}", attributes.collect::<String>())
}

fn qualified(space: Option<&str>, name: &str) -> String {
    let prefix = match space {
        None | Some("http://www.w3.org/2002/xforms") => "",
        Some("http://www.w3.org/1999/xhtml") => "h:",
        Some("http://openrosa.org/javarosa") => "jr:",
        Some("http://openrosa.org/xforms") => "orx:",
        Some("http://www.opendatakit.org/xforms") => "odk:",
        Some("http://www.opendatakit.org/xforms/entities") => "entities:",
        Some(other) => return format!("{{{other}}}{name}"),
    };
    format!("{prefix}{name}")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

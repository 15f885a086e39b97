//! An XForm as lines, so that two are equal exactly if they say the same: one line for each element
//! and text, attributes in order, white space between elements left out. `oracle.py` writes the same.

use roxmltree::{Document, Node, ParsingOptions};

const SPACES: [(&str, &str); 9] = [
    ("http://www.w3.org/2002/xforms", ""),
    ("http://www.w3.org/1999/xhtml", "h:"),
    ("http://www.w3.org/2001/xml-events", "ev:"),
    ("http://www.w3.org/2001/XMLSchema", "xsd:"),
    ("http://openrosa.org/javarosa", "jr:"),
    ("http://openrosa.org/xforms", "orx:"),
    ("http://www.opendatakit.org/xforms", "odk:"),
    ("http://www.opendatakit.org/xforms/entities", "entities:"),
    ("http://www.w3.org/XML/1998/namespace", "xml:"),
];

/// The elements whose space counts.
const TEXTUAL: [&str; 3] = ["label", "hint", "value"];

/// Returns the lines.
pub(crate) fn lines(xform: &str) -> Result<Vec<String>, roxmltree::Error> {
    let document = Document::parse_with_options(xform, ParsingOptions::default())?;
    let root = document.root_element();
    let mut attributes: Vec<(String, String)> = root
        .namespaces()
        .filter(|space| space.name() != Some("xml"))
        .map(|space| {
            let name = space
                .name()
                .map_or("xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
            (name, space.uri().to_owned())
        })
        .collect();
    let mut lines = Vec::new();
    element(root, 0, &mut attributes, &mut lines);
    Ok(lines)
}

fn element(
    node: Node<'_, '_>,
    depth: usize,
    attributes: &mut Vec<(String, String)>,
    lines: &mut Vec<String>,
) {
    let name = qualified(node.tag_name().namespace(), node.tag_name().name());
    attributes.extend(node.attributes().map(|attribute| {
        (
            qualified(attribute.namespace(), attribute.name()),
            attribute.value().to_owned(),
        )
    }));
    attributes.sort();
    let told: String = attributes
        .iter()
        .map(|(name, value)| format!(" {name}={}", quoted(value)))
        .collect();
    lines.push(format!("{}{name}{told}", " ".repeat(depth)));
    let mut children: Vec<Node<'_, '_>> = node.children().collect();
    if name == "model" {
        children.sort_by_key(|child| place_in_model(*child));
    }
    for child in children {
        if child.is_element() {
            element(child, depth + 1, &mut Vec::new(), lines);
        } else if let Some(text) = child.text().filter(|_| child.is_text())
            && (TEXTUAL.contains(&name.as_str()) || !text.trim().is_empty())
        {
            lines.push(format!("{}{}", " ".repeat(depth + 1), quoted(text)));
        }
    }
}

/// Secondary instances by their ids: the reference converter's own order of some changes from run to run.
fn place_in_model<'a>(child: Node<'a, '_>) -> (u8, &'a str) {
    match child.tag_name().name() {
        "submission" => (0, ""),
        "itext" => (1, ""),
        "instance" => (2, child.attribute("id").unwrap_or_default()),
        _ => (3, ""),
    }
}

fn qualified(space: Option<&str>, name: &str) -> String {
    match space {
        None => name.to_owned(),
        Some(space) => match SPACES.iter().find(|(uri, _)| *uri == space) {
            Some((_, prefix)) => format!("{prefix}{name}"),
            None => format!("{{{space}}}{name}"),
        },
    }
}

fn quoted(value: &str) -> String {
    let value = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t");
    format!("\"{value}\"")
}

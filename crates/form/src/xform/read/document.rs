//! The XML document, with names as specifications write them and lines for messages.

use roxmltree::{Document as Xml, Node};

use crate::read::{FormError, Problems};
use crate::xform::SHEET;

/// How many bytes are looked through for line ends at most to number a line.
const BLOCK: usize = 4096;

/// The prefixes that specifications write, by the namespaces they stand for.
const PREFIXES: [(&str, &str); 7] = [
    ("http://www.w3.org/2002/xforms", ""),
    ("http://www.w3.org/1999/xhtml", "h"),
    ("http://www.w3.org/2001/xml-events", "ev"),
    ("http://openrosa.org/javarosa", "jr"),
    ("http://openrosa.org/xforms", "orx"),
    ("http://www.opendatakit.org/xforms", "odk"),
    ("http://www.opendatakit.org/xforms/entities", "entities"),
];

/// An XML document and where its lines are.
pub(super) struct Document<'d> {
    xml: &'d Xml<'d>,
    text: &'d str,
    /// How many lines end before each block.
    lines: Vec<u32>,
}

impl<'d> Document<'d> {
    pub(super) fn of(text: &'d str, xml: &'d Xml<'d>) -> Self {
        let mut before = 0;
        let lines = text.as_bytes().chunks(BLOCK).map(|block| {
            let here = before;
            before += line_ends(block);
            here
        });
        Document {
            xml,
            text,
            lines: lines.collect(),
        }
    }

    /// Returns the line in which an element begins, counted from 1.
    pub(super) fn line(&self, node: Node<'_, '_>) -> u32 {
        let at = node.range().start;
        let block = at / BLOCK;
        let before = self.lines.get(block).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(block * BLOCK..at).unwrap_or_default();
        before + line_ends(rest) + 1
    }

    /// Something that is wrong with an element, or with one of its attributes.
    pub(super) fn error(
        &self,
        node: Node<'_, '_>,
        code: &'static str,
        attribute: &str,
        message: impl Into<String>,
    ) -> FormError {
        FormError::at(code, SHEET, self.line(node), attribute, message)
    }

    /// Returns the root element.
    pub(super) fn root(&self) -> Node<'d, 'd> {
        self.xml.root_element()
    }

    /// Returns the model, or says that there is none.
    pub(super) fn model(&self, problems: &mut Problems) -> Option<Node<'d, 'd>> {
        let head = child(self.root(), "head");
        let model = head.and_then(|head| child(head, "model"));
        if model.is_none() {
            let what = if self.root().tag_name().name() == "html" {
                "there is no `model` in the `head`"
            } else {
                "the XML is no XForm: its outermost element is not `html`"
            };
            problems.error(
                self.error(self.root(), "no_model", "", what)
                    .hint("an XForm is an `html` with a `head` that holds a `model`, and a `body`"),
            );
        }
        model
    }

    /// Returns the body, if there is one.
    pub(super) fn body(&self) -> Option<Node<'d, 'd>> {
        child(self.root(), "body")
    }

    /// Returns the title as it is written.
    pub(super) fn title(&self) -> Option<String> {
        let title = child(child(self.root(), "head")?, "title")?;
        Some(text_of(title)).filter(|title| !title.is_empty())
    }
}

fn line_ends(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// Goes through the elements in an element.
pub(super) fn elements<'d>(node: Node<'d, 'd>) -> impl Iterator<Item = Node<'d, 'd>> {
    node.children().filter(Node::is_element)
}

/// Returns the first element of this local name in an element.
pub(super) fn child<'d>(node: Node<'d, 'd>, name: &str) -> Option<Node<'d, 'd>> {
    elements(node).find(|element| element.tag_name().name() == name)
}

/// Returns all text in an element, without the space around it.
pub(super) fn text_of(node: Node<'_, '_>) -> String {
    let texts = node.descendants().filter(Node::is_text);
    let text: String = texts.filter_map(|text| text.text()).collect();
    text.trim().to_owned()
}

/// Returns an element's name with the prefix that specifications write: `input`, `odk:rank`.
pub(super) fn name_of(node: Node<'_, '_>) -> String {
    with_prefix(node, node.tag_name().namespace(), node.tag_name().name())
}

/// Goes through an element's attributes with the names that specifications write.
pub(super) fn attributes<'d>(node: Node<'d, 'd>) -> impl Iterator<Item = (String, &'d str)> {
    node.attributes().map(move |attribute| {
        let name = with_prefix(node, attribute.namespace(), attribute.name());
        (name, attribute.value())
    })
}

/// Returns an attribute by the name that specifications write: `jr:count`.
pub(super) fn attribute<'d>(node: Node<'d, 'd>, name: &str) -> Option<&'d str> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let found = node.attributes().find(|attribute| {
        attribute.name() == local
            && match attribute.namespace() {
                None => prefix.is_empty(),
                Some(namespace) => {
                    !prefix.is_empty()
                        && known_prefix(namespace)
                            .or_else(|| node.lookup_prefix(namespace))
                            .is_some_and(|known| known == prefix)
                }
            }
    });
    found.map(|attribute| attribute.value())
}

/// Returns the prefix that specifications write for a namespace.
pub(super) fn known_prefix(namespace: &str) -> Option<&'static str> {
    let known = PREFIXES.iter().find(|(known, _)| *known == namespace);
    known.map(|(_, prefix)| *prefix)
}

fn with_prefix(node: Node<'_, '_>, namespace: Option<&str>, local: &str) -> String {
    let prefix =
        namespace.and_then(|namespace| known_prefix(namespace).or_else(|| node.lookup_prefix(namespace)));
    match prefix {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}:{local}"),
        _ => local.to_owned(),
    }
}

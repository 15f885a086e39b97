//! A small tree of XML, and how it is printed.

use super::tokens::is_name;

/// An element, with its attributes in the order they were first set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Content>,
}

/// Elements in which space counts.
const WORDS: [&str; 3] = ["label", "hint", "value"];

/// What stands in an element.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Content {
    Node(Node),
    Text(String),
}

impl Node {
    /// An empty element.
    pub(super) fn new(name: impl Into<String>) -> Self {
        Node {
            name: name.into(),
            attributes: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Sets an attribute; one that is there already gets the new value.
    pub(super) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value.into(),
            None => self.attributes.push((name, value.into())),
        }
    }

    /// The same with an attribute.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// The same with a text at the end.
    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.push_text(text);
        self
    }

    /// Puts a text at the end.
    pub(super) fn push_text(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.children.push(Content::Text(text));
        }
    }

    /// The same with an element at the end.
    pub(super) fn child(mut self, child: Node) -> Self {
        self.push(child);
        self
    }

    /// Puts an element at the end.
    pub(super) fn push(&mut self, child: Node) {
        self.children.push(Content::Node(child));
    }

    /// Puts elements at the end.
    pub(super) fn extend(&mut self, children: impl IntoIterator<Item = Node>) {
        self.children.extend(children.into_iter().map(Content::Node));
    }

    /// Returns the name of an element or attribute in it that XML does not allow.
    pub(super) fn bad_name(&self) -> Option<&str> {
        let own = std::iter::once(&self.name).chain(self.attributes.iter().map(|(name, _)| name));
        let bad = own.map(String::as_str).find(|name| !is_name(name));
        bad.or_else(|| {
            self.children.iter().find_map(|child| match child {
                Content::Node(node) => node.bad_name(),
                Content::Text(_) => None,
            })
        })
    }

    /// Prints it as a document with two spaces for each level.
    pub(super) fn document(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\"?>\n");
        self.print(&mut out, Some(0));
        out
    }

    /// Prints it; `level` is `None` where space counts: beside a text.
    fn print(&self, out: &mut String, level: Option<usize>) {
        indent(out, level);
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(out, value, true);
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
        } else {
            out.push('>');
            self.print_children(out, level);
            out.push_str("</");
            out.push_str(&self.name);
            out.push('>');
        }
        if level.is_some() {
            out.push('\n');
        }
    }

    fn print_children(&self, out: &mut String, level: Option<usize>) {
        let mixed = self
            .children
            .iter()
            .any(|child| matches!(child, Content::Text(_)));
        let spaced = mixed || WORDS.contains(&self.name.as_str());
        let inner = level.filter(|_| !spaced).map(|level| level + 1);
        if inner.is_some() {
            out.push('\n');
        }
        // Text beside elements is set off by a space on both ends, as other writers of forms do.
        let apart = mixed && self.children.len() > 1;
        if apart && matches!(self.children.first(), Some(Content::Text(_))) {
            out.push(' ');
        }
        for child in &self.children {
            match child {
                Content::Node(node) => node.print(out, inner),
                Content::Text(text) => escape(out, text, false),
            }
        }
        if apart {
            out.push(' ');
        }
        if inner.is_some() {
            indent(out, level);
        }
    }
}

fn indent(out: &mut String, level: Option<usize>) {
    for _ in 0..level.unwrap_or(0) {
        out.push_str("  ");
    }
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_indented_and_texts_are_not() {
        let label = Node::new("label")
            .text("a < \"b\" ")
            .child(Node::new("output").with("value", "\"/a\" & 1"));
        let hint = Node::new("hint").child(Node::new("output").with("value", "/b"));
        let tree = Node::new("input").child(label).child(hint);
        assert_eq!(
            tree.document(),
            "<?xml version=\"1.0\"?>\n<input>\n  <label> a &lt; \"b\" <output value=\"&quot;/a&quot; &amp; 1\"/> \
             </label>\n  <hint><output value=\"/b\"/></hint>\n</input>\n"
        );
    }
}

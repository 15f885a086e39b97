//! Labels, hints and messages with answers in them.

use super::node::Node;
use super::references::Place;
use super::survey::Survey;
use super::tokens::instance_expressions;
use crate::xform::unescape;

/// What stands for a text that is missing in a language.
pub(super) const MISSING: &str = "-";

impl Survey<'_> {
    /// Writes a text into a node, with an `output` for each answer it shows.
    pub(super) fn push_label(&self, node: &mut Node, text: &str, place: Place<'_>) {
        match self.marked_up(text, place) {
            Some(marked) => push_marked_up(node, &marked),
            None => node.push_text(text),
        }
    }

    /// Returns a text as XML with an `output` for each answer; `None` if it shows none.
    pub(super) fn marked_up(&self, text: &str, place: Place<'_>) -> Option<String> {
        if text == MISSING || !(text.contains("${") || text.contains("instance(")) {
            return None;
        }
        let escaped = escape(text);
        let mut marked = String::new();
        let mut at = 0;
        for (start, end) in instance_expressions(&escaped) {
            let (before, expression) = (escaped.get(at..start)?, escaped.get(start..end)?);
            let value = escape(&self.with_paths(expression, place)).replace('"', "&quot;");
            marked.push_str(before);
            marked.push_str(&format!("<output value=\"{value}\"/>"));
            at = end;
        }
        marked.push_str(escaped.get(at..)?);
        let marked = self.replace(&marked, place, |path| format!("<output value=\"{path}\"/>"));
        (marked != escaped).then_some(marked)
    }
}

/// Writes a text that [`Survey::marked_up`] made into a node.
pub(super) fn push_marked_up(node: &mut Node, marked: &str) {
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once("<output value=\"") {
        let (value, after) = after.split_once("\"/>").unwrap_or((after, ""));
        node.push_text(unescape(before));
        node.push(Node::new("output").with("value", unescape(value)));
        rest = after;
    }
    node.push_text(unescape(rest));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

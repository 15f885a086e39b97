//! What stands in a row, sorted by the parts of its headers.

use crate::definition::Text;

/// A text, or what stands under the further parts of a header: `label::en` is `en` under `label`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Node {
    Text(String),
    Branch(Branch),
}

/// Nodes by name, in the order they were put in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Branch(Vec<(String, Node)>);

impl Branch {
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, node)| node)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// The text under a name; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).map_or("", Node::any)
    }

    /// The nodes under a name; none if a text stands there.
    pub(super) fn branch(&self, name: &str) -> Option<&Branch> {
        match self.get(name)? {
            Node::Branch(branch) => Some(branch),
            Node::Text(_) => None,
        }
    }

    /// Puts a text under a name that is known to be new.
    pub(super) fn push(&mut self, name: &str, text: String) {
        self.0.push((name.to_owned(), Node::Text(text)));
    }

    /// Puts a text where the parts of a header lead. A header of one part replaces what other
    /// headers put there; one of several parts is merged with it, and a text that names no
    /// language goes to `default_language`.
    pub(super) fn put(&mut self, tokens: &[String], text: String, default_language: &str) {
        match tokens {
            [] => {}
            [name] => self.set(name, Node::Text(text)),
            [name, rest @ ..] => {
                let node = nested(rest, text);
                let merged = match self.take_at(name) {
                    Some((at, before)) => (at, merge(before, node, default_language)),
                    None => (self.0.len(), node),
                };
                self.0
                    .insert(merged.0.min(self.0.len()), (name.clone(), merged.1));
            }
        }
    }

    fn set(&mut self, name: &str, node: Node) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, before)) => *before = node,
            None => self.0.push((name.to_owned(), node)),
        }
    }

    fn take_at(&mut self, name: &str) -> Option<(usize, Node)> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some((at, self.0.remove(at).1))
    }
}

impl Node {
    /// The first text there is.
    pub(super) fn any(&self) -> &str {
        match self {
            Node::Text(text) => text,
            Node::Branch(branch) => branch.0.first().map_or("", |(_, node)| node.any()),
        }
    }

    /// The texts by language.
    pub(super) fn into_text(self) -> Text {
        match self {
            Node::Text(text) => Text::Plain(text),
            Node::Branch(branch) => Text::ByLanguage(
                branch
                    .0
                    .into_iter()
                    .map(|(language, node)| (language, node.any().to_owned()))
                    .collect(),
            ),
        }
    }
}

fn nested(tokens: &[String], text: String) -> Node {
    tokens.iter().rev().fold(Node::Text(text), |node, token| {
        Node::Branch(Branch(vec![(token.clone(), node)]))
    })
}

fn merge(one: Node, other: Node, default_language: &str) -> Node {
    let (mut one, other) = match (one, other) {
        (Node::Text(one), other) if one.is_empty() => return other,
        (Node::Text(one), Node::Branch(other)) => {
            if other.has(default_language) {
                return Node::Branch(other);
            }
            (
                Branch(vec![(default_language.to_owned(), Node::Text(one))]),
                other,
            )
        }
        (Node::Branch(one), Node::Text(other)) => {
            if other.is_empty() || one.has(default_language) {
                return Node::Branch(one);
            }
            (
                one,
                Branch(vec![(default_language.to_owned(), Node::Text(other))]),
            )
        }
        (Node::Text(_), other @ Node::Text(_)) => return other,
        (Node::Branch(one), Node::Branch(other)) => (one, other),
    };
    for (name, node) in other.0 {
        match one.take_at(&name) {
            Some((at, before)) => one.0.insert(at, (name, merge(before, node, default_language))),
            None => one.0.push((name, node)),
        }
    }
    Node::Branch(one)
}

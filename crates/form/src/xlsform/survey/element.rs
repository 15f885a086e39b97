//! What a row says, as an element of the definition.

use super::*;

impl Reader<'_, '_> {
    pub(in crate::xlsform) fn unknown_type(&mut self, line: Line, name: String, problems: &mut Problems) {
        let row = line.row;
        let written = line.written.clone();
        if types::is_select_without_list(&written) {
            let message = format!("`{written}` names no list of choices");
            problems.error(
                self.error("missing_list", row, &["type"], message)
                    .hint("write the list's name after it, like `select_one yes_no`"),
            );
        } else {
            let (first, rest) = written.split_once(' ').unwrap_or((&written, ""));
            let is_container = matches!(written.as_str(), "group" | "repeat");
            let known = problems.nearest(&written, types::known()).or_else(|| {
                problems
                    .nearest(first, types::known())
                    .filter(|_| !rest.is_empty())
            });
            let hint = match known {
                _ if is_container => {
                    format!("write `begin_{written}` and `end_{written}` around what is in it")
                }
                Some(meant) if rest.is_empty() || !meant.contains("select") => {
                    format!("did you mean `{meant}`?")
                }
                Some(meant) => format!("did you mean `{meant} {rest}`?"),
                None => "for example: text, integer, select_one list_name, date".to_owned(),
            };
            let message = format!("`{written}` is no type of question");
            problems.error(self.error("unknown_type", row, &["type"], message).hint(hint));
        }
        let element = self.element(line, name, "text");
        self.push(element);
    }

    /// The element of a row, with all that is not special to its type.
    pub(in crate::xlsform) fn element(&self, line: Line, name: String, type_name: &str) -> Element {
        let Line {
            row,
            written,
            mut values,
            parameters,
        } = line;
        let mut element = Element::question(row, type_name, name);
        element.written_type = written;
        element.label = values.take("label").map(Node::into_text);
        element.hint = values.take("hint").map(Node::into_text);
        element.guidance_hint = values.take("guidance_hint").map(Node::into_text);
        element.media = texts(values.take("media"));
        element.bind = texts(values.take("bind"));
        element.control = plain_texts(values.take("control"));
        element.instance = plain_texts(values.take("instance"));
        element.appearance = element.control.get("appearance").cloned();
        element.parameters = parameters;
        let mut text = |name: &str| values.take(name).map(|node| node.any().to_owned());
        element.default = text("default");
        element.choice_filter = text("choice_filter");
        element.sensitivity = text("sensitivity");
        element.reveals = text("reveals");
        for name in ["type", "name", "parameters"] {
            text(name);
        }
        element.other = values
            .iter()
            .filter_map(|(name, node)| match node {
                // Whether a colon divides a header depends on the other headers, so such a one means nothing.
                Node::Text(text) if !name.contains(':') => Some((name.to_owned(), text.clone())),
                Node::Text(_) | Node::Branch(_) => None,
            })
            .collect();
        element
    }
}

/// The texts under a group of headers, by their second part.
pub(in crate::xlsform) fn texts<T>(node: Option<Node>) -> T
where
    T: Default + FromIterator<(String, Text)>,
{
    let Some(Node::Branch(branch)) = node else {
        return T::default();
    };
    branch
        .iter()
        .map(|(name, node)| (name.to_owned(), node.clone().into_text()))
        .collect()
}

fn plain_texts(node: Option<Node>) -> BTreeMap<String, String> {
    let Some(Node::Branch(branch)) = node else {
        return BTreeMap::new();
    };
    branch
        .iter()
        .map(|(name, node)| (name.to_owned(), node.any().to_owned()))
        .collect()
}

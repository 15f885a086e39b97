//! The texts of an XForm: its translations, and the labels of its choices.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::is_named;

/// The texts of an XForm.
#[derive(Default)]
pub(in crate::expression) struct Labels {
    /// For each language, the default first, its texts by their ids.
    translations: Vec<(String, BTreeMap<String, String>)>,
    /// For the path of each question its choices.
    choices: BTreeMap<String, Choices>,
}

/// Where the choices of a question are.
pub(in crate::expression) enum Choices {
    /// In the body: value and label of each.
    Written(Vec<(String, Label)>),
    /// In an instance: its name, and the elements that hold value and label.
    Instance {
        name: String,
        value: String,
        label: Label,
    },
}

/// A label as an XForm gives it.
#[derive(Clone)]
pub(in crate::expression) enum Label {
    /// The text itself; of choices in an instance, the element that holds it.
    Plain(String),
    /// The id of a translated text; of choices in an instance, the element that holds the id.
    Translated(String),
}

impl Labels {
    pub(super) fn read(root: Node<'_, '_>, model: Node<'_, '_>) -> Labels {
        let mut labels = Labels::default();
        for itext in model.children().filter(|node| is_named(*node, "itext")) {
            for translation in itext.children().filter(|node| is_named(*node, "translation")) {
                labels.read_translation(translation);
            }
        }
        for select in root.descendants().filter(|node| {
            ["select", "select1", "rank"]
                .iter()
                .any(|name| is_named(*node, name))
        }) {
            let path = select.attribute("ref").or_else(|| select.attribute("nodeset"));
            if let (Some(path), Some(choices)) = (path, choices_of(select)) {
                labels.choices.insert(path.to_owned(), choices);
            }
        }
        labels
    }

    fn read_translation(&mut self, translation: Node<'_, '_>) {
        let mut texts = BTreeMap::new();
        for text in translation.children().filter(|node| is_named(*node, "text")) {
            let mut values = text.children().filter(|node| is_named(*node, "value"));
            let plain = values
                .clone()
                .find(|value| value.attribute("form").is_none())
                .or_else(|| values.next());
            if let (Some(id), Some(value)) = (text.attribute("id"), plain) {
                texts.insert(id.to_owned(), written(value));
            }
        }
        let language = translation.attribute("lang").unwrap_or_default().to_owned();
        match translation.attribute("default") {
            Some(_) => self.translations.insert(0, (language, texts)),
            None => self.translations.push((language, texts)),
        }
    }

    /// The text of an id in a language, or else in the default language.
    pub(in crate::expression) fn text(&self, id: &str, language: &str) -> Option<&str> {
        let chosen = self.translations.iter().find(|(name, _)| name == language);
        chosen
            .into_iter()
            .chain(self.translations.first())
            .find_map(|(_, texts)| texts.get(id))
            .map(String::as_str)
    }

    pub(in crate::expression) fn choices(&self, path: &str) -> Option<&Choices> {
        self.choices.get(path)
    }
}

fn choices_of(select: Node<'_, '_>) -> Option<Choices> {
    if let Some(itemset) = select.children().find(|node| is_named(*node, "itemset")) {
        let nodeset = itemset.attribute("nodeset")?;
        let name = nodeset
            .split_once("instance(")?
            .1
            .split(['\'', '"'])
            .nth(1)?
            .to_owned();
        let part = |name: &str| {
            let part = itemset.children().find(|node| is_named(*node, name))?;
            part.attribute("ref").map(str::to_owned)
        };
        let label = part("label")?;
        let label = match label.trim().strip_prefix("jr:itext(") {
            Some(inner) => Label::Translated(inner.trim_end_matches(')').trim().to_owned()),
            None => Label::Plain(label),
        };
        return Some(Choices::Instance {
            name,
            value: part("value")?,
            label,
        });
    }
    let mut written_ones = Vec::new();
    for item in select.children().filter(|node| is_named(*node, "item")) {
        let value = item.children().find(|node| is_named(*node, "value"))?;
        let label = item.children().find(|node| is_named(*node, "label"))?;
        let label = match label
            .attribute("ref")
            .and_then(|text| text.trim().strip_prefix("jr:itext("))
        {
            Some(inner) => Label::Translated(inner.trim_matches([')', '\'', '"', ' ']).to_owned()),
            None => Label::Plain(written(label)),
        };
        written_ones.push((written(value), label));
    }
    Some(Choices::Written(written_ones))
}

fn written(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|text| text.text())
        .collect()
}

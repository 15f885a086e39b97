//! Loops: what is in one stands once for each choice of a list.

use std::collections::BTreeMap;

use super::build::section;
use super::item::{Id, Item, Part};
use super::survey::Survey;
use crate::definition::{Choice, Element, Text};

impl Survey<'_> {
    /// Adds a loop, written out.
    pub(super) fn add_loop(&mut self, element: &Element, parent: Id) {
        let id = self.put(section(element, Part::Loop), parent);
        let list = element.list.as_deref().and_then(|list| self.lists.get(list));
        let Some((list, _)) = list.copied() else {
            let message = "the loop names no list of the sheet `choices`";
            self.problem(
                self.item(id),
                "unknown_list",
                "type",
                message,
                "write `begin loop over` and a list",
            );
            return;
        };
        let size: usize = element.children.iter().map(size).sum();
        for choice in list.choices.iter().filter(|choice| choice.name != "none") {
            if !self.spend(size) {
                return;
            }
            let mut column = Item::new(Part::Group, choice.name.as_str());
            column.row = element.row;
            column.label.clone_from(&choice.label);
            column.media.clone_from(&choice.media);
            let column = self.put(column, id);
            let mut children = Vec::new();
            for child in &element.children {
                match filled_in(child, choice) {
                    Ok(child) => children.push(child),
                    Err(message) => {
                        let nobody = section(child, Part::Group);
                        self.problem(&nobody, "loop_placeholder", "", message, "");
                    }
                }
            }
            self.add_all(&children, column);
        }
    }
}

/// The bytes of what is written in an element, about.
fn size(element: &Element) -> usize {
    let texts = [&element.label, &element.hint, &element.guidance_hint];
    let texts = texts.into_iter().flatten().chain(element.media.values());
    let texts = texts
        .chain(element.bind.values())
        .flat_map(|text| text.in_languages(""));
    let maps = [
        &element.control,
        &element.instance,
        &element.parameters,
        &element.other,
    ];
    let plain = maps.into_iter().flat_map(BTreeMap::values);
    let plain = plain.chain(&element.default).chain(&element.choice_filter);
    let own = texts.map(|(_, text)| text.len()).chain(plain.map(String::len));
    own.sum::<usize>() + element.name.len() + element.children.iter().map(size).sum::<usize>()
}

/// Fills the name and the label of a choice into a row of a loop; what is inside a group of the
/// loop stays as it is.
fn filled_in(element: &Element, choice: &Choice) -> Result<Element, String> {
    let Some(label) = &choice.label else {
        return Err(format!(
            "the choice `{}` that the loop goes over has no label",
            choice.name
        ));
    };
    let plain = Filling {
        choice,
        label: label.any(),
    };
    let mut filled = element.clone();
    for text in [&mut filled.name, &mut filled.type_name] {
        *text = plain.fill(text)?;
    }
    for text in [&mut filled.default, &mut filled.choice_filter, &mut filled.list]
        .into_iter()
        .flatten()
    {
        *text = plain.fill(text)?;
    }
    for text in [&mut filled.label, &mut filled.hint, &mut filled.guidance_hint]
        .into_iter()
        .flatten()
    {
        fill_text(text, choice, label)?;
    }
    for text in filled.bind.values_mut().chain(filled.media.values_mut()) {
        fill_text(text, choice, label)?;
    }
    for map in [&mut filled.control, &mut filled.instance, &mut filled.parameters] {
        fill_map(map, plain)?;
    }
    Ok(filled)
}

fn fill_text(text: &mut Text, choice: &Choice, label: &Text) -> Result<(), String> {
    match text {
        Text::Plain(text) => {
            let filling = Filling {
                choice,
                label: label.any(),
            };
            *text = filling.fill(text)?;
        }
        Text::ByLanguage(texts) => {
            for (language, text) in texts {
                let label = match label {
                    Text::ByLanguage(labels) => labels.iter().find(|(known, _)| known == language),
                    Text::Plain(_) => None,
                }
                .map_or(label.any(), |(_, label)| label);
                *text = Filling { choice, label }.fill(text)?;
            }
        }
    }
    Ok(())
}

fn fill_map(map: &mut BTreeMap<String, String>, filling: Filling<'_>) -> Result<(), String> {
    for value in map.values_mut() {
        *value = filling.fill(value)?;
    }
    Ok(())
}

/// What placeholders stand for.
#[derive(Clone, Copy)]
struct Filling<'c> {
    choice: &'c Choice,
    label: &'c str,
}

impl Filling<'_> {
    /// Replaces `%(name)s`, `%(label)s` and those of further columns; `%%` is a percent sign.
    fn fill(self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                out.push('%');
                rest = after;
                continue;
            }
            let placeholder = after.strip_prefix('(').and_then(|after| after.split_once(")s"));
            let Some((value, after)) = placeholder.and_then(|(name, after)| Some((self.value(name)?, after)))
            else {
                return Err(format!("in a loop, `%` must be written `%%`: `{text}`"));
            };
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str) -> Option<&str> {
        match name {
            "name" => Some(&self.choice.name),
            "label" => Some(self.label),
            other => {
                let mut columns = self.choice.columns.iter();
                columns
                    .find(|(column, _)| column == other)
                    .map(|(_, value)| value.as_str())
            }
        }
    }
}

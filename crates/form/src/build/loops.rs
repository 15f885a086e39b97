//! Legacy loops: what is in one stands once for each choice of its list.

use crate::definition::{Choice, Definition, Element, ElementKind, Text};

/// The name of the choice that a loop leaves out.
const NONE: &str = "none";

/// The elements with each loop written out as groups; `None` if there is no loop.
pub(super) fn unroll(definition: &Definition) -> Option<Vec<Element>> {
    fn has_loop(elements: &[Element]) -> bool {
        let is_loop = |element: &Element| element.kind == ElementKind::Loop || has_loop(&element.children);
        elements.iter().any(is_loop)
    }
    has_loop(&definition.elements).then(|| {
        let mut budget = super::MAX_ITEMS;
        all(&definition.elements, definition, &mut budget)
    })
}

/// `budget` is how many elements may yet be made: loops in loops multiply.
fn all(elements: &[Element], definition: &Definition, budget: &mut usize) -> Vec<Element> {
    let mut unrolled = Vec::new();
    for element in elements {
        if *budget == 0 {
            break;
        }
        *budget -= 1;
        let mut element = element.clone();
        element.children = all(&element.children, definition, budget);
        if element.kind == ElementKind::Loop {
            element.kind = ElementKind::Group;
            let list = definition
                .lists
                .iter()
                .find(|list| Some(&list.name) == element.list.as_ref());
            let choices = list.map_or(&[][..], |list| &list.choices);
            let template = std::mem::take(&mut element.children);
            for choice in choices.iter().filter(|choice| choice.name != NONE) {
                element
                    .children
                    .push(for_choice(&element, &template, choice, budget));
            }
        }
        unrolled.push(element);
    }
    unrolled
}

fn for_choice(outer: &Element, template: &[Element], choice: &Choice, budget: &mut usize) -> Element {
    let mut group = Element::question(outer.row, "group", choice.name.as_str());
    group.kind = ElementKind::Group;
    group.label.clone_from(&choice.label);
    group.media.clone_from(&choice.media);
    for element in template {
        if *budget == 0 {
            break;
        }
        *budget -= 1;
        group.children.push(filled(element, choice));
    }
    group
}

/// The element with the choice's name and label in its texts.
fn filled(element: &Element, choice: &Choice) -> Element {
    let plain = |text: &mut String| *text = fill(text, choice, None);
    let mut element = element.clone();
    plain(&mut element.name);
    let texts = [&mut element.label, &mut element.hint, &mut element.guidance_hint];
    let texts = texts.into_iter().flatten();
    let texts = texts
        .chain(element.media.values_mut())
        .chain(element.bind.values_mut());
    for text in texts {
        match text {
            Text::Plain(text) => plain(text),
            Text::ByLanguage(texts) => {
                for (language, text) in texts {
                    *text = fill(text, choice, Some(language));
                }
            }
        }
    }
    for text in [
        &mut element.default,
        &mut element.choice_filter,
        &mut element.repeat_count,
    ]
    .into_iter()
    .flatten()
    {
        plain(text);
    }
    element
}

fn fill(text: &str, choice: &Choice, language: Option<&str>) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let label = match (&choice.label, language) {
        (Some(Text::ByLanguage(labels)), Some(language)) => {
            let label = labels.iter().find(|(known, _)| known == language);
            label
                .map(|(_, label)| label.as_str())
                .or_else(|| choice.label.as_ref().map(Text::any))
        }
        (label, _) => label.as_ref().map(Text::any),
    };
    text.replace("%(name)s", &choice.name)
        .replace("%(label)s", label.unwrap_or(&choice.name))
        .replace("%%", "%")
}

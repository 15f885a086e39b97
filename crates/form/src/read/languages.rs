//! The languages that a form's texts are in.

use std::collections::BTreeSet;

use super::settings::NO_LANGUAGE;
use crate::model::{ChoiceList, Item};
use crate::translated::Translated;

/// All languages of the form, the default language first, then by their names.
pub(crate) fn languages(default: &str, items: &[Item], lists: &[ChoiceList]) -> Vec<String> {
    fn gather<'a>(items: &'a [Item], found: &mut BTreeSet<&'a str>) {
        let mut add = |texts: &'a Translated| found.extend(texts.iter().map(|(language, _)| language));
        for item in items {
            add(item.label());
            if let Item::Question(question) = item {
                add(&question.hint);
                add(&question.guidance_hint);
                add(&question.constraint_message);
                add(&question.required_message);
            }
        }
        for item in items {
            gather(item.items(), found);
        }
    }
    let mut found = BTreeSet::new();
    gather(items, &mut found);
    for choice in lists.iter().flat_map(|list| &list.choices) {
        found.extend(choice.label.iter().map(|(language, _)| language));
    }
    let mut languages = vec![default];
    languages.extend(found.into_iter().filter(|language| *language != default));
    // A form with texts in named languages only is not also in "no language".
    if default == NO_LANGUAGE && languages.len() > 1 {
        let in_default = |texts: &Translated| texts.exactly(NO_LANGUAGE).is_some();
        let mut stack: Vec<&Item> = items.iter().collect();
        let mut used = lists
            .iter()
            .flat_map(|list| &list.choices)
            .any(|choice| in_default(&choice.label));
        while let Some(item) = stack.pop() {
            used |= in_default(item.label());
            stack.extend(item.items());
        }
        if !used {
            languages.remove(0);
        }
    }
    languages.into_iter().map(str::to_owned).collect()
}

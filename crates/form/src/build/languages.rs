//! The languages that a form's texts are in.

use std::collections::BTreeSet;

use super::settings::NO_LANGUAGE;
use crate::model::{Choice, ChoiceList, Item, LabelMedia};
use crate::translated::Translated;

/// All languages of the form, the default language first, then by their names.
pub(super) fn languages<'a>(default: &'a str, items: &'a [Item], lists: &[&'a [ChoiceList]]) -> Vec<String> {
    fn gather<'a>(items: &'a [Item], found: &mut BTreeSet<&'a str>) {
        let mut add = |texts: &'a Translated| found.extend(texts.iter().map(|(language, _)| language));
        for item in items {
            add(item.label());
            add_media(item.media(), &mut add);
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
    for choice in choices(lists) {
        let mut add = |texts: &'a Translated| found.extend(texts.iter().map(|(language, _)| language));
        add(&choice.label);
        add_media(&choice.media, &mut add);
    }
    let mut languages = vec![default];
    languages.extend(found.into_iter().filter(|language| *language != default));
    // A form with texts in named languages only is not also in "no language".
    if default == NO_LANGUAGE && languages.len() > 1 {
        let in_default = |texts: &Translated| texts.exactly(NO_LANGUAGE).is_some();
        let mut stack: Vec<&Item> = items.iter().collect();
        let mut used = choices(lists).any(|choice| in_default(&choice.label));
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

fn choices<'a>(lists: &[&'a [ChoiceList]]) -> impl Iterator<Item = &'a Choice> {
    lists.iter().copied().flatten().flat_map(|list| &list.choices)
}

fn add_media<'a>(media: &'a LabelMedia, add: &mut impl FnMut(&'a Translated)) {
    for names in [&media.image, &media.big_image, &media.audio, &media.video] {
        add(names);
    }
}

//! Texts: those of several languages or with media, which stand apart, and labels with answers in them.

use std::collections::{BTreeSet, HashMap};

use super::item::{Id, Item};
use super::labels::{MISSING, push_marked_up};
use super::node::Node;
use super::references::{Place, has_reference};
use super::survey::Survey;
use crate::definition::{List, Text};

/// The forms of a text, in the order they are written in.
const FORMS: [&str; 6] = ["long", "guidance", "image", "big-image", "audio", "video"];

/// The bytes that an entry takes beside its text, about.
const ENTRY: usize = 64;

/// The texts of a form by language, id and form.
#[derive(Default)]
struct Texts {
    languages: Vec<Language>,
    places: HashMap<String, usize>,
}

/// The texts in one language.
struct Language {
    name: String,
    texts: Vec<Forms>,
    places: HashMap<String, usize>,
}

/// One text in its forms.
struct Forms {
    id: String,
    forms: Vec<(String, String, Option<Id>)>,
}

impl Texts {
    fn add(&mut self, language: &str, id: &str, form: &str, text: &str, context: Option<Id>) {
        let next = self.languages.len();
        let at = *self.places.entry(language.to_owned()).or_insert(next);
        if at == next {
            self.languages.push(Language {
                name: language.to_owned(),
                texts: Vec::new(),
                places: HashMap::new(),
            });
        }
        if let Some(language) = self.languages.get_mut(at) {
            language.add(id, form, text, context);
        }
    }

    /// Adds a text in every language it is in; plain ones are in the default language.
    fn add_all(&mut self, id: &str, form: &str, text: &Text, default_language: &str, context: Option<Id>) {
        // An id that names a guidance hint is that of the hint.
        let (id, form) = match id.contains("guidance_hint") {
            true => (id.replace("guidance_hint", "hint"), "guidance"),
            false => (id.to_owned(), form),
        };
        for (language, text) in text.in_languages(default_language) {
            self.add(language, &id, form, text, context);
        }
    }

    /// Gives every language every text in every form that it has in any, unless that is more
    /// than `afford` allows.
    fn complete(&mut self, afford: impl Fn(usize) -> bool) {
        let mut ids: Vec<(String, BTreeSet<String>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for text in self.languages.iter().flat_map(|language| &language.texts) {
            let at = *places.entry(text.id.clone()).or_insert_with(|| {
                ids.push((text.id.clone(), BTreeSet::new()));
                ids.len() - 1
            });
            if let Some((_, forms)) = ids.get_mut(at) {
                forms.extend(text.forms.iter().map(|(form, ..)| form.clone()));
            }
        }
        let bytes = |(id, forms): &(String, BTreeSet<String>)| (id.len() + ENTRY) * forms.len();
        let size = ids.iter().map(bytes).sum::<usize>();
        if !afford(size.saturating_mul(self.languages.len())) {
            return;
        }
        for language in &mut self.languages {
            for (id, forms) in &ids {
                let mut forms: Vec<&String> = forms.iter().collect();
                forms.sort_by_key(|form| rank(form));
                for form in forms {
                    language.fill(id, form);
                }
            }
        }
    }
}

impl Language {
    fn add(&mut self, id: &str, form: &str, text: &str, context: Option<Id>) {
        let forms = self.forms_of(id);
        match forms.iter_mut().find(|(known, ..)| known == form) {
            Some(known) => *known = (form.to_owned(), text.to_owned(), context),
            None => forms.push((form.to_owned(), text.to_owned(), context)),
        }
    }

    fn fill(&mut self, id: &str, form: &str) {
        let forms = self.forms_of(id);
        if !forms.iter().any(|(known, ..)| known == form) {
            forms.push((form.to_owned(), MISSING.to_owned(), None));
        }
    }

    fn forms_of(&mut self, id: &str) -> &mut Vec<(String, String, Option<Id>)> {
        let next = self.texts.len();
        let at = *self.places.entry(id.to_owned()).or_insert(next);
        if at == next {
            self.texts.push(Forms {
                id: id.to_owned(),
                forms: Vec::new(),
            });
        }
        #[expect(
            clippy::indexing_slicing,
            reason = "places hold where texts were put, and none is ever taken away"
        )]
        &mut self.texts[at].forms
    }
}

/// Where a form of a text comes among others.
fn rank(form: &str) -> usize {
    let known = FORMS.iter().position(|known| *known == form);
    known.unwrap_or(FORMS.len())
}

/// Whether the choices of a list are shown by texts that stand apart.
pub(super) fn has_text_ids(list: &List) -> bool {
    list.choices.iter().any(|choice| {
        !choice.media.is_empty()
            || match &choice.label {
                Some(Text::ByLanguage(_)) => true,
                Some(Text::Plain(label)) => has_reference(label),
                None => false,
            }
    })
}

impl Survey<'_> {
    /// Writes the texts that stand apart; `None` if there are none.
    pub(super) fn texts(&self) -> Option<Node> {
        let mut texts = Texts::default();
        self.texts_of_choices(&mut texts);
        for (id, item) in self.within(Self::ROOT) {
            if item.is_question() || item.is_section() {
                self.texts_of_item(&mut texts, id, item);
            }
        }
        for (_, item) in self.within(Self::ROOT) {
            self.media_of_item(&mut texts, item);
        }
        texts.complete(|bytes| self.spend(bytes));
        if texts.languages.is_empty() {
            return None;
        }
        let mut node = Node::new("itext");
        for language in &texts.languages {
            node.push(self.translation(language));
        }
        Some(node)
    }

    fn texts_of_choices(&self, texts: &mut Texts) {
        let default_language = self.default_language();
        for list in self.definition.lists.iter().filter(|list| has_text_ids(list)) {
            for (at, choice) in list.choices.iter().enumerate() {
                let id = format!("{}-{at}", list.name);
                let label = choice.label.iter().map(|label| ("long", label));
                for (form, text) in label.chain(choice.media.iter()) {
                    for (language, text) in text.in_languages(default_language) {
                        texts.add(language, &id, form, text, None);
                    }
                }
            }
        }
    }

    fn texts_of_item(&self, texts: &mut Texts, id: Id, item: &Item) {
        let default_language = self.default_language();
        let mut add = |element: &str, text: &Text| {
            texts.add_all(&item.text_id(element), "long", text, default_language, Some(id));
        };
        for message in ["jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString"] {
            match item.bound(message) {
                Some(text @ Text::ByLanguage(_)) => add(message, text),
                Some(Text::Plain(plain)) if message != "jr:noAppErrorString" && has_reference(plain) => {
                    add(message, &Text::Plain(plain.clone()));
                }
                _ => {}
            }
        }
        if let Some(label) = item.label.as_ref().filter(|_| item.has_text_id()) {
            add("label", label);
        }
        match &item.hint {
            Some(hint @ Text::ByLanguage(_)) => add("hint", hint),
            Some(hint) if item.guidance.is_some() => add("hint", hint),
            _ => {}
        }
        if let Some(guidance) = &item.guidance {
            add("guidance_hint", guidance);
        }
    }

    fn media_of_item(&self, texts: &mut Texts, item: &Item) {
        for (form, text) in item.media.iter() {
            if !FORMS.iter().skip(2).any(|known| *known == form) {
                self.problem(
                    item,
                    "unknown_media",
                    form,
                    format!("`{form}` is no kind of media"),
                    "use `image`, `big-image`, `audio` or `video`",
                );
                continue;
            }
            for (language, file) in text.in_languages(self.default_language()) {
                texts.add(language, &item.text_id("label"), form, file, None);
            }
        }
    }

    fn translation(&self, language: &Language) -> Node {
        let mut node = Node::new("translation").with("lang", language.name.as_str());
        if language.name == self.default_language() {
            node.set("default", "true()");
        }
        for text in &language.texts {
            let mut written = Node::new("text").with("id", text.id.as_str());
            let element = text.id.split_once(':').map_or("", |(_, element)| element);
            for (form, text, context) in &text.forms {
                written.extend(self.text_value(element, form, text, *context));
            }
            node.push(written);
        }
        node
    }

    fn text_value(&self, element: &str, form: &str, text: &str, context: Option<Id>) -> Option<Node> {
        let mut value = Node::new("value");
        let (shown, folder) = match form {
            _ if element == "hint" => (Some(form).filter(|form| *form == "guidance"), None),
            "long" => (None, None),
            _ if text == MISSING => return None,
            "image" | "big-image" => (Some(form), Some("images")),
            _ => (Some(form), Some(form)),
        };
        if let Some(form) = shown {
            value.set("form", form);
        }
        let place = Place {
            context,
            ..Place::nowhere("label")
        };
        match folder {
            // The reference converter writes what it put an answer into as it is, markup and all.
            Some(folder) => match self.marked_up(text, place) {
                Some(marked) => push_marked_up(&mut value, &format!("jr://{folder}/{marked}")),
                None => value.push_text(format!("jr://{folder}/{text}")),
            },
            None => self.push_label(&mut value, text, place),
        }
        Some(value)
    }
}

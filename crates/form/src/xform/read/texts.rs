//! Texts in several languages, and texts with values in them.

use std::collections::HashMap;

use roxmltree::Node;

use super::Parts;
use super::document::{Document, attribute, child, elements, text_of};
use super::record::{NodeId, Target};
use crate::definition::{Element, MediaFiles, Text};
use crate::read::Problems;
use crate::xform::unescape;

/// The language that the reference converter calls texts by that name none.
const NO_LANGUAGE: &str = "default";
/// What the reference converter writes for a text that is missing in a language.
const MISSING: &str = "-";

/// The texts of the block `itext`, by their names.
pub(super) struct Texts<'d> {
    languages: Vec<&'d str>,
    default: Option<usize>,
    /// The values of a text, with the language of each.
    values: HashMap<&'d str, Vec<(usize, Node<'d, 'd>)>>,
}

impl<'d> Texts<'d> {
    pub(super) fn of(document: &Document<'d>, model: Node<'d, 'd>, problems: &mut Problems) -> Self {
        let mut texts = Texts {
            languages: Vec::new(),
            default: None,
            values: HashMap::new(),
        };
        let Some(itext) = child(model, "itext") else {
            return texts;
        };
        for translation in elements(itext) {
            let language = attribute(translation, "lang").unwrap_or("").trim();
            if language.is_empty() || texts.languages.contains(&language) {
                problems.error(
                    document
                        .error(
                            translation,
                            "unclear_language",
                            "lang",
                            "a translation names no language, or one that is named before",
                        )
                        .hint("give each `translation` a `lang` of its own"),
                );
                continue;
            }
            let nth = texts.languages.len();
            texts.languages.push(language);
            // Any value will do, the empty one too.
            if attribute(translation, "default").is_some_and(|value| value != "false()") {
                texts.default.get_or_insert(nth);
            }
            for text in elements(translation) {
                texts.put(document, nth, text, problems);
            }
        }
        texts
    }

    fn put(&mut self, document: &Document<'d>, nth: usize, text: Node<'d, 'd>, problems: &mut Problems) {
        let id = attribute(text, "id").unwrap_or("");
        let values = self.values.entry(id).or_default();
        if id.is_empty() || values.iter().any(|(language, _)| *language == nth) {
            let what = format!("the text `{id}` has no name, or stands twice in one translation");
            problems.error(
                document
                    .error(text, "duplicate_text", "id", what)
                    .hint("give each `text` an `id` of its own"),
            );
            return;
        }
        values.extend(elements(text).map(|value| (nth, value)));
    }

    pub(super) fn default_language(&self) -> &'d str {
        let default = self.default.and_then(|nth| self.languages.get(nth));
        default.copied().unwrap_or(NO_LANGUAGE)
    }

    /// Returns the language that the form itself marks as its default.
    pub(super) fn marked_language(&self) -> Option<&'d str> {
        let language = self.languages.get(self.default?).copied();
        language.filter(|language| *language != NO_LANGUAGE)
    }

    pub(super) fn named(&self, id: &str) -> Option<&[(usize, Node<'d, 'd>)]> {
        self.values.get(id).map(Vec::as_slice)
    }

    /// Sorts texts by their languages.
    fn gather(&self, texts: Vec<(usize, String)>) -> Option<Text> {
        let several = self.languages.len() > 1;
        let mut kept = texts
            .into_iter()
            .filter(|(_, text)| !(text.is_empty() || several && text == MISSING))
            .filter_map(|(nth, text)| Some(((*self.languages.get(nth)?).to_owned(), text)))
            .collect::<Vec<_>>();
        if let ([only], Some(_)) = (self.languages.as_slice(), kept.first())
            && *only == NO_LANGUAGE
        {
            return kept.pop().map(|(_, text)| Text::Plain(text));
        }
        Some(kept).filter(|kept| !kept.is_empty()).map(Text::ByLanguage)
    }
}

/// A text and what is shown beside it.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) text: Option<Text>,
    pub(super) guidance: Option<Text>,
    pub(super) media: MediaFiles,
}

impl<'d> Parts<'d> {
    /// Reads a `label` or `hint`: what it says itself, or the text it names.
    pub(super) fn shown(
        &self,
        element: Option<Node<'d, 'd>>,
        context: Option<NodeId>,
        problems: &mut Problems,
    ) -> Shown {
        let Some(element) = element else {
            return Shown::default();
        };
        let Some(reference) = attribute(element, "ref") else {
            let text = self.with_outputs(element, context);
            let text = Some(text).filter(|text| !text.is_empty()).map(Text::Plain);
            return Shown {
                text,
                ..Shown::default()
            };
        };
        let Some(id) = text_id(reference) else {
            problems.error(
                self.document
                    .error(
                        element,
                        "malformed_text",
                        "ref",
                        format!("`{reference}` names no text"),
                    )
                    .hint("write `jr:itext('name')`, with the name of a `text` of the `itext`"),
            );
            return Shown::default();
        };
        self.text_named(id, element, context, problems)
    }

    /// Reads the text of this name, which `element` asks for.
    pub(super) fn text_named(
        &self,
        id: &str,
        element: Node<'d, 'd>,
        context: Option<NodeId>,
        problems: &mut Problems,
    ) -> Shown {
        let Some(values) = self.texts.named(id) else {
            problems.error(
                self.document
                    .error(
                        element,
                        "unknown_text",
                        "",
                        format!("there is no text `{id}` in any language"),
                    )
                    .hint("put a `text` of this `id` into the `itext`"),
            );
            return Shown::default();
        };
        // In the order in which the forms are first written.
        let mut by_form: Vec<(&str, Vec<(usize, String)>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (language, value) in values {
            let form = attribute(*value, "form").unwrap_or("long");
            let text = self.with_outputs(*value, context);
            let place = *places.entry(form).or_insert(by_form.len());
            match by_form.get_mut(place) {
                Some((_, texts)) => texts.push((*language, text)),
                None => by_form.push((form, vec![(*language, text)])),
            }
        }
        let mut shown = Shown::default();
        for (form, texts) in by_form {
            match form {
                "long" => shown.text = self.texts.gather(texts),
                "guidance" => shown.guidance = self.texts.gather(texts),
                "image" | "big-image" | "audio" | "video" => {
                    let files = texts.into_iter().map(|(nth, uri)| (nth, file_of(&uri)));
                    if let Some(text) = self.texts.gather(files.collect()) {
                        shown.media.insert(form.to_owned(), text);
                    }
                }
                _ => {
                    let what = format!("the form `{form}` of the text `{id}` is shown nowhere");
                    problems.warn(self.document.error(element, "ignored_text", "", what));
                }
            }
        }
        shown
    }

    /// Adds the label and the hint that no control shows, if the `itext` has them under the names
    /// that the reference converter gives them.
    pub(super) fn put_unshown_texts(&self, node: NodeId, element: &mut Element, problems: &mut Problems) {
        let Some(xml) = self.record.xml(node) else { return };
        let path = self.record.path(node);
        let mut named = |what: &str| {
            let id = format!("{path}:{what}");
            self.texts.named(&id)?;
            Some(self.text_named(&id, xml, Some(node), problems))
        };
        if element.label.is_none()
            && element.media.is_empty()
            && let Some(label) = named("label")
        {
            element.label = label.text;
            element.media = label.media;
        }
        if element.hint.is_none()
            && element.guidance_hint.is_none()
            && let Some(hint) = named("hint")
        {
            element.hint = hint.text;
            element.guidance_hint = hint.guidance;
        }
    }

    /// Reads a message of a bind: what it says itself, or the text it names.
    pub(super) fn message(
        &self,
        bind: Node<'d, 'd>,
        written: &'d str,
        context: NodeId,
        problems: &mut Problems,
    ) -> Option<Text> {
        match text_id(written) {
            Some(id) => self.text_named(id, bind, Some(context), problems).text,
            None => Some(Text::Plain(written.trim().to_owned())).filter(|text| !text.any().is_empty()),
        }
    }

    /// Reads a text that may hold `output` elements: `${name}`, or `${= expression}` where an
    /// expression is no reference.
    fn with_outputs(&self, node: Node<'d, 'd>, context: Option<NodeId>) -> String {
        let mut text = String::new();
        for part in node.children() {
            if part.is_text() {
                text.push_str(part.text().unwrap_or(""));
            } else if part.tag_name().name() == "output" {
                let written = attribute(part, "value").or_else(|| attribute(part, "ref"));
                // The arguments of this function are not seen from where the text is.
                let context = context.filter(|_| !text.contains("indexed-repeat("));
                text.push_str(&self.output(written.unwrap_or(""), context));
            } else if part.is_element() {
                text.push_str(&text_of(part));
            }
        }
        text.trim().to_owned()
    }

    fn output(&self, written: &str, context: Option<NodeId>) -> String {
        if let Some(name) = self.plainly_named(written, context) {
            return format!("${{{name}}}");
        }
        let authored = self.authored(written, context);
        let is_reference = authored
            .strip_prefix("${")
            .is_some_and(|rest| rest.find('}') == Some(rest.len() - 1));
        if is_reference {
            authored
        } else if authored.starts_with("instance(") {
            // The reference converter escapes these twice.
            unescape(&authored)
        } else {
            format!("${{= {} }}", written.trim())
        }
    }

    /// Returns the name of the node that a path leads to, if the name alone leads there too: no
    /// other node has it, and it is not in a repeat that the text is not in.
    fn plainly_named(&self, path: &str, context: Option<NodeId>) -> Option<&'d str> {
        let record = &self.record;
        let from = context.unwrap_or_else(|| record.root());
        let Target::Node(node) = record.follow(path, from)? else {
            return None;
        };
        let mut repeats = record.ancestors(node).filter(|id| record.is_repeat(*id));
        let is_near = repeats.all(|repeat| record.ancestors(from).any(|around| around == repeat));
        let name = record.name(node);
        (is_near && record.only(name) == Some(node)).then_some(name)
    }
}

/// The name in `jr:itext('name')`.
pub(super) fn text_id(reference: &str) -> Option<&str> {
    let inner = reference
        .trim()
        .strip_prefix("jr:itext(")?
        .strip_suffix(')')?
        .trim();
    let quote = inner.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    inner.strip_prefix(quote)?.strip_suffix(quote)
}

/// The file in `jr://images/file`.
fn file_of(uri: &str) -> String {
    let path = uri.strip_prefix("jr://");
    path.and_then(|path| path.split_once('/'))
        .map_or(uri, |(_, file)| file)
        .to_owned()
}

//! Settings: what a form says about itself.

use std::collections::{BTreeMap, HashSet};

use roxmltree::Node;

use super::Parts;
use super::document::{attribute, attributes, child, known_prefix};
use crate::definition::Definition;
use crate::read::Problems;

const XFORMS: &str = "http://www.w3.org/2002/xforms";
const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";

impl<'d> Parts<'d> {
    pub(super) fn settings(&self, model: Node<'d, 'd>, problems: &mut Problems) -> BTreeMap<String, String> {
        let mut settings = BTreeMap::new();
        let mut put = |name: &str, value: String| {
            if !value.is_empty() {
                settings.insert(name.to_owned(), value);
            }
        };
        put("form_title", self.document.title().unwrap_or_default());
        let name = self.record.name(self.record.root());
        if name != "data" {
            put("name", name.to_owned());
        }
        if let Some(language) = self.texts.marked_language() {
            put("default_language", language.to_owned());
        }
        let style = self.body.root.and_then(|body| attribute(body, "class"));
        put("style", style.unwrap_or("").trim().to_owned());
        put("namespaces", self.namespaces());
        if let Some(submission) = child(model, "submission") {
            for (name, setting) in [
                ("action", "submission_url"),
                ("base64RsaPublicKey", "public_key"),
                ("orx:auto-send", "auto_send"),
                ("orx:auto-delete", "auto_delete"),
            ] {
                put(
                    setting,
                    attribute(submission, name).unwrap_or("").trim().to_owned(),
                );
            }
            if attribute(submission, "odk:client-editable").is_some_and(|value| value == "true") {
                put("client_editable", "yes".to_owned());
            }
        }
        let root = self.record.xml(self.record.root());
        if let Some(root) = root {
            for (name, value) in attributes(root) {
                let setting = match name.as_str() {
                    "id" => "form_id".to_owned(),
                    "version" => "version".to_owned(),
                    "odk:prefix" => "prefix".to_owned(),
                    "odk:delimiter" => "delimiter".to_owned(),
                    other => format!("attribute::{other}"),
                };
                put(&setting, value.trim().to_owned());
            }
            let own = root.tag_name().namespace().unwrap_or("");
            if own != XFORMS {
                put("instance_xmlns", own.to_owned());
            }
        }
        // Before forms had an id, they were known by their namespace.
        if !settings.contains_key("form_id") {
            match (settings.get("instance_xmlns").cloned(), root) {
                (Some(namespace), _) => {
                    settings.insert("form_id".to_owned(), namespace);
                }
                (None, Some(root)) => problems.error(
                    self.document
                        .error(root, "no_form_id", "id", "the form has no id")
                        .hint("give the outermost element of the first `instance` an `id`"),
                ),
                (None, None) => {}
            }
        }
        settings
    }

    /// The namespaces that a form declares beyond those of every form.
    fn namespaces(&self) -> String {
        let declared = self.document.root().namespaces().filter_map(|namespace| {
            let prefix = namespace.name()?;
            let uri = namespace.uri();
            let is_known = known_prefix(uri).is_some() || uri == SCHEMA || prefix == "xml";
            (!is_known).then(|| format!("{prefix}=\"{uri}\""))
        });
        declared.collect::<Vec<_>>().join(" ")
    }
}

/// Choices may share a name in an XForm; sheets have to say so.
pub(super) fn allow_duplicates(definition: &mut Definition) {
    let has_twice = definition.lists.iter().any(|list| {
        let mut seen = HashSet::new();
        list.choices
            .iter()
            .any(|choice| !seen.insert(choice.name.as_str()))
    });
    if has_twice {
        definition
            .settings
            .insert("allow_choice_duplicates".to_owned(), "yes".to_owned());
    }
}

//! Writing a form as an XForm.

mod binds;
mod body;
mod build;
mod entities;
mod instances;
mod item;
mod itemset;
mod labels;
mod loops;
mod node;
mod record;
mod references;
mod survey;
mod texts;
mod tokens;
mod types;

use crate::definition::Definition;
use crate::read::FormError;
use node::Node;
use survey::Survey;

/// The namespaces that every form declares.
const NAMESPACES: [(&str, &str); 7] = [
    ("xmlns", "http://www.w3.org/2002/xforms"),
    ("xmlns:h", "http://www.w3.org/1999/xhtml"),
    ("xmlns:ev", "http://www.w3.org/2001/xml-events"),
    ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
    ("xmlns:jr", "http://openrosa.org/javarosa"),
    ("xmlns:orx", "http://openrosa.org/xforms"),
    ("xmlns:odk", "http://www.opendatakit.org/xforms"),
];

impl Definition {
    /// Writes the form as ODK XForms 1.0 XML, for other tools to read.
    ///
    /// # Errors
    /// If it cannot be written: a `${name}` names no question or several, names clash once
    /// everything has its place, two files go by one name, or a question has nothing to show.
    /// Everything that is wrong is listed.
    pub fn to_xform(&self) -> Result<String, Vec<FormError>> {
        let survey = Survey::of(self);
        check(&survey)?;
        let document = survey.document();
        check(&survey)?;
        if let Some(name) = document.bad_name() {
            let message = format!("`{name}` cannot name an element or attribute of XML");
            return Err(vec![FormError::of_file("bad_xml_name", message)]);
        }
        let text = document.document();
        match text.chars().find(|letter| !is_xml(*letter)) {
            Some(letter) => {
                let message = format!("XML cannot hold the character U+{:04X}", u32::from(letter));
                Err(vec![FormError::of_file("bad_character", message)])
            }
            None => Ok(text),
        }
    }
}

fn check(survey: &Survey<'_>) -> Result<(), Vec<FormError>> {
    let problems = survey.problems();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn is_xml(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

impl Survey<'_> {
    fn document(&self) -> Node {
        let mut html = Node::new("h:html");
        for (name, value) in NAMESPACES {
            html.set(name, value);
        }
        for (name, value) in self.further_namespaces() {
            html.set(name, value);
        }
        let title = self.setting("form_title").unwrap_or(self.form_id());
        let head = Node::new("h:head")
            .child(Node::new("h:title").text(title))
            .child(self.model());
        let mut body = Node::new("h:body");
        if let Some(style) = self.setting("style") {
            body.set("class", style);
        }
        body.extend(self.controls(Self::ROOT));
        html.child(head).child(body)
    }

    fn further_namespaces(&self) -> Vec<(String, String)> {
        let entities = self
            .entities_version
            .map(|_| "entities=http://www.opendatakit.org/xforms/entities");
        let written = self.setting("namespaces").unwrap_or_default();
        let all = written.split_whitespace().chain(entities);
        all.filter_map(|declared| declared.split_once('='))
            .filter(|(prefix, name)| !prefix.is_empty() && !name.contains('='))
            .map(|(prefix, name)| (format!("xmlns:{prefix}"), name.replace(['"', '\''], "")))
            .filter(|(prefix, _)| !NAMESPACES.iter().any(|(known, _)| known == prefix))
            .collect()
    }

    fn model(&self) -> Node {
        let mut model = Node::new("model").with("odk:xforms-version", "1.0.0");
        if let Some(version) = self.entities_version {
            model.set("entities:entities-version", version);
        }
        model.extend(self.submission());
        model.extend(self.texts());
        model.push(Node::new("instance").child(self.record()));
        model.extend(self.instances());
        model.extend(self.binds());
        model
    }

    /// Where finished records go, and how.
    fn submission(&self) -> Option<Node> {
        let mut node = Node::new("submission");
        let mut said = false;
        for (setting, attribute) in [
            ("submission_url", "action"),
            ("public_key", "base64RsaPublicKey"),
            ("auto_send", "orx:auto-send"),
            ("auto_delete", "orx:auto-delete"),
        ] {
            if let Some(value) = self.setting(setting) {
                node.set(attribute, value);
                said = true;
                if setting == "submission_url" {
                    node.set("method", "post");
                }
            }
        }
        if self.is_set("client_editable") {
            node.set("odk:client-editable", "true");
            said = true;
        }
        said.then_some(node)
    }
}

//! Reading a [`Definition`] from an XForm.
//!
//! The record of the form (its primary instance) says which questions there are and how they are
//! nested; the binds say what holds for them; the body says in which order and how they are asked.
//! A definition has all three in one tree, so that they are put together here: the tree is that
//! of the record, its order that of the body.
//!
//! References that the reference converter would write for `${name}` become `${name}` again;
//! other paths stay as they are.

mod actions;
mod authored;
mod binds;
mod body;
mod document;
mod elements;
mod entities;
mod flat;
mod itemset;
mod lists;
mod meta;
mod parameters;
mod record;
mod settings;
mod texts;
mod types;
mod values;

use crate::definition::Definition;
use crate::read::{FormError, Problems, Warning};
use crate::xml;

use actions::Actions;
use binds::Binds;
use body::Body;
use document::Document;
use lists::Lists;
use record::Record;
use texts::Texts;

impl Definition {
    /// Reads a form from an XForm.
    ///
    /// Rows of the definition, of errors and of warnings are lines of the XML.
    ///
    /// # Errors
    /// Everything that keeps the text from being an XForm that can be asked.
    pub fn read_xform(text: &str) -> Result<(Definition, Vec<Warning>), Vec<FormError>> {
        let tree = xml::parse(text).map_err(|error| vec![unreadable(&error)])?;
        let document = Document::of(text, &tree);
        let mut problems = Problems::default();
        match read(&document, &mut problems) {
            Some(definition) => problems.finish(definition),
            None => Err(problems.into_errors()),
        }
    }
}

/// All parts of an XForm, each looked through by itself.
struct Parts<'d> {
    document: &'d Document<'d>,
    texts: Texts<'d>,
    record: Record<'d>,
    binds: Binds<'d>,
    body: Body<'d>,
    actions: Actions<'d>,
    lists: Lists<'d>,
}

fn read<'d>(document: &'d Document<'d>, problems: &mut Problems) -> Option<Definition> {
    let model = document.model(problems)?;
    let texts = Texts::of(document, model, problems);
    let mut record = Record::of(document, model, problems)?;
    let binds = Binds::of(document, model, &record, problems);
    let mut actions = Actions::of_model(document, model, &record, problems);
    let body = Body::of(document, &mut record, &binds, &mut actions, problems);
    let lists = Lists::of(document, model, &body, problems);
    let parts = Parts {
        document,
        texts,
        record,
        binds,
        body,
        actions,
        lists,
    };
    Some(parts.definition(model, problems))
}

impl<'d> Parts<'d> {
    fn definition(&self, model: roxmltree::Node<'d, 'd>, problems: &mut Problems) -> Definition {
        let mut definition = Definition {
            root: self.record.name(self.record.root()).to_owned(),
            settings: self.settings(model, problems),
            default_language: self.texts.default_language().to_owned(),
            entities: self.entities(problems),
            ..Definition::default()
        };
        definition.lists = self.choice_lists(problems);
        self.put_elements(&mut definition, problems);
        settings::allow_duplicates(&mut definition);
        self.put_meta(&mut definition, problems);
        self.put_files(&mut definition);
        definition
    }
}

fn unreadable(error: &xml::XmlError) -> FormError {
    let (code, hint) = match error {
        xml::XmlError::TooLong | xml::XmlError::TooMany => {
            ("too_large", "take out what is not part of the form")
        }
        xml::XmlError::TooDeep { .. } => ("xml_too_deep", "forms nest groups a few levels deep"),
        xml::XmlError::Malformed(_) => (
            "malformed_xml",
            "open the file in a program that shows where its XML breaks off",
        ),
    };
    FormError::of_file(code, error.to_string()).hint(hint)
}

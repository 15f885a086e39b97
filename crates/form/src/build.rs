//! Builds a form from its [`Definition`]: reads what is text there, finds out what it means, and
//! whether it is sound.

mod bare_names;
mod choices;
mod container;
mod doubts;
mod entities;
mod flow;
mod kind;
mod languages;
mod loops;
mod names;
mod order;
mod own_answer;
mod portable;
mod question;
mod references;
mod sensitivity;
mod settings;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use crate::definition::{Definition, Element, ElementKind};
use crate::model::{ExternalData, Form, GENERAL, Item};
use crate::path::QuestionPath;
use crate::read::{FormError, Problems, Warning};
use names::Names;
use writing::Writing;

/// The deepest that groups and repeats may be nested.
const MAX_DEPTH: usize = 64;
/// The most questions, groups and repeats of a form, with those that a loop makes.
const MAX_ITEMS: usize = 100_000;

impl Form {
    /// Builds a form from its definition, and finds out whether it is sound.
    ///
    /// # Errors
    /// Everything that is wrong with the form, in the order of its rows.
    pub fn from_definition(definition: Definition) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
        build(definition, Problems::default())
    }
}

/// Builds a form, after what was found out about its definition already.
pub(crate) fn build(
    definition: Definition,
    mut known: Problems,
) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
    let mut problems = Problems::default();
    let mut form = form_of(&definition, &mut problems);
    form.definition = definition;
    known.add_further(problems);
    known.finish(form)
}

fn form_of(definition: &Definition, problems: &mut Problems) -> Form {
    let unrolled = loops::unroll(definition);
    let elements = unrolled.as_deref().unwrap_or(&definition.elements);
    let names = Names::of(elements, problems);
    let mut builder = Builder {
        definition,
        names: &names,
        declared: BTreeSet::new(),
        new_compartments: BTreeSet::new(),
        external_data: Vec::new(),
        problems,
    };
    let items = builder.items(elements, &Around::record(), 0);
    let lists = builder.lists(&definition.lists);
    let external_lists = builder.lists(&definition.external_lists);
    let entities = builder.entities();
    let audit = builder.audit();
    let instance_name = builder.instance_name();
    let Builder {
        declared,
        external_data,
        ..
    } = builder;
    let general = settings::read(definition, problems);
    let writing = Writing::of(definition);
    let default_language = writing.default_language().to_owned();
    let mut form = Form {
        id: general.id,
        title: general.title,
        version: general.version,
        languages: languages::languages(&default_language, &items, &[&lists, &external_lists]),
        default_language,
        style: general.style,
        instance_name,
        items,
        lists,
        external_lists,
        external_data,
        entities,
        audit,
        has_sensitivity: definition.headers.has_sensitivity,
        compartments: Vec::new(),
        index: BTreeMap::new(),
        order: Vec::new(),
        definition: Definition::default(),
    };
    if form.languages.iter().any(String::is_empty) {
        let message = "a header ends in colons and names no language behind them";
        let error = FormError::at("empty_language", "survey", 1, "", message);
        problems.error(
            error.hint("write the language there, like `label::English (en)`, or take the colons out"),
        );
    }
    form.index = index(&form.items);
    references::resolve(&mut form, &names, &writing, problems);
    portable::check(&form, &names, &writing, problems);
    form.order = order::order(&form, &names, &writing, problems);
    flow::apply(&mut form, &names, &writing, &declared, problems);
    doubts::tell(&form, &names, &writing, problems);
    form
}

struct Builder<'a> {
    definition: &'a Definition,
    names: &'a Names,
    /// Items whose own row has a sensitivity.
    declared: BTreeSet<QuestionPath>,
    new_compartments: BTreeSet<String>,
    external_data: Vec<ExternalData>,
    problems: &'a mut Problems,
}

/// What is around an element.
struct Around {
    path: Option<QuestionPath>,
    compartment: String,
}

impl Around {
    fn record() -> Self {
        Around {
            path: None,
            compartment: GENERAL.to_owned(),
        }
    }

    /// The path of what is called `name` in it; `None` if nothing can be called that.
    fn path(&self, name: &str) -> Option<QuestionPath> {
        match &self.path {
            Some(outer) => outer.join(name).ok(),
            None => name.parse().ok(),
        }
    }
}

impl Builder<'_> {
    fn items(&mut self, elements: &[Element], around: &Around, depth: usize) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for element in elements {
            if self.data_file(element) {
                continue;
            }
            // What has no sound name, or that of another, was complained about.
            let Some(path) = around
                .path(&element.name)
                .filter(|path| self.names.is_first(path, element))
            else {
                continue;
            };
            let item = match element.kind {
                ElementKind::Question => self.question(element, path, around, items.last()),
                ElementKind::Group | ElementKind::Loop => self.group(element, path, around, depth),
                ElementKind::Repeat => self.repeat(element, path, around, depth),
            };
            items.extend(item);
        }
        items
    }

    fn inside(
        &mut self,
        element: &Element,
        path: &QuestionPath,
        compartment: &str,
        depth: usize,
    ) -> Vec<Item> {
        if depth >= MAX_DEPTH {
            // `Names` complained.
            return Vec::new();
        }
        let around = Around {
            path: Some(path.clone()),
            compartment: compartment.to_owned(),
        };
        self.items(&element.children, &around, depth + 1)
    }
}

impl<'a> Builder<'a> {
    fn writing(&self) -> Writing<'a> {
        Writing::of(self.definition)
    }
}

fn index(items: &[Item]) -> BTreeMap<QuestionPath, Vec<usize>> {
    fn gather(items: &[Item], way: &mut Vec<usize>, index: &mut BTreeMap<QuestionPath, Vec<usize>>) {
        for (nth, item) in items.iter().enumerate() {
            way.push(nth);
            index.entry(item.path().clone()).or_insert_with(|| way.clone());
            gather(item.items(), way, index);
            way.pop();
        }
    }
    let mut index = BTreeMap::new();
    gather(items, &mut Vec::new(), &mut index);
    index
}

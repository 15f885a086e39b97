//! What finishing a record says about entities.

use super::pass::Pass;
use crate::address::{Address, RepeatAddress};
use crate::answers::Answers;
use crate::expression::{Environment, Expression};
use crate::model::{EntityDeclaration, Form};
use crate::path::QuestionPath;

/// What a record says about one entity.
#[derive(Clone, PartialEq, Eq)]
pub struct EntityAction {
    /// The entity list.
    pub list: String,
    /// The repeat instance that it is about, or the record.
    pub at: Address,
    /// Whether the entity is new; otherwise it is updated.
    pub creates: bool,
    /// The entity's id, where the form says which it is; a new one has none yet.
    pub id: Option<String>,
    /// What the entity is called; `None` if the form does not say, or what it takes cannot be read here.
    pub label: Option<String>,
    /// The properties with their values. A property that an update leaves empty is there, and empty.
    pub properties: Vec<(String, String)>,
}

/// Returns what the answers, as they stand, say about entities, in the order of the form.
///
/// As the ODK XForms specification has it: a declaration without an id creates, if its `create_if`
/// holds; one with an id updates if its `update_if` holds (or there is none), otherwise it creates if
/// `create_if` holds. A property whose question is not relevant is left as it is.
pub fn entities(form: &Form, answers: &dyn Answers, env: &Environment) -> Vec<EntityAction> {
    let pass = Pass::of(form, answers, env);
    let mut actions = Vec::new();
    for declaration in &form.entities {
        for at in pass.contexts(innermost_repeat(form, declaration.container.as_ref())) {
            let scene = Scene {
                pass: &pass,
                form,
                declaration,
                at: &at,
            };
            if let Some((creates, id)) = scene.deed() {
                actions.push(scene.says(creates, id));
            }
        }
    }
    actions
}

/// Returns what the answers say about the entity of `list` that the repeat instance `at` (or the
/// record) was said to create or update before, whether or not it would be said again.
pub fn said_of_entity(
    form: &Form,
    answers: &dyn Answers,
    env: &Environment,
    list: &str,
    at: &Address,
    creates: bool,
) -> Option<EntityAction> {
    let pass = Pass::of(form, answers, env);
    let repeat = at.path();
    let declaration = form.entities.iter().find(|declaration| {
        declaration.list == list && innermost_repeat(form, declaration.container.as_ref()) == repeat.as_ref()
    })?;
    let scene = Scene {
        pass: &pass,
        form,
        declaration,
        at,
    };
    Some(scene.says(creates, None))
}

/// Returns the instances of the innermost repeat that `container` is or lies in, over all those
/// around it; the record if there is none.
pub fn instances_around(
    form: &Form,
    answers: &dyn Answers,
    container: Option<&QuestionPath>,
) -> Vec<Address> {
    let Some(repeat) = innermost_repeat(form, container) else {
        return vec![Address::root()];
    };
    let mut instances = Vec::new();
    for around in instances_around(form, answers, repeat.parent().as_ref()) {
        let repeat = RepeatAddress::near(&around, repeat);
        let ids = answers.instances(&repeat).into_iter();
        instances.extend(ids.map(|id| repeat.instance(id)));
    }
    instances
}

/// One declaration, in one place.
struct Scene<'f, 'a> {
    pass: &'a Pass<'f, 'a>,
    form: &'f Form,
    declaration: &'f EntityDeclaration,
    /// The repeat instance, or the record.
    at: &'a Address,
}

impl Scene<'_, '_> {
    /// Whether an entity is created here, and which; `None` if nothing is said about one.
    fn deed(&self) -> Option<(bool, Option<String>)> {
        let declaration = self.declaration;
        let container = declaration.container.as_ref().map(|path| self.at.near(path));
        if !self.pass.is_relevant(self.at) || container.is_some_and(|at| !self.pass.is_relevant(&at)) {
            return None;
        }
        let given = declaration.entity_id.as_ref();
        let id = given.and_then(|id| self.text(id));
        let updates = id.is_some() && declaration.update_if.as_ref().is_none_or(|when| self.holds(when));
        let creates = !updates
            && match &declaration.create_if {
                Some(when) => self.holds(when),
                None => given.is_none(),
            };
        (updates || creates).then_some((creates, id))
    }

    fn says(&self, creates: bool, id: Option<String>) -> EntityAction {
        let list = &self.declaration.list;
        let repeat = self.at.path();
        let mut properties = Vec::new();
        for question in self.form.questions() {
            let Some(save_to) = question.save_to.as_ref().filter(|to| to.list == *list) else {
                continue;
            };
            let at = self.at.near(&question.path);
            let around = innermost_repeat(self.form, question.path.parent().as_ref());
            if around != repeat.as_ref()
                || !self.pass.is_relevant(&at)
                || !self.pass.holds(&question.compartment)
            {
                continue;
            }
            match self.pass.answer(&at) {
                Some(value) => properties.push((save_to.property.clone(), value.to_odk_text())),
                None if creates => {}
                None => properties.push((save_to.property.clone(), String::new())),
            }
        }
        EntityAction {
            list: list.clone(),
            at: self.at.clone(),
            creates,
            id,
            label: self.declaration.label.as_ref().and_then(|label| self.text(label)),
            properties,
        }
    }

    fn holds(&self, condition: &Expression) -> bool {
        let look = self.pass.look();
        look.can_read(condition, self.at) && look.is_true(condition, self.at, None) == Some(true)
    }

    /// What an expression gives as text; `None` if what it reads is not here, or it gives nothing.
    fn text(&self, expression: &Expression) -> Option<String> {
        let look = self.pass.look();
        if !look.can_read(expression, self.at) {
            return None;
        }
        let text = look.evaluate(expression, self.at, None)?.to_text();
        Some(text).filter(|text| !text.is_empty())
    }
}

/// The repeat that `path` is or lies in.
fn innermost_repeat<'f>(form: &'f Form, path: Option<&QuestionPath>) -> Option<&'f QuestionPath> {
    let path = path?;
    match form.repeat(path) {
        Some(repeat) => Some(&repeat.path),
        None => form.repeat_around(path).map(|repeat| &repeat.path),
    }
}

/// Hides the values.
impl std::fmt::Debug for EntityAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let deed = if self.creates { "creates" } else { "updates" };
        write!(f, "EntityAction({deed} in {} at {})", self.list, self.at)
    }
}

//! What a record says about entities: the long-lived things that several records are about.

use crate::expression::Expression;
use crate::path::QuestionPath;

/// An entity that finishing a record creates or updates.
///
/// Without `entity_id` one is created, if `create_if` (where there is one) holds. With it the
/// entity of that id is updated if `update_if` holds, or created if `create_if` does.
#[derive(Clone, PartialEq, Debug)]
pub struct EntityDeclaration {
    /// The entity list.
    pub list: String,
    /// What the entity is called.
    pub label: Option<Expression>,
    /// Which entity is updated.
    pub entity_id: Option<Expression>,
    /// When one is created.
    pub create_if: Option<Expression>,
    /// When one is updated.
    pub update_if: Option<Expression>,
    /// The group or repeat that it is declared in; `None` for the record itself. In a repeat there
    /// is an entity for each instance.
    pub container: Option<QuestionPath>,
}

/// Which property of an entity an answer is saved to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaveTo {
    /// The entity list.
    pub list: String,
    /// The property's name.
    pub property: String,
}

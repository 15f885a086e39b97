//! The entities that a form declares, and what it calls its records.

use super::Builder;
use super::writing::syntax;
use crate::definition::Entity;
use crate::expression::Expression;
use crate::model::EntityDeclaration;
use crate::read::FormError;

impl Builder<'_> {
    pub(super) fn entities(&mut self) -> Vec<EntityDeclaration> {
        let definition = self.definition;
        let mut declared = Vec::new();
        for entity in &definition.entities {
            declared.push(EntityDeclaration {
                list: entity.list.clone(),
                label: self.of_entity(entity, "label", entity.label.as_deref()),
                entity_id: self.of_entity(entity, "entity_id", entity.entity_id.as_deref()),
                create_if: self.of_entity(entity, "create_if", entity.create_if.as_deref()),
                update_if: self.of_entity(entity, "update_if", entity.update_if.as_deref()),
                container: entity.container.join("/").parse().ok(),
            });
        }
        declared
    }

    /// What a record is called.
    pub(super) fn instance_name(&mut self) -> Option<Expression> {
        let headers = &self.definition.headers;
        let text = self.definition.settings.get("instance_name")?;
        let column = headers
            .settings
            .get("instance_name")
            .map_or("instance_name", String::as_str);
        self.parsed(
            text,
            FormError::at("", "settings", headers.settings_row, column, ""),
        )
    }

    fn of_entity(&mut self, entity: &Entity, column: &str, text: Option<&str>) -> Option<Expression> {
        let header = self
            .definition
            .headers
            .entities
            .get(column)
            .map_or(column, String::as_str);
        self.parsed(text?, FormError::at("", "entities", entity.row, header, ""))
    }

    fn parsed(&mut self, text: &str, place: FormError) -> Option<Expression> {
        match Expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(found) => {
                let error = FormError {
                    code: found.code,
                    ..place
                };
                self.problems.error(syntax(error, &found));
                None
            }
        }
    }
}

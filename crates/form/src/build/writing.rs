//! Reads what a definition holds as text, and says where it is wrong.

use crate::definition::{Definition, Element, Headers, List, Text};
use crate::expression::{Expression, ExpressionError};
use crate::read::{FormError, Problems};
use crate::translated::Translated;

/// How a definition is written: in which language, and under which headers.
#[derive(Clone, Copy)]
pub(super) struct Writing<'a> {
    definition: &'a Definition,
}

impl<'a> Writing<'a> {
    pub(super) fn of(definition: &'a Definition) -> Self {
        Writing { definition }
    }

    /// A text in its languages.
    pub(super) fn text(&self, text: Option<&Text>) -> Translated {
        let mut translated = Translated::default();
        let default = self.default_language();
        for (language, text) in text.iter().flat_map(|text| text.in_languages(default)) {
            translated.set(language, text);
        }
        translated
    }

    /// The language of texts that name none.
    pub(super) fn default_language(&self) -> &'a str {
        match self.definition.default_language.as_str() {
            "" => super::settings::NO_LANGUAGE,
            language => language,
        }
    }

    /// The headers as they are written.
    pub(super) fn headers(&self) -> &'a Headers {
        &self.definition.headers
    }

    /// The rows of the entities, in order.
    pub(super) fn entity_rows(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.definition.entities.iter().map(|entity| entity.row)
    }

    /// The lists of the sheet `choices` as they are written.
    pub(super) fn lists(&self) -> &'a [List] {
        &self.definition.lists
    }

    /// The rows of the choices, list by list.
    pub(super) fn choice_rows(&self) -> impl Iterator<Item = impl Iterator<Item = u32> + use<'a>> + use<'a> {
        self.definition
            .lists
            .iter()
            .map(|list| list.choices.iter().map(|choice| choice.row))
    }

    /// An error in a column of the sheet `survey`, which may be written under another header.
    pub(super) fn error(
        &self,
        code: &'static str,
        row: u32,
        column: &str,
        message: impl Into<String>,
    ) -> FormError {
        let header = self.definition.headers.survey.get(column);
        FormError::at(
            code,
            "survey",
            row,
            header.map_or(column, String::as_str),
            message,
        )
    }

    /// The expression that stands in a column of an element's row.
    pub(super) fn expression(
        &self,
        element: &Element,
        column: &str,
        text: Option<&str>,
        problems: &mut Problems,
    ) -> Option<Expression> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let text = match yes(text) {
            Some(true) => "true()",
            Some(false) => "false()",
            None => text,
        };
        match Expression::parse(text) {
            Ok(expression) => Some(expression),
            Err(found) => {
                problems.error(syntax(self.error(found.code, element.row, column, ""), &found));
                None
            }
        }
    }

    /// As [`Writing::expression`], but a plain no is the same as nothing.
    pub(super) fn condition(
        &self,
        element: &Element,
        column: &str,
        text: Option<&str>,
        problems: &mut Problems,
    ) -> Option<Expression> {
        let text = text.filter(|text| yes(text) != Some(false));
        self.expression(element, column, text, problems)
    }
}

/// The error with what is wrong with the expression.
pub(super) fn syntax(mut error: FormError, found: &ExpressionError) -> FormError {
    error.message.clone_from(&found.message);
    error.hint(found.hint.as_str())
}

/// Whether a text is a plain yes (`Some(true)`) or no; `None` for anything else.
pub(super) fn yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().replace(' ', "").as_str() {
        "yes" | "true" | "true()" => Some(true),
        "no" | "false" | "false()" => Some(false),
        _ => None,
    }
}

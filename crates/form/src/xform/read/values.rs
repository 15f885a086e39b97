//! Values that questions get by themselves: defaults, and what other answers set.

use std::collections::HashSet;

use super::Parts;
use super::actions::{Captured, SetTo};
use super::record::NodeId;
use crate::definition::{Element, Text};
use crate::read::Problems;
use crate::xlsform::is_dynamic;

impl Parts<'_> {
    /// Reads what a question holds from the start.
    pub(super) fn default_of(&self, node: NodeId, type_name: &str) -> Option<String> {
        let fixed = |text: String| match is_dynamic(&text, type_name) {
            true => format!("string({})", quoted(&text)),
            false => text,
        };
        let default = match self.actions.at_first(node) {
            Some(SetTo::Expression(written)) => {
                let authored = self.authored(written, Some(node));
                match plain_literal(&authored) {
                    Some(text) if !is_dynamic(text, type_name) => text.to_owned(),
                    _ if is_dynamic(&authored, type_name) || authored.parse::<f64>().is_ok() => authored,
                    _ => format!("string({authored})"),
                }
            }
            Some(SetTo::Text(text)) => fixed(text.clone()),
            Some(SetTo::Nothing) => return None,
            None => fixed(self.record.fixed_value(node)?),
        };
        Some(default).filter(|default| !default.is_empty())
    }

    /// Reads which answers make a question be computed anew, and how.
    pub(super) fn put_triggers(&self, node: NodeId, element: &mut Element, problems: &mut Problems) {
        let by: Vec<NodeId> = match self.actions.triggered(node) {
            Some(triggered) => {
                let first = triggered.by.first().copied();
                let calculation = match &triggered.to {
                    SetTo::Expression(written) => Some(self.authored(written, first)),
                    SetTo::Text(text) => Some(quoted(text)),
                    SetTo::Nothing => None,
                };
                if element.bind.contains_key("calculate") {
                    let what = format!(
                        "`{}` is computed, and set by another answer too",
                        self.record.path(node)
                    );
                    if let Some(bind) = self.binds.of_node(node) {
                        problems.error(
                            self.document
                                .error(bind, "unsupported_action", "calculate", what)
                                .hint("leave one of them out"),
                        );
                    }
                }
                if let Some(calculation) = calculation.filter(|calculation| !calculation.is_empty()) {
                    element
                        .bind
                        .insert("calculate".to_owned(), Text::Plain(calculation));
                }
                triggered.by.clone()
            }
            None => {
                let captured = self.actions.captured(node).iter();
                let by = captured.filter_map(|captured| match captured {
                    Captured::PlaceAt(by) => Some(*by),
                    _ => None,
                });
                by.collect()
            }
        };
        let mut seen = HashSet::new();
        let by = by.into_iter().filter(|by| seen.insert(*by));
        element.triggers = by.map(|by| self.record.name(by).to_owned()).collect();
    }
}

/// The text in an expression that is nothing but a quoted text.
fn plain_literal(expression: &str) -> Option<&str> {
    let quote = expression
        .chars()
        .next()
        .filter(|quote| matches!(quote, '\'' | '"'))?;
    let inner = expression.strip_prefix(quote)?.strip_suffix(quote)?;
    Some(inner).filter(|inner| !inner.contains(quote))
}

fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        format!("'{text}'")
    } else if !text.contains('"') {
        format!("\"{text}\"")
    } else {
        let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
        format!("concat({})", parts.join(", \"'\", "))
    }
}

//! Groups and repeats.

use super::question::appearance;
use super::writing::yes;
use super::{Around, Builder};
use crate::definition::Element;
use crate::model::{Group, Item, Repeat};
use crate::path::QuestionPath;

impl Builder<'_> {
    pub(super) fn group(
        &mut self,
        element: &Element,
        path: QuestionPath,
        around: &Around,
        depth: usize,
    ) -> Option<Item> {
        let writing = self.writing();
        self.check_columns(element, "group");
        if element.repeat_count.is_some() {
            let message = "only repeats have a repeat_count, so it is ignored";
            let found = writing.error("ignored_cell", element.row, "repeat_count", message);
            self.problems.warn(found.hint("write begin_repeat instead"));
        }
        let compartment = self.compartment(element, &path, around);
        let items = self.inside(element, &path, &compartment, depth);
        Some(Item::Group(Group {
            name: element.name.clone(),
            label: writing.text(element.label.as_ref()),
            media: self.media(&element.media),
            relevant: writing.expression(element, "relevant", element.bound("relevant"), self.problems),
            read_only: writing.condition(element, "read_only", element.bound("readonly"), self.problems),
            appearance: appearance(element),
            reveals: self.reveals(element),
            compartment,
            path,
            items,
        }))
    }

    pub(super) fn repeat(
        &mut self,
        element: &Element,
        path: QuestionPath,
        around: &Around,
        depth: usize,
    ) -> Option<Item> {
        let writing = self.writing();
        self.check_columns(element, "repeat");
        let compartment = self.compartment(element, &path, around);
        let items = self.inside(element, &path, &compartment, depth);
        let count = element.repeat_count.as_deref();
        Some(Item::Repeat(Repeat {
            name: element.name.clone(),
            label: writing.text(element.label.as_ref()),
            media: self.media(&element.media),
            relevant: writing.expression(element, "relevant", element.bound("relevant"), self.problems),
            read_only: writing.condition(element, "read_only", element.bound("readonly"), self.problems),
            repeat_count: writing.expression(element, "repeat_count", count, self.problems),
            appearance: appearance(element),
            reveals: self.reveals(element),
            compartment,
            path,
            items,
        }))
    }

    /// Complains about a group that computes something, and warns of what only questions have.
    fn check_columns(&mut self, element: &Element, what: &str) {
        let writing = self.writing();
        // Other tools fail only on what can be worked out at once.
        let calculation = element.bound("calculate");
        if calculation.is_some_and(|calculation| !calculation.contains("${")) {
            let message = format!("a {what} has no calculation");
            let found = writing.error("misplaced_column", element.row, "calculation", message);
            self.problems
                .error(found.hint("write it in the rows of its questions"));
        }
        let ignored = [
            (
                "calculation",
                calculation.filter(|calculation| calculation.contains("${")),
            ),
            ("constraint", element.bound("constraint")),
            ("required", element.bound("required")),
            ("choice_filter", element.choice_filter.as_deref()),
            ("default", element.default.as_deref()),
        ];
        for (column, text) in ignored {
            if text.is_some_and(|text| yes(text) != Some(false)) {
                let message = format!("a {what} has no {column}, so it is ignored");
                let found = writing.error("ignored_cell", element.row, column, message);
                self.problems
                    .warn(found.hint("write it in the rows of its questions"));
            }
        }
    }
}

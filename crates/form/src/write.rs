//! The canonical text of a form, in which a published form travels.

use std::collections::BTreeSet;

use crate::expression::Expression;
use crate::kind::QuestionKind;
use crate::model::{DefaultAnswer, Form, Item, Question};
use crate::read::escape;
use crate::translated::Translated;

impl Form {
    /// Returns the form as Markdown tables, from which [`Form::read`] gives an equal form.
    ///
    /// Only what was understood is in it: columns that are ignored are not.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        sheet(&mut text, "survey", self.survey());
        sheet(&mut text, "choices", self.choice_rows());
        sheet(&mut text, "settings", vec![self.settings()]);
        text
    }

    fn survey(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        self.survey_rows(&self.items, &mut rows);
        rows
    }

    fn survey_rows(&self, items: &[Item], rows: &mut Vec<Row>) {
        for item in items {
            match item {
                Item::Question(question) => rows.push(self.question_row(question)),
                Item::Group(group) => {
                    let mut row = self.row(
                        "begin_group",
                        &group.name,
                        &group.label,
                        &group.compartment,
                        &group.reveals,
                    );
                    row.expression("relevant", group.relevant.as_ref());
                    row.put("appearance", &group.appearance);
                    rows.push(row);
                    self.survey_rows(&group.items, rows);
                    rows.push(Row::of("type", "end_group"));
                }
                Item::Repeat(repeat) => {
                    let mut row = self.row(
                        "begin_repeat",
                        &repeat.name,
                        &repeat.label,
                        &repeat.compartment,
                        &repeat.reveals,
                    );
                    row.expression("relevant", repeat.relevant.as_ref());
                    row.expression("repeat_count", repeat.repeat_count.as_ref());
                    row.put("appearance", &repeat.appearance);
                    rows.push(row);
                    self.survey_rows(&repeat.items, rows);
                    rows.push(Row::of("type", "end_repeat"));
                }
            }
        }
    }

    fn row(&self, kind: &str, name: &str, label: &Translated, compartment: &str, reveals: &[String]) -> Row {
        let mut row = Row::of("type", kind);
        row.put("name", name);
        row.translated("label", label);
        if self.has_sensitivity {
            row.put("sensitivity", compartment);
        }
        row.put("reveals", &reveals.join(" "));
        row
    }

    fn question_row(&self, question: &Question) -> Row {
        let kind = match &question.kind {
            QuestionKind::Metadata(metadata) => metadata.name().to_owned(),
            kind => [kind.word(), kind.list().unwrap_or_default()]
                .join(" ")
                .trim_end()
                .to_owned(),
        };
        let mut row = self.row(
            &kind,
            &question.name,
            &question.label,
            &question.compartment,
            &question.reveals,
        );
        row.translated("hint", &question.hint);
        row.translated("guidance_hint", &question.guidance_hint);
        row.expression("relevant", question.relevant.as_ref());
        row.expression("required", question.required.as_ref());
        row.translated("required_message", &question.required_message);
        row.expression("constraint", question.constraint.as_ref());
        row.translated("constraint_message", &question.constraint_message);
        row.expression("calculation", question.calculation.as_ref());
        match &question.default {
            Some(DefaultAnswer::Fixed(value)) => row.put("default", &value.to_odk_text()),
            Some(DefaultAnswer::Computed(expression)) => row.put("default", expression.text()),
            None => {}
        }
        row.expression("choice_filter", question.choice_filter.as_ref());
        row.expression("read_only", question.read_only.as_ref());
        row.put("appearance", &question.appearance);
        let parameters: Vec<String> = question
            .parameters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        row.put("parameters", &parameters.join(" "));
        row
    }

    fn choice_rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for list in &self.lists {
            for choice in &list.choices {
                let mut row = Row::of("list_name", &list.name);
                row.put("name", &choice.name);
                row.translated("label", &choice.label);
                for (column, text) in &choice.columns {
                    row.put(column, text);
                }
                rows.push(row);
            }
        }
        rows
    }

    fn settings(&self) -> Row {
        let mut row = Row::of("form_id", &self.id);
        row.put("form_title", &self.title);
        row.put("version", &self.version);
        row.put("default_language", &self.default_language);
        row.put("style", &self.style);
        row.expression("instance_name", self.instance_name.as_ref());
        let repeated = self.lists.iter().any(|list| {
            let names: BTreeSet<&str> = list.choices.iter().map(|choice| choice.name.as_str()).collect();
            names.len() < list.choices.len()
        });
        if repeated {
            row.put("allow_choice_duplicates", "yes");
        }
        row
    }
}

/// The filled cells of a row, by their headers.
#[derive(Default)]
struct Row(Vec<(String, String)>);

impl Row {
    fn of(column: &str, text: &str) -> Row {
        let mut row = Row::default();
        row.put(column, text);
        row
    }

    fn put(&mut self, column: &str, text: &str) {
        if !text.is_empty() {
            self.0.push((column.to_owned(), text.to_owned()));
        }
    }

    fn expression(&mut self, column: &str, expression: Option<&Expression>) {
        if let Some(expression) = expression {
            self.put(column, expression.text());
        }
    }

    fn translated(&mut self, column: &str, texts: &Translated) {
        for (language, text) in texts.iter() {
            self.put(&format!("{column}::{language}"), text);
        }
    }

    fn text(&self, column: &str) -> &str {
        self.0
            .iter()
            .find(|(name, _)| name == column)
            .map_or("", |(_, text)| text)
    }
}

fn sheet(out: &mut String, name: &str, rows: Vec<Row>) {
    let mut columns: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for (column, _) in rows.iter().flat_map(|row| &row.0) {
        if known.insert(column.as_str()) {
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return;
    }
    out.push_str(&format!("| {name} |\n"));
    let mut line = |cells: Vec<&str>| {
        out.push_str("| |");
        for cell in cells {
            out.push_str(&format!(" {} |", escape(cell)));
        }
        out.push('\n');
    };
    line(columns.clone());
    for row in &rows {
        line(columns.iter().map(|column| row.text(column)).collect());
    }
}

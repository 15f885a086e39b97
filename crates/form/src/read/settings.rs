//! The sheet `settings`.

use super::columns::{self, Aliases, Use};
use super::problem::{FormError, Problems};
use super::sheet::{Cell, Sheet};
use crate::expression::Expression;

/// What the sheet says, and what holds without it.
pub(crate) struct Settings {
    pub(crate) title: String,
    pub(crate) form_id: String,
    pub(crate) version: String,
    pub(crate) default_language: String,
    pub(crate) style: String,
    pub(crate) instance_name: Option<Expression>,
    pub(crate) instance_name_row: u32,
    pub(crate) allow_choice_duplicates: bool,
}

/// The language of texts whose column names none, in forms that name no default language.
pub(crate) const NO_LANGUAGE: &str = "default";

const ALIASES: Aliases = &[
    ("title", "form_title"),
    ("id_string", "form_id"),
    ("set_form_title", "form_title"),
    ("set_form_id", "form_id"),
];
const READ: [&str; 7] = [
    "form_title",
    "form_id",
    "version",
    "default_language",
    "style",
    "instance_name",
    "allow_choice_duplicates",
];
/// Settings about what other servers and apps do.
const IGNORED: [&str; 17] = [
    "public_key",
    "submission_url",
    "auto_send",
    "auto_delete",
    "client_editable",
    "name",
    "clean_text_values",
    "instance_xmlns",
    "prefix",
    "delimiter",
    "sms_keyword",
    "sms_separator",
    "sms_allow_media",
    "sms_date_format",
    "sms_datetime_format",
    "sms_response",
    "flat",
];

pub(crate) fn read(sheet: Option<&Sheet>, file_stem: &str, problems: &mut Problems) -> Settings {
    let mut settings = Settings {
        title: String::new(),
        form_id: String::new(),
        version: String::new(),
        default_language: NO_LANGUAGE.to_owned(),
        style: String::new(),
        instance_name: None,
        instance_name_row: 0,
        allow_choice_duplicates: false,
    };
    if let Some(sheet) = sheet {
        let columns = columns::read(sheet, used, ALIASES, problems);
        let mut rows = sheet.table(&columns);
        if let Some((row, cells)) = rows.next() {
            for cell in cells {
                settings.set(&sheet.name, row, cell, problems);
            }
        }
        if let Some((row, _)) = rows.next() {
            let message = "only the first row below the header is read";
            problems.warn(FormError::at("ignored_row", &sheet.name, row, "", message));
        }
    }
    settings.complete(file_stem, problems);
    settings
}

fn used(name: &str) -> Option<Use> {
    if READ.contains(&name) {
        return Some(Use::Read);
    }
    match name {
        "omit_instanceid" | "add_none_option" => Some(Use::Refused("take it out")),
        "namespaces" | "attribute" => Some(Use::Ignored),
        _ => (IGNORED.contains(&name) || name.starts_with("attribute::")).then_some(Use::Ignored),
    }
}

impl Settings {
    fn set(&mut self, sheet: &str, row: u32, cell: Cell<'_>, problems: &mut Problems) {
        let text = cell.text.to_owned();
        match cell.column.name.as_str() {
            "form_title" => self.title = text,
            "form_id" => self.form_id = text,
            "version" => self.version = text,
            "default_language" => self.default_language = text,
            "style" => self.style = text,
            "allow_choice_duplicates" => self.allow_choice_duplicates = super::row::yes(&text) == Some(true),
            "instance_name" => {
                self.instance_name_row = row;
                match Expression::parse(cell.text) {
                    Ok(expression) => self.instance_name = Some(expression),
                    Err(error) => {
                        problems.error(super::row::syntax_error(sheet, row, &cell.column.header, &error))
                    }
                }
            }
            _ => {}
        }
    }

    fn complete(&mut self, file_stem: &str, problems: &mut Problems) {
        if self.form_id.is_empty() {
            let known = if self.title.is_empty() {
                file_stem
            } else {
                &self.title
            };
            self.form_id = Some(id_from(known))
                .filter(|id| !id.is_empty())
                .unwrap_or_else(|| "form".to_owned());
            let message = format!("the form has no form_id; it is called `{}`", self.form_id);
            problems.warn(
                FormError::at("missing_form_id", "settings", 0, "form_id", message).hint(
                    "add a sheet `settings` with the columns form_id and form_title, like `household` and `Household survey`",
                ),
            );
        } else if self.form_id.contains(char::is_whitespace) || self.form_id.len() > 128 {
            let message = format!(
                "`{}` is no form_id: it is too long or there is a space in it",
                self.form_id
            );
            problems.error(
                FormError::at("invalid_form_id", "settings", 0, "form_id", message)
                    .hint(format!("write `{}`", id_from(&self.form_id))),
            );
        }
        if self.title.is_empty() {
            self.title.clone_from(&self.form_id);
        }
    }
}

fn id_from(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_").chars().take(60).collect()
}

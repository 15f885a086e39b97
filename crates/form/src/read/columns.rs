//! What the headers of a sheet mean.

use std::collections::BTreeSet;

use super::problem::{FormError, Problems};
use super::sheet::Sheet;

/// A column that is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    /// Its canonical name: `label`, `choice_filter`, …
    pub(crate) name: String,
    /// The language of a translated column; `None` if the header names none.
    pub(crate) language: Option<String>,
    /// The header as it is written.
    pub(crate) header: String,
}

/// Other names for the columns of a sheet, with the canonical ones.
pub(crate) type Aliases = &'static [(&'static str, &'static str)];

/// What may be done with a column of one name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is read.
    Read,
    /// It is read, and may be there once for each language.
    Translated,
    /// Any text in it is refused.
    Refused(&'static str),
    /// It is ignored with a warning.
    Ignored,
}

/// Returns the columns of a sheet, `None` where one is not read. Complains about those that
/// are not, and about any that are there twice. `used` says what is done with a canonical name
/// and gets `None` for an unknown one.
pub(crate) fn read(
    sheet: &Sheet,
    used: impl Fn(&str) -> Option<Use>,
    aliases: Aliases,
    problems: &mut Problems,
) -> Vec<Option<Column>> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    let header_row = sheet.rows.first().map_or(1, |row| row.number);
    for (nth, header) in sheet.header().iter().enumerate() {
        let header = header.trim();
        if header.is_empty() {
            warn_of_headless(sheet, nth, problems);
            columns.push(None);
            continue;
        }
        let Some(column) = understand(header, &used, aliases, sheet, nth, problems) else {
            columns.push(None);
            continue;
        };
        if !seen.insert((column.name.clone(), column.language.clone())) {
            let message = format!("the column `{header}` is there twice");
            problems.error(
                FormError::at("duplicate_column", &sheet.name, header_row, header, message)
                    .hint("keep one of them, or name the language in each like `label::English (en)`"),
            );
            columns.push(None);
            continue;
        }
        columns.push(Some(column));
    }
    columns
}

fn understand(
    header: &str,
    used: &impl Fn(&str) -> Option<Use>,
    aliases: Aliases,
    sheet: &Sheet,
    nth: usize,
    problems: &mut Problems,
) -> Option<Column> {
    let (name, language) = split(header, used, aliases);
    match used(&name) {
        Some(Use::Translated) => Some(Column {
            name,
            language,
            header: header.to_owned(),
        }),
        Some(Use::Read) if language.is_none() => Some(Column {
            name,
            language,
            header: header.to_owned(),
        }),
        Some(Use::Read) => {
            let message = format!("`{name}` is not translated, so `{header}` cannot be read");
            problems.error(
                FormError::at("untranslatable_column", &sheet.name, 1, header, message)
                    .hint(format!("call the column `{name}`")),
            );
            None
        }
        Some(Use::Refused(instead)) => {
            refuse(sheet, nth, header, instead, problems);
            None
        }
        Some(Use::Ignored) => {
            if filled(sheet, nth).next().is_some() {
                let message = format!("the column `{header}` is ignored");
                problems.warn(FormError::at("ignored_column", &sheet.name, 1, header, message));
            }
            None
        }
        None => {
            if !header.starts_with('_') && filled(sheet, nth).next().is_some() {
                let message = format!("the column `{header}` is not known and is ignored");
                problems.warn(FormError::at("unknown_column", &sheet.name, 1, header, message));
            }
            None
        }
    }
}

fn split(header: &str, used: &impl Fn(&str) -> Option<Use>, aliases: Aliases) -> (String, Option<String>) {
    let whole = canonical(header, aliases);
    if used(&whole).is_some() {
        return (whole, None);
    }
    // The language is what follows the last part that is a known name.
    let separator = if header.contains("::") { "::" } else { ":" };
    for (at, _) in header.rmatch_indices(separator) {
        let Some((front, back)) = header.split_at_checked(at) else {
            continue;
        };
        let name = canonical(&front.replace(separator, "::"), aliases);
        let language = back.trim_start_matches(':').trim();
        if used(&name).is_some() && !language.is_empty() {
            return (name, Some(language.to_owned()));
        }
    }
    (whole, None)
}

fn canonical(header: &str, aliases: Aliases) -> String {
    let words: Vec<String> = header
        .split("::")
        .map(|part| part.trim().to_lowercase().replace([' ', '-'], "_"))
        .collect();
    let name = words.join("::");
    aliases
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, target)| (*target).to_owned())
}

fn refuse(sheet: &Sheet, nth: usize, header: &str, instead: &str, problems: &mut Problems) {
    for (row, _) in filled(sheet, nth) {
        let message = format!("the column `{header}` is not supported");
        problems.error(FormError::at("unsupported_column", &sheet.name, row, header, message).hint(instead));
    }
}

fn warn_of_headless(sheet: &Sheet, nth: usize, problems: &mut Problems) {
    if let Some((row, _)) = filled(sheet, nth).next() {
        let message = format!(
            "column {} has no header, so what stands in it is ignored",
            nth + 1
        );
        problems.warn(FormError::at("headless_column", &sheet.name, row, "", message));
    }
}

fn filled(sheet: &Sheet, nth: usize) -> impl Iterator<Item = (u32, &str)> {
    sheet.rows.iter().skip(1).filter_map(move |row| {
        let text = row.cells.get(nth)?.trim();
        (!text.is_empty()).then_some((row.number, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALIASES: Aliases = &[
        ("bind::relevant", "relevant"),
        ("bind::jr:constraintmsg", "constraint_message"),
        ("image", "media::image"),
    ];

    fn known(name: &str) -> Option<Use> {
        match name {
            "label" | "constraint_message" => Some(Use::Translated),
            "relevant" | "name" => Some(Use::Read),
            "media::image" => Some(Use::Ignored),
            "instance" => Some(Use::Refused("")),
            _ => None,
        }
    }

    #[test]
    fn headers_are_understood_in_all_their_spellings() {
        let names = |header: &str| {
            let (name, language) = split(header, &known, ALIASES);
            (name, language.unwrap_or_default())
        };
        let plain = |name: &str| (name.to_owned(), String::new());
        assert_eq!(names("Label"), plain("label"));
        assert_eq!(
            names("label::English (en)"),
            ("label".into(), "English (en)".into())
        );
        assert_eq!(names("label : Kiswahili"), ("label".into(), "Kiswahili".into()));
        assert_eq!(
            names("Constraint Message::fr"),
            ("constraint_message".into(), "fr".into())
        );
        assert_eq!(
            names("bind::jr:constraintMsg::fr"),
            ("constraint_message".into(), "fr".into())
        );
        assert_eq!(names("bind::relevant"), plain("relevant"));
        assert_eq!(names("image::en"), ("media::image".into(), "en".into()));
        assert_eq!(names("instance::tag"), ("instance".into(), "tag".into()));
        assert_eq!(names("notes"), plain("notes"));
    }
}

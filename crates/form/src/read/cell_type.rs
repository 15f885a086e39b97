//! What stands in the `type` column.

use super::suggest::did_you_mean;
use super::unsupported;
use crate::kind::{Metadata, QuestionKind};

/// What a row of the survey sheet does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum RowType {
    Question(QuestionKind),
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
}

/// Why a type is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: String,
}

const SELECT_ONE: [&str; 7] = [
    "select_one",
    "select one",
    "select one from",
    "select_one from",
    "select1",
    "add select one prompt using",
    "select one using",
];
const SELECT_MULTIPLE: [&str; 6] = [
    "select_multiple",
    "select multiple",
    "select multiple from",
    "select_multiple from",
    "select all that apply from",
    "select all that apply",
];

/// Reads a type cell.
pub(crate) fn read(text: &str) -> Result<RowType, Refusal> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.to_lowercase();
    match lower.replace('_', " ").as_str() {
        "begin group" => return Ok(RowType::BeginGroup),
        "end group" => return Ok(RowType::EndGroup),
        "begin repeat" => return Ok(RowType::BeginRepeat),
        "end repeat" => return Ok(RowType::EndRepeat),
        _ => {}
    }
    if let Some(kind) = plain(&lower) {
        return Ok(RowType::Question(kind));
    }
    if let Some(refusal) = unsupported::of_type(&lower) {
        return Err(refusal);
    }
    if let Some(list) = after(&words, &SELECT_ONE) {
        return list_name(list).map(|list| RowType::Question(QuestionKind::SelectOne(list.into())));
    }
    if let Some(list) = after(&words, &SELECT_MULTIPLE) {
        return list_name(list).map(|list| RowType::Question(QuestionKind::SelectMultiple(list.into())));
    }
    Err(Refusal {
        code: "unknown_type",
        message: format!("`{text}` is no type of question"),
        hint: did_you_mean(
            &lower,
            KNOWN.iter().copied(),
            "for example: text, integer, select_one list_name, date",
        ),
    })
}

const KNOWN: [&str; 18] = [
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "dateTime",
    "note",
    "calculate",
    "geopoint",
    "acknowledge",
    "hidden",
    "select_one",
    "select_multiple",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
    "start",
];

fn plain(lower: &str) -> Option<QuestionKind> {
    let kind = match lower {
        "text" | "string" => QuestionKind::Text,
        "integer" | "int" => QuestionKind::Integer,
        "decimal" => QuestionKind::Decimal,
        "date" => QuestionKind::Date,
        "time" => QuestionKind::Time,
        "datetime" | "date_time" | "date time" => QuestionKind::DateTime,
        "note" => QuestionKind::Note,
        "calculate" | "calculation" => QuestionKind::Calculate,
        "hidden" => QuestionKind::Hidden,
        "geopoint" | "gps" | "location" => QuestionKind::Geopoint,
        "acknowledge" | "trigger" => QuestionKind::Acknowledge,
        "start time" => QuestionKind::Metadata(Metadata::Start),
        "end time" => QuestionKind::Metadata(Metadata::End),
        "device id" | "device_id" => QuestionKind::Metadata(Metadata::DeviceId),
        "phone_number" | "phone number" => QuestionKind::Metadata(Metadata::PhoneNumber),
        "subscriber id" | "subscriber_id" => QuestionKind::Metadata(Metadata::SubscriberId),
        "sim serial" | "sim_serial" | "sim id" => QuestionKind::Metadata(Metadata::SimSerial),
        name => QuestionKind::Metadata(*Metadata::ALL.iter().find(|metadata| metadata.name() == name)?),
    };
    Some(kind)
}

/// What follows one of the openings, which may be written in any case.
fn after<'a>(words: &'a str, openings: &[&str]) -> Option<&'a str> {
    openings
        .iter()
        .filter_map(|opening| {
            let (front, back) = words.split_at_checked(opening.len())?;
            let rest = if back.is_empty() {
                back
            } else {
                back.strip_prefix(' ')?
            };
            front.eq_ignore_ascii_case(opening).then_some(rest)
        })
        .min_by_key(|rest| rest.len())
}

fn list_name(list: &str) -> Result<String, Refusal> {
    if list.is_empty() {
        return Err(Refusal {
            code: "missing_list",
            message: "the type names no list of choices".to_owned(),
            hint: "write the list's name after it, like `select_one yes_no`".to_owned(),
        });
    }
    if list.starts_with("${") {
        return Err(Refusal {
            code: "unsupported_type",
            message: "choices that come from a repeat are not supported".to_owned(),
            hint: "ask with a text question, or put the choices into the sheet `choices`".to_owned(),
        });
    }
    if let Some(list) = list
        .strip_suffix(" or_other")
        .or_else(|| list.strip_suffix(" or other"))
    {
        return Err(Refusal {
            code: "unsupported_type",
            message: "`or_other` is not supported".to_owned(),
            hint: format!(
                "add a choice `other` to the list `{list}`, and a text question that is relevant when it is selected"
            ),
        });
    }
    if list.contains(' ') {
        return Err(Refusal {
            code: "invalid_list",
            message: format!("`{list}` is no name of a list: there is a space in it"),
            hint: "write one list's name after the type, like `select_one yes_no`".to_owned(),
        });
    }
    Ok(list.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_understood_in_all_their_spellings() {
        let one = |list: &str| Ok(RowType::Question(QuestionKind::SelectOne(list.into())));
        assert_eq!(read("select_one yes_no"), one("yes_no"));
        assert_eq!(read("Select  One from Yes_No"), one("Yes_No"));
        assert_eq!(read("begin_group"), Ok(RowType::BeginGroup));
        assert_eq!(read("END REPEAT"), Ok(RowType::EndRepeat));
        assert_eq!(read("dateTime"), Ok(RowType::Question(QuestionKind::DateTime)));
        assert_eq!(
            read("deviceid"),
            Ok(RowType::Question(QuestionKind::Metadata(Metadata::DeviceId)))
        );
    }

    #[test]
    fn what_is_not_supported_says_what_to_write_instead() {
        for text in [
            "rank l",
            "image",
            "select_one_from_file a.csv",
            "select_one l or_other",
            "begin loop",
            "range",
            "select_one ${r}",
        ] {
            let refusal = read(text).unwrap_err();
            assert_eq!(refusal.code, "unsupported_type", "{text}");
            assert!(!refusal.hint.is_empty());
        }
        assert_eq!(read("select_one").unwrap_err().code, "missing_list");
        assert_eq!(read("interger").unwrap_err().hint, "did you mean `integer`?");
    }
}

//! Which kind of answer a type asks for.

use super::Builder;
use crate::definition::Element;
use crate::kind::{ChoiceSource, Media, Metadata, QuestionKind};
use crate::path::QuestionPath;

impl Builder<'_> {
    /// The kind of a question. Complains about one that is not known, and takes it for a text.
    pub(super) fn kind(&mut self, element: &Element) -> QuestionKind {
        let kind = match element.type_name.as_str() {
            "select_one" => self.source(element).map(QuestionKind::SelectOne),
            "select_multiple" => self.source(element).map(QuestionKind::SelectMultiple),
            "rank" => self.source(element).map(QuestionKind::Rank),
            "select_one_external" => {
                let list = element.list.clone().unwrap_or_default();
                Some(QuestionKind::SelectOne(ChoiceSource::External(list)))
            }
            "range" => Some(QuestionKind::Range {
                whole: is_whole(element),
            }),
            // A note that computes or begins with something is a text that nobody can change.
            "note" if element.bound("calculate").is_some() || element.default.is_some() => {
                Some(QuestionKind::Text)
            }
            name => match plain(name) {
                Some(kind) => Some(bound_type(kind, element.bound("type"))),
                None => {
                    let message = format!("`{}` is no type of question", element.written_type);
                    let hint = "for example: text, integer, select_one list_name, date";
                    let error = self.writing().error("unknown_type", element.row, "type", message);
                    self.problems.error(error.hint(hint));
                    None
                }
            },
        };
        kind.unwrap_or(QuestionKind::Text)
    }

    fn source(&mut self, element: &Element) -> Option<ChoiceSource> {
        let list = element.list.as_deref().unwrap_or_default();
        if let Some(name) = list.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            return self.in_repeat(element, name.trim()).map(ChoiceSource::Repeat);
        }
        let parameter = |name: &str, otherwise: &str| {
            let given = element.parameters.get(name);
            given.map_or(otherwise, String::as_str).to_owned()
        };
        let file = |value, label| ChoiceSource::File {
            name: list.to_owned(),
            value: parameter("value", value),
            label: parameter("label", label),
        };
        match list.rsplit_once('.').map(|(_, extension)| extension) {
            Some("csv" | "xml") => Some(file("name", "label")),
            Some("geojson") => Some(file("id", "title")),
            _ if self.definition.lists.iter().any(|known| known.name == list) => Some(list.into()),
            _ => {
                let names = self.definition.lists.iter().map(|list| list.name.as_str());
                let hint = self
                    .problems
                    .did_you_mean(list, names, "add its choices to the sheet `choices`");
                let message = format!("there is no list of choices `{list}`");
                let error = self.writing().error("unknown_list", element.row, "type", message);
                self.problems.error(error.hint(hint));
                None
            }
        }
    }

    /// The question in a repeat whose answers are choices.
    fn in_repeat(&mut self, element: &Element, name: &str) -> Option<QuestionPath> {
        let found = self.names.one(name).cloned();
        let complaint = match &found {
            None => {
                let known = self.names.known();
                let hint = self
                    .problems
                    .did_you_mean(name, known, "no row of the survey has this name");
                Some((
                    "unknown_reference",
                    format!("`${{{name}}}` names no question"),
                    hint,
                ))
            }
            Some(path) if !self.names.is_question_in_repeat(path) => {
                let hint = "name the question in a repeat whose answers are to be chosen from".to_owned();
                let message = format!("`${{{name}}}` is no question in a repeat, so it gives no choices");
                Some(("choices_from_no_repeat", message, hint))
            }
            Some(_) => None,
        };
        if let Some((code, message, hint)) = complaint {
            let error = self.writing().error(code, element.row, "type", message);
            self.problems.error(error.hint(hint));
        }
        found
    }
}

fn plain(name: &str) -> Option<QuestionKind> {
    Some(match name {
        "text" => QuestionKind::Text,
        "integer" => QuestionKind::Integer,
        "decimal" => QuestionKind::Decimal,
        "date" => QuestionKind::Date,
        "time" => QuestionKind::Time,
        "dateTime" => QuestionKind::DateTime,
        "geopoint" => QuestionKind::Geopoint,
        "geotrace" => QuestionKind::Geotrace,
        "geoshape" => QuestionKind::Geoshape,
        "start-geopoint" => QuestionKind::StartGeopoint,
        "background-geopoint" => QuestionKind::BackgroundGeopoint,
        "barcode" => QuestionKind::Barcode,
        "image" => QuestionKind::Media(Media::Image),
        "audio" => QuestionKind::Media(Media::Audio),
        "video" => QuestionKind::Media(Media::Video),
        "file" => QuestionKind::Media(Media::File),
        "osm" => QuestionKind::Media(Media::Osm),
        "background-audio" => QuestionKind::BackgroundAudio,
        "acknowledge" | "trigger" => QuestionKind::Acknowledge,
        "note" => QuestionKind::Note,
        "calculate" => QuestionKind::Calculate,
        "hidden" => QuestionKind::Hidden,
        _ => QuestionKind::Metadata(*Metadata::ALL.iter().find(|metadata| metadata.name() == name)?),
    })
}

/// The kind, if the author wrote another data type for the bind of what is typed in.
fn bound_type(kind: QuestionKind, data_type: Option<&str>) -> QuestionKind {
    if !matches!(
        kind,
        QuestionKind::Text | QuestionKind::Integer | QuestionKind::Decimal
    ) {
        return kind;
    }
    match data_type {
        Some("string") => QuestionKind::Text,
        Some("int") => QuestionKind::Integer,
        Some("decimal") => QuestionKind::Decimal,
        Some("date") => QuestionKind::Date,
        Some("time") => QuestionKind::Time,
        Some("dateTime") => QuestionKind::DateTime,
        Some("geopoint") => QuestionKind::Geopoint,
        _ => kind,
    }
}

/// Whether all numbers of a range are whole.
fn is_whole(element: &Element) -> bool {
    match element.bound("type") {
        Some("int") => true,
        Some("decimal") => false,
        _ => ["start", "end", "step", "tick_interval", "placeholder"]
            .iter()
            .all(|name| {
                let number = element
                    .parameters
                    .get(*name)
                    .and_then(|text| text.parse::<f64>().ok());
                number.is_none_or(|number| number.fract() == 0.0)
            }),
    }
}

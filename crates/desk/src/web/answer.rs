//! One answer: shown as people read it, or asked for in a field.

use form::{Address, Item, Point, Question, QuestionKind, Value};
use maud::{Markup, html};

use super::sheet::Sheet;
use super::when;

/// Shows an answer given in ODK's text form.
pub(crate) fn show_text(sheet: &Sheet, at: &Address, text: Option<&str>) -> Markup {
    let Some(text) = text else {
        return html! { span.none { "No answer" } };
    };
    let value = question(sheet, at).and_then(|question| Value::parse(&question.kind, text).ok());
    match value {
        Some(value) => show(sheet, at, &value),
        None => html! { span.text dir="auto" { (text) } },
    }
}

/// Shows an answer.
pub(crate) fn show(sheet: &Sheet, at: &Address, value: &Value) -> Markup {
    let source = question(sheet, at).and_then(|question| question.kind.choices());
    let choice = |name: &str| {
        let label = source.and_then(|source| sheet.form.choice_label(source, name, &sheet.language));
        html! { span dir="auto" lang=[sheet.code()] { (label.unwrap_or(name)) } }
    };
    match value {
        Value::Text(text) => html! { span.text dir="auto" { (text) } },
        Value::SelectOne(name) => choice(name),
        Value::SelectMultiple(names) => html! { ul.choices { @for name in names { li { (choice(name)) } } } },
        Value::Boolean(true) => html! { "Confirmed" },
        Value::Boolean(false) => html! { "Not confirmed" },
        Value::Date(_) | Value::DateTime(_) => html! { (moment(&value.to_odk_text())) },
        Value::Rank(names) => html! { ol.choices { @for name in names { li { (choice(name)) } } } },
        Value::Geopoint(point) => place(point),
        Value::Geotrace(points) | Value::Geoshape(points) => html! {
            ol.choices { @for point in points { li { (place(point)) } } }
        },
        Value::File(name) => html! { span.text dir="auto" { (name) } },
        Value::Time(_) => html! { (clock(&value.to_odk_text())) },
        Value::Integer(_) | Value::Decimal(_) => html! { (value.to_odk_text()) },
    }
}

fn place(point: &Point) -> Markup {
    html! {
        (format!("{:.5}, {:.5}", point.latitude, point.longitude))
        @if point.accuracy > 0.0 { " " span.quiet { (format!("± {:.0} m", point.accuracy)) } }
    }
}

/// Asks for an answer to the question at an address. `id` names the field for its label.
pub(crate) fn field(sheet: &Sheet, at: &Address, id: &str) -> Option<Markup> {
    let question = question(sheet, at)?;
    let choices = question
        .kind
        .choices()
        .map(|source| sheet.form.choices_of(source))
        .unwrap_or_default();
    let label = |choice: &form::Choice| {
        let label = choice.label.text(&sheet.language, &sheet.form.default_language);
        label.unwrap_or(&choice.name).to_owned()
    };
    let plain = |kind: &str, mode: Option<&str>, example: &str| {
        html! {
            input id=(id) name="value" type=(kind) inputmode=[mode] placeholder=(example) required autocomplete="off";
        }
    };
    Some(match &question.kind {
        QuestionKind::Note
        | QuestionKind::Calculate
        | QuestionKind::Hidden
        | QuestionKind::StartGeopoint
        | QuestionKind::BackgroundGeopoint
        | QuestionKind::BackgroundAudio
        | QuestionKind::Metadata(_) => return None,
        // What a form does not hold itself is answered by name.
        kind if kind.choices().is_some_and(|source| !source.is_in_form()) => {
            plain("text", None, "the name of the choice")
        }
        QuestionKind::Barcode => plain("text", None, "what the barcode says"),
        QuestionKind::Media(_) => plain("text", None, "the name of the file"),
        QuestionKind::Text => html! { textarea id=(id) name="value" rows="2" required dir="auto" {} },
        QuestionKind::Integer | QuestionKind::Range { whole: true } => {
            plain("text", Some("numeric"), "a whole number")
        }
        QuestionKind::Decimal | QuestionKind::Range { whole: false } => {
            plain("text", Some("decimal"), "a number")
        }
        QuestionKind::Date => plain("date", None, "2026-11-24"),
        QuestionKind::Time => plain("text", None, "10:00:00.000+03:00"),
        QuestionKind::DateTime => plain("text", None, "2026-11-24T10:00:00.000+03:00"),
        QuestionKind::Geopoint => plain("text", None, "latitude longitude 0 0"),
        QuestionKind::Geotrace => plain("text", None, "latitude longitude 0 0; latitude longitude 0 0"),
        QuestionKind::Geoshape => plain("text", None, "the places around it, the first again as the last"),
        QuestionKind::Rank(_) => plain("text", None, "the names of the choices, the first one first"),
        QuestionKind::Acknowledge => html! {
            select id=(id) name="value" { option value="OK" { "Confirmed" } }
        },
        QuestionKind::SelectOne(_) => html! {
            select id=(id) name="value" required {
                option value="" { "Choose…" }
                @for choice in choices { option value=(choice.name) { (label(choice)) } }
            }
        },
        QuestionKind::SelectMultiple(_) => html! {
            div.checks id=(id) role="group" {
                @for choice in choices {
                    label { input type="checkbox" name="value" value=(choice.name); " " (label(choice)) }
                }
            }
        },
    })
}

/// Returns the question at an address.
pub(crate) fn question<'s>(sheet: &'s Sheet, at: &Address) -> Option<&'s Question> {
    match sheet.form.item(&at.path()?)? {
        Item::Question(question) => Some(question),
        Item::Group(_) | Item::Repeat(_) => None,
    }
}

/// Writes a day, or a day and a time, as people read it. The text itself stays at hand.
fn moment(text: &str) -> Markup {
    let (date, time) = text
        .split_once('T')
        .map_or((text, None), |(date, time)| (date, Some(time)));
    let Ok(date) = date.parse() else {
        return html! { (text) };
    };
    html! {
        time datetime=(text) {
            (when::day(date))
            @if let Some(time) = time { ", " (clock(time)) }
        }
    }
}

/// Writes a time of day without seconds that were not counted: `10:00 +03:00`.
fn clock(text: &str) -> String {
    let zone = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    let (time, zone) = text.split_at(zone);
    let time = time.strip_suffix(".000").unwrap_or(time);
    let time = time
        .strip_suffix(":00")
        .filter(|short| short.contains(':'))
        .unwrap_or(time);
    format!("{time} {zone}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(clock("14:00:00.000+03:00"), "14:00 +03:00");
        assert_eq!(clock("14:05:30.000Z"), "14:05:30 Z");
        assert_eq!(clock("14:00"), "14:00");
        assert_eq!(clock("no time"), "no time");
        assert_eq!(
            moment("2026-11-24T10:00:00.000+03:00")
                .into_string()
                .matches("24 Nov 2026, 10:00 +03:00")
                .count(),
            1
        );
        assert_eq!(moment("<b>").into_string(), "&lt;b&gt;");
    }
}

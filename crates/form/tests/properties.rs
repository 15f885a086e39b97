//! Promises that hold for any bytes and any texts.

use baraza_form::{
    Address, ChoiceSource, Form, InstanceId, Media, QuestionKind, RepeatAddress, Source, Step, Value,
};
use proptest::prelude::*;

/// A name, and sometimes one with more than ASCII in it.
fn name() -> impl Strategy<Value = String> {
    "[a-zé_][a-z0-9_é.-]{0,8}"
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(name(), 1..4).prop_map(|names| names.join("/"))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (path(), any::<u128>()).prop_map(|(repeat, id)| Step {
        repeat,
        instance: InstanceId::from_uuid(uuid::Uuid::from_u128(id)),
    });
    prop::collection::vec(step, 0..3)
}

/// A text as somebody may type it into a cell: with pipes, line breaks, escapes and references.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        Just("a|b".to_owned()),
        Just("two\nlines".to_owned()),
        Just("&#10; &#124;".to_owned()),
        Just("back\\|slash\\".to_owned()),
        Just("How old is ${q0}?".to_owned()),
    ]
}

#[derive(Debug, Clone)]
struct Row {
    kind: String,
    label: String,
    french: String,
    hint: String,
    relevant: bool,
    required: bool,
    sensitivity: &'static str,
    reveals: bool,
}

fn row() -> impl Strategy<Value = Row> {
    let kind = prop::sample::select(vec![
        "text",
        "integer",
        "decimal",
        "date",
        "note",
        "select_one l",
        "select_multiple l",
        "geopoint",
        "acknowledge",
        "begin_group",
        "begin_repeat",
        "end",
    ]);
    let sensitivity = prop::sample::select(vec!["", "identity", "protected", "medical"]);
    (
        kind,
        cell(),
        cell(),
        cell(),
        any::<bool>(),
        any::<bool>(),
        sensitivity,
        any::<bool>(),
    )
        .prop_map(
            |(kind, label, french, hint, relevant, required, sensitivity, reveals)| Row {
                kind: kind.to_owned(),
                label,
                french,
                hint,
                relevant,
                required,
                sensitivity,
                reveals,
            },
        )
}

fn escape(text: &str) -> String {
    text.replace("&#", "&#38;#")
        .replace('|', "&#124;")
        .replace('\n', "&#10;")
        .replace('\r', "&#13;")
}

/// A note and the end of the group around it: groups in which nothing is shown are refused.
fn shown_and_ended(name: &str, end: &str) -> String {
    format!("| | note | {name} | Shown |\n| | {end} |\n")
}

/// A form of these rows that is balanced and refers only backwards.
fn markdown(rows: &[Row]) -> String {
    let mut text = "| survey |\n| | type | name | label::English (en) | label::French (fr) | hint | relevant | required | sensitivity | reveals |\n".to_owned();
    text.push_str("| | text | q0 | First | | | | | | |\n");
    let mut open = Vec::new();
    for (nth, row) in rows.iter().enumerate() {
        let kind = match row.kind.as_str() {
            "end" => match open.pop() {
                Some(end) => {
                    text.push_str(&shown_and_ended(&format!("n{nth}"), end));
                    continue;
                }
                None => "text",
            },
            "begin_group" => {
                open.push("end_group");
                "begin_group"
            }
            "begin_repeat" => {
                open.push("end_repeat");
                "begin_repeat"
            }
            other => other,
        };
        let required = if row.required && !kind.starts_with("begin") {
            "yes"
        } else {
            ""
        };
        text.push_str(&format!(
            "| | {kind} | q{} | Q{} | {} | {} | {} | {required} | {} | {} |\n",
            nth + 1,
            escape(&row.label),
            escape(&row.french),
            escape(&row.hint),
            if row.relevant { "${q0} != ''" } else { "" },
            row.sensitivity,
            if row.reveals { "identity, protected" } else { "" },
        ));
    }
    for (nth, end) in open.iter().enumerate().rev() {
        text.push_str(&shown_and_ended(&format!("last{nth}"), end));
    }
    text.push_str(
        "| choices |\n| | list_name | name | label | extra |\n| | l | a | A | x |\n| | l | b | B | |\n",
    );
    text.push_str("| settings |\n| | form_id | form_title | version | default_language |\n| | f | F | 1 | English (en) |\n");
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_a_form_or_fail_cleanly(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for name in ["a.xlsx", "a.xls", "a.md", "a"] {
            let _ = Form::read_named(name, &bytes);
        }
        let mut zip = b"PK\x03\x04".to_vec();
        zip.extend(&bytes);
        let _ = Form::read(Source::Xlsx(&zip));
        let mut cfb = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        cfb.extend(&bytes);
        let _ = Form::read(Source::Xls(&cfb));
    }

    #[test]
    fn any_tables_are_a_form_or_fail_cleanly(text in "(\\| (survey|choices|settings|) \\|( (type|name|label|text|select_one a|begin_group|end_group|list_name|form_id|relevant|\\$\\{a\\}|a|yes) \\|){0,6}\n){0,12}") {
        let _ = Form::read(Source::Markdown(&text));
    }

    #[test]
    fn a_form_reads_back_from_its_canonical_text(rows in prop::collection::vec(row(), 0..14)) {
        let text = markdown(&rows);
        match Form::read(Source::Markdown(&text)) {
            Ok((form, _)) => {
                let again = Form::read_markdown(&form.to_markdown());
                prop_assert_eq!(again.as_ref(), Ok(&form), "{}", form.to_markdown());
                prop_assert_eq!(again.unwrap().to_markdown(), form.to_markdown());
            }
            // Only these can be wrong.
            Err(errors) => for error in errors {
                prop_assert!(["unknown_reference", "invalid_reference", "reveals"].contains(&error.code), "{}\n{}", error, text);
            },
        }
    }

    #[test]
    fn addresses_read_back_from_their_text(steps in steps(), question in path(), is_instance in any::<bool>()) {
        let question = if is_instance { String::new() } else { question };
        let address = Address::new(steps.clone(), question.clone()).unwrap();
        prop_assert_eq!(address.to_string().parse::<Address>().unwrap(), address.clone());
        if let Some(path) = address.path() {
            prop_assert_eq!(address.near(&path).path(), Some(path));
        }
        if !is_instance {
            let repeat = RepeatAddress::new(steps, question).unwrap();
            prop_assert_eq!(repeat.to_string().parse::<RepeatAddress>().unwrap(), repeat);
        }
    }

    #[test]
    fn any_text_is_an_address_or_fails_cleanly(text in "\\PC{0,60}") {
        if let Ok(address) = text.parse::<Address>() {
            prop_assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn any_text_is_an_answer_or_fails_cleanly(text in "[0-9TZ:. +-]{0,30}|\\PC{0,30}") {
        let list = || ChoiceSource::from("l");
        for kind in [
            QuestionKind::Text, QuestionKind::Integer, QuestionKind::Decimal, QuestionKind::Date, QuestionKind::Time,
            QuestionKind::DateTime, QuestionKind::SelectOne(list()), QuestionKind::SelectMultiple(list()),
            QuestionKind::Rank(list()), QuestionKind::Range { whole: true }, QuestionKind::Range { whole: false },
            QuestionKind::Geotrace, QuestionKind::Geoshape, QuestionKind::Barcode, QuestionKind::Media(Media::Image),
            QuestionKind::Geopoint, QuestionKind::Acknowledge, QuestionKind::Calculate, QuestionKind::Hidden,
        ] {
            if let Ok(value) = Value::parse(&kind, &text) {
                prop_assert!(value.fits(&kind));
                prop_assert_eq!(Value::parse(&kind, &value.to_odk_text()), Ok(value));
            }
        }
    }

    #[test]
    fn numbers_read_back(number in any::<i64>(), decimal in any::<f64>()) {
        let value = Value::Integer(number);
        prop_assert_eq!(Value::parse(&QuestionKind::Integer, &value.to_odk_text()), Ok(value));
        prop_assume!(decimal.is_finite());
        let value = Value::Decimal(decimal);
        prop_assert_eq!(Value::parse(&QuestionKind::Decimal, &value.to_odk_text()), Ok(value));
    }
}

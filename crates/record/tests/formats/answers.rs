//! Answers: every kind, and every form in which one is kept.

use std::collections::BTreeSet;

use baraza_record::{Draft, Record};
use form::{Answers as _, Point, Value};
use golden::Folder;

use crate::household::{BEGUN, actor, draft};

pub(crate) const FORM: &str = "
| survey |
| | type          | name             | label | sensitivity |
| | text          | text             | A     |             |
| | integer       | integer          | A     |             |
| | decimal       | decimal          | A     |             |
| | acknowledge   | boolean          | A     |             |
| | select_one c  | choice           | A     |             |
| | select_one c  | choice-odd       | A     |             |
| | select_multiple c | choices      | A     |             |
| | select_multiple c | choices-odd  | A     |             |
| | rank c        | rank             | A     |             |
| | date          | date             | A     |             |
| | time          | time             | A     |             |
| | time          | time-here         | A     |             |
| | dateTime      | date-time        | A     |             |
| | dateTime      | date-time-here    | A     |             |
| | geopoint      | point            | A     | identity    |
| | geopoint      | point-fine       | A     | identity    |
| | geotrace      | line             | A     | identity    |
| | geoshape      | area             | A     | identity    |
| | image         | file             | A     |             |
| | begin repeat  | members          | A     |             |
| | text          | called           | A     | identity    |
| | end repeat    |                  |       |             |
| choices |
| | list_name | name | label |
| | c         | yes  | Yes   |
| | c         | no   | No    |
";

/// One step for each: the value is put down as the step in its file, and the step gives the value back.
pub(crate) fn keep(folder: &mut Folder) {
    let (_, begin) = draft();
    let read = |at: &str, bytes: &[u8]| {
        let at = at.parse().unwrap();
        Draft::replay(&Record::new(), actor(1), [&begin, bytes]).map(|draft| draft.answer(&at))
    };
    for (at, value) in of_every_kind() {
        let (mut fresh, _) = draft();
        let step = fresh
            .put_down(&at.parse().unwrap(), value.clone(), BEGUN)
            .unwrap();
        let name = format!("step-1-{at}");
        folder.keeps(
            &name,
            &Some(value),
            |_| step.as_bytes().to_vec(),
            |bytes| read(at, bytes),
        );
    }
    for (at, value) in of_every_kind().into_iter().filter(|(at, _)| AS_TEXT.contains(at)) {
        folder.still_reads(&format!("step-1-{at}-as-text"), &Some(value), |bytes| {
            read(at, bytes)
        });
    }
}

/// What has a compact form, as text: read, and not written any more.
const AS_TEXT: [&str; 3] = ["date", "time", "date-time"];

/// At which question of the form each stands.
pub(crate) fn of_every_kind() -> Vec<(&'static str, Value)> {
    let names = || vec!["yes".to_owned(), "no".to_owned()];
    let place = |latitude| Point {
        latitude,
        longitude: 36.821946,
        altitude: 1661.0,
        accuracy: 4.5,
    };
    let corners = || vec![place(-1.292066), place(-1.3), place(-1.292066)];
    vec![
        ("text", Value::Text("The river, غرق".to_owned())),
        ("integer", Value::Integer(-300)),
        ("decimal", Value::Decimal(0.1)),
        ("boolean", Value::Boolean(true)),
        ("choice", Value::SelectOne("yes".to_owned())),
        ("choice-odd", Value::SelectOne("\tyes".to_owned())),
        ("choices", Value::SelectMultiple(names())),
        (
            "choices-odd",
            Value::SelectMultiple(vec!["not now".to_owned(), "no".to_owned()]),
        ),
        ("rank", Value::Rank(names())),
        ("date", Value::Date("2026-11-23".parse().unwrap())),
        ("time", Value::Time("10:00:00.000+03:00".parse().unwrap())),
        ("time-here", Value::Time("10:00:00".parse().unwrap())),
        (
            "date-time",
            Value::DateTime("2026-11-23T10:00:00.000+03:00".parse().unwrap()),
        ),
        (
            "date-time-here",
            Value::DateTime("2026-11-23T10:00:00.123".parse().unwrap()),
        ),
        ("point", Value::Geopoint(place(-1.292066))),
        ("point-fine", Value::Geopoint(place(-1.292_066_123_456))),
        ("line", Value::Geotrace(corners())),
        ("area", Value::Geoshape(corners())),
        ("file", Value::File("3f9a01bc2d4e.jpg".to_owned())),
    ]
}

#[test]
fn every_kind_of_answer_and_every_tag_has_a_golden_file() {
    let mut kinds = BTreeSet::new();
    let mut tags = BTreeSet::new();
    for (at, value) in of_every_kind() {
        kinds.insert(kind(&value));
        let (mut fresh, _) = draft();
        let step = fresh.put_down(&at.parse().unwrap(), value, BEGUN).unwrap();
        // Version, kind, a time of five bytes, and the key with its length; then bytes, and their tag.
        let scalar = &step.as_bytes()[2 + 5 + 1 + "q/".len() + at.len()..];
        tags.extend((scalar[0] == 5 && scalar[1] < 0x20).then(|| scalar[1]));
    }
    assert_eq!(kinds.len(), 14);
    // 6 and 7 were never given out, and 8 to 10 are texts, which are read only.
    assert!(tags.into_iter().eq((0..=5).chain(8 + AS_TEXT.len() as u8..=0x10)));
}

/// A kind that is new here needs a golden file: it is counted above.
fn kind(value: &Value) -> u8 {
    match value {
        Value::Text(_) => 0,
        Value::Integer(_) => 1,
        Value::Decimal(_) => 2,
        Value::Boolean(_) => 3,
        Value::Date(_) => 4,
        Value::Time(_) => 5,
        Value::DateTime(_) => 6,
        Value::SelectOne(_) => 7,
        Value::SelectMultiple(_) => 8,
        Value::Rank(_) => 9,
        Value::Geopoint(_) => 10,
        Value::Geotrace(_) => 11,
        Value::Geoshape(_) => 12,
        Value::File(_) => 13,
    }
}

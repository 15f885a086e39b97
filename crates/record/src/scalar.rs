//! How an answer is put into a document, small and with its kind kept.
//!
//! | answer | scalar |
//! |---|---|
//! | text, whole number, decimal, yes/no | automerge's own |
//! | one choice | bytes: its name |
//! | everything else | bytes: a tag below 0x20, then a compact form |
//!
//! A choice needs no tag, because a name does not begin with a control character. What has no
//! compact form (a date in the year 20,000) is kept as its text, so that every answer comes back
//! as it was.

mod compact;

use automerge::ScalarValue;
use form::{Point, Value};

use crate::bytes::{Reader, put_sized, put_unsigned};

const CHOICE: u8 = 0x00;
const CHOICES: u8 = 0x01;
const CHOICES_SIZED: u8 = 0x02;
const DATE: u8 = 0x03;
const TIME: u8 = 0x04;
const DATE_TIME: u8 = 0x05;
const DATE_TEXT: u8 = 0x08;
const TIME_TEXT: u8 = 0x09;
const DATE_TIME_TEXT: u8 = 0x0a;
const POINT: u8 = 0x0b;
const POINT_FULL: u8 = 0x0c;
const RANK: u8 = 0x0d;
const LINE: u8 = 0x0e;
const AREA: u8 = 0x0f;
const FILE: u8 = 0x10;

/// What stands at a key: an answer, nothing any more, or something this version cannot read.
#[derive(Clone, PartialEq)]
pub(crate) enum Written {
    Answer(Value),
    Cleared,
    Unreadable,
}

impl Written {
    pub(crate) fn answer(self) -> Option<Value> {
        match self {
            Self::Answer(value) => Some(value),
            Self::Cleared | Self::Unreadable => None,
        }
    }
}

/// The scalar for an answer.
pub(crate) fn of(value: &Value) -> ScalarValue {
    match value {
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Integer(number) => ScalarValue::Int(*number),
        Value::Decimal(number) => ScalarValue::F64(*number),
        Value::Boolean(yes) => ScalarValue::Boolean(*yes),
        Value::SelectOne(name) => ScalarValue::Bytes(choice(name)),
        Value::SelectMultiple(names) => ScalarValue::Bytes(choices(names)),
        Value::Date(date) => ScalarValue::Bytes(small_or_text(
            DATE,
            DATE_TEXT,
            date.as_str(),
            compact::date,
            compact::date_text,
        )),
        Value::Time(time) => ScalarValue::Bytes(small_or_text(
            TIME,
            TIME_TEXT,
            time.as_str(),
            compact::time,
            compact::time_text,
        )),
        Value::DateTime(moment) => ScalarValue::Bytes(small_or_text(
            DATE_TIME,
            DATE_TIME_TEXT,
            moment.as_str(),
            compact::date_time,
            compact::date_time_text,
        )),
        Value::Rank(names) => ScalarValue::Bytes(tagged(RANK, &choices(names))),
        Value::Geopoint(place) => ScalarValue::Bytes(point(place)),
        Value::Geotrace(places) => ScalarValue::Bytes(tagged(LINE, &points(places))),
        Value::Geoshape(places) => ScalarValue::Bytes(tagged(AREA, &points(places))),
        Value::File(name) => ScalarValue::Bytes(tagged(FILE, name.as_bytes())),
    }
}

/// The answer that a scalar holds.
pub(crate) fn read(scalar: &ScalarValue) -> Written {
    let answer = match scalar {
        ScalarValue::Null => return Written::Cleared,
        ScalarValue::Str(text) => Some(Value::Text(text.to_string())),
        ScalarValue::Int(number) => Some(Value::Integer(*number)),
        ScalarValue::F64(number) => number.is_finite().then_some(Value::Decimal(*number)),
        ScalarValue::Boolean(yes) => Some(Value::Boolean(*yes)),
        ScalarValue::Bytes(bytes) => read_bytes(bytes),
        ScalarValue::Uint(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Timestamp(_)
        | ScalarValue::Unknown { .. } => None,
    };
    answer.map_or(Written::Unreadable, Written::Answer)
}

/// Whether two scalars say the same.
pub(crate) fn same(one: &ScalarValue, other: &ScalarValue) -> bool {
    match (one, other) {
        // Not a number is the same answer as not a number.
        (ScalarValue::F64(one), ScalarValue::F64(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}

fn read_bytes(bytes: &[u8]) -> Option<Value> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        0x20.. => text(bytes).map(Value::SelectOne),
        CHOICE => text(rest).map(Value::SelectOne),
        CHOICES | CHOICES_SIZED => choices_back(bytes).map(Value::SelectMultiple),
        RANK => choices_back(rest).map(Value::Rank),
        DATE => compact::date_text(rest)?.parse().ok().map(Value::Date),
        DATE_TEXT => text(rest)?.parse().ok().map(Value::Date),
        TIME => compact::time_text(rest)?.parse().ok().map(Value::Time),
        TIME_TEXT => text(rest)?.parse().ok().map(Value::Time),
        DATE_TIME => compact::date_time_text(rest)?.parse().ok().map(Value::DateTime),
        DATE_TIME_TEXT => text(rest)?.parse().ok().map(Value::DateTime),
        POINT | POINT_FULL => point_back(bytes).map(Value::Geopoint),
        LINE => points_back(rest).map(Value::Geotrace),
        AREA => points_back(rest).map(Value::Geoshape),
        FILE => text(rest).map(Value::File),
        _ => None,
    }
}

fn choice(name: &str) -> Vec<u8> {
    match name.as_bytes().first() {
        Some(0x20..) => name.as_bytes().to_vec(),
        _ => tagged(CHOICE, name.as_bytes()),
    }
}

fn choices(names: &[String]) -> Vec<u8> {
    if names.iter().all(|name| !name.is_empty() && !name.contains(' ')) {
        return tagged(CHOICES, names.join(" ").as_bytes());
    }
    let mut out = vec![CHOICES_SIZED];
    put_unsigned(&mut out, names.len() as u64);
    for name in names {
        put_sized(&mut out, name.as_bytes());
    }
    out
}

fn choices_back(bytes: &[u8]) -> Option<Vec<String>> {
    let (tag, rest) = bytes.split_first()?;
    match *tag {
        CHOICES => {
            let names = text(rest)?;
            let names = names.split(' ').filter(|name| !name.is_empty());
            Some(names.map(str::to_owned).collect())
        }
        CHOICES_SIZED => sized_choices(rest),
        _ => None,
    }
}

fn sized_choices(bytes: &[u8]) -> Option<Vec<String>> {
    let mut reader = Reader::new(bytes);
    let count = reader.unsigned()?;
    let mut names = Vec::new();
    for _ in 0..count {
        names.push(text(reader.sized()?)?);
    }
    reader.is_empty().then_some(names)
}

/// The compact form if the text comes back from it unchanged, otherwise the text.
fn small_or_text(
    small_tag: u8,
    text_tag: u8,
    text: &str,
    small: impl FnOnce(&str) -> Option<Vec<u8>>,
    back: impl FnOnce(&[u8]) -> Option<String>,
) -> Vec<u8> {
    match small(text) {
        Some(small) if back(&small).as_deref() == Some(text) => tagged(small_tag, &small),
        _ => tagged(text_tag, text.as_bytes()),
    }
}

fn point(place: &Point) -> Vec<u8> {
    let parts = [place.latitude, place.longitude, place.altitude, place.accuracy];
    let same = |back: [f64; 4]| back.map(f64::to_bits) == parts.map(f64::to_bits);
    match compact::point(parts) {
        Some(small) if compact::point_back(&small).is_some_and(same) => tagged(POINT, &small),
        _ => tagged(POINT_FULL, &parts.map(f64::to_le_bytes).concat()),
    }
}

fn point_back(bytes: &[u8]) -> Option<Point> {
    let (tag, rest) = bytes.split_first()?;
    let [latitude, longitude, altitude, accuracy] = match *tag {
        POINT => compact::point_back(rest)?,
        POINT_FULL => full_point(rest)?,
        _ => return None,
    };
    Some(Point {
        latitude,
        longitude,
        altitude,
        accuracy,
    })
}

fn points(places: &[Point]) -> Vec<u8> {
    let mut out = Vec::new();
    for place in places {
        put_sized(&mut out, &point(place));
    }
    out
}

fn points_back(bytes: &[u8]) -> Option<Vec<Point>> {
    let mut reader = Reader::new(bytes);
    let mut places = Vec::new();
    while !reader.is_empty() {
        places.push(point_back(reader.sized()?)?);
    }
    Some(places)
}

fn full_point(bytes: &[u8]) -> Option<[f64; 4]> {
    let mut reader = Reader::new(bytes);
    let mut parts = [0.0; 4];
    for part in &mut parts {
        *part = f64::from_le_bytes(reader.array()?);
    }
    (reader.is_empty() && parts.iter().all(|part| part.is_finite())).then_some(parts)
}

fn tagged(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(1 + bytes.len());
    out.push(tag);
    out.extend_from_slice(bytes);
    out
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_point() -> impl Strategy<Value = Point> {
        let degrees = |most: f64| {
            prop_oneof![
                -most..most,
                (-most..most).prop_map(|d: f64| (d * 1e7).round() / 1e7)
            ]
        };
        (degrees(90.0), degrees(180.0), -500.0..9000.0f64, 0.0..100.0f64).prop_map(
            |(latitude, longitude, altitude, accuracy)| Point {
                latitude,
                longitude,
                altitude,
                accuracy,
            },
        )
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<String>().prop_map(Value::Text),
            any::<i64>().prop_map(Value::Integer),
            any::<f64>()
                .prop_filter("finite", |number| number.is_finite())
                .prop_map(Value::Decimal),
            any::<bool>().prop_map(Value::Boolean),
            "\\PC*|[a-z]{1,9}|\u{1}x".prop_map(Value::SelectOne),
            proptest::collection::vec("[a-z]{0,3}|a b", 0..4).prop_map(Value::SelectMultiple),
            (1i32..=9999, 1u32..=12, 1u32..=28)
                .prop_map(|(y, m, d)| Value::Date(format!("{y:04}-{m:02}-{d:02}").parse().unwrap())),
            (
                0u32..24,
                0u32..60,
                0u32..60,
                prop_oneof![Just(0u32), 0..1000u32],
                "|\\+03:00|-09:30|\\+00:00|\\+05:53"
            )
                .prop_map(|(h, m, s, ms, o)| Value::Time(
                    format!("{h:02}:{m:02}:{s:02}.{ms:03}{o}").parse().unwrap()
                )),
            (
                1900i32..2100,
                0u32..24,
                prop_oneof![Just(0u32), 0..1000u32],
                "|\\+03:00|-09:30|\\+00:00|\\+05:53"
            )
                .prop_map(|(y, h, ms, o)| Value::DateTime(
                    format!("{y:04}-11-23T{h:02}:00:07.{ms:03}{o}").parse().unwrap()
                )),
            proptest::collection::vec("[a-z]{0,3}|a b", 0..4).prop_map(Value::Rank),
            any_point().prop_map(Value::Geopoint),
            proptest::collection::vec(any_point(), 0..6).prop_map(Value::Geotrace),
            proptest::collection::vec(any_point(), 0..6).prop_map(Value::Geoshape),
            "\\PC*|[a-z]{1,9}\\.jpg".prop_map(Value::File),
        ]
    }

    proptest! {
        #[test]
        fn every_answer_comes_back_as_it_was(value in any_value()) {
            prop_assert!(read(&of(&value)) == Written::Answer(value));
        }

        #[test]
        fn any_bytes_are_an_answer_or_unreadable(bytes: Vec<u8>) {
            let _ = read(&ScalarValue::Bytes(bytes));
        }
    }

    #[test]
    fn common_answers_are_small() {
        let bytes = |value: Value| match of(&value) {
            ScalarValue::Bytes(bytes) => bytes.len(),
            _ => panic!("not bytes"),
        };
        assert_eq!(bytes(Value::SelectOne("yes".into())), 3);
        assert_eq!(
            bytes(Value::SelectMultiple(vec!["water".into(), "food".into()])),
            11
        );
        assert_eq!(bytes(Value::Date("2026-11-23".parse().unwrap())), 4);
        assert_eq!(
            bytes(Value::DateTime("2026-11-23T10:00:00.000+03:00".parse().unwrap())),
            7
        );
        let place = Point {
            latitude: -4.0512345,
            longitude: 39.6612345,
            altitude: 17.2,
            accuracy: 4.9,
        };
        assert_eq!(bytes(Value::Geopoint(place)), 15);
        assert_eq!(bytes(Value::Geotrace(vec![place; 3])), 1 + 3 * 16);
        assert_eq!(bytes(Value::File("a.jpg".into())), 6);
    }
}

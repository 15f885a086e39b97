//! Answers at the edges of what a constraint says, for when chance finds none that is allowed.

use jiff::ToSpan;
use jiff::civil::Date;

use super::invent::Invention;
use crate::kind::QuestionKind;
use crate::model::Question;
use crate::value::Value;
use crate::when::DateText;

/// How many there are at most.
const MOST: usize = 2_000;

/// Possible answers to a question. `read` is what was answered to the questions that its
/// constraint reads, in ODK's text form.
pub(super) fn of(
    question: &Question,
    read: &[String],
    offered: &[&str],
    invention: &Invention,
) -> Vec<Value> {
    let constraint = question
        .constraint
        .as_ref()
        .map_or("", |constraint| constraint.text());
    let mut anchors: Vec<String> = read.to_vec();
    anchors.extend(literals(constraint).map(str::to_owned));
    let mut candidates = match &question.kind {
        QuestionKind::Integer
        | QuestionKind::Decimal
        | QuestionKind::Range { .. }
        | QuestionKind::Calculate => numbers(constraint, &anchors)
            .into_iter()
            .flat_map(|number| [number.round().to_string(), number.to_string()])
            .collect(),
        QuestionKind::Date => days(&anchors, invention).iter().map(Date::to_string).collect(),
        QuestionKind::DateTime => days(&anchors, invention)
            .iter()
            .map(|day| format!("{day}T12:00:00.000{}", invention.offset()))
            .chain(anchors.iter().cloned())
            .collect(),
        QuestionKind::Time => ["00:00", "06:00", "12:00", "18:00", "23:59"]
            .map(|time| format!("{time}:00.000{}", invention.offset()))
            .into_iter()
            .chain(anchors.iter().cloned())
            .collect(),
        QuestionKind::Text | QuestionKind::Barcode => texts(constraint, &anchors),
        _ => Vec::new(),
    };
    candidates.extend(choices(&question.kind, offered));
    candidates.truncate(MOST);
    let values = candidates
        .iter()
        .filter_map(|text| Value::parse(&question.kind, text).ok());
    values.collect()
}

/// The texts in quotes.
fn literals(constraint: &str) -> impl Iterator<Item = &str> {
    constraint
        .split('\'')
        .skip(1)
        .step_by(2)
        .chain(constraint.split('"').skip(1).step_by(2))
}

/// The numbers that stand in the constraint or are read by it, those beside them, and what two of
/// them give together.
fn numbers(constraint: &str, anchors: &[String]) -> Vec<f64> {
    let written = constraint
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .filter_map(|word| word.parse::<f64>().ok());
    let read = anchors.iter().filter_map(|text| text.parse::<f64>().ok());
    let mut found: Vec<f64> = written.chain(read).filter(|number| number.is_finite()).collect();
    found.truncate(30);
    let pairs: Vec<f64> = found
        .iter()
        .flat_map(|one| {
            found
                .iter()
                .flat_map(move |other| [one + other, one - other, (one + other) / 2.0])
        })
        .collect();
    let sum: f64 = found.iter().sum();
    let mut numbers = vec![0.0, 1.0];
    for number in found {
        numbers.extend([
            number,
            number - 1.0,
            number + 1.0,
            number / 2.0,
            -number,
            number - 0.5,
            number + 0.5,
        ]);
    }
    numbers.push(sum);
    numbers.extend(pairs);
    numbers
}

/// The days that the constraint reads, and today, and those about them.
fn days(anchors: &[String], invention: &Invention) -> Vec<Date> {
    let read = anchors.iter().filter_map(|text| {
        let day = text.split('T').next()?.parse::<DateText>().ok()?;
        day.to_civil()
    });
    let around = [
        0, 1, -1, 7, -7, 31, -31, 366, -366, 3_660, -3_660, 7_320, -7_320, 14_640, -14_640,
    ];
    let from: Vec<Date> = read.chain([invention.today()]).collect();
    let days = from.iter().flat_map(|day| {
        around
            .iter()
            .filter_map(|days| day.checked_add(i64::from(*days).days()).ok())
    });
    days.collect()
}

/// The texts of the constraint, and digits and letters of the lengths that it names.
fn texts(constraint: &str, anchors: &[String]) -> Vec<String> {
    let mut texts: Vec<String> = anchors.to_vec();
    for length in numbers(constraint, &[]) {
        let length = length as usize;
        if (1..=64).contains(&length) {
            let digits = "1234567890".chars().cycle().take(length).collect::<String>();
            let zeros = format!("0{}", digits.chars().skip(1).collect::<String>());
            texts.extend([digits, zeros, "a".repeat(length), "A".repeat(length)]);
        }
    }
    texts.extend(["1", "a", "A", "1234567890", "+254712345678", "0712345678"].map(str::to_owned));
    texts
}

/// Each choice alone, the first few together, and all of them.
fn choices(kind: &QuestionKind, offered: &[&str]) -> Vec<String> {
    match kind {
        QuestionKind::SelectOne(_) => offered.iter().map(|name| (*name).to_owned()).collect(),
        QuestionKind::SelectMultiple(_) => {
            let alone = offered.iter().map(|name| (*name).to_owned());
            let together = (2..=offered.len().min(12)).map(|count| offered.iter().take(count).copied());
            let together = together.map(|names| names.collect::<Vec<_>>().join(" "));
            alone.chain(together).chain([offered.join(" ")]).collect()
        }
        QuestionKind::Rank(_) => vec![offered.join(" ")],
        _ => Vec::new(),
    }
}

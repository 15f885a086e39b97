//! What an expression gave, as the answer to a question.

use jiff::ToSpan;
use jiff::civil::date;

use crate::expression::Outcome;
use crate::kind::QuestionKind;
use crate::value::Value;
use crate::when::DateText;

/// Returns the answer that an expression gave for a question of this kind; `None` if it gave
/// nothing, no number, or nothing that is such an answer.
pub(crate) fn answer_of(outcome: &Outcome, kind: &QuestionKind) -> Option<Value> {
    if let Outcome::Number(number) = outcome {
        return of_number(*number, kind);
    }
    let text = outcome.to_text();
    let text = match kind {
        // The day of a date with time, and the time of it.
        QuestionKind::Date => text.split_once('T').map_or(text.as_str(), |(day, _)| day),
        QuestionKind::Time => text.split_once('T').map_or(text.as_str(), |(_, time)| time),
        _ => text.as_str(),
    };
    match Value::parse(kind, text) {
        Ok(value) => Some(value),
        Err(_) => of_number(text.trim().parse().ok()?, kind),
    }
}

fn of_number(number: f64, kind: &QuestionKind) -> Option<Value> {
    if !number.is_finite() {
        return None;
    }
    let whole = (number.abs() < 9e15).then_some(number.trunc());
    match kind {
        QuestionKind::Integer => whole.map(|whole| Value::Integer(whole as i64)),
        QuestionKind::Decimal => Some(Value::Decimal(number)),
        // Dates count the days since 1970.
        QuestionKind::Date => {
            let days = whole.filter(|days| days.abs() < 4e6)? as i64;
            let day = date(1970, 1, 1).checked_add(days.days()).ok()?;
            Some(Value::Date(DateText::from_civil(day)))
        }
        _ => Value::parse(kind, &Outcome::Number(number).to_text()).ok(),
    }
}

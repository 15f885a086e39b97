//! Days and times.

use super::{Arguments, Function, exactly, number, text};
use crate::expression::error::EvalError;
use crate::expression::moment::{Moment, offset_text};
use crate::expression::outcome::Outcome;
use names::Names;

mod names;

pub(super) const TABLE: &[Function] = &[
    exactly("today", 0, |a| text(now(a).day_text().unwrap_or_default())),
    exactly("now", 0, |a| {
        text(
            now(a)
                .date_time_text(&a.evaluator.context.env.tz)
                .unwrap_or_default(),
        )
    }),
    exactly("date", 1, date),
    exactly("date-time", 1, date_time),
    exactly("decimal-date-time", 1, decimal_date_time),
    exactly("decimal-time", 1, decimal_time),
    exactly("format-date", 2, format_date),
    exactly("format-date-time", 2, format_date),
];

fn now(arguments: &Arguments<'_>) -> Moment {
    let env = arguments.evaluator.context.env;
    Moment::at(env.now, &env.tz)
}

/// What the first argument says as a moment, if it says one: a day or time as text, or a number of days.
fn moment(arguments: &Arguments<'_>, with_time: bool) -> Result<Option<Moment>, EvalError> {
    let outcome = arguments.outcome(0)?;
    let evaluator = arguments.evaluator;
    let said = outcome.to_text();
    if let Some(moment) = Moment::parse(&said).or_else(|| Moment::parse(&padded(&said)?)) {
        // A record keeps the clock that a time was written with; a document is seen from one place.
        return Ok(match (moment.day, moment.offset, evaluator.document) {
            (Some(_), Some(_), Some(_)) => {
                let tz = &evaluator.context.env.tz;
                Moment::from_timestamp_days(moment.to_timestamp_days(tz), tz)
            }
            _ => Some(moment),
        });
    }
    let days = outcome.to_number();
    Ok(if with_time {
        Moment::from_timestamp_days(days, &arguments.evaluator.context.env.tz)
    } else {
        Moment::from_days(days)
    })
}

/// A day with two digits for month and day, where it is written with one: of `2026-3-5` it is
/// `2026-03-05`.
fn padded(day: &str) -> Option<String> {
    let mut parts = day.trim().split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && is_number(month) && is_number(day))
        .then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

fn date(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    text(
        moment(arguments, false)?
            .and_then(|moment| moment.day_text())
            .unwrap_or_default(),
    )
}

fn date_time(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let tz = &arguments.evaluator.context.env.tz;
    text(
        moment(arguments, true)?
            .and_then(|moment| moment.date_time_text(tz))
            .unwrap_or_default(),
    )
}

fn decimal_date_time(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let outcome = arguments.outcome(0)?;
    match Moment::parse(&outcome.to_text()) {
        Some(moment) => number(moment.to_timestamp_days(&arguments.evaluator.context.env.tz)),
        None => number(outcome.to_number()),
    }
}

fn decimal_time(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let outcome = arguments.outcome(0)?;
    match Moment::parse(&outcome.to_text()) {
        Some(moment) => number(moment.part_of_day()),
        None => {
            let days = outcome.to_number();
            number(days - days.floor())
        }
    }
}

fn format_date(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let Some(moment) = moment(arguments, true)? else {
        return text("");
    };
    let format = arguments.text(1)?;
    let names = Names::in_language(language(arguments));
    let mut written = String::with_capacity(format.len());
    let mut letters = format.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            written.push(c);
            continue;
        }
        let letter = letters.next().unwrap_or(' ');
        match part(&moment, letter, names) {
            Some(part) => written.push_str(&part),
            None => return Err(EvalError::DateFormat { letter }),
        }
    }
    text(written)
}

/// The language of the interview, or else the form's own.
fn language<'a>(arguments: &Arguments<'a>) -> &'a str {
    let context = arguments.evaluator.context;
    if context.env.language.is_empty() {
        &context.form.default_language
    } else {
        &context.env.language
    }
}

/// What a letter of a format stands for. A time alone has a day of no name.
fn part(moment: &Moment, letter: char, names: &Names) -> Option<String> {
    let (hour, minute, second, milli) = moment.clock();
    let day = |write: &dyn Fn(jiff::civil::Date) -> String| moment.day.map(write).unwrap_or_default();
    let named = |names: &[&'static str], nth: i8| {
        usize::try_from(nth)
            .ok()
            .and_then(|nth| names.get(nth.wrapping_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    Some(match letter {
        'Y' => day(&|day| format!("{:04}", day.year())),
        'y' => day(&|day| format!("{:02}", day.year().rem_euclid(100))),
        'm' => day(&|day| format!("{:02}", day.month())),
        'n' => day(&|day| day.month().to_string()),
        'B' => day(&|day| named(&names.months, day.month()).to_owned()),
        'b' => day(&|day| named(&names.short_months, day.month()).to_owned()),
        'd' => day(&|day| format!("{:02}", day.day())),
        'e' => day(&|day| day.day().to_string()),
        'A' => day(&|day| named(&names.days, day.weekday().to_monday_one_offset()).to_owned()),
        'a' => day(&|day| named(&names.short_days, day.weekday().to_monday_one_offset()).to_owned()),
        'W' => day(&|day| day.iso_week_date().week().to_string()),
        'H' => format!("{hour:02}"),
        'h' => hour.to_string(),
        'M' => format!("{minute:02}"),
        'S' => format!("{second:02}"),
        '3' => format!("{milli:03}"),
        'Z' => moment.offset.map(offset_text).unwrap_or_default(),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

//! Days and times as canonical ISO 8601 text.
//!
//! Kept as text because that is how they travel: a time keeps the offset it was given with, or none.

use std::fmt;
use std::str::FromStr;

use jiff::civil;

/// A text is no date, time or date with time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WhenError {
    /// No day of the calendar.
    #[error("a date is written like `2026-11-23`")]
    Date,
    /// No time of day.
    #[error("a time is written like `10:00`, `10:00:00.000` or `10:00:00.000+03:00`")]
    Time,
    /// No day with a time.
    #[error("a date with a time is written like `2026-11-23T10:00:00.000+03:00`")]
    DateTime,
}

macro_rules! canonical_text {
    ($(#[$doc:meta])* $name:ident, $canonical:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns the canonical text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = WhenError;

            fn from_str(text: &str) -> Result<Self, WhenError> {
                $canonical(text).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Hides the value: it is somebody's answer.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

canonical_text! {
    /// A day: `2026-11-23`.
    DateText, canonical_date
}
canonical_text! {
    /// A time of day, to the millisecond: `10:00:00.000+03:00`, or without the offset.
    TimeText, canonical_time
}
canonical_text! {
    /// A day and a time, to the millisecond: `2026-11-23T10:00:00.000+03:00`, or without the offset.
    DateTimeText, canonical_date_time
}

impl DateText {
    /// Returns the text of a day of the calendar.
    pub fn from_civil(date: civil::Date) -> Self {
        DateText(date.to_string())
    }

    /// Returns the day of the calendar.
    pub fn to_civil(&self) -> Option<civil::Date> {
        parse_date(&self.0)
    }
}

fn canonical_date(text: &str) -> Result<String, WhenError> {
    parse_date(text)
        .map(|date| date.to_string())
        .ok_or(WhenError::Date)
}

fn parse_date(text: &str) -> Option<civil::Date> {
    let [year, month, day]: [&str; 3] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    let year = i16::try_from(digits(year, 4)?).ok()?;
    let month = i8::try_from(digits(month, 2)?).ok()?;
    let day = i8::try_from(digits(day, 2)?).ok()?;
    civil::Date::new(year, month, day).ok()
}

fn canonical_time(text: &str) -> Result<String, WhenError> {
    time(text).ok_or(WhenError::Time)
}

fn time(text: &str) -> Option<String> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        None => (text, String::new()),
        Some(at) => {
            let (clock, offset) = text.split_at_checked(at)?;
            (clock, canonical_offset(offset)?)
        }
    };
    let (clock, millis) = match clock.split_once('.') {
        None => (clock, 0),
        Some((clock, fraction)) => {
            if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let three: String = fraction.chars().chain("00".chars()).take(3).collect();
            (clock, digits(&three, 3)?)
        }
    };
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(format!("{hour:02}:{minute:02}:{second:02}.{millis:03}{offset}"))
}

fn canonical_offset(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("+00:00".to_owned());
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (digits(hours, 2)?, digits(minutes, 2)?),
        None if rest.len() == 2 => (digits(rest, 2)?, 0),
        None => {
            let (hours, minutes) = rest.split_at_checked(2)?;
            (digits(hours, 2)?, digits(minutes, 2)?)
        }
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    let sign = if hours == 0 && minutes == 0 { "+" } else { sign };
    Some(format!("{sign}{hours:02}:{minutes:02}"))
}

fn canonical_date_time(text: &str) -> Result<String, WhenError> {
    let (date, clock) = text.split_once(['T', ' ']).ok_or(WhenError::DateTime)?;
    match (parse_date(date), time(clock)) {
        (Some(date), Some(clock)) => Ok(format!("{date}T{clock}")),
        _ => Err(WhenError::DateTime),
    }
}

fn digits(text: &str, count: usize) -> Option<u16> {
    if text.len() != count || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> String {
        text.parse::<TimeText>().unwrap().to_string()
    }

    #[test]
    fn times_become_canonical() {
        assert_eq!(
            time("9:5".replace('9', "09").replace(":5", ":05").as_str()),
            "09:05:00.000"
        );
        assert_eq!(time("10:00:07.5Z"), "10:00:07.500+00:00");
        assert_eq!(time("10:00:07.1239+03"), "10:00:07.123+03:00");
        assert_eq!(time("10:00-0330"), "10:00:00.000-03:30");
        let now: DateTimeText = "2026-11-23 10:00:00+03:00".parse().unwrap();
        assert_eq!(now.as_str(), "2026-11-23T10:00:00.000+03:00");
    }

    #[test]
    fn what_is_on_no_calendar_is_refused() {
        for text in [
            "2026-02-29",
            "26-1-1",
            "2026-13-01",
            "",
            "2026-01-01T",
            "२०२६-01-01",
            "2026-01-01-",
        ] {
            assert_eq!(text.parse::<DateText>(), Err(WhenError::Date), "{text}");
        }
        for text in [
            "24:00",
            "10",
            "10:00:00.",
            "10:00+",
            "10:00+é",
            "é",
            "10:00:00:00",
            "10:00+25:00",
        ] {
            assert_eq!(text.parse::<TimeText>(), Err(WhenError::Time), "{text}");
        }
        assert!("2026-01-01".parse::<DateTimeText>().is_err());
    }

    #[test]
    fn a_day_does_not_show_in_debug_output() {
        assert_eq!(
            format!("{:?}", "1987-03-04".parse::<DateText>().unwrap()),
            "DateText(…)"
        );
    }
}

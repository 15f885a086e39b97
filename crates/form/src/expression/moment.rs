//! Days and times inside expressions, where they are texts and count as numbers of days.

use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use crate::when::{DateText, DateTimeText, TimeText};

const EPOCH: Date = date(1970, 1, 1);
const SECONDS_A_DAY: f64 = 86_400.0;

/// A day, a time of day, or both, read from a text.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Moment {
    pub(super) day: Option<Date>,
    /// The time of day in milliseconds.
    pub(super) millis: Option<u32>,
    pub(super) offset: Option<Offset>,
}

impl Moment {
    /// Reads `2026-11-23`, `10:00:00.000+03:00` or both with a `T` between them.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        // Most texts are none of these, and it shows early.
        if text.len() < 5 || text.len() > 40 || !text.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Ok(day) = text.parse::<DateText>() {
            return Some(Moment {
                day: day.to_civil(),
                millis: None,
                offset: None,
            });
        }
        if let Ok(both) = text.parse::<DateTimeText>() {
            let (day, time) = both.as_str().split_once('T')?;
            let (millis, offset) = clock(time)?;
            return Some(Moment {
                day: day.parse::<DateText>().ok()?.to_civil(),
                millis: Some(millis),
                offset,
            });
        }
        let time = text.parse::<TimeText>().ok()?;
        let (millis, offset) = clock(time.as_str())?;
        Some(Moment {
            day: None,
            millis: Some(millis),
            offset,
        })
    }

    /// The moment so many days after 1970 began, to the millisecond, at the place of `tz`.
    pub(super) fn from_timestamp_days(days: f64, tz: &TimeZone) -> Option<Moment> {
        let millis = (days * SECONDS_A_DAY * 1000.0).round();
        if !millis.is_finite() || millis.abs() > 4e14 {
            return None;
        }
        Some(Moment::at(Timestamp::from_millisecond(millis as i64).ok()?, tz))
    }

    /// The day so many days after the first of 1970.
    pub(super) fn from_days(days: f64) -> Option<Moment> {
        if !days.is_finite() || days.abs() > 4e6 {
            return None;
        }
        let span = Span::new().try_days(days.trunc() as i64).ok()?;
        Some(Moment {
            day: Some(EPOCH.checked_add(span).ok()?),
            millis: None,
            offset: None,
        })
    }

    /// A time at the place of `tz`.
    pub(super) fn at(timestamp: Timestamp, tz: &TimeZone) -> Moment {
        let local = tz.to_datetime(timestamp);
        let time = local.time();
        let seconds =
            (i64::from(time.hour()) * 60 + i64::from(time.minute())) * 60 + i64::from(time.second());
        let millis = u32::try_from(seconds * 1000 + i64::from(time.millisecond())).ok();
        Moment {
            day: Some(local.date()),
            millis,
            offset: Some(tz.to_offset(timestamp)),
        }
    }

    /// As a number: whole days since 1970 and the time as a part of one, by the clock it was
    /// written with. So it is the same wherever it is worked out.
    pub(super) fn to_days(&self) -> f64 {
        let days = self
            .day
            .map_or(0.0, |day| (day.duration_since(EPOCH).as_hours() / 24) as f64);
        days + self.part_of_day()
    }

    /// The time of day as a part of a day.
    pub(super) fn part_of_day(&self) -> f64 {
        f64::from(self.millis.unwrap_or(0)) / 1000.0 / SECONDS_A_DAY
    }

    /// Days since 1970 began in Greenwich; without an offset the moment is taken to be at the place of `tz`.
    pub(super) fn to_timestamp_days(&self, tz: &TimeZone) -> f64 {
        let days = self.to_days();
        let offset = match (self.offset, self.day) {
            (Some(offset), _) => offset,
            (None, None) => Offset::UTC,
            (None, Some(day)) => {
                let local = day.at(0, 0, 0, 0);
                tz.to_timestamp(local)
                    .map_or(Offset::UTC, |timestamp| tz.to_offset(timestamp))
            }
        };
        days - f64::from(offset.seconds()) / SECONDS_A_DAY
    }

    /// The day as text.
    pub(super) fn day_text(&self) -> Option<String> {
        self.day.map(|day| day.to_string())
    }

    /// Day and time as text; without a time it is midnight at the place of `tz`.
    pub(super) fn date_time_text(&self, tz: &TimeZone) -> Option<String> {
        let day = self.day?;
        let offset = match (self.millis, self.offset) {
            (_, Some(offset)) => offset_text(offset),
            (Some(_), None) => String::new(),
            (None, None) => {
                let midnight = tz.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
                offset_text(tz.to_offset(midnight))
            }
        };
        let (hour, minute, second, milli) = self.clock();
        Some(format!(
            "{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}{offset}"
        ))
    }

    /// Hour, minute, second and millisecond.
    pub(super) fn clock(&self) -> (u32, u32, u32, u32) {
        let millis = self.millis.unwrap_or(0);
        (
            millis / 3_600_000,
            millis / 60_000 % 60,
            millis / 1000 % 60,
            millis % 1000,
        )
    }
}

pub(super) fn offset_text(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// Reads a canonical time.
fn clock(text: &str) -> Option<(u32, Option<Offset>)> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let millis = ((number(0, 2)? * 60 + number(3, 5)?) * 60 + number(6, 8)?) * 1000 + number(9, 12)?;
    let offset = match text.get(12..13) {
        None => None,
        Some(sign) => {
            let seconds = i32::try_from((number(13, 15)? * 60 + number(16, 18)?) * 60).ok()?;
            Some(Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()?)
        }
    };
    Some((millis, offset))
}

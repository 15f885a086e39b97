//! Dates, times and places in a few bytes.
//!
//! Each pair of functions is only used where the text comes back exactly; see
//! [`of`](super::of).

use crate::bytes::{Reader, put_signed, put_unsigned};

const MS_PER_DAY: i64 = 86_400_000;

/// "2026-11-23": days since 1970-01-01.
pub(super) fn date(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    put_signed(&mut out, days(text)?);
    Some(out)
}

pub(super) fn date_text(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let days = reader.signed()?;
    reader.is_empty().then(|| day_text(days))?
}

/// "10:00:00.000+03:00": milliseconds of the day, then the offset if there is one.
pub(super) fn time(text: &str) -> Option<Vec<u8>> {
    let (clock, offset) = split_offset(text)?;
    let mut out = Vec::new();
    put_unsigned(&mut out, u64::try_from(milliseconds(clock)?).ok()?);
    put_offset(&mut out, offset);
    Some(out)
}

pub(super) fn time_text(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let clock = i64::try_from(reader.unsigned()?).ok()?;
    let offset = read_offset(reader)?;
    Some(clock_text(clock)? + &offset_text(offset))
}

/// "2026-11-23T10:00:00.000+03:00": as on the wall, in seconds if they are whole ones.
///
/// The number is doubled, and one more if it counts milliseconds.
pub(super) fn date_time(text: &str) -> Option<Vec<u8>> {
    let (day, clock) = text.split_once('T')?;
    let (clock, offset) = split_offset(clock)?;
    let wall = days(day)?
        .checked_mul(MS_PER_DAY)?
        .checked_add(milliseconds(clock)?)?;
    let mut out = Vec::new();
    match wall % 1000 {
        0 => put_signed(&mut out, (wall / 1000).checked_mul(2)?),
        _ => put_signed(&mut out, wall.checked_mul(2)?.checked_add(1)?),
    }
    put_offset(&mut out, offset);
    Some(out)
}

pub(super) fn date_time_text(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let number = reader.signed()?;
    let offset = read_offset(reader)?;
    let wall = match number.rem_euclid(2) {
        0 => (number / 2).checked_mul(1000)?,
        _ => (number - 1) / 2,
    };
    let day = day_text(wall.div_euclid(MS_PER_DAY))?;
    Some(day + "T" + &clock_text(wall.rem_euclid(MS_PER_DAY))? + &offset_text(offset))
}

/// Latitude and longitude in 1e-7 degrees (1 cm), altitude and accuracy in thousandths.
pub(super) fn point(parts: [f64; 4]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for (part, scale) in parts.into_iter().zip(SCALES) {
        let scaled = (part * scale).round();
        if scaled.is_nan() || scaled.abs() >= 1e15 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 1e15")]
        put_signed(&mut out, scaled as i64);
    }
    Some(out)
}

pub(super) fn point_back(bytes: &[u8]) -> Option<[f64; 4]> {
    let mut reader = Reader::new(bytes);
    let mut parts = [0.0; 4];
    for (part, scale) in parts.iter_mut().zip(SCALES) {
        let scaled = reader.signed().filter(|scaled| scaled.unsigned_abs() < 1 << 52)?;
        #[expect(clippy::cast_precision_loss, reason = "it is below 2^52")]
        let scaled = scaled as f64;
        *part = scaled / scale;
    }
    reader.is_empty().then_some(parts)
}

const SCALES: [f64; 4] = [1e7, 1e7, 1e3, 1e3];

/// Minutes east of UTC, if the text ends with an offset.
fn split_offset(text: &str) -> Option<(&str, Option<i64>)> {
    let Some(place) = text.find(['+', '-']) else {
        return Some((text, None));
    };
    let (clock, offset) = text.split_at_checked(place)?;
    let (hours, minutes) = offset.split_at_checked(1)?.1.split_once(':')?;
    let minutes = digits(hours, 2)? * 60 + digits(minutes, 2)?;
    Some((
        clock,
        Some(if offset.starts_with('-') {
            -minutes
        } else {
            minutes
        }),
    ))
}

fn put_offset(out: &mut Vec<u8>, offset: Option<i64>) {
    match offset {
        None => {}
        // Quarters of an hour fit one byte; anything else takes a second one.
        Some(minutes) if minutes % 15 == 0 => put_signed(out, minutes / 15),
        Some(minutes) => {
            put_signed(out, 63);
            put_signed(out, minutes);
        }
    }
}

fn read_offset(mut reader: Reader<'_>) -> Option<Option<i64>> {
    if reader.is_empty() {
        return Some(None);
    }
    let minutes = match reader.signed()? {
        63 => reader.signed()?,
        quarters => quarters.checked_mul(15)?,
    };
    (reader.is_empty() && minutes.unsigned_abs() < 6000).then_some(Some(minutes))
}

fn offset_text(offset: Option<i64>) -> String {
    match offset {
        None => String::new(),
        Some(minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    }
}

/// "10:00:00.000" in milliseconds.
fn milliseconds(clock: &str) -> Option<i64> {
    let (hours, rest) = clock.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':')?;
    let (seconds, thousandths) = seconds.split_once('.')?;
    let whole = (digits(hours, 2)? * 60 + digits(minutes, 2)?) * 60 + digits(seconds, 2)?;
    Some(whole * 1000 + digits(thousandths, 3)?)
}

fn clock_text(milliseconds: i64) -> Option<String> {
    let seconds = milliseconds / 1000;
    (0..MS_PER_DAY).contains(&milliseconds).then(|| {
        format!(
            "{:02}:{:02}:{:02}.{:03}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            milliseconds % 1000
        )
    })
}

/// Days since 1970-01-01, in the Gregorian calendar.
fn days(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    // Years begin in March here, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn day_text(days: i64) -> Option<String> {
    let days = days.checked_add(719_468)?;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (0..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let only_digits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn common_dates_take_few_bytes() {
        assert_eq!(days("1970-01-01"), Some(0));
        assert_eq!(days("2000-02-29"), Some(11_016));
        assert_eq!(date("2026-11-23").unwrap().len(), 3);
        assert_eq!(time("10:00:00.000+03:00").unwrap().len(), 5);
        assert_eq!(date_time("2026-11-23T10:00:00.000+03:00").unwrap().len(), 6);
    }

    proptest! {
        #[test]
        fn days_come_back(day in -719_000i64..2_900_000) {
            let text = day_text(day).unwrap();
            prop_assert_eq!(days(&text), Some(day));
            prop_assert_eq!(date_text(&date(&text).unwrap()), Some(text));
        }

        #[test]
        fn moments_come_back(
            day in -719_000i64..2_900_000,
            ms in prop_oneof![0..MS_PER_DAY, (0..86_400i64).prop_map(|s| s * 1000)],
            offset in proptest::option::of(-840i64..840),
        ) {
            let time_form = clock_text(ms).unwrap() + &offset_text(offset);
            prop_assert_eq!(time_text(&time(&time_form).unwrap()), Some(time_form.clone()));
            let text = day_text(day).unwrap() + "T" + &time_form;
            prop_assert_eq!(date_time_text(&date_time(&text).unwrap()), Some(text));
        }

        #[test]
        fn any_text_and_bytes_are_read_or_refused(text: String, bytes: Vec<u8>) {
            let _ = (date(&text), time(&text), date_time(&text), split_offset(&text));
            let _ = (date_text(&bytes), time_text(&bytes), date_time_text(&bytes), point_back(&bytes));
        }
    }
}

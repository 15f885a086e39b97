//! Times as people read them: the day and the hour in UTC, and how long ago.

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

/// Shows a time (RFC 3339) with the day seen from `now`; what is no time is shown as it is.
pub(crate) fn time(text: &str, now: Timestamp) -> Markup {
    let Ok(at) = text.parse::<Timestamp>() else {
        return html! { (text) };
    };
    let there = at.to_zoned_datetime(TimeZone::UTC);
    html! {
        time datetime=(at) {
            span.moment { (day(there.date())) ", " (there.strftime("%H:%M")) " UTC" }
            " "
            span.ago { (ago(there.date(), today(now))) }
        }
    }
}

/// Returns the day it is in UTC.
pub(crate) fn today(now: Timestamp) -> Date {
    now.to_zoned_datetime(TimeZone::UTC).date()
}

/// Writes a day, like `24 Nov 2026`.
pub(crate) fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// Says how far a day is from today.
pub(crate) fn ago(date: Date, today: Date) -> String {
    let days = today.since(date).map_or(0, |span| span.get_days());
    match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=60 => format!("{days} days ago"),
        61..=730 => format!("{} months ago", days / 30),
        731.. => format!("{} years ago", days / 365),
        -1 => "tomorrow, by that clock".to_owned(),
        _ => format!("in {} days, by that clock", -i64::from(days)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_from_today() {
        let today = jiff::civil::date(2026, 11, 24);
        let ago = |y, m, d| ago(jiff::civil::date(y, m, d), today);
        assert_eq!(ago(2026, 11, 24), "today");
        assert_eq!(ago(2026, 11, 23), "yesterday");
        assert_eq!(ago(2026, 10, 30), "25 days ago");
        assert_eq!(ago(2026, 2, 24), "9 months ago");
        assert_eq!(ago(1970, 1, 1), "56 years ago");
        assert_eq!(ago(2026, 11, 25), "tomorrow, by that clock");
    }

    #[test]
    fn what_is_no_time_is_shown_as_it_is() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        assert_eq!(time("<soon>", now).into_string(), "&lt;soon&gt;");
        let shown = time("2026-11-23T08:05:00Z", now).into_string();
        assert!(
            shown.contains("23 Nov 2026, 08:05 UTC") && shown.contains("yesterday"),
            "{shown}"
        );
    }
}

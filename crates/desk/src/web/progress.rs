//! What each device finished, day by day.

use std::collections::BTreeMap;

use client_core::deeds::progress::DayOfWork;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use wire::MemberId;

use super::when::{day, today};
use super::widgets::counted;

/// How many days are shown.
const DAYS: i32 = 14;

/// What one device finished.
#[derive(Default)]
struct Work<'a> {
    device: &'a str,
    days: BTreeMap<Date, (u64, u64)>,
    records: u64,
    edits: u64,
}

/// Shows how much each device finished on each of the last days, and in all.
pub(crate) fn last_days(work: &[DayOfWork], now: Timestamp) -> Markup {
    let days: Vec<Date> = (0..DAYS)
        .rev()
        .filter_map(|back| today(now).checked_sub(back.days()).ok())
        .collect();
    let devices = by_device(work);
    let seen = devices
        .values()
        .flat_map(|work| days.iter().filter_map(|day| work.days.get(day)));
    let most = seen.map(|(records, edits)| records + edits).max().unwrap_or(1);
    html! {
        @if devices.is_empty() {
            p.none { "No device has finished anything yet." }
        } @else {
            table.heat {
                thead { tr {
                    th scope="col" { "Device" }
                    @for date in &days { th.num scope="col" title=(day(*date)) {
                        span.weekday { (date.strftime("%a")) } " " (date.day())
                    } }
                    th.num scope="col" { "In all" }
                } }
                tbody { @for work in devices.values() { tr {
                    th scope="row" dir="auto" { (work.device) }
                    @for date in &days { (cell(*date, work.days.get(date).copied().unwrap_or_default(), most)) }
                    td.num.total {
                        strong { (work.records) }
                        @if work.edits > 0 { " " span.quiet { "+ " (counted(work.edits, "edit", "edits")) } }
                    }
                } } }
            }
            p.legend { "Records finished on a day (UTC), by the devices’ own clocks; a dot is a day with edits only." }
        }
    }
}

fn cell(date: Date, (records, edits): (u64, u64), most: u64) -> Markup {
    let class = match (records + edits) * 4 {
        0 => "num",
        n if n <= most => "num heat-1",
        n if n <= most * 2 => "num heat-2",
        n if n <= most * 3 => "num heat-3",
        _ => "num heat-4",
    };
    let told = format!(
        "{}: {}, {}",
        day(date),
        counted(records, "record", "records"),
        counted(edits, "edit", "edits")
    );
    html! {
        td class=(class) title=(told) {
            @if records > 0 { (records) } @else if edits > 0 { "·" } @else { span.sr { "0" } }
        }
    }
}

fn by_device(work: &[DayOfWork]) -> BTreeMap<(&str, MemberId), Work<'_>> {
    let mut devices: BTreeMap<_, Work<'_>> = BTreeMap::new();
    for done in work {
        let device = devices.entry((done.device.as_str(), done.member)).or_default();
        device.device = &done.device;
        device.records += done.records;
        device.edits += done.edits;
        if let Ok(date) = done.day.parse() {
            device.days.insert(date, (done.records, done.edits));
        }
    }
    devices
}

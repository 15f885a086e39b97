//! Who is in the programme, and how far each is.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Html;
use client_core::deeds::admit::AdmitError;
use client_core::deeds::progress::DayOfWork;
use jiff::civil::Date;
use maud::html;
use wire::MemberId;

use super::Console;
use super::layout::Place;
use super::problem::Problem;
use super::widgets::short_id;
use super::{progress, when};

/// What one member finished, what of it is missing, and what is in trouble.
#[derive(Default)]
struct Standing {
    records: u64,
    edits: u64,
    last: Option<Date>,
    missing: u64,
}

/// Lists the members with what they finished.
pub(crate) async fn show(State(console): State<Console>) -> Result<Html<String>, Problem> {
    let (members, work, holes, now) = console
        .ask(|notebook| {
            let members = match notebook.members() {
                Err(AdmitError::NoProgramme(_)) => Vec::new(),
                members => members?,
            };
            Ok((members, notebook.progress()?, notebook.holes()?, notebook.now()))
        })
        .await?;
    let mut standings = standings(&work);
    for hole in holes {
        standings.entry(hole.member).or_default().missing += hole.missing;
    }
    let body = html! {
        div.page-head {
            div {
                h1 { "Devices" }
                p.lead { "Everybody in the programme, and what came of each. Times are by the devices’ own clocks." }
            }
        }
        @if members.is_empty() {
            p.card.none { "Nobody is in the programme yet: this notebook belongs to none." }
        } @else {
            div.card.flush {
                table.list {
                    caption.sr { "Members" }
                    thead { tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Role" }
                        th.num scope="col" { "Records" }
                        th.num scope="col" { "Edits" }
                        th scope="col" { "Last worked" }
                        th.num scope="col" { "Missing" }
                        th scope="col" { "Id" }
                    } }
                    tbody { @for member in &members {
                        @let standing = standings.remove(&member.id).unwrap_or_default();
                        tr {
                            th scope="row" data-label="Name" { span dir="auto" { (member.name) } }
                            td data-label="Role" { span.badge.role-desk[member.role == "desk"] { (member.role) } }
                            td.num data-label="Records" { (standing.records) }
                            td.num data-label="Edits" { (standing.edits) }
                            td data-label="Last worked" {
                                @match standing.last {
                                    Some(last) => span {
                                        (when::day(last)) " "
                                        span.ago { (when::ago(last, when::today(now))) }
                                    },
                                    None => span.none { "nothing finished yet" },
                                }
                            }
                            td.num data-label="Missing" {
                                @if standing.missing == 0 { span.none { "0" } } @else {
                                    span.badge.dispute-count { (standing.missing) }
                                }
                            }
                            td data-label="Id" { code { (short_id(&member.id)) } }
                        }
                    } }
                }
            }
        }
        section.card {
            h2 { "Finished on the last 14 days" }
            (progress::last_days(&work, now))
        }
    };
    Ok(console.page("Devices", Place::Devices, &body))
}

fn standings(work: &[DayOfWork]) -> BTreeMap<MemberId, Standing> {
    let mut standings: BTreeMap<_, Standing> = BTreeMap::new();
    for done in work {
        let standing = standings.entry(done.member).or_default();
        standing.records += done.records;
        standing.edits += done.edits;
        standing.last = standing.last.max(done.day.parse().ok());
    }
    standings
}

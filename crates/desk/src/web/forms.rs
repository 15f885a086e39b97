//! The records of one form.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::Html;
use client_core::deeds::list::RecordSummary;
use jiff::Timestamp;
use maud::{Markup, html};

use super::Console;
use super::layout::Place;
use super::paging::Paged;
use super::problem::Problem;
use super::when;
use super::widgets::{disagreements, in_address, short_id, status};

/// Lists the records of a form, the last changed first. `?only=disagreements` leaves out the others.
pub(crate) async fn show(
    State(console): State<Console>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, Problem> {
    let asked = id.clone();
    let (form, all, now) = console
        .ask(move |notebook| {
            Ok((
                notebook.form(&asked, None)?,
                notebook.records(Some(&asked))?,
                notebook.now(),
            ))
        })
        .await?;
    let disputed_only = query.get("only").is_some_and(|only| only == "disagreements");
    let language = query.get("lang").map_or("", String::as_str);
    let disputed = all.iter().filter(|record| record.disagreements > 0).count();
    let count = all.len();
    let listed = all
        .into_iter()
        .filter(|record| !disputed_only || record.disagreements > 0)
        .collect();
    let paged = Paged::of(listed, query.get("page").map(String::as_str));
    let here = format!("/forms/{}?lang={}", in_address(&id), in_address(language));
    let tab = |to: &str, text: &str, count: usize, current: bool| {
        html! { a href={ (here) (to) } aria-current=[current.then_some("true")] { (text) " " span.num { (count) } } }
    };
    let body = html! {
        nav.crumbs aria-label="Where this is" { a href="/" { "Overview" } }
        div.page-head {
            div {
                h1 dir="auto" { (form.title) }
                p.quiet { code { (form.id) } " · version " (form.version) }
            }
            nav.switch aria-label="Which records" {
                (tab("", "All", count, !disputed_only))
                (tab("&only=disagreements", "With disagreements", disputed, disputed_only))
            }
        }
        @if paged.items.is_empty() {
            p.card.none {
                @if disputed_only { "Nobody disagrees in a record of this form." } @else {
                    "No record of this form is here yet. Records come with a sync."
                }
            }
        } @else {
            (table(&paged.items, language, now))
        }
        (paged.ways(|page| format!("{here}{}&page={page}", if disputed_only { "&only=disagreements" } else { "" })))
    };
    Ok(console.page(&form.title, Place::Elsewhere, &body))
}

fn table(records: &[RecordSummary], language: &str, now: Timestamp) -> Markup {
    html! {
        div.card.flush {
            table.list.records {
                caption.sr { "Records, the last changed first" }
                thead { tr {
                    th scope="col" { "Record" }
                    th scope="col" { "Status" }
                    th scope="col" { "Device" }
                    th scope="col" { "Started" }
                    th scope="col" { "Changed" }
                    th.num scope="col" { "Disagreements" }
                } }
                tbody { @for record in records { tr {
                    th scope="row" data-label="Record" {
                        a href={ "/records/" (record.id) "?lang=" (in_address(language)) } { code { (short_id(&record.id)) } }
                    }
                    td data-label="Status" { span { (status(record)) } }
                    td data-label="Device" { span dir="auto" { (record.device) } }
                    td data-label="Started" { (when::time(&record.started, now)) }
                    td data-label="Changed" { (when::time(&record.changed, now)) }
                    td.num data-label="Disagreements" { (disagreements(record.disagreements)) }
                } } }
            }
        }
    }
}

//! All open disagreements, record by record.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::response::Html;
use client_core::deeds::show::RecordView;
use maud::{Markup, html};

use super::Console;
use super::dispute::{Back, Settling};
use super::layout::Place;
use super::paging::Paged;
use super::problem::Problem;
use super::sheet::Sheet;
use super::widgets::{counted, in_address, short_id};

/// Shows the open disagreements, of fifty records at a time.
pub(crate) async fn show(
    State(console): State<Console>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, Problem> {
    let page = query.get("page").cloned();
    let (paged, open, now) = console
        .ask(move |notebook| {
            let records = notebook.records(None)?;
            let open: u64 = records.iter().map(|record| record.disagreements).sum();
            let disputed = records
                .into_iter()
                .filter(|record| record.disagreements > 0)
                .map(|record| record.id);
            let paged = Paged::of(disputed.collect(), page.as_deref());
            // A record that cannot be opened does not keep the others from being settled.
            let opened = paged
                .items
                .iter()
                .map(|id| (*id, Sheet::open(notebook, *id, None)))
                .collect();
            Ok((paged.with(opened), open, notebook.now()))
        })
        .await?;
    let form_token = console.session().form_token();
    let body = html! {
        div.page-head {
            div {
                h1 { "Disagreements" }
                p.lead {
                    @if open == 0 {
                        "Nobody disagrees. When two people answer one question differently without knowing of each other, it shows here."
                    } @else {
                        (counted(open, "disagreement is", "disagreements are")) " open in "
                        (counted(paged.count(), "record", "records"))
                        ". Nothing is decided until a person decides it."
                    }
                }
            }
        }
        @for (id, opened) in &paged.items {
            @match opened {
                Ok((view, sheet)) => {
                    @let editing = view.summary.editing;
                    (of_record(view, &Settling { sheet, now, form_token, back: Back::List, editing }))
                }
                Err(problem) => section.card {
                    p.over { a href={ "/records/" (id) } { "Record " (short_id(id)) } " cannot be opened" }
                    p { (problem.text()) }
                },
            }
        }
        (paged.ways(|page| format!("/disagreements?page={page}")))
    };
    Ok(console.page("Disagreements", Place::Disagreements, &body))
}

fn of_record(view: &RecordView, settling: &Settling<'_>) -> Markup {
    let record = &view.summary;
    html! {
        section.card {
            p.over {
                (settling.sheet.form.title) " · "
                a href={ "/records/" (record.id) "?lang=" (in_address(&settling.sheet.language)) } {
                    "Record " (short_id(&record.id))
                }
                " · from " span dir="auto" { (record.device) }
            }
            @for disagreement in &view.disagreements { (settling.show(disagreement, true)) }
        }
    }
}

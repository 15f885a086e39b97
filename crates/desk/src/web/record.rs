//! One record: everything the desk may read of it, as the form orders it.

mod answers;

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::Html;
use client_core::deeds::show::RecordView;
use jiff::Timestamp;
use maud::{Markup, html};
use wire::RecordId;

use self::answers::AnswersPage;
use super::Console;
use super::dispute::{Back, Settling, anchor};
use super::layout::{Place, WARNING};
use super::media;
use super::problem::Problem;
use super::sheet::{Sheet, code};
use super::when;
use super::widgets::{counted, in_address, short_id, status};

/// Shows a record. `?lang=` chooses the language, `?empty=show` shows questions without an answer too.
pub(crate) async fn show(
    State(console): State<Console>,
    Path(record): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, Problem> {
    let id: RecordId = record
        .parse()
        .map_err(|_| Problem::not_found("A record has another kind of id."))?;
    let language = query.get("lang").cloned();
    let (view, sheet, now) = console
        .ask(move |notebook| {
            let (view, sheet) = Sheet::open(notebook, id, language.as_deref())?;
            Ok((view, sheet, notebook.now()))
        })
        .await?;
    let empty = query.get("empty").is_some_and(|empty| empty == "show");
    let settling = Settling {
        sheet: &sheet,
        now,
        form_token: console.session().form_token(),
        back: Back::Record,
        editing: view.summary.editing,
    };
    let body = html! {
        (heading(&view, &sheet, now))
        (remarks(&view, &sheet))
        (AnswersPage::new(&view, settling, empty).show())
        (media::files(id, &view.media))
        (unknown(&view))
        p.after-list {
            @let other = if empty { "hide" } else { "show" };
            a href={ "?lang=" (in_address(&sheet.language)) "&empty=" (other) } {
                @if empty { "Hide questions without an answer" } @else { "Show questions without an answer too" }
            }
        }
    };
    let title = format!("{} · {}", sheet.form.title, short_id(&id));
    Ok(console.page(&title, Place::Elsewhere, &body))
}

fn heading(view: &RecordView, sheet: &Sheet, now: Timestamp) -> Markup {
    let record = &view.summary;
    // Without all compartments, a name made of answers could be another one than elsewhere.
    let name = view.withheld.is_empty().then(|| sheet.record_name(now)).flatten();
    html! {
        nav.crumbs aria-label="Where this is" {
            a href="/" { "Overview" } " › "
            a href={ "/forms/" (in_address(&record.form)) "?lang=" (in_address(&sheet.language)) } { (sheet.form.title) }
        }
        div.page-head {
            div {
                h1 dir="auto" { (name.unwrap_or_else(|| format!("Record {}", short_id(&record.id)))) }
                p.facts {
                    (status(record))
                    span { "from " strong dir="auto" { (record.device) } }
                    span { "started " (when::time(&record.started, now)) }
                    span { "changed " (when::time(&record.changed, now)) }
                    span { "version " (record.version) }
                }
                p.quiet.id { (record.id) }
            }
            (languages(sheet))
        }
    }
}

fn languages(sheet: &Sheet) -> Markup {
    html! {
        @if sheet.form.languages.len() > 1 {
            nav.switch aria-label="Language of the questions" {
                @for language in &sheet.form.languages {
                    a href={ "?lang=" (in_address(language)) } lang=[code(language)] hreflang=[code(language)]
                        aria-current=[(*language == sheet.language).then_some("true")] { (language_name(language)) }
                }
            }
        }
    }
}

fn language_name(language: &str) -> &str {
    language.split_once(" (").map_or(language, |(name, _)| name)
}

fn remarks(view: &RecordView, sheet: &Sheet) -> Markup {
    let open = view.disagreements.len() as u64;
    html! {
        @if open > 0 {
            div.notice.dispute-notice {
                (WARNING)
                div {
                    p { strong { (counted(open, "disagreement is", "disagreements are")) " open in this record." } }
                    ul {
                        @for disagreement in &view.disagreements {
                            li { a href={ "#" (anchor(disagreement)) } dir="auto" { (sheet.label_at(&disagreement.address)) } }
                        }
                    }
                }
            }
        }
        @if view.summary.editing {
            div.notice { (WARNING) div { p {
                "An edit is open on this desk. What is shown has its answers; others see them once it is finished."
            } } }
        }
        @if !view.withheld.is_empty() {
            div.notice { (WARNING) div { p {
                "This desk cannot read what is kept in " strong { (view.withheld.join(", ")) } ". Those answers are not shown."
            } } }
        }
        @if view.waiting > 0 {
            div.notice { (WARNING) div { p {
                (counted(view.waiting as u64, "change waits", "changes wait"))
                " for others that have not come. They show once the devices have synced."
            } } }
        }
    }
}

fn unknown(view: &RecordView) -> Markup {
    html! {
        @if !view.unknown.is_empty() {
            section.card {
                h2 { "Kept, but not in the form" }
                p.quiet { "These answers have no place in this version of the form. A later version may understand them." }
                dl.answers {
                    @for answer in &view.unknown {
                        div.qa { dt { code { (answer.place) } } dd { span.text dir="auto" { (answer.text) } } }
                    }
                }
            }
        }
    }
}

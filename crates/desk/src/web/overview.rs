//! The first page: what came in, what people disagree about, what is missing.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Html;
use client_core::deeds::forms::FormView;
use client_core::deeds::list::{RecordSummary, TroubledEnvelope};
use client_core::deeds::progress::{DayOfWork, Hole};
use client_core::{Notebook, RecordStatus};
use jiff::Timestamp;
use maud::{Markup, html};

use super::Console;
use super::layout::Place;
use super::posted::FORM_TOKEN;
use super::problem::Problem;
use super::widgets::{counted, in_address, short_id};
use super::{progress, when};

/// What the overview shows.
struct Overview {
    name: String,
    in_programme: bool,
    forms: Vec<FormView>,
    records: Vec<RecordSummary>,
    work: Vec<DayOfWork>,
    troubled: Vec<TroubledEnvelope>,
    holes: Vec<Hole>,
    now: Timestamp,
}

/// Shows the overview.
pub(crate) async fn show(State(console): State<Console>) -> Result<Html<String>, Problem> {
    let seen = console.ask(Overview::read).await?;
    let body = html! {
        div.page-head {
            div {
                h1 { "Overview" }
                p.lead { span dir="auto" { (seen.name) } " · " (when::day(when::today(seen.now))) " UTC" }
            }
            @if seen.in_programme {
                form method="post" action="/sync" data-once="Syncing…" {
                    input type="hidden" name=(FORM_TOKEN) value=(console.session().form_token());
                    button.primary type="submit" { "Sync now" }
                }
            }
        }
        @if !seen.in_programme {
            div.notice { div { p {
                "This notebook belongs to no programme yet. Found one, or join one with a certificate, in the terminal."
            } } }
        }
        (seen.figures())
        (seen.disputed())
        (seen.forms())
        section.card {
            h2 { "Finished on the last 14 days" }
            (progress::last_days(&seen.work, seen.now))
        }
        (seen.trouble())
    };
    Ok(console.page("Overview", Place::Overview, &body))
}

impl Overview {
    fn read(notebook: &mut Notebook) -> Result<Self, Problem> {
        Ok(Self {
            name: notebook.name().to_owned(),
            in_programme: notebook.roster().is_some(),
            forms: notebook.forms()?,
            records: notebook.records(None)?,
            work: notebook.progress()?,
            troubled: notebook.troubled()?,
            holes: notebook.holes()?,
            now: notebook.now(),
        })
    }

    fn figures(&self) -> Markup {
        let open: u64 = self.records.iter().map(|record| record.disagreements).sum();
        let quarantined = self
            .troubled
            .iter()
            .filter(|envelope| envelope.quarantined)
            .count();
        let waiting = self.troubled.len() - quarantined;
        let missing: u64 = self.holes.iter().map(|hole| hole.missing).sum();
        let figure = |count: u64, what: &str, to: &str, calls: bool| {
            html! {
                li.figure.calls[calls && count > 0] {
                    a href=(to) { strong { (count) } span { (what) } }
                }
            }
        };
        html! {
            ul.figures aria-label="In short" {
                (figure(open, "open disagreements", "/disagreements", true))
                (figure(self.records.len() as u64, "records", "#forms", false))
                (figure(quarantined as u64, "to be looked at", "#trouble", true))
                (figure(waiting as u64, "waiting for something", "#trouble", false))
                (figure(missing, "missing on the way", "#trouble", false))
            }
        }
    }

    fn disputed(&self) -> Markup {
        let disputed: Vec<_> = self
            .records
            .iter()
            .filter(|record| record.disagreements > 0)
            .collect();
        let title = |form: &str| {
            let form = self.forms.iter().find(|known| known.id == form);
            form.map_or("", |form| form.title.as_str()).to_owned()
        };
        html! {
            @if !disputed.is_empty() {
                section.card.dispute-card {
                    h2 { "People disagree" }
                    p.quiet { "Both answers are kept until a person decides." }
                    ul.rows {
                        @for record in disputed.iter().take(5) {
                            li {
                                a href={ "/records/" (record.id) } { "Record " (short_id(&record.id)) }
                                span dir="auto" { (title(&record.form)) }
                                span { (counted(record.disagreements, "disagreement", "disagreements")) }
                                (when::time(&record.changed, self.now))
                            }
                        }
                    }
                    p { a.button href="/disagreements" { "Look at all of them" } }
                }
            }
        }
    }

    fn forms(&self) -> Markup {
        let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        for record in &self.records {
            let [all, drafts, open] = counts.entry(&record.form).or_default();
            *all += 1;
            *drafts += u64::from(record.status == RecordStatus::Draft);
            *open += u64::from(record.disagreements > 0);
        }
        html! {
            section #forms {
                h2 { "Forms" }
                @if self.forms.is_empty() {
                    p.card.none { "No form has been published yet. Publish one from an XLSForm in the terminal." }
                }
                ul.cards {
                    @for form in &self.forms {
                        @let [all, drafts, open] = counts.get(form.id.as_str()).copied().unwrap_or_default();
                        li.card {
                            h3 dir="auto" { a.whole href={ "/forms/" (in_address(&form.id)) } { (form.title) } }
                            p.quiet { code { (form.id) } " · version " (form.version) }
                            p.count { strong { (all) } " " (if all == 1 { "record" } else { "records" }) }
                            p.tags {
                                @if open > 0 { span.badge.dispute-count { (open) " with disagreements" } }
                                @if drafts > 0 { span.badge.draft { (counted(drafts, "draft", "drafts")) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn trouble(&self) -> Markup {
        html! {
            section.card #trouble {
                h2 { "What needs a look" }
                @if self.troubled.is_empty() && self.holes.is_empty() {
                    p.none { "Everything that came could be opened, and nothing is missing." }
                }
                @if !self.holes.is_empty() {
                    h3 { "Missing on the way" }
                    p.quiet { "Later envelopes of these devices came, earlier ones did not. Ask the device to sync, or for a bundle." }
                    ul.rows { @for hole in &self.holes {
                        li { strong dir="auto" { (hole.device) } span { (counted(hole.missing, "envelope", "envelopes")) } }
                    } }
                }
                (self.envelopes(true, "To be looked at", "Kept apart and not merged. Talk with whoever has the device before you trust it."))
                (self.envelopes(false, "Waiting", "Kept. They open by themselves once what they wait for has come."))
            }
        }
    }

    fn envelopes(&self, quarantined: bool, heading: &str, what_it_means: &str) -> Markup {
        let envelopes: Vec<_> = self
            .troubled
            .iter()
            .filter(|envelope| envelope.quarantined == quarantined)
            .collect();
        html! {
            @if !envelopes.is_empty() {
                h3 { (heading) }
                p.quiet { (what_it_means) }
                div.scroll {
                    table.list {
                        thead { tr { th { "Device" } th.num { "Number" } th { "Why" } th { "Envelope" } } }
                        tbody { @for envelope in envelopes.iter().take(MOST_ENVELOPES) { tr {
                            td data-label="Device" dir="auto" { (envelope.device) }
                            td.num data-label="Number" { (envelope.sequence) }
                            td data-label="Why" { (envelope.reason) }
                            td data-label="Envelope" { code { (short_id(&envelope.id)) } }
                        } } }
                    }
                }
                @if envelopes.len() > MOST_ENVELOPES { p.quiet { "and " (envelopes.len() - MOST_ENVELOPES) " more" } }
            }
        }
    }
}

/// How many envelopes of a kind the overview lists.
const MOST_ENVELOPES: usize = 50;

//! The answers of a record: sections for groups, cards for the instances of repeats.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use client_core::deeds::disagreements::DisagreementView;
use client_core::deeds::show::{HistoryLine, RecordView};
use form::{Address, Item, Question, Repeat, RepeatAddress};
use maud::{Markup, PreEscaped, html};

use crate::web::answer;
use crate::web::dispute::Settling;
use crate::web::when;
use crate::web::widgets::{CLOCK, compartment, counted};

/// Everything that is needed to show a record's answers.
pub(super) struct AnswersPage<'a> {
    settling: Settling<'a>,
    history: BTreeMap<&'a Address, Vec<&'a HistoryLine>>,
    disputes: BTreeMap<&'a Address, &'a DisagreementView>,
    /// The disagreements that have been shown at their place.
    placed: RefCell<BTreeSet<&'a Address>>,
    empty: bool,
}

impl<'a> AnswersPage<'a> {
    /// `empty`: whether to show questions without an answer.
    pub(super) fn new(view: &'a RecordView, settling: Settling<'a>, empty: bool) -> Self {
        let mut history: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in &view.history {
            history.entry(&line.address).or_default().push(line);
        }
        let disputes = view
            .disagreements
            .iter()
            .map(|dispute| (&dispute.address, dispute))
            .collect();
        Self {
            settling,
            history,
            disputes,
            placed: RefCell::default(),
            empty,
        }
    }

    /// Shows all answers, and every disagreement: what has no place in the form comes last.
    pub(super) fn show(&self) -> Markup {
        let sections = self.items(&self.settling.sheet.form.items, &Address::root(), 2);
        let placed = self.placed.borrow();
        let rest: Vec<_> = self
            .disputes
            .values()
            .filter(|view| !placed.contains(&view.address))
            .collect();
        html! {
            (sections)
            @if !rest.is_empty() {
                section.card {
                    h2 { "Disagreements elsewhere in the record" }
                    @for view in rest { (self.settling.show(view, true)) }
                }
            }
        }
    }

    /// Shows items; empty if there is nothing to show in any of them.
    fn items(&self, items: &[Item], around: &Address, level: u8) -> Markup {
        let mut shown = String::new();
        let mut rows = String::new();
        let mut technical = String::new();
        for item in items {
            match item {
                Item::Question(question) if question.kind.is_asked() => {
                    rows += &self.question(item, question, &around.near(&question.path)).0;
                }
                Item::Question(question) => {
                    technical += &self.technical(item, &around.near(&question.path)).0;
                }
                Item::Group(group) => {
                    shown += &in_list(std::mem::take(&mut rows), level).0;
                    let inside = self.items(&group.items, around, level + 1);
                    shown += &section(
                        &self.settling.sheet.label(item, around),
                        self.lang(),
                        level,
                        inside,
                    )
                    .0;
                }
                Item::Repeat(repeat) => {
                    shown += &in_list(std::mem::take(&mut rows), level).0;
                    let inside = self.repeat(repeat, around, level + 1);
                    shown += &section(
                        &self.settling.sheet.label(item, around),
                        self.lang(),
                        level,
                        inside,
                    )
                    .0;
                }
            }
        }
        shown += &in_list(rows, level).0;
        if !technical.is_empty() {
            let card = if level == 2 { "card technical" } else { "technical" };
            let technical = html! {
                details class=(card) {
                    summary { "Computed and technical values" }
                    dl.answers { (PreEscaped(technical)) }
                }
            };
            shown += &technical.0;
        }
        PreEscaped(shown)
    }

    fn repeat(&self, repeat: &Repeat, around: &Address, level: u8) -> Markup {
        let address = RepeatAddress::near(around, &repeat.path);
        let instances = self.settling.sheet.instances(&address);
        html! {
            @if !instances.is_empty() {
                div.instances {
                    @for (n, id) in instances.iter().enumerate() {
                        @let at = address.instance(*id);
                        article.instance aria-label={ "Number " (n + 1) } {
                            p.number aria-hidden="true" { (n + 1) }
                            @if let Some(view) = self.dispute(&at) { (self.settling.show(view, false)) }
                            @let inside = self.items(&repeat.items, &at, level);
                            (inside)
                            @if inside.0.is_empty() { p.none { "Nothing was answered here." } }
                        }
                    }
                }
            } @else if self.empty {
                p.none { "None" }
            }
        }
    }

    fn question(&self, item: &Item, question: &Question, at: &Address) -> Markup {
        let sheet = self.settling.sheet;
        let (value, dispute) = (sheet.answer(at), self.dispute(at));
        html! {
            @if self.empty || value.is_some() || dispute.is_some() {
                div.qa.disputed[dispute.is_some()] {
                    dt {
                        span dir="auto" lang=[self.lang()] { (sheet.label(item, at)) }
                        " " (compartment(&question.compartment))
                    }
                    dd {
                        @match (dispute, &value) {
                            (Some(view), _) => { (self.settling.show(view, false)) }
                            (None, Some(value)) => { (answer::show(sheet, at, value)) }
                            (None, None) => { span.none { "No answer" } }
                        }
                        (self.history_of(at))
                    }
                }
            }
        }
    }

    fn technical(&self, item: &Item, at: &Address) -> Markup {
        let sheet = self.settling.sheet;
        let dispute = self.dispute(at);
        html! {
            @if let Some(value) = sheet.answer(at).filter(|_| dispute.is_none()) {
                div.qa { dt { (sheet.label(item, at)) } dd { (answer::show(sheet, at, &value)) } }
            }
            @if let Some(view) = dispute {
                div.qa.disputed { dt { (sheet.label(item, at)) } dd { (self.settling.show(view, false)) } }
            }
        }
    }

    fn history_of(&self, at: &Address) -> Markup {
        let lines = self.history.get(at).map(Vec::as_slice).unwrap_or_default();
        html! {
            @if !lines.is_empty() {
                details.history {
                    summary title="History" {
                        (CLOCK)
                        span.sr { "History: " (counted(lines.len() as u64, "entry", "entries")) }
                        span aria-hidden="true" { (lines.len()) }
                    }
                    ol {
                        @for line in lines.iter().rev() {
                            li {
                                div.was { (answer::show_text(self.settling.sheet, at, line.value.as_deref())) }
                                p.who { strong dir="auto" { (line.device) } " " (when::time(&line.at, self.settling.now)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Returns the disagreement at an address, and notes that it is shown there.
    fn dispute(&self, at: &Address) -> Option<&'a DisagreementView> {
        let (address, view) = self.disputes.get_key_value(at)?;
        self.placed.borrow_mut().insert(address);
        Some(view)
    }

    fn lang(&self) -> Option<&str> {
        self.settling.sheet.code()
    }
}

fn section(label: &str, lang: Option<&str>, level: u8, inside: Markup) -> Markup {
    html! {
        @if !inside.0.is_empty() {
            section class=(if level == 2 { "card" } else { "group" }) {
                @match level {
                    2 => { h2 dir="auto" lang=[lang] { (label) } }
                    3 => { h3 dir="auto" lang=[lang] { (label) } }
                    4 => { h4 dir="auto" lang=[lang] { (label) } }
                    _ => { h5 dir="auto" lang=[lang] { (label) } }
                }
                (inside)
            }
        }
    }
}

fn in_list(rows: String, level: u8) -> Markup {
    html! {
        @if !rows.is_empty() {
            @if level == 2 {
                section.card aria-label="Answers" { dl.answers { (PreEscaped(rows)) } }
            } @else {
                dl.answers { (PreEscaped(rows)) }
            }
        }
    }
}

//! One disagreement: the sides side by side, and a button for each.

use client_core::deeds::disagreements::{DisagreementKind, DisagreementView, Side};
use form::Address;
use jiff::Timestamp;
use maud::{Markup, html};

use super::answer;
use super::posted::FORM_TOKEN;
use super::sheet::Sheet;
use super::when;
use super::widgets::{compartment, in_address};

/// What all disagreements on a page have in common.
pub(crate) struct Settling<'a> {
    pub(crate) sheet: &'a Sheet,
    pub(crate) now: Timestamp,
    pub(crate) form_token: &'a str,
    /// Where to go on once it is settled.
    pub(crate) back: Back,
    /// Whether an edit of the record is open: settling would finish it too.
    pub(crate) editing: bool,
}

/// Where to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    /// To the record.
    Record,
    /// To the list of all disagreements.
    List,
}

impl Back {
    pub(crate) fn word(self) -> &'static str {
        if self == Self::List { "list" } else { "record" }
    }
}

/// Returns where on its page a disagreement stands.
pub(crate) fn anchor(view: &DisagreementView) -> String {
    // An address has nothing that needs care in an attribute, but slashes and brackets have no place in a fragment.
    format!(
        "d-{}-{}",
        view.record,
        in_address(&view.address.to_string()).replace(['%', '.', '~'], "_")
    )
}

/// Returns what tells this disagreement from the same one with other sides: a person settles what they saw.
pub(crate) fn seen(view: &DisagreementView) -> String {
    let sides = serde_json::to_vec(view).unwrap_or_default();
    blake3::hash(&sides).to_hex().chars().take(32).collect()
}

impl Settling<'_> {
    /// Shows a disagreement. Where the question stands around it already, `heading` leaves it out.
    pub(crate) fn show(&self, view: &DisagreementView, heading: bool) -> Markup {
        let question = answer::question(self.sheet, &view.address);
        let anchor = anchor(view);
        html! {
            article.dispute id=(anchor) data-dispute aria-label={ "Disagreement: " (self.sheet.label_at(&view.address)) } {
                header {
                    span.badge.dispute-count { "Disagreement" }
                    @if heading {
                        h3 dir="auto" lang=[self.sheet.code()] { (self.sheet.label_at(&view.address)) }
                        @if let Some(question) = question { (compartment(&question.compartment)) }
                    }
                }
                @if self.editing {
                    p.quiet { "An edit of this record is open on this desk. Finish it first; then settle this." }
                }
                @match view.kind {
                    DisagreementKind::DifferingAnswers => { (self.answers(view, &anchor)) }
                    DisagreementKind::RemovedButEdited => { (self.removal(view)) }
                }
            }
        }
    }

    fn answers(&self, view: &DisagreementView, anchor: &str) -> Markup {
        let mut sides: Vec<(&Option<String>, Vec<&Side>)> = Vec::new();
        for side in &view.sides {
            match sides.iter_mut().find(|(value, _)| **value == side.value) {
                Some((_, same)) => same.push(side),
                None => sides.push((&side.value, vec![side])),
            }
        }
        let id = format!("{anchor}-other");
        html! {
            div.sides {
                @for (value, same) in &sides {
                    div.side data-side {
                        p.value { (answer::show_text(self.sheet, &view.address, value.as_deref())) }
                        @for side in same { (self.who(side)) }
                        @if let (false, Some(side)) = (self.editing, same.first()) {
                            (self.deed(view, html! {
                                input type="hidden" name="decision" value="side";
                                input type="hidden" name="side" value=(side.number);
                                button type="submit" aria-label={ "This is right: " (side.label) ", from " (side.device) } {
                                    "This is right"
                                }
                            }))
                        }
                    }
                }
            }
            @if !self.editing {
                details.other {
                    summary { "Neither is right" }
                    div.other-deeds {
                        @if let Some(field) = answer::field(self.sheet, &view.address, &id) {
                            (self.deed(view, html! {
                                input type="hidden" name="decision" value="value";
                                label for=(id) { "Another answer" }
                                (field)
                                button type="submit" { "Put this down" }
                            }))
                        }
                        (self.deed(view, html! {
                            input type="hidden" name="decision" value="none";
                            button.quiet type="submit" { "Leave it without an answer" }
                        }))
                    }
                }
            }
        }
    }

    fn removal(&self, view: &DisagreementView) -> Markup {
        let (removed, edits) = view
            .sides
            .split_first()
            .map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        html! {
            div.sides {
                div.side data-side {
                    p.value { "Removed" }
                    @if let Some(side) = removed { (self.who(side)) }
                    @if !self.editing {
                        (self.deed(view, html! {
                            input type="hidden" name="decision" value="remove";
                            button type="submit" { "Remove it" }
                        }))
                    }
                }
                div.side data-side {
                    p.value { "Edited meanwhile" }
                    @for side in edits {
                        p.edit dir="auto" { (self.edit(view, side)) }
                        (self.who(side))
                    }
                    @if !self.editing {
                        (self.deed(view, html! {
                            input type="hidden" name="decision" value="keep";
                            button type="submit" { "Keep it" }
                        }))
                    }
                }
            }
        }
    }

    /// Tells what was edited in the language of the page, where the form knows the question.
    fn edit(&self, view: &DisagreementView, side: &Side) -> Markup {
        match self.sheet.told_in(&view.address, &side.label) {
            Some(at) => html! {
                span.quiet { (self.sheet.label_at(&at)) }
                " " (answer::show_text(self.sheet, &at, side.value.as_deref()))
            },
            None => html! { (side.label) },
        }
    }

    fn who(&self, side: &Side) -> Markup {
        html! { p.who { strong dir="auto" { (side.device) } " " (when::time(&side.at, self.now)) } }
    }

    fn deed(&self, view: &DisagreementView, fields: Markup) -> Markup {
        let address: &Address = &view.address;
        html! {
            form method="post" action={ "/records/" (view.record) "/settle" } {
                input type="hidden" name=(FORM_TOKEN) value=(self.form_token);
                input type="hidden" name="address" value=(address);
                input type="hidden" name="seen" value=(seen(view));
                input type="hidden" name="back" value=(self.back.word());
                input type="hidden" name="lang" value=(self.sheet.language);
                (fields)
            }
        }
    }
}

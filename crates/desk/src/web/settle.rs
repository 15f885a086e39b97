//! Settling a disagreement with a click: what the person saw is what they decided about.

use axum::extract::{Path, State};
use axum::response::Redirect;
use client_core::Notebook;
use client_core::deeds::finish::FinishError;
use client_core::deeds::settle::{Decision, SettleError};
use client_core::deeds::start::DraftError;
use form::Address;
use wire::RecordId;

use super::Console;
use super::dispute;
use super::layout::Notice;
use super::posted::Posted;
use super::problem::{Problem, sentence};
use super::widgets::in_address;

/// Settles, and goes back to where the button was.
pub(crate) async fn settle(
    State(console): State<Console>,
    Path(record): Path<String>,
    posted: Posted,
) -> Result<Redirect, Problem> {
    let record: RecordId = record
        .parse()
        .map_err(|_| Problem::not_found("A record has another kind of id."))?;
    let asked = Asked::read(&posted).ok_or_else(|| {
        Problem::bad_form("The form is not complete. Nothing was done. Go back and try again.")
    })?;
    let settled = console
        .ask(move |notebook| Ok(asked.decide(notebook, record)))
        .await;
    console.leave_notice(settled.unwrap_or_else(|problem| problem.into_notice()));
    let language = posted.one("lang").unwrap_or_default();
    Ok(Redirect::to(&match posted.one("back") {
        Some("list") => "/disagreements".to_owned(),
        _ => format!("/records/{record}?lang={}", in_address(language)),
    }))
}

/// What a person asks for.
struct Asked {
    address: Address,
    /// What the page showed.
    seen: String,
    decision: Decision,
}

impl Asked {
    fn read(posted: &Posted) -> Option<Self> {
        let decision = match posted.one("decision")? {
            "side" => Decision::Side(posted.one("side")?.parse().ok()?),
            // Several values are the choices of one answer.
            "value" => Decision::Value(posted.all("value").collect::<Vec<_>>().join(" ")),
            "none" => Decision::NoAnswer,
            "keep" => Decision::Keep,
            "remove" => Decision::Remove,
            _ => return None,
        };
        let address = posted.one("address")?.parse().ok()?;
        Some(Self {
            address,
            seen: posted.one("seen")?.to_owned(),
            decision,
        })
    }

    fn decide(self, notebook: &mut Notebook, record: RecordId) -> Notice {
        let now = match notebook.disagreements_of(record) {
            Ok(now) => now,
            Err(error) => return Problem::from(error).into_notice(),
        };
        let Some(view) = now.iter().find(|view| view.address == self.address) else {
            return Notice::failed(
                "This is settled already.",
                "Somebody decided meanwhile; what stands is below.",
            );
        };
        if dispute::seen(view) != self.seen {
            let look =
                "Another answer came in since the page was shown. Nothing was done: look again, then decide.";
            return Notice::failed("The sides have changed.", look);
        }
        match notebook.settle(record, &self.address, self.decision) {
            Ok(_) => Notice {
                more: vec![
                    "Everybody sees it after the next sync. What was said before stays in the history."
                        .into(),
                ],
                ..Notice::done("Settled.")
            },
            // The settlement stands; only a copy is missing.
            Err(SettleError::Finish(error @ FinishError::Copy(_))) => Notice {
                more: vec![sentence(&error)],
                ..Notice::done("Settled.")
            },
            Err(error) => Notice::failed("It was not settled.", what_to_do(&error)),
        }
    }
}

fn what_to_do(error: &SettleError) -> String {
    let told = sentence(error);
    match error {
        SettleError::Value(_) => format!("{told} Write it so, and try again."),
        SettleError::Finish(FinishError::Incomplete(_)) => {
            format!(
                "{told} With this answer the record would not be complete: edit the record, then finish it."
            )
        }
        SettleError::Draft(DraftError::Store(_)) | SettleError::Finish(FinishError::Store(_)) => {
            format!("{told} Nothing was changed. Look whether the disk is full.")
        }
        _ => told,
    }
}

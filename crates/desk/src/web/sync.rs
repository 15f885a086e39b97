//! Syncing with a click.

use axum::extract::State;
use axum::response::Redirect;
use client_core::deeds::sync::{SyncError, SyncReport};
use client_core::{HttpLink, LinkError};

use super::Console;
use super::layout::Notice;
use super::posted::Posted;
use super::problem::{Problem, sentence};
use super::widgets::counted;

/// Syncs, and tells on the overview how it went.
pub(crate) async fn sync(State(console): State<Console>, _posted: Posted) -> Result<Redirect, Problem> {
    let synced = console
        .ask_for_long(|notebook| Ok(notebook.sync(&HttpLink::default())))
        .await;
    console.leave_notice(match synced {
        Ok(Ok(report)) => told(&report),
        Ok(Err(error)) => Notice::failed("The sync did not end.", what_to_do(&error)),
        Err(problem) => problem.into_notice(),
    });
    Ok(Redirect::to("/"))
}

fn told(report: &SyncReport) -> Notice {
    let envelopes = |count| counted(count, "envelope", "envelopes");
    let mut more = vec![format!(
        "{} received and {} opened, {} sent, {} new in the roster.",
        envelopes(report.received),
        report.opened,
        report.sent,
        counted(report.roster_entries, "entry", "entries"),
    )];
    if report.waiting > 0 || report.quarantined > 0 {
        more.push(format!(
            "{} waiting for something; {} to be looked at: see below.",
            envelopes(report.waiting),
            envelopes(report.quarantined)
        ));
    }
    if report.erased > 0 {
        more.push(format!(
            "{} erased; of these, {} with an edit open here, which is gone too.",
            counted(report.erased, "record", "records"),
            report.erased_open.len()
        ));
    }
    if report.unsent > 0 {
        more.push(format!(
            "{} of this desk still to be sent: sync again.",
            envelopes(report.unsent)
        ));
    }
    if report.troubled > 0 {
        more.push(format!(
            "The relay refused {} of this desk, or has others in their place. The notebook may have been copied: \
             ask for help before you go on.",
            envelopes(report.troubled)
        ));
    }
    let good = report.troubled == 0 && report.unsent == 0;
    Notice {
        good,
        more,
        ..Notice::done("Synced.")
    }
}

fn what_to_do(error: &SyncError) -> String {
    let told = sentence(error);
    match error {
        SyncError::Link(LinkError::Unreachable { .. } | LinkError::Forgotten { .. })
        | SyncError::Cut(_)
        | SyncError::Call(_) => {
            format!("{told} Nothing is lost: look at the connection, and sync again.")
        }
        _ => told,
    }
}

//! Keep syncing: try again until a sync goes well, ever more seldom while nothing gets through.

use std::ops::ControlFlow;
use std::time::Duration;

use sync::CallError;
use wire::RefusalCode;

use crate::Notebook;
use crate::backoff::Backoff;
use crate::deeds::sync::{SyncError, SyncReport};
use crate::link::{Link, LinkError};
use crate::notebook::programme_of;
use crate::store::{StoreError, outbox, pieces};

impl SyncError {
    /// Returns whether a later try may go better by itself: the network was at fault, or somebody else has to sync first.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Link(
                LinkError::Unreachable { .. } | LinkError::Forgotten { .. } | LinkError::NotARelay { .. }
            )
                | Self::Cut(_)
                // A hotel's login page, say, is no answer of a relay.
                | Self::Call(CallError::Cut | CallError::Unreadable(_))
                | Self::RosterBehind
                | Self::Refused {
                    code: RefusalCode::Stale | RefusalCode::UnknownMember | RefusalCode::UnknownProgramme,
                    ..
                }
        )
    }
}

/// How far a node is with its relay. A photo takes many calls on a bad link: of pieces the bytes are counted.
#[derive(Debug, PartialEq, Eq)]
struct HowFar {
    /// Envelopes to be sent.
    unsent: u64,
    /// Bytes of pieces to be sent.
    unsent_pieces: u64,
    /// Up to where everything was received.
    cursor: u64,
    /// Bytes received of pieces that are not whole.
    pieces: u64,
}

impl Notebook {
    /// Syncs with the programme's relay over `link` until it goes well.
    ///
    /// After each failure that may pass, `wait` is told why and for how long to wait; it does, or breaks off. A try
    /// that brought something through lets the next one begin soon, however often it was cut before.
    ///
    /// # Errors
    /// The failure that cannot pass by itself, or after which `wait` broke off. What got through stays.
    pub fn keep_syncing(
        &mut self,
        link: &dyn Link,
        backoff: &mut Backoff,
        wait: &mut dyn FnMut(&SyncError, Duration) -> ControlFlow<()>,
    ) -> Result<SyncReport, SyncError> {
        let mut here = self.how_far()?;
        loop {
            let error = match self.sync(link) {
                Ok(report) => {
                    backoff.reset();
                    return Ok(report);
                }
                Err(error) if error.may_pass() => error,
                Err(error) => return Err(error),
            };
            let before = std::mem::replace(&mut here, self.how_far()?);
            if before != here {
                backoff.reset();
            }
            // Another connection came about just now, after a while of waiting: there is nothing to wait for.
            let pause = match error {
                SyncError::Link(LinkError::Forgotten { .. }) => Duration::ZERO,
                _ => backoff.next_wait(),
            };
            if wait(&error, pause).is_break() {
                return Err(error);
            }
        }
    }

    /// Returns how much is still to be sent, and how much was received.
    fn how_far(&self) -> Result<HowFar, StoreError> {
        self.store.read(|db| {
            Ok(HowFar {
                unsent: outbox::counts(db)?.0,
                unsent_pieces: pieces::unsent(db)?.0,
                cursor: programme_of(db).map_or(0, |programme| programme.cursor),
                pieces: pieces::gathered(db)?,
            })
        })
    }
}

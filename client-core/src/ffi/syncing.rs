//! What a sync tells an app.

/// How a sync went.
#[derive(Debug, uniffi::Record)]
pub struct SyncReport {
    /// Envelopes the relay has now and had not before.
    pub sent: u64,
    /// Envelopes received that were not here.
    pub received: u64,
    /// Of those here, envelopes opened in this sync.
    pub opened: u64,
    /// Envelopes here that wait for something.
    pub waiting: u64,
    /// Envelopes that a person must look at, here or at the relay.
    pub troubled: u64,
    /// Envelopes of this device's own that still wait to be sent.
    pub unsent: u64,
    /// Whether this device was revoked: what was open is sealed and sent, and nothing can be begun any more.
    pub revoked: bool,
    /// Records that were erased here in this sync.
    pub erased: u64,
    /// Of those, the ones in which an edit was open here: it is gone with the record.
    pub erased_open: Vec<String>,
}

impl From<crate::deeds::sync::SyncReport> for SyncReport {
    fn from(report: crate::deeds::sync::SyncReport) -> Self {
        Self {
            sent: report.sent,
            received: report.received,
            opened: report.opened,
            waiting: report.waiting,
            troubled: report.troubled + report.quarantined,
            unsent: report.unsent,
            revoked: report.revoked,
            erased: report.erased,
            erased_open: report.erased_open.iter().map(ToString::to_string).collect(),
        }
    }
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, uniffi::Record)]
pub struct SyncProgress {
    /// Bytes handed to the network.
    pub bytes_sent: u64,
    /// Bytes that came.
    pub bytes_received: u64,
    /// Envelopes handed to the network.
    pub envelopes_sent: u64,
    /// Envelopes that came, and are on disk.
    pub envelopes_received: u64,
}

impl From<crate::deeds::sync::SyncProgress> for SyncProgress {
    fn from(progress: crate::deeds::sync::SyncProgress) -> Self {
        Self {
            bytes_sent: progress.bytes_sent,
            bytes_received: progress.bytes_received,
            envelopes_sent: progress.envelopes_sent,
            envelopes_received: progress.envelopes_received,
        }
    }
}

/// Is told how a sync goes, on the thread that syncs.
#[uniffi::export(callback_interface)]
pub trait SyncWatcher: Send + Sync {
    /// Takes how far it is, and returns whether to go on. What was sent and taken before stays in any case.
    fn progress(&self, progress: SyncProgress) -> bool;
}

/// How much of what was finished on this device a desk has confirmed.
#[derive(Debug, Clone, Copy, uniffi::Record)]
pub struct Confirmations {
    /// Records in which something was finished here.
    pub finished: u64,
    /// Of those, the records of which desks have opened everything.
    pub confirmed: u64,
}

impl From<crate::deeds::sync::Confirmations> for Confirmations {
    fn from(told: crate::deeds::sync::Confirmations) -> Self {
        Self {
            finished: told.finished,
            confirmed: told.confirmed,
        }
    }
}

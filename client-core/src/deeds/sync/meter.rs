//! What one sync has sent and received, and whether it may go on.

use super::{SyncError, SyncOptions, SyncProgress};

/// Counts, watches the budget, and asks whoever watches.
pub(super) struct Meter<'a> {
    options: SyncOptions<'a>,
    so_far: SyncProgress,
}

impl<'a> Meter<'a> {
    pub(super) fn new(options: SyncOptions<'a>) -> Self {
        Self {
            options,
            so_far: SyncProgress::default(),
        }
    }

    pub(super) fn sent(&mut self, bytes: usize, envelopes: u64) {
        self.so_far.bytes_sent += bytes as u64;
        self.so_far.envelopes_sent += envelopes;
    }

    pub(super) fn received(&mut self, bytes: usize, envelopes: u64) {
        self.so_far.bytes_received += bytes as u64;
        self.so_far.envelopes_received = envelopes;
    }

    /// Returns whether photos and recordings are sent and asked for.
    pub(super) fn takes_media(&self) -> bool {
        !self.options.metered
    }

    /// Returns whether the budget is used up.
    pub(super) fn is_spent(&self) -> bool {
        let SyncProgress {
            bytes_sent,
            bytes_received,
            ..
        } = self.so_far;
        self.options
            .budget
            .is_some_and(|budget| bytes_sent.saturating_add(bytes_received) >= budget)
    }

    /// Tells how it goes. An error if whoever watches has had enough.
    pub(super) fn go_on(&mut self) -> Result<(), SyncError> {
        let so_far = self.so_far;
        match self.options.watch.as_mut().is_none_or(|watch| watch(so_far)) {
            true => Ok(()),
            false => Err(SyncError::Cancelled),
        }
    }
}

//! A net under automerge's decoder.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does something with bytes that automerge may stumble over; `None` if it panicked.
///
/// `deed` must own or only read what it touches, so that nothing half-changed is left behind.
/// The checks before it let nothing through that is known to panic; this is for what is not known.
pub(crate) fn guarded<T>(deed: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(deed)).ok()
}

//! Panics in libraries that the project catches itself.
//!
//! Workbooks are opened and changes are decoded by libraries which are known to panic on some damaged
//! bytes. The project catches that and says that the bytes are damaged, which the fuzzer would take for a
//! crash.

use std::collections::BTreeSet;
use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

/// Leaves panics in libraries to the project's guards; one that nobody catches still ends the run.
///
/// A panic in the project's own code ends the run at once, guarded or not. Where libraries panicked is
/// printed, each place once. For the `init` of a target.
pub fn leave_library_panics_to_them() {
    let ends_the_run = panic::take_hook();
    let seen = Mutex::new(BTreeSet::new());
    panic::set_hook(Box::new(move |info| {
        if !is_in_a_library(info) {
            ends_the_run(info);
        } else if seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(info.location().map(ToString::to_string))
        {
            eprintln!("a library panicked: {info}");
        }
    }));
}

fn is_in_a_library(info: &PanicHookInfo<'_>) -> bool {
    info.location()
        .is_some_and(|at| at.file().contains("/registry/src/") || at.file().starts_with("/rustc/"))
}

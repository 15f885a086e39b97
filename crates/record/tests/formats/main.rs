//! The formats of this crate: steps of drafts, changes, and a saved compartment.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod household;
#[cfg(test)]
mod page;
#[cfg(test)]
mod steps;

use golden::Folder;

#[test]
fn every_format_is_written_and_read_as_it_was() {
    let mut folder = Folder::of(env!("CARGO_MANIFEST_DIR"));
    answers::keep(&mut folder);
    steps::keep(&mut folder);
    changes::keep(&mut folder);
    folder.finish();
}

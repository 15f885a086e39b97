//! The formats of this crate: golden files that are read for ever, and the vectors of `docs/format/`.

#[cfg(test)]
mod carried;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod envelopes;
#[cfg(test)]
mod example;
#[cfg(test)]
mod frames;
#[cfg(test)]
mod page;

use golden::Folder;

#[test]
fn every_format_is_written_and_read_as_it_was() {
    let mut folder = Folder::of(env!("CARGO_MANIFEST_DIR"));
    envelopes::keep(&mut folder);
    frames::keep(&mut folder);
    entries::keep(&mut folder);
    carried::keep(&mut folder);
    folder.finish();
}

//! `docs/format/`: what this crate yields for the vectors on its pages.

mod contents;
mod roster;
mod vectors;

use golden::page;

#[test]
fn every_vector_on_the_pages_is_what_the_code_yields() {
    page::check("seal", [vectors::all(), roster::all(), contents::all()].concat());
}

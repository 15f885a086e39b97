//! Reads any text as sheets in Markdown tables, and writes them as an XForm.
//!
//! The XForm is read, and written as the same XForm.

#![no_main]

use baraza_fuzz::forms;
use form::Source;
use form::definition::Definition;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| forms::check_definition(Definition::read(Source::Markdown(text))));

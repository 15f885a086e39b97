//! Reads any text as an XForm.
//!
//! What is read and written as an XForm comes back from it; what is refused is refused with a reason.

#![no_main]

use baraza_fuzz::forms;
use form::Source;
use form::definition::Definition;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| forms::check_definition(Definition::read(Source::XForm(text))));

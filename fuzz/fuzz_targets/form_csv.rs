//! Reads any text as a form in comma-separated values.
//!
//! What is read comes back from its canonical text; what is refused is refused with a reason.

#![no_main]

use baraza_fuzz::forms;
use form::{Form, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| forms::check(Form::read(Source::Csv(text))));

//! Reads any bytes as a workbook in the format of Excel 2007 and later.
//!
//! What is read comes back from its canonical text; what is refused is refused with a reason.

#![no_main]

use baraza_fuzz::{forms, guards};
use form::{Form, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    init: guards::leave_library_panics_to_them(),
    |bytes: &[u8]| forms::check(Form::read(Source::Xlsx(bytes)))
);

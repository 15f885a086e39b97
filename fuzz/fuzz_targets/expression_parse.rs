//! Parses any text as an expression.
//!
//! An expression comes back equal from its own text, and names only places in it; a mistake is told with
//! the place where it is and what to write instead.

#![no_main]

use baraza_fuzz::forms;
use form::Expression;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Expression::parse(text) {
        Ok(expression) => {
            assert_eq!(expression.text(), text);
            assert_eq!(Expression::parse(expression.text()).as_ref(), Ok(&expression));
            for reference in expression.references() {
                let written = text.get(reference.offset..).unwrap_or_default();
                assert!(written.starts_with("${"), "{reference:?} is not at its place");
            }
            let _ = expression.functions();
            let _ = expression.dependencies(forms::form(), None);
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.offset), "{error:?}");
            assert!(!error.message.is_empty() && !error.hint.is_empty());
        }
    }
});

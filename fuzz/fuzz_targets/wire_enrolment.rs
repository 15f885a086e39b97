//! Reads any bytes as a request to join or a certificate, bare or as the text that people carry; the first
//! byte says which.
//!
//! There is one way to write either: what is read is written as the same bytes, and as the same text but
//! for spaces and line breaks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::{Certificate, Request};

fuzz_target!(|input: &[u8]| {
    let Some((what, bytes)) = input.split_first() else {
        return;
    };
    match what % 3 {
        0 => {
            if let Ok(request) = Request::from_bytes(bytes) {
                assert_eq!([request.body().as_slice(), &request.signature].concat(), bytes);
                assert_eq!(Request::from_text(&request.to_text()), Ok(request));
            }
        }
        1 => {
            if let Ok(certificate) = Certificate::from_bytes(bytes) {
                assert_eq!(
                    [certificate.body().as_slice(), &certificate.signature].concat(),
                    bytes
                );
                assert_eq!(Certificate::from_text(&certificate.to_text()), Ok(certificate));
            }
        }
        _ => carried(&String::from_utf8_lossy(bytes)),
    }
});

fn carried(text: &str) {
    let one_line: String = text.split_whitespace().collect();
    if let Ok(request) = Request::from_text(text) {
        assert_eq!(request.to_text(), one_line);
    }
    if let Ok(certificate) = Certificate::from_text(text) {
        assert_eq!(certificate.to_text(), one_line);
    }
}

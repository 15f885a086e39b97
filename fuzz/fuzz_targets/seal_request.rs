//! Checks any header fields of a call, each on a line of its own; what comes after the third is the hello.
//!
//! Only the fields that the device signed pass, and only with the hello it signed.

#![no_main]

use baraza_fuzz::field::Field;
use libfuzzer_sys::fuzz_target;
use seal::verify::request::{RequestHeaders, check_request, request_headers};

const CALL: (&str, &str) = ("POST", "/v1/sync");

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n').map(str::to_owned);
    let mut line = || lines.next().unwrap_or_default();
    let headers = RequestHeaders {
        hello: line(),
        input: line(),
        signature: line(),
    };
    let hello = line();
    let device = &Field::get().device;
    let signed = request_headers(&device.sign, device.id, CALL.0, CALL.1, hello.as_bytes());
    let check = |headers: &RequestHeaders| {
        check_request(&device.sign.public(), &device.id, headers, CALL, hello.as_bytes())
    };
    assert_eq!(check(&headers).is_ok(), headers == signed);
    assert_eq!(check(&signed), Ok(()));
});

//! Reads any bytes as the receipt of an erasure, bare or as the text that people carry; the first byte says which.
//!
//! There is one way to write it: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::Receipt;

fuzz_target!(|input: &[u8]| {
    let Some((what, bytes)) = input.split_first() else {
        return;
    };
    if what % 2 == 0 {
        if let Ok(receipt) = Receipt::from_bytes(bytes) {
            assert_eq!([receipt.body().as_slice(), &receipt.signature].concat(), bytes);
            assert_eq!(Receipt::from_text(&receipt.to_text()), Ok(receipt));
        }
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    if let Ok(receipt) = Receipt::from_text(&text) {
        let one_line: String = text.split_whitespace().collect();
        assert_eq!(receipt.to_text(), one_line);
    }
});

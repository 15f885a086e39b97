//! Reads any bytes as an offer to take a draft over, bare or as the text that people carry; the first byte says which.
//!
//! There is one way to write one: what is read is written as the same bytes, and as the same text but for spaces and
//! line breaks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::Offer;

fuzz_target!(|input: &[u8]| {
    let Some((what, bytes)) = input.split_first() else {
        return;
    };
    if what % 2 == 0 {
        if let Ok(offer) = Offer::from_bytes(bytes) {
            assert_eq!([offer.body().as_slice(), &offer.signature].concat(), bytes);
            assert_eq!(Offer::from_text(&offer.to_text()), Ok(offer));
        }
    } else {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(offer) = Offer::from_text(&text) {
            let one_line: String = text.split_whitespace().collect();
            assert_eq!(offer.to_text(), one_line);
        }
    }
});

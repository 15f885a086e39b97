//! Parses any text as an answer to a question of any kind; the first byte says which.
//!
//! What is an answer fits its kind and comes back from its text.

#![no_main]

use form::{ChoiceSource, Media, Metadata, QuestionKind, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((kind, text)) = input.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let kinds = kinds();
    let Some(kind) = kinds.get(usize::from(*kind) % kinds.len()) else {
        return;
    };
    if let Ok(value) = Value::parse(kind, text) {
        assert!(value.fits(kind), "{value:?} does not fit {kind:?}");
        let written = value.to_odk_text();
        assert!(Value::parse(kind, &written) == Ok(value), "{kind:?}: {written}");
    }
});

fn kinds() -> Vec<QuestionKind> {
    let list = || ChoiceSource::from("list");
    let mut kinds = vec![
        QuestionKind::Text,
        QuestionKind::Integer,
        QuestionKind::Decimal,
        QuestionKind::Date,
        QuestionKind::Time,
        QuestionKind::DateTime,
        QuestionKind::SelectOne(list()),
        QuestionKind::SelectMultiple(list()),
        QuestionKind::Rank(list()),
        QuestionKind::Range { whole: true },
        QuestionKind::Range { whole: false },
        QuestionKind::Geopoint,
        QuestionKind::Geotrace,
        QuestionKind::Geoshape,
        QuestionKind::Barcode,
        QuestionKind::Media(Media::Image),
        QuestionKind::Acknowledge,
        QuestionKind::Note,
        QuestionKind::Calculate,
        QuestionKind::Hidden,
    ];
    kinds.extend(Metadata::ALL.map(QuestionKind::Metadata));
    kinds
}

//! Reads any text as the address of an answer, of a repeat, as a question's path and as an instance's id.
//!
//! There is one text for each: what is read is written as the same text.

#![no_main]

use form::{Address, InstanceId, QuestionPath, RepeatAddress};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(address) = text.parse::<Address>() {
        assert_eq!(address.to_string(), text);
        assert!(address.is_within(&address.instance()) && address.is_within(&Address::root()));
        if let Some(path) = address.path() {
            assert_eq!(address.near(&path).path(), Some(path));
        }
    }
    if let Ok(repeat) = text.parse::<RepeatAddress>() {
        assert_eq!(repeat.to_string(), text);
        let id = InstanceId::from_uuid(uuid::Uuid::max());
        assert_eq!(repeat.instance(id).repeat(), Some(repeat));
    }
    if let Ok(path) = text.parse::<QuestionPath>() {
        assert_eq!(path.as_str(), text);
        assert!(path.is_within(&path) && text.ends_with(path.name()));
    }
    if let Ok(id) = text.parse::<InstanceId>() {
        assert_eq!(id.to_string(), text);
    }
});

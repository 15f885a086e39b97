//! Where things stand in a compartment's document: its keys.
//!
//! | key | what stands there |
//! |---|---|
//! | `q/<path>` | an answer outside all repeats |
//! | `r/<repeat>/<uuid>` | an instance of a repeat: its place in the order |
//! | `r/<repeat>/<uuid>/<path>` | an answer in it |
//! | `r/<repeat>/<uuid>/<repeat>/<uuid>/…` | the same in a repeat inside |
//! | `r/…/<uuid>#removed` | that the instance was removed |
//! | `m/<name>` | something about the record itself, such as its form |
//! | `c/<purpose>/<uuid>` | a consent event |
//!
//! Paths leave out the form's root. A segment that is a UUID is an instance.

use form::{Address, InstanceId, RepeatAddress};

/// The longest key, in bytes.
pub(crate) const MAX_KEY_BYTES: usize = 2048;
/// What the key of a removal mark ends with.
pub(crate) const REMOVED: &str = "#removed";

/// What a key says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    Answer(Address),
    /// An instance's place in the order.
    Instance(Address),
    /// An instance's removal mark.
    Removed(Address),
    /// Metadata or a consent event.
    About,
    /// Nothing this version knows.
    Unknown,
}

impl Key {
    pub(crate) fn read(key: &str) -> Self {
        let Some((kind, place)) = key.split_once('/') else {
            return Self::Unknown;
        };
        if place.contains(['[', ']']) {
            return Self::Unknown;
        }
        let read = match kind {
            "q" => Self::read_outside_repeats(place),
            "r" => Self::read_in_repeat(place),
            "m" | "c" if !place.is_empty() => Some(Self::About),
            _ => None,
        };
        read.unwrap_or(Self::Unknown)
    }

    fn read_outside_repeats(place: &str) -> Option<Self> {
        let at: Address = place.parse().ok()?;
        (at.steps().is_empty() && !at.is_instance()).then_some(Self::Answer(at))
    }

    fn read_in_repeat(place: &str) -> Option<Self> {
        let (place, removed) = match place.strip_suffix(REMOVED) {
            Some(place) => (place, true),
            None => (place, false),
        };
        let mut text = String::with_capacity(place.len() + 8);
        let mut ends_in_instance = false;
        for segment in place.split('/') {
            ends_in_instance = is_instance(segment);
            if ends_in_instance {
                text.push('[');
                text.push_str(segment);
                text.push(']');
            } else {
                if !text.is_empty() {
                    text.push('/');
                }
                text.push_str(segment);
            }
        }
        let at: Address = text.parse().ok()?;
        match (removed, ends_in_instance) {
            _ if at.steps().is_empty() => None,
            (false, false) => Some(Self::Answer(at)),
            (false, true) => Some(Self::Instance(at)),
            (true, true) => Some(Self::Removed(at)),
            (true, false) => None,
        }
    }
}

/// The key of an answer, or of an instance's place in the order.
pub(crate) fn of(at: &Address) -> String {
    let mut key = String::with_capacity(64);
    key.push_str(if at.steps().is_empty() { "q" } else { "r" });
    for step in at.steps() {
        push(&mut key, &step.repeat);
        push_instance(&mut key, step.instance);
    }
    if !at.question().is_empty() {
        push(&mut key, at.question());
    }
    key
}

/// The key of an instance's removal mark.
pub(crate) fn of_removal(instance: &Address) -> String {
    of(instance) + REMOVED
}

/// The key of something about the record itself.
pub(crate) fn of_meta(name: &str) -> String {
    format!("m/{name}")
}

/// Whether a key says which form a record answers, or which version of it.
pub(crate) fn is_of_form(key: &str) -> bool {
    matches!(key, "m/form" | "m/version")
}

/// The key of a consent event.
pub(crate) fn of_consent(purpose: &str, event: uuid::Uuid) -> String {
    format!("c/{purpose}/{event}")
}

/// What the keys of all instances of `repeat` begin with.
pub(crate) fn before_instances(repeat: &RepeatAddress) -> String {
    let mut key = String::from("r");
    for step in repeat.steps() {
        push(&mut key, &step.repeat);
        push_instance(&mut key, step.instance);
    }
    push(&mut key, repeat.repeat());
    key.push('/');
    key
}

/// Splits what follows [`before_instances`] into the instance and the rest of the key.
pub(crate) fn split_instance(rest: &str) -> Option<(InstanceId, &str)> {
    let (segment, rest) = rest.split_at_checked(36)?;
    let instance = is_instance(segment).then(|| segment.parse().ok())??;
    (rest.is_empty() || rest.starts_with(['/', '#'])).then_some((instance, rest))
}

/// Whether a change may put something at `key`.
pub(crate) fn may_stand_in_a_record(key: &str) -> bool {
    key.len() <= MAX_KEY_BYTES
        && !key.chars().any(char::is_control)
        && key.split_once('/').is_some_and(|(kind, rest)| {
            matches!(kind, "q" | "r" | "m" | "c") && rest.split('/').all(|segment| !segment.is_empty())
        })
}

/// Only the one way of writing a UUID that this crate uses: hyphenated, small letters.
fn is_instance(segment: &str) -> bool {
    segment.len() == 36
        && segment.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

fn push(key: &mut String, segment: &str) {
    key.push('/');
    key.push_str(segment);
}

fn push_instance(key: &mut String, instance: InstanceId) {
    push(key, &instance.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MEMBER: &str = "0f5c1e9a-6a7b-4c3d-8e2f-112233445566";
    const VISIT: &str = "1f5c1e9a-6a7b-4c3d-8e2f-112233445566";

    fn at(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn keys_say_where_an_answer_stands() {
        assert_eq!(
            Key::read("q/household/village"),
            Key::Answer(at("household/village"))
        );
        assert_eq!(
            Key::read(&format!("r/household/members/{MEMBER}/person/age")),
            Key::Answer(at(&format!("household/members[{MEMBER}]/person/age")))
        );
        let visit = at(&format!("members[{MEMBER}]/visits[{VISIT}]"));
        assert_eq!(of(&visit), format!("r/members/{MEMBER}/visits/{VISIT}"));
        assert_eq!(Key::read(&of(&visit)), Key::Instance(visit.clone()));
        assert_eq!(Key::read(&of_removal(&visit)), Key::Removed(visit));
        assert_eq!(Key::read("m/form"), Key::About);
    }

    #[test]
    fn keys_that_say_nothing_known_are_unknown() {
        for key in [
            "",
            "q",
            "q/",
            "r/members/age",
            "r/members/age#removed",
            "x/y",
            "r//a",
        ] {
            assert_eq!(Key::read(key), Key::Unknown, "{key}");
        }
        assert_eq!(Key::read(&format!("r/{MEMBER}/age")), Key::Unknown);
        assert_eq!(Key::read(&format!("r/members[{MEMBER}]/age")), Key::Unknown);
        assert_eq!(
            Key::read(&format!("r/a/{}/age", MEMBER.to_uppercase())),
            Key::Unknown
        );
    }

    #[test]
    fn what_follows_a_repeat_splits_into_instance_and_rest() {
        assert_eq!(
            split_instance(&format!("{MEMBER}/age")),
            Some((MEMBER.parse().unwrap(), "/age"))
        );
        assert_eq!(split_instance(&format!("{MEMBER}x")), None);
        assert_eq!(split_instance("age"), None);
    }

    proptest! {
        #[test]
        fn any_key_is_read(key in "[qrmc]/([a-c]|/|\\[|\\]|#removed|0f5c1e9a-6a7b-4c3d-8e2f-112233445566){0,6}|.*") {
            let written = match Key::read(&key) {
                Key::Answer(at) | Key::Instance(at) => of(&at),
                Key::Removed(at) => of_removal(&at),
                Key::About | Key::Unknown => key.clone(),
            };
            prop_assert_eq!(written, key);
        }
    }
}

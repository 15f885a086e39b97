//! Consent and other bases: what people said about each purpose, as events that are never replaced.
//!
//! An event stands at `c/<purpose>/<uuid>` in the general compartment, as JSON. Two devices that write events
//! meanwhile write two; nobody's word replaces another's. What holds is worked out by [`Basis`].

use form::Value;
use rand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::draft::{AnswerError, Draft, DraftStep};
use crate::ids::AuthorPrefix;
use crate::record::{GENERAL, Record};
use crate::{key, scalar};

/// The purposes that programmes are asked for again and again. A programme may use other words.
pub const PURPOSES: [&str; 5] = ["service", "referral", "research", "policy-evidence", "media"];
/// The longest name of a purpose.
const MAX_PURPOSE: usize = 40;

/// On what the use of answers rests (GDPR articles 6 and 9 in the field's words).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The person agreed.
    Consent,
    /// A life is in danger.
    Vital,
    /// A task in the public interest.
    PublicInterest,
    /// A legitimate interest that was weighed against the person's.
    LegitimateInterest,
    /// A contract with the person.
    Contract,
    /// The law demands it.
    Legal,
}

/// What the person decided, or what was decided of another basis.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Yes.
    Given,
    /// No.
    Refused,
    /// No longer.
    Withdrawn,
}

/// How it was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Signed by hand.
    Signed,
    /// Spoken.
    Spoken,
    /// Spoken before a witness.
    Witness,
}

/// What was said about one purpose.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentEvent {
    /// On what it rests.
    pub basis: Basis,
    /// What was decided.
    pub decision: Decision,
    /// How it was said.
    pub mode: Mode,
    /// In which language it was explained; nothing if nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// BLAKE3 of the words that were read out, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Whether a guardian decided for the person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guardian: bool,
    /// When, in unix seconds, by the clock of whoever wrote it down.
    pub at: i64,
}

/// An event as it stands in a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StandingConsent {
    /// For what.
    pub purpose: String,
    /// What was said.
    pub event: ConsentEvent,
    /// Who wrote it down; nobody yet while it stands in a draft.
    pub author: Option<AuthorPrefix>,
}

/// Never shows what somebody decided.
impl std::fmt::Debug for ConsentEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsentEvent").finish_non_exhaustive()
    }
}

/// Returns whether a word may name a purpose: small letters, digits and hyphens.
pub fn is_purpose(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_PURPOSE).contains(&word.len()) && word.chars().all(fits)
}

/// Returns whether a purpose is covered by what was said: something was given, and nothing that was said at the same
/// time or later refuses it or takes it back.
pub fn covers(said: &[StandingConsent], purpose: &str) -> bool {
    let of = |wanted: fn(Decision) -> bool| {
        let events = said.iter().filter(|one| one.purpose == purpose);
        let events = events.filter(move |one| wanted(one.event.decision));
        events.map(|one| one.event.at).max()
    };
    let given = of(|decision| decision == Decision::Given);
    let against = of(|decision| decision != Decision::Given);
    given.is_some_and(|given| against.is_none_or(|against| against < given))
}

impl Draft {
    /// Puts down what was said about a purpose. Earlier events stay.
    ///
    /// # Errors
    /// If the purpose is no [word for one](is_purpose), or something is too long.
    pub fn put_consent(
        &mut self,
        purpose: &str,
        event: &ConsentEvent,
        now: i64,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<DraftStep, AnswerError> {
        if !is_purpose(purpose) {
            return Err(AnswerError::NotAPurpose(purpose.to_owned()));
        }
        let mut chance = [0; 16];
        rng.fill_bytes(&mut chance);
        let id = uuid::Builder::from_random_bytes(chance).into_uuid();
        let said = serde_json::to_string(event).unwrap_or_default();
        self.put_consent_at(key::of_consent(purpose, id), Value::Text(said), now)
    }
}

impl Draft {
    /// Returns everything that was said about purposes, before this draft and in it.
    pub fn consent(&self) -> Vec<StandingConsent> {
        let mut said = self.base().consent();
        said.extend(self.about().filter_map(|(key, value)| {
            let (purpose, event) = read(key, value)?;
            Some(StandingConsent {
                purpose,
                event,
                author: None,
            })
        }));
        said
    }
}

impl Record {
    /// Returns everything that was said about purposes, by purpose and time.
    pub fn consent(&self) -> Vec<StandingConsent> {
        let Some(document) = self.document(GENERAL) else {
            return Vec::new();
        };
        let mut said: Vec<StandingConsent> = document
            .cells()
            .iter()
            .flat_map(|(key, cells)| cells.iter().map(move |cell| (key, cell)))
            .filter_map(|(key, cell)| {
                let (purpose, event) = read(key, scalar::read(&cell.value).answer())?;
                let author = document.provenance(cell).map(|by| by.author);
                Some(StandingConsent {
                    purpose,
                    event,
                    author,
                })
            })
            .collect();
        said.sort_by(|one, other| (&one.purpose, one.event.at).cmp(&(&other.purpose, other.event.at)));
        said
    }
}

pub(crate) fn read(key: &str, value: Option<Value>) -> Option<(String, ConsentEvent)> {
    let (purpose, id) = key.strip_prefix("c/")?.split_once('/')?;
    let Some(Value::Text(said)) = value else {
        return None;
    };
    (is_purpose(purpose) && Uuid::parse_str(id).is_ok())
        .then(|| serde_json::from_str(&said).ok())?
        .map(|event| (purpose.to_owned(), event))
}

#[cfg(test)]
mod tests {
    use form::Source;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;
    use crate::{Actor, AuthorId};

    fn event(decision: Decision, at: i64) -> ConsentEvent {
        ConsentEvent {
            basis: Basis::Consent,
            decision,
            mode: Mode::Spoken,
            language: Some("wo".into()),
            script: None,
            guardian: false,
            at,
        }
    }

    fn standing(decision: Decision, at: i64) -> StandingConsent {
        StandingConsent {
            purpose: "research".into(),
            event: event(decision, at),
            author: None,
        }
    }

    #[test]
    fn the_event_layout_is_what_it_was() {
        assert_eq!(
            serde_json::to_string(&event(Decision::Given, 7)).unwrap(),
            r#"{"basis":"consent","decision":"given","mode":"spoken","language":"wo","at":7}"#
        );
    }

    #[test]
    fn what_is_said_in_two_drafts_stands_side_by_side() {
        let form = "| survey |\n| | type | name | label |\n| | text | a | A |\n| settings |\n| | form_title | form_id |\n\
                    | | F | f |\n";
        let form = form::Form::read(Source::Markdown(form)).unwrap().0;
        let mut rng = StdRng::seed_from_u64(1);
        let mut record = Record::new();
        let empty = record.clone();
        for (n, decision) in [(1, Decision::Given), (2, Decision::Withdrawn)] {
            let author = AuthorId([n; 16]);
            let (mut draft, _) = Draft::begin(&empty, Actor::make(author, &mut rng), 1).unwrap();
            let said = event(decision, i64::from(n));
            drop(draft.put_consent("research", &said, 1, &mut rng).unwrap());
            assert_eq!(draft.consent().len(), 1);
            for (compartment, change) in draft.squash(&form, &[GENERAL.into()], 2).unwrap() {
                record.merge(&compartment, &[change], author).unwrap();
            }
        }
        let said = record.consent();
        assert_eq!(said.len(), 2);
        assert_eq!(said[1].author, Some(AuthorId([2; 16]).prefix()));
        assert!(!covers(&said, "research"));
        assert!(covers(&said[..1], "research"));
        assert!(!covers(&said, "media"));
        assert_eq!(
            record.disagreements().len(),
            0,
            "nobody has to settle who said what"
        );
    }

    #[test]
    fn who_gives_again_after_taking_back_is_covered_and_a_tie_is_a_no() {
        let [given, withdrawn] = [Decision::Given, Decision::Withdrawn];
        let again = [standing(given, 1), standing(withdrawn, 2), standing(given, 3)];
        assert!(covers(&again, "research"));
        assert!(!covers(&[standing(given, 2), standing(withdrawn, 2)], "research"));
    }

    proptest! {
        #[test]
        fn any_key_and_text_is_read_or_not(purpose in "[a-z/-]{0,50}", text: String) {
            let key = format!("c/{purpose}/0f5c1e9a-6a7b-4c3d-8e2f-112233445566");
            if let Some((read, _)) = read(&key, Some(Value::Text(text))) {
                prop_assert_eq!(read, purpose);
            }
        }
    }
}

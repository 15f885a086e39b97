//! The programme's policy: how long what is kept, and what may be handed out.

use seal::members::{About, Keyring, seal_text};
use seal::roster::{Roster, RosterError, write};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::RosterAct;
use wire::roster_entry::MAX_SEALED_TEXT;

use crate::Notebook;
use crate::import::roster::TakeError;
use crate::notebook::NoProgramme;
use crate::store::StoreError;

/// The most records one case packet may hold.
pub const MOST_PACKET_RECORDS: u32 = 200;
/// The longest a case packet may be out, in hours.
pub const MOST_PACKET_HOURS: u32 = 24 * 31;
/// The longest anything may be kept, in days.
pub const MOST_DAYS: u32 = 36_500;
/// The most retention rules a policy may have.
pub const MOST_RULES: usize = 500;

/// What the members keep to. What a later version added stays in it when it is changed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// How many records one case packet may hold.
    pub packet_records: u32,
    /// How long a case packet may be out, in hours.
    pub packet_hours: u32,
    /// How many days after a withdrawal the record is erased.
    pub withdrawn_days: u32,
    /// How long records are kept. What no rule speaks of is kept until someone erases it.
    pub retention: Vec<Retention>,
    /// What a later version of the program added.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

/// How long the records of a form are kept for a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The form's id, as its author wrote it.
    pub form: String,
    /// The purpose people consented to; all of them if there is none.
    #[serde(default)]
    pub purpose: Option<String>,
    /// How many days after its last change a record is erased.
    pub days: u32,
    /// What a later version of the program added.
    #[serde(flatten)]
    pub other: serde_json::Map<String, serde_json::Value>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            packet_records: 20,
            packet_hours: 72,
            withdrawn_days: 30,
            retention: Vec::new(),
            other: serde_json::Map::new(),
        }
    }
}

/// Why a policy is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyFault {
    /// A case packet holds nothing or too much.
    #[error("a case packet holds 1 to {MOST_PACKET_RECORDS} records, not {0}")]
    PacketRecords(u32),
    /// A case packet is out for no time or too long.
    #[error("a case packet is out for 1 to {MOST_PACKET_HOURS} hours, not {0}")]
    PacketHours(u32),
    /// A withdrawal waits too long.
    #[error("a withdrawn record is erased after at most {MOST_DAYS} days, not {0}")]
    WithdrawnDays(u32),
    /// A rule keeps something for no time or too long.
    #[error("records of form \"{form}\" are kept for 1 to {MOST_DAYS} days, not {days}")]
    Days {
        /// The form.
        form: String,
        /// How many days.
        days: u32,
    },
    /// A rule names no form, or an empty purpose.
    #[error("a retention rule names a form, and a purpose or none")]
    NoName,
    /// Two rules speak of the same.
    #[error("two retention rules speak of form \"{0}\" and the same purpose")]
    Twice(String),
    /// There are too many rules, or they are too long.
    #[error("a policy has at most {MOST_RULES} retention rules, and {MAX_SEALED_TEXT} bytes with everything")]
    TooLarge,
}

/// Why the policy was not read or set.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only coordinators write the roster.
    #[error("only a coordinator's desk sets the policy; this notebook is not one")]
    NotACoordinator,
    /// The policy cannot be kept to.
    #[error(transparent)]
    Fault(#[from] PolicyFault),
    /// The roster does not take it.
    #[error("the policy cannot be put on the roster: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Policy {
    /// Returns whether any rule is about a form's records.
    pub(crate) fn speaks_of(&self, form: &str) -> bool {
        self.retention.iter().any(|rule| rule.form == form)
    }

    /// Checks that the policy can be kept to.
    pub fn check(&self) -> Result<(), PolicyFault> {
        if !(1..=MOST_PACKET_RECORDS).contains(&self.packet_records) {
            return Err(PolicyFault::PacketRecords(self.packet_records));
        }
        if !(1..=MOST_PACKET_HOURS).contains(&self.packet_hours) {
            return Err(PolicyFault::PacketHours(self.packet_hours));
        }
        if self.withdrawn_days > MOST_DAYS {
            return Err(PolicyFault::WithdrawnDays(self.withdrawn_days));
        }
        if self.retention.len() > MOST_RULES {
            return Err(PolicyFault::TooLarge);
        }
        for (n, rule) in self.retention.iter().enumerate() {
            if rule.form.is_empty() || rule.purpose.as_deref() == Some("") {
                return Err(PolicyFault::NoName);
            }
            if !(1..=MOST_DAYS).contains(&rule.days) {
                let (form, days) = (rule.form.clone(), rule.days);
                return Err(PolicyFault::Days { form, days });
            }
            let earlier = self.retention.iter().take(n);
            let same = |other: &Retention| (&other.form, &other.purpose) == (&rule.form, &rule.purpose);
            if { earlier }.any(same) {
                return Err(PolicyFault::Twice(rule.form.clone()));
            }
        }
        Ok(())
    }

    /// Returns for how many days records of a form are kept for a purpose: a rule that names the purpose goes before
    /// one for all. None: until someone erases them.
    pub fn days(&self, form: &str, purpose: Option<&str>) -> Option<u32> {
        let rule = |purpose: Option<&str>| {
            let mut rules = self.retention.iter();
            rules.find(|rule| rule.form == form && rule.purpose.as_deref() == purpose)
        };
        rule(purpose).or_else(|| rule(None)).map(|rule| rule.days)
    }

    /// Sets a retention rule, in the place of an earlier one for the same form and purpose.
    pub fn keep(&mut self, form: &str, purpose: Option<&str>, days: u32) {
        let same = |rule: &&mut Retention| rule.form == form && rule.purpose.as_deref() == purpose;
        match self.retention.iter_mut().find(same) {
            Some(rule) => rule.days = days,
            None => self.retention.push(Retention {
                form: form.to_owned(),
                purpose: purpose.map(str::to_owned),
                days,
                other: serde_json::Map::new(),
            }),
        }
    }

    /// Takes a retention rule out. Returns whether there was one.
    pub fn keep_for_good(&mut self, form: &str, purpose: Option<&str>) -> bool {
        let before = self.retention.len();
        self.retention
            .retain(|rule| rule.form != form || rule.purpose.as_deref() != purpose);
        self.retention.len() < before
    }
}

impl Notebook {
    /// Returns the programme's policy: what the roster says, or what holds when it says nothing.
    pub fn policy(&self) -> Result<Policy, PolicyError> {
        let (own, programme) = self.belonging::<PolicyError>()?;
        Ok(policy_of(own, &programme.members_keys))
    }

    /// Sets the policy for every member, by roster.
    pub fn set_policy(&mut self, policy: &Policy) -> Result<(), PolicyError> {
        let (own, programme) = self.belonging::<PolicyError>()?;
        let mut own = own.clone();
        if !self.is_coordinator() {
            return Err(PolicyError::NotACoordinator);
        }
        policy.check()?;
        let said = serde_json::to_string(policy).map_err(|_| PolicyFault::TooLarge)?;
        let about = About::policy(own.programme(), self.me.member);
        let sealed = seal_text(programme.members_keys.newest(), &about, &said, &mut self.rng);
        if sealed.len() > MAX_SEALED_TEXT {
            return Err(PolicyFault::TooLarge.into());
        }
        let act = RosterAct::Policy { sealed };
        let entry = write::next(&own, self.me.member, act, &self.me.sign);
        Ok(self.take_own(&mut own, &[entry])?)
    }
}

impl From<TakeError> for PolicyError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

/// Returns the policy that the roster names. One that does not open here, or that nobody can keep to, does not hold:
/// the defaults are cautious.
pub(crate) fn policy_of(own: &Roster, keys: &Keyring) -> Policy {
    let said = own.policy().and_then(|said| {
        let about = About::policy(own.programme(), said.author);
        keys.open_text(&about, &said.sealed).ok()
    });
    said.and_then(|text| serde_json::from_str::<Policy>(&text).ok())
        .filter(|policy| policy.check().is_ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_later_version_added_stays_in_the_policy() {
        let text = r#"{"packet_records":5,"packet_hours":24,"withdrawn_days":30,"retention":[{"form":"household","purpose":null,"days":90,"from":"the last visit"}],"media_days":7}"#;
        let mut policy: Policy = serde_json::from_str(text).unwrap();
        policy.keep("household", None, 60);
        let again: serde_json::Value =
            serde_json::from_str(&serde_json::to_string(&policy).unwrap()).unwrap();
        assert_eq!(again["media_days"], 7);
        assert_eq!(again["retention"][0]["from"], "the last visit");
        assert_eq!(again["retention"][0]["days"], 60);
    }

    #[test]
    fn what_is_not_said_is_as_it_always_was() {
        assert_eq!(serde_json::from_str::<Policy>("{}").unwrap(), Policy::default());
        assert_eq!(Policy::default().packet_records, 20);
        assert_eq!(Policy::default().packet_hours, 72);
        assert_eq!(Policy::default().withdrawn_days, 30);
    }

    #[test]
    fn a_rule_for_a_purpose_goes_before_the_rule_for_all() {
        let mut policy = Policy::default();
        policy.keep("household", None, 300);
        policy.keep("household", Some("return"), 30);
        assert_eq!(policy.days("household", Some("return")), Some(30));
        assert_eq!(policy.days("household", Some("aid")), Some(300));
        assert_eq!(policy.days("diaspora", None), None);
        assert!(policy.keep_for_good("household", Some("return")));
        assert!(!policy.keep_for_good("household", Some("return")));
        assert_eq!(policy.days("household", Some("return")), Some(300));
    }

    #[test]
    fn a_policy_nobody_can_keep_to_is_refused() {
        let with = |change: &dyn Fn(&mut Policy)| {
            let mut policy = Policy::default();
            change(&mut policy);
            policy.check()
        };
        assert_eq!(
            with(&|p| p.packet_records = 0),
            Err(PolicyFault::PacketRecords(0))
        );
        assert_eq!(
            with(&|p| p.packet_hours = 1000),
            Err(PolicyFault::PacketHours(1000))
        );
        assert_eq!(
            with(&|p| p.withdrawn_days = 40_000),
            Err(PolicyFault::WithdrawnDays(40_000))
        );
        assert_eq!(with(&|p| p.keep("", None, 3)), Err(PolicyFault::NoName));
        assert_eq!(with(&|p| p.keep("a", Some(""), 3)), Err(PolicyFault::NoName));
        let (form, days) = ("a".to_owned(), 0);
        assert_eq!(
            with(&|p| p.keep("a", None, 0)),
            Err(PolicyFault::Days { form, days })
        );
        let twice = with(&|p| {
            p.keep("a", None, 3);
            p.retention.push(p.retention[0].clone());
        });
        assert_eq!(twice, Err(PolicyFault::Twice("a".into())));
    }

    proptest! {
        #[test]
        fn any_text_is_a_policy_or_fails_cleanly(text: String, number: u64) {
            let _ = serde_json::from_str::<Policy>(&text);
            let text = format!(r#"{{"packet_hours":{number}}}"#);
            let read = serde_json::from_str::<Policy>(&text);
            prop_assert_eq!(read.is_ok(), number <= u64::from(u32::MAX));
        }
    }
}

//! Where an answer stands in a record.

use serde::{Deserialize, Serialize};

use crate::path::{PathError, QuestionPath, relative};

mod instance_id;
mod repeat;
mod text;

pub use instance_id::InstanceId;

/// One repeat on the way to an answer, and which of its instances.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Step {
    /// The repeat's path, relative to the step before (or to the form).
    pub repeat: String,
    /// Which of its instances.
    pub instance: InstanceId,
}

/// Where an answer stands in a record: a question, and the instance of every repeat around it,
/// outermost first.
///
/// As text: `household/members[<uuid>]/visits[<uuid>]/date`. A repeat instance is addressed the
/// same way: `household/members[<uuid>]`. The whole record is the empty text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    steps: Vec<Step>,
    question: String,
}

/// Where a repeat stands in a record: the instances around it, and its own path.
///
/// As text: `household/members[<uuid>]/visits`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepeatAddress {
    steps: Vec<Step>,
    repeat: String,
}

/// A text is no address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// One of the paths in it is none.
    #[error(transparent)]
    Path(#[from] PathError),
    /// What stands in brackets is not the id of an instance.
    #[error("`{0}` is not the id of a repeat instance; write it like `members[6f2c1f0e-…]`")]
    NoInstanceId(String),
    /// A bracket is not closed, or something else than `/` follows it.
    #[error("a repeat instance is written `members[<id>]` and followed by `/` or nothing")]
    Brackets,
    /// A repeat was expected, but the address names one of its instances or nothing.
    #[error("the address of a repeat ends in the repeat's name")]
    NoRepeat,
    /// It is longer than 8 KiB.
    #[error("the address is longer than 8 KiB")]
    TooLong,
}

impl Address {
    /// Returns the address of the record itself, in which everything stands.
    pub fn root() -> Self {
        Address {
            steps: Vec::new(),
            question: String::new(),
        }
    }

    /// Returns the address of a question that is in no repeat.
    pub fn top(path: &QuestionPath) -> Self {
        Address {
            steps: Vec::new(),
            question: path.as_str().to_owned(),
        }
    }

    /// Returns the address made of these steps and a path relative to the last of them
    /// (empty for the instance itself).
    ///
    /// # Errors
    /// If one of the paths is none.
    pub fn new(steps: Vec<Step>, question: impl Into<String>) -> Result<Self, AddressError> {
        let question = question.into();
        for step in &steps {
            step.repeat.parse::<QuestionPath>()?;
        }
        if !question.is_empty() {
            question.parse::<QuestionPath>()?;
        }
        Ok(Address { steps, question })
    }

    /// Returns the repeats on the way, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the question's path relative to the last step; empty for an instance itself.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// Says whether this is the record or a repeat instance, and not a question or group in it.
    pub fn is_instance(&self) -> bool {
        self.question.is_empty()
    }

    /// Returns the path in the form, all instances dropped. `None` for the record itself.
    pub fn path(&self) -> Option<QuestionPath> {
        join_path(&self.steps, &self.question)
    }

    /// Returns the innermost repeat instance (or the record) around this; an instance itself
    /// gives itself.
    pub fn instance(&self) -> Address {
        Address {
            steps: self.steps.clone(),
            question: String::new(),
        }
    }

    /// Returns the repeat instance (or the record) around this; of an instance, the one around it.
    /// `None` for the record itself.
    pub fn parent_instance(&self) -> Option<Address> {
        if !self.question.is_empty() {
            return Some(self.instance());
        }
        let (_, outer) = self.steps.split_last()?;
        Some(Address {
            steps: outer.to_vec(),
            question: String::new(),
        })
    }

    /// Returns the id of the innermost repeat instance around this, if it is in a repeat.
    pub fn instance_id(&self) -> Option<InstanceId> {
        self.steps.last().map(|step| step.instance)
    }

    /// Returns the repeat whose innermost instance this is or stands in.
    pub fn repeat(&self) -> Option<RepeatAddress> {
        let (last, outer) = self.steps.split_last()?;
        Some(RepeatAddress {
            steps: outer.to_vec(),
            repeat: last.repeat.clone(),
        })
    }

    /// Returns the address of `path` seen from here: in the same instances, as far as the repeats
    /// around both are the same. What `path` has further in repeats of its own is left without instance.
    pub fn near(&self, path: &QuestionPath) -> Address {
        let mut rest = path.as_str();
        let mut steps = Vec::new();
        for step in &self.steps {
            match relative(rest, &step.repeat) {
                Some(inner) => rest = inner,
                None => break,
            }
            steps.push(step.clone());
        }
        Address {
            steps,
            question: rest.to_owned(),
        }
    }

    /// Says whether this is `outer` or stands inside it (an instance, a group or the record).
    pub fn is_within(&self, outer: &Address) -> bool {
        if self.steps.len() == outer.steps.len() {
            return self.steps == outer.steps
                && (outer.question.is_empty() || relative(&self.question, &outer.question).is_some());
        }
        self.steps.starts_with(&outer.steps)
            && (outer.question.is_empty()
                || self
                    .steps
                    .get(outer.steps.len())
                    .is_some_and(|next| relative(&next.repeat, &outer.question).is_some()))
    }
}

fn join_path(steps: &[Step], last: &str) -> Option<QuestionPath> {
    let mut names: Vec<&str> = steps.iter().map(|step| step.repeat.as_str()).collect();
    if !last.is_empty() {
        names.push(last);
    }
    // Every part was found to be a path when the address was made.
    (!names.is_empty()).then(|| QuestionPath::joined(&names))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMINA: &str = "6f2c1f0e-8f5a-4d2b-9a39-0d6a1c9b7e01";
    const JUMA: &str = "0b8a4f7c-2f6e-4c55-8b1d-5a3e7d9c4402";

    #[test]
    fn an_address_reads_back_from_its_text() {
        for text in [
            "",
            "household/name",
            &format!("household/members[{AMINA}]"),
            &format!("household/members[{AMINA}]/care/visits[{JUMA}]/date"),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "a/",
            "/a",
            "[x]",
            "a[x]",
            &format!("a[{AMINA}]b"),
            &format!("a[{AMINA}]/"),
            "a[",
            "a]b",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert!(format!("a[{}]", AMINA.to_uppercase()).parse::<Address>().is_err());
        assert!(format!("a[{AMINA}]").parse::<RepeatAddress>().is_err());
        assert!("".parse::<RepeatAddress>().is_err());
    }

    #[test]
    fn near_shares_the_instances_around_both() {
        let at: Address = format!("household/members[{AMINA}]/visits[{JUMA}]/date")
            .parse()
            .unwrap();
        let near = |path: &str| at.near(&path.parse().unwrap()).to_string();
        assert_eq!(
            near("household/members/age"),
            format!("household/members[{AMINA}]/age")
        );
        assert_eq!(
            near("household/members/visits/why"),
            format!("household/members[{AMINA}]/visits[{JUMA}]/why")
        );
        assert_eq!(near("household/name"), "household/name");
        assert_eq!(near("household/membership"), "household/membership");
        let visits = RepeatAddress::near(&at, &"household/members/visits".parse().unwrap());
        assert_eq!(visits.to_string(), format!("household/members[{AMINA}]/visits"));
        assert_eq!(visits.path().as_str(), "household/members/visits");
    }

    #[test]
    fn an_address_knows_the_instances_around_it() {
        let date: Address = format!("household/members[{AMINA}]/visits[{JUMA}]/date")
            .parse()
            .unwrap();
        let visit = date.parent_instance().unwrap();
        let member = visit.parent_instance().unwrap();
        assert_eq!(
            visit.to_string(),
            format!("household/members[{AMINA}]/visits[{JUMA}]")
        );
        assert_eq!(member.to_string(), format!("household/members[{AMINA}]"));
        assert_eq!(member.parent_instance(), Some(Address::root()));
        assert_eq!(Address::root().parent_instance(), None);
        assert_eq!(visit.repeat().unwrap().outer(), member);
        assert_eq!(date.path().unwrap().as_str(), "household/members/visits/date");
        assert!(date.is_within(&member));
        assert!(date.is_within(&"household".parse().unwrap()));
        assert!(!member.is_within(&date));
    }
}

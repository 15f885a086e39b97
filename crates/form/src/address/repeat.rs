//! Where a repeat stands.

use super::{Address, AddressError, InstanceId, RepeatAddress, Step, join_path};
use crate::path::{QuestionPath, relative};

impl RepeatAddress {
    /// Returns the address of the repeat at `repeat` (relative to the last step) in these instances.
    ///
    /// # Errors
    /// If one of the paths is none.
    pub fn new(steps: Vec<Step>, repeat: impl Into<String>) -> Result<Self, AddressError> {
        let Address { steps, question } = Address::new(steps, repeat)?;
        if question.is_empty() {
            return Err(AddressError::NoRepeat);
        }
        Ok(RepeatAddress {
            steps,
            repeat: question,
        })
    }

    /// Returns the address of a repeat that is in no other.
    pub fn top(path: &QuestionPath) -> Self {
        RepeatAddress {
            steps: Vec::new(),
            repeat: path.as_str().to_owned(),
        }
    }

    /// Returns the repeat at `path` seen from `at`: see [`Address::near`].
    pub fn near(at: &Address, path: &QuestionPath) -> Self {
        let mut steps = Vec::new();
        let mut rest = path.as_str();
        for step in at.steps() {
            match relative(rest, &step.repeat) {
                Some(inner) if !inner.is_empty() => rest = inner,
                _ => break,
            }
            steps.push(step.clone());
        }
        RepeatAddress {
            steps,
            repeat: rest.to_owned(),
        }
    }

    /// Returns the instances around the repeat, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the repeat's path relative to the last step.
    pub fn repeat(&self) -> &str {
        &self.repeat
    }

    /// Returns the repeat's path in the form, all instances dropped.
    pub fn path(&self) -> QuestionPath {
        join_path(&self.steps, &self.repeat).expect("a repeat address is only made with a repeat in it")
    }

    /// Returns the address of one instance of this repeat.
    pub fn instance(&self, instance: InstanceId) -> Address {
        let mut steps = self.steps.clone();
        steps.push(Step {
            repeat: self.repeat.clone(),
            instance,
        });
        Address {
            steps,
            question: String::new(),
        }
    }

    /// Returns the instance (or record) in which this repeat stands.
    pub fn outer(&self) -> Address {
        Address {
            steps: self.steps.clone(),
            question: String::new(),
        }
    }
}

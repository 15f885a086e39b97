//! The answers that a form's logic reads.

use crate::address::{Address, InstanceId, RepeatAddress};
use crate::value::Value;

/// The answers of one record, as the form's logic reads them.
///
/// A record implements this, and so does the plain [`AnswerSheet`](crate::AnswerSheet).
pub trait Answers {
    /// Returns the answer at `at`; `None` if the question was not answered or its answer was cleared.
    fn answer(&self, at: &Address) -> Option<Value>;

    /// Returns the instances of `repeat` that were not removed, in order.
    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId>;

    /// Says whether this node can read `compartment`. What depends on a compartment that it
    /// cannot read is never recomputed or cleared.
    fn holds(&self, compartment: &str) -> bool {
        let _ = compartment;
        true
    }
}

impl<A: Answers + ?Sized> Answers for &A {
    fn answer(&self, at: &Address) -> Option<Value> {
        (**self).answer(at)
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        (**self).instances(repeat)
    }

    fn holds(&self, compartment: &str) -> bool {
        (**self).holds(compartment)
    }
}

//! What we make of a form, and how that differs from what the reference converter makes of it.

use std::fmt;

use baraza_form::definition::Definition;
use baraza_form::{Form, FormError};

use crate::canonical;
use crate::corpus::{Case, Golden};

/// What we make of a form.
pub(crate) enum Verdict {
    /// We take it; this is the XForm, by lines.
    Accepted(Vec<String>),
    /// We refuse it.
    Refused(Vec<FormError>),
    /// We wrote something that is no XML: never right.
    Broken(String),
}

/// How it differs.
pub(crate) enum Difference {
    /// We take what is refused there.
    TakenHere(String),
    /// We refuse what is taken there.
    RefusedHere(Vec<FormError>),
    /// We write another XForm: lines of theirs that are not in ours, and the other way round.
    XForm(Vec<String>),
    /// We write something that is no XML.
    Broken(String),
}

impl Verdict {
    /// Returns the same without the spaces in the XForm.
    pub(crate) fn without_spaces(self) -> Self {
        match self {
            Verdict::Accepted(lines) => Verdict::Accepted(without_spaces(&lines)),
            other => other,
        }
    }
}

/// Returns the lines without the spaces in them.
pub(crate) fn without_spaces(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| line.replace(' ', "")).collect()
}

/// Reads, checks and converts it.
pub(crate) fn of(case: &Case) -> Verdict {
    match Definition::read_named(&case.file, &case.bytes) {
        Ok((definition, _)) => of_definition(definition),
        Err(errors) => Verdict::Refused(errors),
    }
}

/// Checks and converts it.
pub(crate) fn of_definition(definition: Definition) -> Verdict {
    let xform = match definition.to_xform() {
        Ok(xform) => xform,
        Err(errors) => return Verdict::Refused(errors),
    };
    if let Err(errors) = Form::from_definition(definition) {
        return Verdict::Refused(errors);
    }
    match canonical::lines(&xform) {
        Ok(lines) => Verdict::Accepted(lines),
        Err(error) => Verdict::Broken(format!("{error}: {xform}")),
    }
}

/// Returns how it differs, if it does.
pub(crate) fn difference(golden: &Golden, verdict: &Verdict) -> Option<Difference> {
    match (golden, verdict) {
        (_, Verdict::Broken(xform)) => Some(Difference::Broken(xform.clone())),
        (Golden::Accepted(theirs), Verdict::Accepted(ours)) => {
            (theirs != ours).then(|| Difference::XForm(changes(theirs, ours)))
        }
        (Golden::Accepted(_), Verdict::Refused(errors)) => Some(Difference::RefusedHere(errors.clone())),
        (Golden::Refused { class, .. }, Verdict::Accepted(_)) => Some(Difference::TakenHere(class.clone())),
        (Golden::Invalid(complaint), Verdict::Accepted(_)) => {
            Some(Difference::TakenHere(format!("invalid: {complaint}")))
        }
        (Golden::Refused { .. } | Golden::Invalid(_), Verdict::Refused(_)) => None,
    }
}

/// The lines between what both begin with and what both end with.
fn changes(theirs: &[String], ours: &[String]) -> Vec<String> {
    let first = theirs
        .iter()
        .zip(ours)
        .take_while(|(one, other)| one == other)
        .count();
    let rest = |lines: &[String]| lines.len() - first;
    let last = (theirs.iter().rev())
        .zip(ours.iter().rev())
        .take(rest(theirs).min(rest(ours)))
        .take_while(|(one, other)| one == other)
        .count();
    let shown = |sign: &str, lines: &[String]| -> Vec<String> {
        let between = lines.iter().take(lines.len() - last).skip(first);
        between.take(6).map(|line| format!("{sign}{line}")).collect()
    };
    [shown("-", theirs), shown("+", ours)].concat()
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Accepted(lines) => write!(f, "accepted\n{}", lines.join("\n")),
            Verdict::Refused(errors) => {
                let told: Vec<String> = errors
                    .iter()
                    .map(|error| format!("{}: {error}", error.code))
                    .collect();
                write!(f, "refused\n{}", told.join("\n"))
            }
            Verdict::Broken(xform) => write!(f, "broken: {xform}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::TakenHere(class) => write!(f, "taken here, refused there: {class}"),
            Difference::RefusedHere(errors) => {
                let told: Vec<String> = errors
                    .iter()
                    .map(|error| format!("{}: {error}", error.code))
                    .collect();
                write!(f, "refused here, taken there: {}", told.join("; "))
            }
            Difference::XForm(lines) => write!(f, "another XForm:\n  {}", lines.join("\n  ")),
            Difference::Broken(xform) => write!(f, "no XML: {xform}"),
        }
    }
}

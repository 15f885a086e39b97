//! Addresses as text.

use std::fmt;
use std::str::FromStr;

use super::{Address, AddressError, RepeatAddress, Step};

fn parse(text: &str) -> Result<Address, AddressError> {
    if text.len() > 8 * 1024 {
        return Err(AddressError::TooLong);
    }
    let mut steps = Vec::new();
    let mut rest = text;
    while let Some((repeat, after)) = rest.split_once('[') {
        let (instance, after) = after.split_once(']').ok_or(AddressError::Brackets)?;
        steps.push(Step {
            repeat: repeat.to_owned(),
            instance: instance.parse()?,
        });
        rest = match after.strip_prefix('/') {
            Some("") => return Err(AddressError::Brackets),
            Some(inner) => inner,
            None if after.is_empty() => "",
            None => return Err(AddressError::Brackets),
        };
    }
    Address::new(steps, rest)
}

fn write(f: &mut fmt::Formatter<'_>, steps: &[Step], last: &str) -> fmt::Result {
    for (nth, step) in steps.iter().enumerate() {
        let slash = if nth == 0 { "" } else { "/" };
        write!(f, "{slash}{}[{}]", step.repeat, step.instance)?;
    }
    if !steps.is_empty() && !last.is_empty() {
        f.write_str("/")?;
    }
    f.write_str(last)
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        parse(text)
    }
}

impl FromStr for RepeatAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Address { steps, question } = parse(text)?;
        RepeatAddress::new(steps, question)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.steps, &self.question)
    }
}

impl fmt::Display for RepeatAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.steps, &self.repeat)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for RepeatAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl TryFrom<String> for RepeatAddress {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.to_string()
    }
}

impl From<RepeatAddress> for String {
    fn from(address: RepeatAddress) -> String {
        address.to_string()
    }
}

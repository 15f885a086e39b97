//! Addresses as people write them, with instances by their number.

use std::fmt::Write as _;

use super::{Position, Session};
use crate::address::{Address, RepeatAddress};
use crate::model::Item;

impl Session {
    /// Finds the address that somebody means: `members[2]/age`, with the instances that count
    /// numbered from 1, or by their ids; or just `age`, if only one thing in the form has that
    /// name, in the instances in which the interview is now.
    pub fn find(&self, text: &str) -> Option<Address> {
        let mut around = Address::root();
        let mut rest = text.trim().trim_matches('/');
        while let Some((repeat, after)) = rest.split_once('[') {
            let (which, after) = after.split_once(']')?;
            let path = [
                around.path().map(|path| path.to_string()),
                Some(repeat.to_owned()),
            ];
            let path: Vec<String> = path.into_iter().flatten().collect();
            let node = self.plan.find(&path.join("/").parse().ok()?)?;
            let repeat = RepeatAddress::near(&around, &self.plan.node(node).path);
            let id = match which.parse::<usize>() {
                Ok(nth) => *self.paper.live(&repeat).get(nth.checked_sub(1)?)?,
                Err(_) => which.parse().ok()?,
            };
            around = repeat.instance(id);
            rest = after.trim_start_matches('/');
        }
        if rest.is_empty() {
            return Some(around);
        }
        let path = [around.path().map(|path| path.to_string()), Some(rest.to_owned())];
        let path: Vec<String> = path.into_iter().flatten().collect();
        if let Some(node) = path.join("/").parse().ok().and_then(|path| self.plan.find(&path)) {
            let address = around.near(&self.plan.node(node).path);
            if self.way().exists(&address) {
                return Some(address);
            }
        }
        let mut named = self.plan.nodes().filter(|(_, node)| node.path.name() == rest);
        let (_, node) = named.next().filter(|_| named.next().is_none())?;
        let here = match (&self.position, around == Address::root()) {
            (Position::Question { address } | Position::Page { address }, true) => address.clone(),
            (Position::Repeat { address }, true) => address.outer(),
            _ => around,
        };
        Some(here.near(&node.path)).filter(|address| self.way().exists(address))
    }

    /// Returns an address with its instances numbered from 1, among those that count:
    /// `members[2]/age`.
    pub fn numbered(&self, at: &Address) -> String {
        let mut text = String::new();
        let mut around = Address::root();
        for step in at.steps() {
            let repeat = RepeatAddress::new(around.steps().to_vec(), step.repeat.clone());
            let nth = repeat.as_ref().ok().and_then(|repeat| {
                let live = self.paper.live(repeat);
                live.iter().position(|id| *id == step.instance)
            });
            let slash = if text.is_empty() { "" } else { "/" };
            // Writing to a text does not fail.
            let _ = match nth {
                Some(nth) => write!(text, "{slash}{}[{}]", step.repeat, nth + 1),
                None => write!(text, "{slash}{}[{}]", step.repeat, step.instance),
            };
            if let Ok(repeat) = repeat {
                around = repeat.instance(step.instance);
            }
        }
        if !text.is_empty() && !at.question().is_empty() {
            text.push('/');
        }
        text.push_str(at.question());
        text
    }

    /// Returns the repeat that an address names: the repeat itself, or that of an instance.
    pub fn repeat_at(&self, at: &Address) -> Option<RepeatAddress> {
        let node = self.plan.find(&at.path()?)?;
        match self.plan.item(node) {
            Item::Repeat(_) if at.is_instance() => at.repeat(),
            Item::Repeat(repeat) => Some(RepeatAddress::near(&at.instance(), &repeat.path)),
            _ => None,
        }
    }
}

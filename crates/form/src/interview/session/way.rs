//! The way through a form: what comes after what, given what is relevant.

use serde::Serialize;

use crate::address::{Address, InstanceId, RepeatAddress};
use crate::interview::paper::Paper;
use crate::interview::plan::Plan;
use crate::kind::QuestionKind;
use crate::model::{Item, Repeat};

/// Where an interview is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Position {
    /// Before the first question.
    Beginning,
    /// At a question or note.
    Question {
        /// The question.
        address: Address,
    },
    /// At a page with several questions: a group, or an instance of a repeat, with the appearance
    /// `field-list`.
    Page {
        /// The group or instance.
        address: Address,
    },
    /// Behind the last instance of a repeat, where another one can be added.
    Repeat {
        /// The repeat.
        address: RepeatAddress,
    },
    /// Behind the last question.
    End,
}

/// The way through one record as it is.
#[derive(Clone, Copy)]
pub(super) struct Way<'s> {
    pub(super) plan: &'s Plan,
    pub(super) paper: &'s Paper,
}

impl Way<'_> {
    /// What comes after a position.
    pub(super) fn next(&self, from: &Position) -> Position {
        let next = match from {
            Position::Beginning => self.first_of(None, &Address::root()),
            Position::Question { address } | Position::Page { address } => self.after_address(address),
            Position::Repeat { address } => self
                .plan
                .find(&address.path())
                .and_then(|node| self.after(node, address.outer())),
            Position::End => None,
        };
        next.unwrap_or(Position::End)
    }

    /// What comes before a position.
    pub(super) fn previous(&self, from: &Position) -> Position {
        let previous = match from {
            Position::Beginning => None,
            Position::Question { address } | Position::Page { address } => self.before_address(address),
            Position::Repeat { address } => self.plan.find(&address.path()).and_then(|node| {
                let ids = self.live(address);
                self.last_instance(node, address, &ids)
                    .or_else(|| self.before(node, address.outer()))
            }),
            Position::End => self.last_of(None, &Address::root()),
        };
        previous.unwrap_or(Position::Beginning)
    }

    /// The position at which something is shown: a question, or the first thing in a group,
    /// an instance or a repeat. `None` if nothing there is shown now.
    pub(super) fn to(&self, address: &Address) -> Option<Position> {
        let Some(path) = address.path() else {
            return Some(Position::Beginning);
        };
        let node = self.plan.find(&path)?;
        if !self.exists(address) || !self.paper.is_relevant(address) {
            return None;
        }
        let stop = if address.is_instance() {
            self.first_in_instance(node, address)?
        } else {
            self.first_in(node, &address.instance())?
        };
        let shown = match &stop {
            Position::Question { address } | Position::Page { address } => address,
            _ => return Some(stop),
        };
        Some(
            self.page_around(shown)
                .map_or(stop, |address| Position::Page { address }),
        )
    }

    /// The questions and notes that are shown at a position.
    pub(super) fn shown(&self, position: &Position) -> Vec<Address> {
        match position {
            Position::Question { address } => vec![address.clone()],
            Position::Page { address } => self.on_page(address),
            _ => Vec::new(),
        }
    }

    /// Whether every instance on the way to an address is there.
    pub(super) fn exists(&self, address: &Address) -> bool {
        let mut inner = Some(address.instance());
        while let Some(instance) = inner {
            if let (Some(repeat), Some(id)) = (instance.repeat(), instance.instance_id())
                && !self.paper.all(&repeat).contains(&id)
            {
                return false;
            }
            inner = instance.parent_instance();
        }
        let repeats = address.path().and_then(|path| self.plan.find(&path)).map(|node| {
            let around = self.plan.node(node).repeats.len();
            around + usize::from(address.is_instance())
        });
        repeats == Some(address.steps().len())
    }

    /// The instances of a repeat that count and are relevant.
    pub(super) fn live(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.paper.live(repeat)
    }

    fn after_address(&self, address: &Address) -> Option<Position> {
        let node = self.plan.find(&address.path()?)?;
        match address.is_instance() {
            true => self.after_instance(node, address),
            false => self.after(node, address.instance()),
        }
    }

    fn before_address(&self, address: &Address) -> Option<Position> {
        let node = self.plan.find(&address.path()?)?;
        match address.is_instance() {
            true => self.before_instance(node, address),
            false => self.before(node, address.instance()),
        }
    }

    /// What comes after a node in this instance.
    fn after(&self, node: usize, around: Address) -> Option<Position> {
        let (mut node, around) = (node, around);
        loop {
            let here = self.plan.node(node);
            let siblings = self.plan.children(here.parent).iter().skip(here.nth + 1);
            if let Some(found) = siblings
                .into_iter()
                .find_map(|sibling| self.first_in(*sibling, &around))
            {
                return Some(found);
            }
            let parent = here.parent?;
            if let Item::Repeat(_) = self.plan.item(parent) {
                return self.after_instance(parent, &around);
            }
            node = parent;
        }
    }

    /// What comes after an instance of the repeat `node`.
    fn after_instance(&self, node: usize, instance: &Address) -> Option<Position> {
        let repeat = instance.repeat()?;
        let ids = self.live(&repeat);
        let passed = ids.iter().position(|id| Some(*id) == instance.instance_id());
        let later = ids.iter().skip(passed.map_or(0, |nth| nth + 1));
        later
            .into_iter()
            .find_map(|id| self.first_in_instance(node, &repeat.instance(*id)))
            .or_else(|| self.prompt(node, &repeat))
            .or_else(|| self.after(node, repeat.outer()))
    }

    fn before(&self, node: usize, around: Address) -> Option<Position> {
        let (mut node, around) = (node, around);
        loop {
            let here = self.plan.node(node);
            let siblings = self.plan.children(here.parent).iter().take(here.nth).rev();
            if let Some(found) = siblings
                .into_iter()
                .find_map(|sibling| self.last_in(*sibling, &around))
            {
                return Some(found);
            }
            let parent = here.parent?;
            if let Item::Repeat(_) = self.plan.item(parent) {
                return self.before_instance(parent, &around);
            }
            node = parent;
        }
    }

    fn before_instance(&self, node: usize, instance: &Address) -> Option<Position> {
        let repeat = instance.repeat()?;
        let ids = self.live(&repeat);
        let nth = ids.iter().position(|id| Some(*id) == instance.instance_id());
        let earlier: Vec<InstanceId> = ids.into_iter().take(nth.unwrap_or(0)).collect();
        self.last_instance(node, &repeat, &earlier)
            .or_else(|| self.before(node, repeat.outer()))
    }

    fn last_instance(&self, node: usize, repeat: &RepeatAddress, ids: &[InstanceId]) -> Option<Position> {
        let mut instances = ids.iter().rev().map(|id| repeat.instance(*id));
        instances.find_map(|instance| match self.is_page(node) {
            true => self.page(&instance),
            false => self.last_of(Some(node), &instance),
        })
    }

    fn first_of(&self, parent: Option<usize>, around: &Address) -> Option<Position> {
        let mut children = self.plan.children(parent).iter();
        children.find_map(|child| self.first_in(*child, around))
    }

    fn last_of(&self, parent: Option<usize>, around: &Address) -> Option<Position> {
        let mut children = self.plan.children(parent).iter().rev();
        children.find_map(|child| self.last_in(*child, around))
    }

    fn first_in(&self, node: usize, around: &Address) -> Option<Position> {
        let address = around.near(&self.plan.node(node).path);
        if !self.paper.is_relevant(&address) {
            return None;
        }
        match self.plan.item(node) {
            Item::Question(question) => is_shown(&question.kind).then_some(Position::Question { address }),
            Item::Group(_) if self.is_page(node) => self.page(&address),
            Item::Group(_) => self.first_of(Some(node), around),
            Item::Repeat(repeat) => {
                let repeat = RepeatAddress::near(around, &repeat.path);
                let mut ids = self.live(&repeat).into_iter();
                ids.find_map(|id| self.first_in_instance(node, &repeat.instance(id)))
                    .or_else(|| self.prompt(node, &repeat))
            }
        }
    }

    fn first_in_instance(&self, node: usize, instance: &Address) -> Option<Position> {
        match self.is_page(node) {
            true => self.page(instance),
            false => self.first_of(Some(node), instance),
        }
    }

    fn last_in(&self, node: usize, around: &Address) -> Option<Position> {
        let address = around.near(&self.plan.node(node).path);
        if !self.paper.is_relevant(&address) {
            return None;
        }
        match self.plan.item(node) {
            Item::Question(question) => is_shown(&question.kind).then_some(Position::Question { address }),
            Item::Group(_) if self.is_page(node) => self.page(&address),
            Item::Group(_) => self.last_of(Some(node), around),
            Item::Repeat(repeat) => {
                let repeat = RepeatAddress::near(around, &repeat.path);
                let ids = self.live(&repeat);
                // Going back, another instance is only offered where there is none.
                match ids.is_empty() {
                    true => self.prompt(node, &repeat),
                    false => self.last_instance(node, &repeat, &ids),
                }
            }
        }
    }

    fn prompt(&self, node: usize, repeat: &RepeatAddress) -> Option<Position> {
        match self.plan.item(node) {
            Item::Repeat(Repeat {
                repeat_count: None, ..
            }) => Some(Position::Repeat {
                address: repeat.clone(),
            }),
            _ => None,
        }
    }

    fn is_page(&self, node: usize) -> bool {
        let appearance = match self.plan.item(node) {
            Item::Question(_) => return false,
            Item::Group(group) => &group.appearance,
            Item::Repeat(repeat) => &repeat.appearance,
        };
        appearance.split_whitespace().any(|word| word == "field-list")
    }

    fn page(&self, address: &Address) -> Option<Position> {
        let address = || address.clone();
        (!self.on_page(&address()).is_empty()).then(|| Position::Page { address: address() })
    }

    fn on_page(&self, page: &Address) -> Vec<Address> {
        let mut shown = Vec::new();
        if let Some(node) = page.path().and_then(|path| self.plan.find(&path)) {
            self.gather(Some(node), &page.instance(), &mut shown);
        }
        shown
    }

    /// All that is shown in a group, instance or the record, in order.
    pub(super) fn gather(&self, parent: Option<usize>, around: &Address, shown: &mut Vec<Address>) {
        for child in self.plan.children(parent) {
            let address = around.near(&self.plan.node(*child).path);
            if !self.paper.is_relevant(&address) {
                continue;
            }
            match self.plan.item(*child) {
                Item::Question(question) if is_shown(&question.kind) => shown.push(address),
                Item::Question(_) => {}
                Item::Group(_) => self.gather(Some(*child), around, shown),
                Item::Repeat(repeat) => {
                    let repeat = RepeatAddress::near(around, &repeat.path);
                    for id in self.live(&repeat) {
                        self.gather(Some(*child), &repeat.instance(id), shown);
                    }
                }
            }
        }
    }

    /// The outermost page around an address.
    fn page_around(&self, address: &Address) -> Option<Address> {
        let mut found = None;
        let mut path = address.path();
        while let Some(inner) = path {
            if self.plan.find(&inner).is_some_and(|node| self.is_page(node)) {
                found = Some(address.near(&inner));
            }
            path = inner.parent();
        }
        found
    }
}

fn is_shown(kind: &QuestionKind) -> bool {
    kind.is_asked() || *kind == QuestionKind::Note
}

//! The outline of a record: its sections, and how far each has come.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::Session;
use crate::address::{Address, RepeatAddress};
use crate::answers::Answers as _;
use crate::expression::Environment;
use crate::interview::Trouble;
use crate::interview::check::is_required;
use crate::interview::paper::Seen;
use crate::model::Item;

/// A group, or an instance of a repeat.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Where it is: what [`Session::jump`] takes.
    pub address: Address,
    /// Its heading.
    pub label: String,
    /// The how manieth instance of its repeat it is, counted from 1; `None` for a group.
    pub nth: Option<usize>,
    /// How far it has come.
    pub status: SectionStatus,
    /// How many questions are asked in it.
    pub asked: usize,
    /// How many of them are answered.
    pub answered: usize,
    /// How many of them must be answered.
    pub required: usize,
    /// How many of those are answered.
    pub required_answered: usize,
    /// How many answers in it are not allowed; missing ones are not counted here.
    pub wrong: usize,
    /// The groups and instances in it.
    pub sections: Vec<Section>,
}

/// How far a section has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionStatus {
    /// Nothing in it is asked, given the other answers.
    NotRelevant,
    /// Nothing in it is answered.
    NotBegun,
    /// Something in it is answered, and something that must be is not.
    Begun,
    /// Everything that must be answered in it is.
    Complete,
    /// An answer in it is not allowed.
    HasProblems,
}

impl Session {
    /// Returns the outline of the whole record. The record itself is its outermost section.
    pub fn outline(&self, env: &Environment) -> Section {
        let problems = self.problems(env).into_iter();
        let problems = problems.map(|problem| (problem.at, problem.trouble)).collect();
        let mut section = Section {
            address: Address::root(),
            label: self.plan.form().title.clone(),
            nth: None,
            status: SectionStatus::NotBegun,
            asked: 0,
            answered: 0,
            required: 0,
            required_answered: 0,
            wrong: 0,
            sections: Vec::new(),
        };
        self.go_through(None, &Address::root(), &problems, env, &mut section);
        section.settle();
        section
    }

    fn go_through(
        &self,
        parent: Option<usize>,
        around: &Address,
        problems: &HashMap<Address, Trouble>,
        env: &Environment,
        section: &mut Section,
    ) {
        for child in self.plan.children(parent) {
            let at = around.near(&self.plan.node(*child).path);
            match self.plan.item(*child) {
                Item::Question(_) if self.paper.is_relevant(&at) => self.count(&at, problems, env, section),
                Item::Question(_) => {}
                Item::Group(_) => self.enter_section(*child, at, problems, env, section),
                Item::Repeat(repeat) => {
                    let repeat = RepeatAddress::near(around, &repeat.path);
                    for id in self.way().live(&repeat) {
                        self.enter_section(*child, repeat.instance(id), problems, env, section);
                    }
                }
            }
        }
    }

    fn enter_section(
        &self,
        node: usize,
        at: Address,
        problems: &HashMap<Address, Trouble>,
        env: &Environment,
        around: &mut Section,
    ) {
        let heading = self.heading(&at, &self.plan.node(node).path, env);
        let mut section = Section {
            address: heading.address,
            label: heading.label,
            nth: heading.nth,
            status: SectionStatus::NotRelevant,
            asked: 0,
            answered: 0,
            required: 0,
            required_answered: 0,
            wrong: 0,
            sections: Vec::new(),
        };
        if self.paper.is_relevant(&at) {
            self.go_through(Some(node), &at.instance(), problems, env, &mut section);
            section.settle();
            around.asked += section.asked;
            around.answered += section.answered;
            around.required += section.required;
            around.required_answered += section.required_answered;
            around.wrong += section.wrong;
        }
        around.sections.push(section);
    }

    fn count(
        &self,
        at: &Address,
        problems: &HashMap<Address, Trouble>,
        env: &Environment,
        section: &mut Section,
    ) {
        let Some(question) = self.question(at).filter(|question| question.kind.is_asked()) else {
            return;
        };
        let seen = Seen(&self.paper);
        let look = self.look(&seen, env);
        let trouble = problems.get(at);
        // What is offered no longer counts as no answer.
        let is_answered = seen.answer(at).is_some() && trouble != Some(&Trouble::NotOffered);
        let is_required = is_required(&look, question, at);
        section.asked += 1;
        section.answered += usize::from(is_answered);
        section.required += usize::from(is_required);
        section.required_answered += usize::from(is_required && is_answered);
        section.wrong += usize::from(trouble.is_some_and(|trouble| *trouble != Trouble::Missing));
    }
}

impl Section {
    fn settle(&mut self) {
        self.status = if self.wrong > 0 {
            SectionStatus::HasProblems
        } else if self.answered == 0 && self.asked > 0 {
            SectionStatus::NotBegun
        } else if self.required_answered < self.required {
            SectionStatus::Begun
        } else {
            SectionStatus::Complete
        };
    }
}

/// Hides the headings: answers are filled into them.
impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section")
            .field("address", &self.address)
            .field("status", &self.status)
            .field("answered", &format!("{} of {}", self.answered, self.asked))
            .field("sections", &self.sections)
            .finish_non_exhaustive()
    }
}

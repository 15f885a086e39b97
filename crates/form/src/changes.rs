//! What a new version of a form changes for the records that were made with the version before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::expression::Expression;
use crate::kind::{ChoiceSource, Metadata, QuestionKind};
use crate::model::{DefaultAnswer, Form, Item, Question, Repeat};
use crate::path::QuestionPath;

mod pairs;

/// One thing that a new version of a form changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormChange {
    /// What is changed: its path in the version before, or in the new one if it was added.
    pub path: QuestionPath,
    /// What is changed about it.
    pub change: Change,
    /// What that means for answers already given.
    pub consequence: Consequence,
}

/// What is changed about a question, group or repeat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
    /// It seems to be the question that has another name now.
    Renamed {
        /// Its path in the new version.
        to: QuestionPath,
    },
    /// It stands in another group.
    Moved {
        /// Its path in the new version.
        to: QuestionPath,
    },
    /// It is asked once for each instance of another repeat than before, or of none.
    MovedBetweenRepeats {
        /// Its path in the new version.
        to: QuestionPath,
    },
    /// It asks for another kind of answer.
    Kind {
        /// The type before.
        from: &'static str,
        /// The type now.
        to: &'static str,
    },
    /// Its choices come from somewhere else, where other choices may be.
    ChoicesElsewhere,
    /// There are more choices.
    ChoicesAdded(Vec<String>),
    /// There are fewer choices.
    ChoicesRemoved(Vec<String>),
    /// It is kept in another compartment.
    Compartment {
        /// The compartment before.
        from: String,
        /// The compartment now.
        to: String,
    },
    /// It is asked under another condition.
    Relevance,
    /// Other answers are allowed.
    Constraint,
    /// Other choices are offered.
    ChoiceFilter,
    /// It must be answered now, or under another condition, or need not be any more.
    Required,
    /// It is computed in another way, or at another time.
    Calculation,
    /// A repeat has another number of instances.
    RepeatCount,
}

/// What a change means for answers already given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Consequence {
    /// There is none.
    None,
    /// Answers stand as they are.
    Kept,
    /// Answers are computed anew.
    Recomputed,
    /// Answers may count no more, and not be shown, where the new condition does not hold. They
    /// are kept.
    MayBeHidden,
    /// Answers may be refused by the new rule, until they are changed.
    MayNotFit,
    /// Answers stay in the record and are not shown.
    Hidden,
    /// Answers stay in the record and are no answers to the question as it is now.
    NoLongerFits,
}

impl Form {
    /// Returns what `newer`, a later version of this form, changes for existing records: what was in
    /// this version in form order, then what was added.
    ///
    /// That a question was renamed is guessed from its label, kind and place.
    pub fn changes_to(&self, newer: &Form) -> Vec<FormChange> {
        let pairs = pairs::of(self, newer);
        let mut changes = Changes {
            older: self,
            newer,
            list: Vec::new(),
        };
        let mut found = BTreeSet::new();
        for item in self.all_items() {
            match pairs.get(item.path()).and_then(|path| newer.item(path)) {
                Some(now) => {
                    found.insert(now.path());
                    changes.compare(item, now);
                }
                None => changes.removed(item),
            }
        }
        for item in newer
            .all_items()
            .into_iter()
            .filter(|item| !found.contains(item.path()))
        {
            changes.add(item.path(), Change::Added, Consequence::None);
        }
        changes.list
    }
}

struct Changes<'a> {
    older: &'a Form,
    newer: &'a Form,
    list: Vec<FormChange>,
}

impl Changes<'_> {
    fn add(&mut self, path: &QuestionPath, change: Change, consequence: Consequence) {
        self.list.push(FormChange {
            path: path.clone(),
            change,
            consequence,
        });
    }

    fn removed(&mut self, item: &Item) {
        let consequence = match item {
            Item::Question(question) if question.kind.has_value() => Consequence::Hidden,
            Item::Question(_) | Item::Group(_) => Consequence::None,
            Item::Repeat(_) => Consequence::Hidden,
        };
        self.add(item.path(), Change::Removed, consequence);
    }

    fn compare(&mut self, before: &Item, now: &Item) {
        self.compare_places(before, now);
        let path = before.path();
        if !same(before.relevant(), now.relevant()) {
            let consequence = match now.relevant() {
                Some(_) => Consequence::MayBeHidden,
                None => Consequence::Kept,
            };
            self.add(path, Change::Relevance, consequence);
        }
        match (before, now) {
            (Item::Question(before), Item::Question(now)) => self.compare_questions(before, now),
            (Item::Repeat(before), Item::Repeat(now)) => self.compare_repeats(before, now),
            _ => {}
        }
    }

    fn compare_places(&mut self, before: &Item, now: &Item) {
        let (from, to) = (before.path(), now.path().clone());
        let has_answers = match before {
            Item::Question(question) => question.kind.has_value(),
            Item::Repeat(_) => true,
            Item::Group(_) => false,
        };
        let consequence = match has_answers {
            true => Consequence::Hidden,
            false => Consequence::None,
        };
        if !same_repeat(self.older.repeat_around(from), self.newer.repeat_around(&to)) {
            self.add(from, Change::MovedBetweenRepeats { to }, consequence);
        } else if *from != to && from.name() != to.name() {
            self.add(from, Change::Renamed { to }, consequence);
        } else if *from != to {
            self.add(from, Change::Moved { to }, consequence);
        }
    }

    fn compare_questions(&mut self, before: &Question, now: &Question) {
        let path = &before.path;
        if before.kind.word() != now.kind.word() || whole(&before.kind) != whole(&now.kind) {
            let consequence = match (answers(&before.kind), answers(&now.kind)) {
                (None, _) => Consequence::None,
                (_, Some("any")) => Consequence::Kept,
                (was, is) if was == is => Consequence::Kept,
                _ => Consequence::NoLongerFits,
            };
            let (from, to) = (before.kind.word(), now.kind.word());
            self.add(path, Change::Kind { from, to }, consequence);
        }
        if let (Some(was), Some(is)) = (before.kind.choices(), now.kind.choices()) {
            self.compare_choices(path, was, is);
        }
        if before.compartment != now.compartment && before.kind.has_value() {
            let change = Change::Compartment {
                from: before.compartment.clone(),
                to: now.compartment.clone(),
            };
            self.add(path, change, Consequence::Kept);
        }
        self.compare_rules(before, now);
    }

    fn compare_rules(&mut self, before: &Question, now: &Question) {
        let path = &before.path;
        let rule = |now: Option<&Expression>| match now {
            Some(_) => Consequence::MayNotFit,
            None => Consequence::Kept,
        };
        if !same(before.constraint.as_ref(), now.constraint.as_ref()) {
            self.add(path, Change::Constraint, rule(now.constraint.as_ref()));
        }
        if !same(before.choice_filter.as_ref(), now.choice_filter.as_ref()) {
            self.add(path, Change::ChoiceFilter, rule(now.choice_filter.as_ref()));
        }
        if !same(before.required.as_ref(), now.required.as_ref()) {
            self.add(path, Change::Required, Consequence::Kept);
        }
        let default = |question: &Question| match &question.default {
            Some(DefaultAnswer::Computed(default)) => Some(default.text().to_owned()),
            _ => None,
        };
        let is_computed =
            !same(before.calculation.as_ref(), now.calculation.as_ref()) || before.triggers != now.triggers;
        if is_computed && (before.calculation.is_some() || now.calculation.is_some()) {
            let consequence = match now.calculation {
                Some(_) => Consequence::Recomputed,
                None => Consequence::Kept,
            };
            self.add(path, Change::Calculation, consequence);
        } else if default(before) != default(now) {
            // A default is worked out once, when the record is begun.
            self.add(path, Change::Calculation, Consequence::Kept);
        }
    }

    fn compare_choices(&mut self, path: &QuestionPath, was: &ChoiceSource, is: &ChoiceSource) {
        if !was.is_in_form() || !is.is_in_form() {
            if was != is {
                self.add(path, Change::ChoicesElsewhere, Consequence::MayNotFit);
            }
            return;
        }
        let names = |form: &Form, source: &ChoiceSource| -> Vec<String> {
            form.choices_of(source)
                .iter()
                .map(|choice| choice.name.clone())
                .collect()
        };
        let (was, is) = (names(self.older, was), names(self.newer, is));
        let without = |all: &[String], others: &[String]| -> Vec<String> {
            let others: BTreeSet<&String> = others.iter().collect();
            all.iter()
                .filter(|name| !others.contains(name))
                .cloned()
                .collect()
        };
        let (added, removed) = (without(&is, &was), without(&was, &is));
        if !added.is_empty() {
            self.add(path, Change::ChoicesAdded(added), Consequence::Kept);
        }
        if !removed.is_empty() {
            self.add(path, Change::ChoicesRemoved(removed), Consequence::NoLongerFits);
        }
    }

    fn compare_repeats(&mut self, before: &Repeat, now: &Repeat) {
        if !same(before.repeat_count.as_ref(), now.repeat_count.as_ref()) {
            let consequence = match now.repeat_count {
                Some(_) => Consequence::MayBeHidden,
                None => Consequence::Kept,
            };
            self.add(&before.path, Change::RepeatCount, consequence);
        }
    }
}

/// Whether two repeats around a question are one: a repeat may itself have moved to another group.
fn same_repeat(before: Option<&Repeat>, now: Option<&Repeat>) -> bool {
    before.map(|repeat| &repeat.name) == now.map(|repeat| &repeat.name)
}

/// Whether two expressions are written alike, but for space.
fn same(one: Option<&Expression>, other: Option<&Expression>) -> bool {
    let words = |expression: &Expression| expression.text().split_whitespace().collect::<Vec<_>>().join(" ");
    one.map(words) == other.map(words)
}

fn whole(kind: &QuestionKind) -> Option<bool> {
    match kind {
        QuestionKind::Range { whole } => Some(*whole),
        _ => None,
    }
}

/// What answers to questions of a kind are: those of kinds with the same word fit one another.
fn answers(kind: &QuestionKind) -> Option<&'static str> {
    Some(match kind {
        QuestionKind::Note => return None,
        QuestionKind::Calculate | QuestionKind::Hidden => "any",
        QuestionKind::Text | QuestionKind::Barcode => "text",
        QuestionKind::Integer | QuestionKind::Range { whole: true } => "integer",
        QuestionKind::Decimal | QuestionKind::Range { whole: false } => "decimal",
        QuestionKind::Date | QuestionKind::Metadata(Metadata::Today) => "date",
        QuestionKind::DateTime | QuestionKind::Metadata(Metadata::Start | Metadata::End) => "dateTime",
        QuestionKind::Metadata(_) => "text",
        QuestionKind::Geopoint | QuestionKind::StartGeopoint | QuestionKind::BackgroundGeopoint => "geopoint",
        QuestionKind::Media(_) | QuestionKind::BackgroundAudio => "file",
        other => other.word(),
    })
}

impl fmt::Display for FormChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.path, self.change, self.consequence)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Added => f.write_str("is new"),
            Change::Removed => f.write_str("is taken out"),
            Change::Renamed { to } => write!(f, "seems to be called `{to}` now"),
            Change::Moved { to } => write!(f, "has moved to `{to}`"),
            Change::MovedBetweenRepeats { to } => {
                write!(f, "has moved to `{to}`, into, out of or between repeats")
            }
            Change::Kind { from, to } => write!(f, "was of type {from} and is of type {to}"),
            Change::ChoicesElsewhere => f.write_str("takes its choices from somewhere else"),
            Change::ChoicesAdded(names) => write!(f, "offers also {}", names.join(", ")),
            Change::ChoicesRemoved(names) => write!(f, "offers no more {}", names.join(", ")),
            Change::Compartment { from, to } => write!(f, "was kept in `{from}` and is kept in `{to}`"),
            Change::Relevance => f.write_str("is asked under another condition"),
            Change::Constraint => f.write_str("allows other answers"),
            Change::ChoiceFilter => f.write_str("offers its choices by another rule"),
            Change::Required => f.write_str("must be answered under another condition"),
            Change::Calculation => f.write_str("is computed in another way"),
            Change::RepeatCount => f.write_str("has another number of instances"),
        }
    }
}

impl fmt::Display for Consequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Consequence::None => "no answer is touched",
            Consequence::Kept => "answers stand as they are",
            Consequence::Recomputed => "answers are computed anew",
            Consequence::MayBeHidden => "answers are kept, and hidden where the condition does not hold",
            Consequence::MayNotFit => "answers that the new rule refuses are to be changed",
            Consequence::Hidden => "answers stay in the record and are not shown",
            Consequence::NoLongerFits => "answers stay in the record and no longer fit",
        })
    }
}

#[cfg(test)]
mod tests;

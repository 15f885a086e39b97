//! What an expression hardly means: comparisons and sums that give something, but not what
//! somebody would ask for.

use super::Expression;
use super::ast::{Call, Operator, Path, Start, Term};
use super::moment::Moment;
use super::outcome::number_of;
use crate::kind::{ChoiceSource, QuestionKind};
use crate::model::{Form, Item, Question};
use crate::path::QuestionPath;

/// Something in an expression that its author hardly means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// A word that stays the same: `multiple_compared`, `text_calculated`, `choice_of_number`,
    /// `date_as_number`, `not_a_date`, `unknown_choice`.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl Expression {
    /// Finds what the author of the expression hardly means, where it stands at `at`: a question
    /// with several answers that is compared as if it had one, texts in sums, choices that are on
    /// no list, days compared with what is no day.
    pub fn doubts(&self, form: &Form, at: Option<&QuestionPath>) -> Vec<Doubt> {
        let search = Search {
            expression: self,
            form,
            at,
        };
        let mut doubts = Vec::new();
        self.term.visit(&mut |term| {
            match term {
                Term::Chain(first, rest) => search.chain(first, rest, &mut doubts),
                Term::Call(call) => search.call(call, &mut doubts),
                Term::Negate(term) => search.calculated(term, &mut doubts),
                _ => {}
            };
        });
        doubts.dedup();
        doubts
    }
}

struct Search<'a> {
    expression: &'a Expression,
    form: &'a Form,
    at: Option<&'a QuestionPath>,
}

impl<'a> Search<'a> {
    fn chain(&self, first: &Term, rest: &[(Operator, Term)], doubts: &mut Vec<Doubt>) {
        let mut left = Some(first);
        for (operator, right) in rest {
            match operator {
                Operator::Plus | Operator::Minus | Operator::Times | Operator::Div | Operator::Mod => {
                    [left, Some(right)]
                        .into_iter()
                        .flatten()
                        .for_each(|term| self.calculated(term, doubts));
                }
                Operator::Or | Operator::And | Operator::Union => {}
                _ => {
                    if let Some(left) = left {
                        self.compared(left, *operator, right, doubts);
                        self.compared(right, *operator, left, doubts);
                    }
                }
            }
            // What stands left of a further operator is what came out before.
            left = None;
        }
    }

    fn calculated(&self, term: &Term, doubts: &mut Vec<Doubt>) {
        let what = match term {
            Term::Literal(text) if number_of(text).is_nan() => format!("'{text}'"),
            Term::Path(path) => match self.question(path) {
                Some(question) if is_text(question) => format!("${{{}}}", question.name),
                _ => return,
            },
            _ => return,
        };
        doubts.push(Doubt {
            code: "text_calculated",
            message: format!("{what} is a text, and is reckoned with as a number"),
            hint: "ask for an integer or a decimal, or join texts with concat(…)".to_owned(),
        });
    }

    /// Looks at one side of a comparison beside the other.
    fn compared(&self, side: &Term, operator: Operator, other: &Term, doubts: &mut Vec<Doubt>) {
        if self.is_day(side) {
            self.day_compared(other, doubts);
        }
        let Term::Path(path) = side else { return };
        let (Some(question), Term::Literal(text)) = (self.question(path), other) else {
            return;
        };
        if !matches!(operator, Operator::Equal | Operator::Unequal) || text.is_empty() {
            return;
        }
        let name = &question.name;
        match &question.kind {
            QuestionKind::SelectMultiple(_) => doubts.push(Doubt {
                code: "multiple_compared",
                message: format!("${{{name}}} may have several answers, and is compared with one"),
                hint: format!("write selected(${{{name}}}, '{text}')"),
            }),
            QuestionKind::SelectOne(source) => self.chosen(question, source, text, doubts),
            _ => {}
        }
    }

    fn day_compared(&self, other: &Term, doubts: &mut Vec<Doubt>) {
        match other {
            Term::Number(number) => doubts.push(Doubt {
                code: "date_as_number",
                message: format!("a day is compared with the number {number}"),
                hint: "write the day like date('2026-11-24'); days count from 1970".to_owned(),
            }),
            Term::Literal(text) if !text.is_empty() && Moment::parse(text).is_none() => doubts.push(Doubt {
                code: "not_a_date",
                message: format!("a day is compared with '{text}', which is none"),
                hint: "write days as year, month and day: '2026-11-24'".to_owned(),
            }),
            Term::Path(path) => {
                let question = self.question(path);
                if let Some(question) = question.filter(|question| is_number(&question.kind)) {
                    doubts.push(Doubt {
                        code: "date_as_number",
                        message: format!("a day is compared with the number ${{{}}}", question.name),
                        hint: "compare days with days; format-date(…, '%Y') gives the year".to_owned(),
                    });
                }
            }
            _ => {}
        }
    }

    fn call(&self, call: &Call, doubts: &mut Vec<Doubt>) {
        let name = call.function.name;
        if !matches!(
            name,
            "selected" | "is-selected" | "selected-at" | "count-selected"
        ) {
            return;
        }
        let Some(Term::Path(path)) = call.arguments.first() else {
            return;
        };
        let Some(question) = self.question(path) else {
            return;
        };
        match (&question.kind, call.arguments.get(1)) {
            (kind, _) if is_number(kind) || matches!(kind, QuestionKind::Date | QuestionKind::DateTime) => {
                doubts.push(Doubt {
                    code: "choice_of_number",
                    message: format!("`{name}` looks for choices, and ${{{}}} has none", question.name),
                    hint: format!("compare it: ${{{}}} = …", question.name),
                });
            }
            (
                QuestionKind::SelectOne(source) | QuestionKind::SelectMultiple(source),
                Some(Term::Literal(text)),
            ) if name != "selected-at" => {
                self.chosen(question, source, text, doubts);
            }
            _ => {}
        }
    }

    /// Looks whether a choice is on the list of its question.
    fn chosen(&self, question: &Question, source: &ChoiceSource, text: &str, doubts: &mut Vec<Doubt>) {
        let ChoiceSource::List(list) = source else { return };
        let choices = self.form.choices(list);
        let text = text.trim();
        if choices.is_empty() || text.is_empty() || choices.iter().any(|choice| choice.name == text) {
            return;
        }
        doubts.push(Doubt {
            code: "unknown_choice",
            message: format!("`{text}` is no choice of ${{{}}}", question.name),
            hint: crate::read::did_you_mean(
                text,
                choices.iter().map(|choice| choice.name.as_str()),
                "write the choice's name as in the sheet `choices`",
            ),
        });
    }

    /// Whether a term is a day, or a day with a time.
    fn is_day(&self, term: &Term) -> bool {
        match term {
            Term::Call(call) => matches!(call.function.name, "today" | "now" | "date" | "date-time"),
            Term::Path(path) => self
                .question(path)
                .is_some_and(|question| matches!(question.kind, QuestionKind::Date | QuestionKind::DateTime)),
            _ => false,
        }
    }

    /// The question that a path names as a whole.
    fn question(&self, path: &Path) -> Option<&'a Question> {
        if !path.predicates.is_empty() {
            return None;
        }
        let named = match &path.start {
            Start::Reference(reference) if path.steps.is_empty() => {
                let bound = match reference.last_saved {
                    true => &self.expression.earlier,
                    false => &self.expression.bound,
                };
                bound.get(&reference.name).cloned()
            }
            Start::Here if path.is_itself() => self.at.cloned(),
            Start::Record if path.plain_names().1 == path.steps.len() => {
                path.plain_names().0.join("/").parse().ok()
            }
            _ => None,
        };
        match self.form.item(&named?)? {
            Item::Question(question) => Some(question),
            _ => None,
        }
    }
}

fn is_number(kind: &QuestionKind) -> bool {
    matches!(
        kind,
        QuestionKind::Integer | QuestionKind::Decimal | QuestionKind::Range { .. }
    )
}

/// Whether a question asks for a text that is hardly a number.
fn is_text(question: &Question) -> bool {
    match &question.kind {
        QuestionKind::Text => !question.appearance.contains("numbers"),
        QuestionKind::SelectMultiple(_) | QuestionKind::Rank(_) | QuestionKind::Media(_) => true,
        _ => false,
    }
}

//! Answers as JSON: groups are objects in one another, repeats are arrays of objects.
//!
//! Values are texts as in ODK submissions; numbers may be JSON numbers, and the choices of a
//! select_multiple or rank an array. A picture, recording or other file is its name. An object in a repeat may name its instance in `__id`.

use serde_json::{Map, Value as Json};

use crate::address::{Address, InstanceId, RepeatAddress};
use crate::answers::Answers;
use crate::kind::QuestionKind;
use crate::model::{Form, Item, Question};
use crate::read::did_you_mean;
use crate::sheet::AnswerSheet;
use crate::value::{Value, ValueError};

/// The name under which an object in a repeat carries its instance's id.
const ID: &str = "__id";

/// Something in the JSON that is no answer to the form. Never says what was answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct AnswerError {
    /// Where it stands: `household/members[2]/age`, instances counted from 1. Empty for the whole.
    pub at: String,
    /// What is wrong with it.
    pub problem: AnswerProblem,
}

/// What is wrong with something in the JSON.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AnswerProblem {
    /// The form has nothing of this name here.
    #[error("the form has no such question here ({hint})")]
    Unknown {
        /// The name that may have been meant.
        hint: String,
    },
    /// It is no answer to a question of this kind.
    #[error("it is no answer to a question of type {kind}: {why}")]
    Value {
        /// The question's type.
        kind: &'static str,
        /// What the text should be.
        #[source]
        why: ValueError,
    },
    /// Another shape of JSON was expected.
    #[error("{0} is expected here")]
    Shape(&'static str),
    /// What stands under `__id` is no UUID, or was there before.
    #[error("`__id` is a UUID, different for each instance")]
    InstanceId,
}

/// Reads answers. Instances of repeats without an `__id` get a new one from `rng`.
///
/// Does not look whether the answers are allowed: [`check`](crate::interview::check) does.
///
/// # Errors
/// Everything in the JSON that is no answer to the form.
pub fn read_answers(
    form: &Form,
    json: &Json,
    rng: &mut impl rand::Rng,
) -> Result<AnswerSheet, Vec<AnswerError>> {
    let mut reader = Reader {
        sheet: AnswerSheet::new(),
        errors: Vec::new(),
        rng,
    };
    match json {
        Json::Object(object) => reader.object(&form.items, object, &Address::root(), ""),
        _ => reader.error("", AnswerProblem::Shape("an object with the names of questions")),
    }
    if reader.errors.is_empty() {
        Ok(reader.sheet)
    } else {
        Err(reader.errors)
    }
}

/// Writes all answers there are, with the ids of repeat instances, in form order.
pub fn write_answers(form: &Form, answers: &dyn Answers) -> Json {
    Json::Object(write_items(&form.items, answers, &Address::root()))
}

struct Reader<'r, R> {
    sheet: AnswerSheet,
    errors: Vec<AnswerError>,
    rng: &'r mut R,
}

impl<R: rand::Rng> Reader<'_, R> {
    fn object(&mut self, items: &[Item], object: &Map<String, Json>, around: &Address, at: &str) {
        for (name, json) in object {
            let at = if at.is_empty() {
                name.clone()
            } else {
                format!("{at}/{name}")
            };
            match items.iter().find(|item| item.name() == name) {
                Some(Item::Question(question)) => self.answer(question, json, around, &at),
                Some(Item::Group(group)) => match json {
                    Json::Object(object) => self.object(&group.items, object, around, &at),
                    Json::Null => {}
                    _ => self.error(
                        &at,
                        AnswerProblem::Shape("an object with the answers in the group"),
                    ),
                },
                Some(Item::Repeat(repeat)) => {
                    let address = RepeatAddress::near(around, &repeat.path);
                    match json {
                        Json::Array(instances) => self.repeat(&repeat.items, instances, &address, &at),
                        Json::Null => {}
                        _ => self.error(
                            &at,
                            AnswerProblem::Shape("an array with one object for each instance"),
                        ),
                    }
                }
                None => {
                    let known = items.iter().map(Item::name);
                    let hint = did_you_mean(name, known, "look up the names in the form");
                    self.error(&at, AnswerProblem::Unknown { hint });
                }
            }
        }
    }

    fn repeat(&mut self, items: &[Item], instances: &[Json], address: &RepeatAddress, at: &str) {
        for (nth, json) in instances.iter().enumerate() {
            let at = format!("{at}[{}]", nth + 1);
            let Json::Object(object) = json else {
                self.error(
                    &at,
                    AnswerProblem::Shape("an object with the answers of one instance"),
                );
                continue;
            };
            let mut object = object.clone();
            let id = match object.remove(ID) {
                None => Some(InstanceId::make(self.rng)),
                Some(Json::String(text)) => text.parse().ok(),
                Some(_) => None,
            };
            match id.filter(|id| !self.sheet.instances(address).contains(id)) {
                Some(id) => {
                    let instance = self.sheet.add_instance(address, id);
                    self.object(items, &object, &instance, &at);
                }
                None => self.error(&at, AnswerProblem::InstanceId),
            }
        }
    }

    fn answer(&mut self, question: &Question, json: &Json, around: &Address, at: &str) {
        let text = match (json, &question.kind) {
            (Json::Null, _) => return,
            (Json::String(text), _) => text.clone(),
            (Json::Number(number), _) => number.to_string(),
            (Json::Bool(flag), QuestionKind::Acknowledge) => flag.to_string(),
            (Json::Array(names), QuestionKind::SelectMultiple(_) | QuestionKind::Rank(_)) => {
                let names: Option<Vec<&str>> = names.iter().map(Json::as_str).collect();
                match names {
                    Some(names) if names.iter().all(|name| !name.contains(char::is_whitespace)) => {
                        names.join(" ")
                    }
                    _ => return self.error(at, AnswerProblem::Shape("an array with the names of choices")),
                }
            }
            _ => return self.error(at, AnswerProblem::Shape("a text or a number")),
        };
        match Value::parse(&question.kind, &text) {
            Ok(value) => self.sheet.set(around.near(&question.path), value),
            Err(ValueError::Empty) => {}
            Err(why) => self.error(
                at,
                AnswerProblem::Value {
                    kind: question.kind.word(),
                    why,
                },
            ),
        }
    }

    fn error(&mut self, at: &str, problem: AnswerProblem) {
        self.errors.push(AnswerError {
            at: at.to_owned(),
            problem,
        });
    }
}

fn write_items(items: &[Item], answers: &dyn Answers, around: &Address) -> Map<String, Json> {
    let mut object = Map::new();
    for item in items {
        let json = match item {
            Item::Question(question) => answers
                .answer(&around.near(&question.path))
                .map(|value| Json::String(value.to_odk_text())),
            Item::Group(group) => {
                let inside = write_items(&group.items, answers, around);
                (!inside.is_empty()).then_some(Json::Object(inside))
            }
            Item::Repeat(repeat) => {
                let address = RepeatAddress::near(around, &repeat.path);
                let instances = answers.instances(&address);
                let write = |id: &InstanceId| {
                    let mut object = Map::from_iter([(ID.to_owned(), Json::String(id.to_string()))]);
                    object.extend(write_items(&repeat.items, answers, &address.instance(*id)));
                    Json::Object(object)
                };
                (!instances.is_empty()).then(|| Json::Array(instances.iter().map(write).collect()))
            }
        };
        if let Some(json) = json {
            object.insert(item.name().to_owned(), json);
        }
    }
    object
}

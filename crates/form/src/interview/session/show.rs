//! Makes the screen that is shown now.

use std::collections::BTreeMap;

use super::screen::{Asked, Heading, Offer, Screen};
use super::{Position, Session};
use crate::address::Address;
use crate::answers::Answers as _;
use crate::expression::{Environment, shuffled};
use crate::interview::Trouble;
use crate::interview::check::is_required;
use crate::interview::look::Look;
use crate::interview::paper::Seen;
use crate::interview::text::fill;
use crate::kind::ChoiceSource;
use crate::model::{LabelMedia, Question, Shuffle};
use crate::path::QuestionPath;
use crate::translated::Translated;

impl Session {
    /// Returns what is to be shown now, in the environment's language.
    pub fn screen(&self, env: &Environment) -> Screen {
        let form = self.plan.form();
        match &self.position {
            Position::Beginning => Screen::Beginning {
                title: form.title.clone(),
                version: form.version.clone(),
                languages: form.languages.clone(),
            },
            Position::Question { address } => match self.asked(address, env) {
                Some(question) => Screen::Question {
                    around: self.headings(address, env),
                    question,
                },
                // Not reached: a session stands at questions of its form only.
                None => Screen::End {
                    name: None,
                    problems: Vec::new(),
                },
            },
            Position::Page { address } => {
                let shown = self.way().shown(&self.position);
                let mut around = self.headings(address, env);
                around.extend(address.path().map(|path| self.heading(address, &path, env)));
                Screen::Page {
                    address: address.clone(),
                    around,
                    questions: shown.iter().filter_map(|at| self.asked(at, env)).collect(),
                }
            }
            Position::Repeat { address } => {
                let at = address.outer().near(&address.path());
                let label = form.item(&address.path()).map(|item| item.label());
                Screen::Repeat {
                    address: address.clone(),
                    around: self.headings(&at, env),
                    label: label.map(|label| self.fill(label, &at, env)).unwrap_or_default(),
                    instances: self.way().live(address).len(),
                }
            }
            Position::End => Screen::End {
                name: self.record_name(env),
                problems: self.problems(env),
            },
        }
    }

    /// Returns a question or note as it is to be shown; `None` if the form has none there.
    pub fn asked(&self, at: &Address, env: &Environment) -> Option<Asked> {
        let question = self.question(at)?;
        let seen = Seen(&self.paper);
        let look = self.look(&seen, env);
        let problem = self
            .problem(&look, at)
            .filter(|problem| problem.trouble != Trouble::Missing);
        let no_longer_offered = problem
            .as_ref()
            .is_some_and(|problem| problem.trouble == Trouble::NotOffered);
        let answer = seen.answer(at).filter(|_| !no_longer_offered);
        let follows = question.calculation.is_some() && question.triggers.is_empty();
        Some(Asked {
            address: at.clone(),
            kind: question.kind.word(),
            label: self.fill(&question.label, at, env),
            hint: self.fill(&question.hint, at, env),
            guidance: self.fill(&question.guidance_hint, at, env),
            media: self.media(&question.media, env),
            autoplay: question.autoplay.clone(),
            choices: self.offers(&look, question, at),
            answer: answer.map(|value| value.to_odk_text()),
            no_longer_offered,
            required: is_required(&look, question, at),
            read_only: self.is_read_only || follows || look.is_read_only(at),
            problem,
            appearance: question.appearance.clone(),
            parameters: question.parameters.clone(),
        })
    }

    /// A text of the form in the environment's language, with answers filled in.
    pub(super) fn fill(&self, text: &Translated, at: &Address, env: &Environment) -> String {
        let form = self.plan.form();
        match text.text(&env.language, &form.default_language) {
            Some(text) if text.contains("${") => fill(form, text, &Seen(&self.paper), at, &env.language),
            Some(text) => text.to_owned(),
            None => String::new(),
        }
    }

    fn offers(&self, look: &Look<'_, '_>, question: &Question, at: &Address) -> Vec<Offer> {
        let offers: Vec<Offer> = match question.kind.choices() {
            Some(ChoiceSource::Repeat(path)) => self.offers_of_repeat(look, question, path, at),
            Some(source) => {
                let in_file = look.in_file(source);
                let choices = match source.is_in_form() {
                    true => look.offered(at),
                    false => look.let_through(question, at, &in_file),
                };
                let offer = |choice: &crate::Choice| Offer {
                    name: choice.name.clone(),
                    label: self.fill(&choice.label, at, look.env),
                    media: self.media(&choice.media, look.env),
                };
                choices.into_iter().map(offer).collect()
            }
            None => return Vec::new(),
        };
        match &question.shuffle {
            None => offers,
            Some(Shuffle::Anew) => shuffled(offers, self.shuffle_seed),
            Some(Shuffle::Seeded(seed)) => {
                let seed = look.evaluate(seed, at, None).map(|seed| seed.to_number());
                // What is no number, or infinite, counts as 0.
                let seed = seed.filter(|seed| seed.is_finite()).unwrap_or(0.0);
                shuffled(offers, seed as i64)
            }
        }
    }

    /// One choice for each instance in which the question was answered.
    fn offers_of_repeat(
        &self,
        look: &Look<'_, '_>,
        question: &Question,
        path: &QuestionPath,
        at: &Address,
    ) -> Vec<Offer> {
        let Some(node) = self.plan.find(path) else {
            return Vec::new();
        };
        let mut around = vec![at.near(path).instance()];
        let depth = at.near(path).steps().len();
        for repeat in self.plan.node(node).repeats.iter().skip(depth) {
            let inside = around.iter().flat_map(|at| {
                let repeat = crate::RepeatAddress::near(at, &self.plan.node(*repeat).path);
                let ids = self.way().live(&repeat).into_iter();
                ids.map(|id| repeat.instance(id)).collect::<Vec<_>>()
            });
            around = inside.collect();
        }
        let offer = |instance: Address| {
            let filter = question.choice_filter.as_ref();
            let value = look.answers.answer(&instance.near(path))?.to_odk_text();
            filter
                .is_none_or(|filter| look.is_true(filter, &instance, None).unwrap_or(false))
                .then(|| Offer {
                    name: value.clone(),
                    label: value,
                    media: BTreeMap::new(),
                })
        };
        around.into_iter().filter_map(offer).collect()
    }

    fn media(&self, media: &LabelMedia, env: &Environment) -> BTreeMap<&'static str, String> {
        let fallback = &self.plan.form().default_language;
        let forms = [
            ("image", &media.image),
            ("big-image", &media.big_image),
            ("audio", &media.audio),
            ("video", &media.video),
        ];
        let named = forms.into_iter().filter_map(|(form, files)| {
            let file = files.text(&env.language, fallback)?;
            Some((form, file.to_owned()))
        });
        named.collect()
    }

    /// The groups and instances around an address, outermost first.
    fn headings(&self, at: &Address, env: &Environment) -> Vec<Heading> {
        let mut headings = Vec::new();
        let mut path = at.path().and_then(|path| path.parent());
        while let Some(outer) = path {
            headings.push(self.heading(&at.near(&outer), &outer, env));
            path = outer.parent();
        }
        headings.reverse();
        headings
    }

    pub(super) fn heading(&self, address: &Address, path: &QuestionPath, env: &Environment) -> Heading {
        let label = self.plan.form().item(path).map(|item| item.label());
        let nth = address.repeat().filter(|_| address.is_instance()).map(|repeat| {
            let ids = self.way().live(&repeat);
            ids.iter()
                .position(|id| Some(*id) == address.instance_id())
                .map_or(1, |nth| nth + 1)
        });
        Heading {
            label: label
                .map(|label| self.fill(label, address, env))
                .unwrap_or_default(),
            address: address.clone(),
            nth,
        }
    }
}

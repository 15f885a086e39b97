//! Made-up answers.

use jiff::ToSpan;
use jiff::civil;
use rand::Rng;

use crate::address::Address;
use crate::expression::{Context, Environment, Expression, evaluate};
use crate::kind::{Media, QuestionKind};
use crate::model::{Form, Question};
use crate::sheet::AnswerSheet;
use crate::value::{Point, Value};
use crate::when::DateText;

mod pattern;
mod words;

/// A number below `end`, which is at least 1.
pub(super) fn below(rng: &mut impl Rng, end: u64) -> u64 {
    rng.next_u64() % end.max(1)
}

/// What made-up answers are made of.
pub(super) struct Invention {
    today: civil::Date,
    /// The offset that times are told with, like `+03:00`.
    offset: String,
}

impl Invention {
    pub(super) fn at(form: &Form, env: &Environment) -> Self {
        let nobody = AnswerSheet::new();
        let at = Address::root();
        let text = |text: &str| {
            let context = Context {
                form,
                answers: &nobody,
                at: &at,
                this: None,
                choice: None,
                env,
            };
            Expression::parse(text)
                .ok()
                .and_then(|it| evaluate(&it, &context).ok())
                .map(|it| it.to_text())
        };
        let now = text("now()").unwrap_or_default();
        let day = now.split('T').next().and_then(|day| day.parse::<DateText>().ok());
        let today = day
            .and_then(|day| day.to_civil())
            .unwrap_or(civil::date(2026, 1, 1));
        let offset = now
            .rfind(['+', '-'])
            .filter(|at| *at > 10)
            .and_then(|at| now.get(at..))
            .unwrap_or("+00:00");
        Invention {
            today,
            offset: offset.to_owned(),
        }
    }

    /// The day it is.
    pub(super) fn today(&self) -> civil::Date {
        self.today
    }

    /// The offset that times are told with, like `+03:00`.
    pub(super) fn offset(&self) -> &str {
        &self.offset
    }

    /// Makes up an answer; each `nth` try goes about it a little differently. `None` if there is none.
    pub(super) fn answer(
        &self,
        question: &Question,
        offered: &[&str],
        nth: usize,
        rng: &mut impl Rng,
    ) -> Option<Value> {
        let constraint = question
            .constraint
            .as_ref()
            .map_or("", |constraint| constraint.text());
        Some(match &question.kind {
            QuestionKind::Text => Value::Text(text(question, constraint, nth, rng)),
            QuestionKind::Integer => Value::Integer(number(constraint, nth, rng).round() as i64),
            QuestionKind::Range { whole } => on_a_line(question, *whole, rng),
            QuestionKind::Decimal => Value::Decimal((number(constraint, nth, rng) * 2.0).round() / 2.0),
            QuestionKind::Date => Value::Date(DateText::from_civil(self.day(nth, rng))),
            QuestionKind::Time => Value::Time(format!("{}{}", clock(rng), self.offset).parse().ok()?),
            QuestionKind::DateTime => Value::DateTime(
                format!("{}T{}{}", self.day(nth, rng), clock(rng), self.offset)
                    .parse()
                    .ok()?,
            ),
            QuestionKind::SelectOne(_) => Value::SelectOne(one(question, offered, nth, rng)?),
            QuestionKind::SelectMultiple(_) => Value::SelectMultiple(several(offered, rng)?),
            QuestionKind::Rank(_) => Value::Rank(ranked(offered, rng)?),
            QuestionKind::Geopoint => Value::Geopoint(place(rng)),
            QuestionKind::Geotrace => Value::Geotrace(near(place(rng), 2 + below(rng, 5), rng)),
            QuestionKind::Geoshape => {
                let mut around = near(place(rng), 3 + below(rng, 4), rng);
                around.extend(around.first().copied());
                Value::Geoshape(around)
            }
            QuestionKind::Barcode => Value::Text(format!("{:013}", below(rng, 10_000_000_000_000))),
            QuestionKind::Media(media) => Value::File(file_name(*media, rng)),
            QuestionKind::Acknowledge => Value::Boolean(true),
            QuestionKind::Note
            | QuestionKind::Calculate
            | QuestionKind::Hidden
            | QuestionKind::StartGeopoint
            | QuestionKind::BackgroundGeopoint
            | QuestionKind::BackgroundAudio
            | QuestionKind::Metadata(_) => {
                return None;
            }
        })
    }

    /// A day in the past, rather a near one; each third try a day to come.
    fn day(&self, nth: usize, rng: &mut impl Rng) -> civil::Date {
        let days = match nth % 3 {
            2 => below(rng, 60) as i64,
            _ => -(below(rng, 4_000).min(below(rng, 4_000)) as i64),
        };
        self.today.checked_add(days.days()).unwrap_or(self.today)
    }
}

fn clock(rng: &mut impl Rng) -> String {
    format!("{:02}:{:02}:00.000", 6 + below(rng, 14), below(rng, 12) * 5)
}

fn text(question: &Question, constraint: &str, nth: usize, rng: &mut impl Rng) -> String {
    let pattern = constraint.split_once("regex(.").and_then(|(_, rest)| {
        let (_, rest) = rest.split_once(['\'', '"'])?;
        rest.split_once(['\'', '"']).map(|(pattern, _)| pattern)
    });
    let name = question.name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    // What the name asks for, if the pattern allows it; otherwise what the pattern describes.
    let is_named = has(&["mail", "phone", "tel", "mobile"]) && nth < 4;
    if let Some(pattern) = pattern.filter(|_| !is_named) {
        return pattern::example(pattern, rng);
    }
    if has(&["mail"]) {
        format!("{}.{}@example.org", words::word(rng), words::word(rng))
    } else if has(&["phone", "tel", "mobile"]) {
        format!("+2217{:08}", below(rng, 100_000_000))
    } else if has(&["name", "nom", "head", "contact"]) {
        format!("{} {}", words::capital(rng), words::capital(rng))
    } else if has(&[
        "village", "place", "town", "city", "quarter", "address", "country", "where",
    ]) {
        words::capital(rng)
    } else if has(&["number", "code", "id", "document"]) {
        format!(
            "{}{:07}",
            words::capital(rng)
                .to_uppercase()
                .chars()
                .take(2)
                .collect::<String>(),
            below(rng, 10_000_000)
        )
    } else if nth < TRIES_AT_LENGTH {
        words::sentence(
            rng,
            if question.appearance.contains("multiline") {
                16
            } else {
                10
            },
        )
    } else {
        words::word(rng)
    }
}

/// After so many tries a single word is answered.
const TRIES_AT_LENGTH: usize = 5;

/// A number within the bounds that stand in the constraint, rather a small one if they are wide.
fn number(constraint: &str, nth: usize, rng: &mut impl Rng) -> f64 {
    let low = bound(constraint, ". >").unwrap_or(0.0);
    let high = bound(constraint, ". <").unwrap_or(if nth.is_multiple_of(2) { 5_000.0 } else { 12.0 });
    let high = if high > low { high } else { low + 10.0 };
    let chance = below(rng, 1 << 32) as f64 / (1u64 << 32) as f64;
    // Later tries stay near the lower bound: the upper may be narrowed by other answers.
    let high = if nth > 8 {
        low + (high - low) / (nth as f64)
    } else {
        high
    };
    let span = high - low;
    if span <= 2_500.0 {
        return (low + chance * span).round();
    }
    // Two digits of any magnitude, as people tell amounts.
    let magnitude = (span.log10() * (0.35 + 0.6 * chance)).floor();
    let step = 10f64.powf((magnitude - 1.0).max(0.0));
    low + (10 + below(rng, 90)) as f64 * step
}

/// The number that follows a comparison: `>= 18` or `> 17`.
fn bound(constraint: &str, comparison: &str) -> Option<f64> {
    let (_, after) = constraint.split_once(comparison)?;
    let after = after.trim_start_matches('=').trim_start();
    let digits: String = after
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
        .collect();
    digits.parse().ok()
}

/// One of the choices, the earlier ones more often. Who is asked mostly consents.
fn one(question: &Question, offered: &[&str], nth: usize, rng: &mut impl Rng) -> Option<String> {
    let count = offered.len() as u64;
    let agrees = question.name.contains("consent") && nth == 0 && below(rng, 100) < 97;
    let place = if agrees {
        0
    } else {
        below(rng, count).min(below(rng, count))
    };
    offered
        .get(usize::try_from(place).ok()?)
        .map(|name| (*name).to_owned())
}

fn several(offered: &[&str], rng: &mut impl Rng) -> Option<Vec<String>> {
    let mut left: Vec<&str> = offered.to_vec();
    let mut taken = Vec::new();
    for _ in 0..1 + below(rng, 3) {
        if left.is_empty() {
            break;
        }
        let place = below(rng, left.len() as u64) as usize;
        taken.push(left.swap_remove(place).to_owned());
    }
    (!taken.is_empty()).then_some(taken)
}

/// All of the choices, in an order of chance.
fn ranked(offered: &[&str], rng: &mut impl Rng) -> Option<Vec<String>> {
    let mut left: Vec<&str> = offered.to_vec();
    let mut ranked = Vec::new();
    while !left.is_empty() {
        let place = below(rng, left.len() as u64) as usize;
        ranked.push(left.swap_remove(place).to_owned());
    }
    (!ranked.is_empty()).then_some(ranked)
}

/// One of the steps between the ends of a range.
fn on_a_line(question: &Question, whole: bool, rng: &mut impl Rng) -> Value {
    let parameter = |name: &str, otherwise: f64| {
        let given = question
            .parameters
            .get(name)
            .and_then(|text| text.parse::<f64>().ok());
        given.filter(|number| number.is_finite()).unwrap_or(otherwise)
    };
    let (start, end) = (parameter("start", 1.0), parameter("end", 10.0));
    let step = parameter("step", 1.0).abs().max(1e-6);
    let steps = ((end - start).abs() / step).min(1e9) as u64;
    let number = start + (below(rng, steps + 1) as f64) * step.copysign(end - start);
    if whole {
        Value::Integer(number.round() as i64)
    } else {
        Value::Decimal((number * 1e6).round() / 1e6)
    }
}

fn file_name(media: Media, rng: &mut impl Rng) -> String {
    let extension = match media {
        Media::Image => "jpg",
        Media::Audio => "m4a",
        Media::Video => "mp4",
        Media::File => "pdf",
        Media::Osm => "osm",
    };
    format!("{}.{extension}", 1_700_000_000_000 + below(rng, 200_000_000_000))
}

fn place(rng: &mut impl Rng) -> Point {
    let mut degrees = |from: f64, span: u64| from + below(rng, span * 1_000_000) as f64 / 1_000_000.0;
    let latitude = degrees(-12.0, 27);
    let longitude = degrees(-17.0, 60);
    let (altitude, accuracy) = (below(rng, 900) as f64, (3 + below(rng, 25)) as f64);
    Point {
        latitude: round(latitude),
        longitude: round(longitude),
        altitude,
        accuracy,
    }
}

/// Places within some hundred metres of one.
fn near(place: Point, count: u64, rng: &mut impl Rng) -> Vec<Point> {
    let mut points = Vec::new();
    for _ in 0..count {
        points.push(Point {
            latitude: round(place.latitude + below(rng, 4_000) as f64 / 1e6),
            longitude: round(place.longitude + below(rng, 4_000) as f64 / 1e6),
            ..place
        });
    }
    points
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

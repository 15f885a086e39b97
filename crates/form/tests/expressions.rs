//! What expressions mean, and what is said about those that mean nothing.

use std::collections::BTreeSet;

use baraza_form::expression::{Context, EvalError, Expression, Outcome, evaluate};
use baraza_form::{
    Address, AnswerSheet, Answers, Choice, Environment, Form, InstanceId, QuestionPath, RepeatAddress, Value,
};

#[path = "expressions/dependencies.rs"]
mod dependencies;
#[path = "expressions/doubts.rs"]
mod doubts;
#[path = "expressions/functions.rs"]
mod functions;
#[path = "expressions/mistakes.rs"]
mod mistakes;
#[path = "expressions/operators.rs"]
mod operators;
#[path = "expressions/places.rs"]
mod places;
#[path = "expressions/properties.rs"]
mod properties;
#[path = "expressions/tables.rs"]
mod tables;

const FORM: &str = "
| survey |
| | type | name | label | calculation | sensitivity |
| | text | who | Who? | | identity |
| | integer | years | Years? | | |
| | decimal | price | Price? | | |
| | select_multiple thing | things | Which? | | |
| | select_one thing | thing | Which one? | | |
| | date | day | Day? | | |
| | dateTime | met | When? | | |
| | time | hour | At what time? | | |
| | acknowledge | agreed | Agreed? | | |
| | text | empty | Nothing | | |
| | calculate | is_adult | | ${years} >= 18 | |
| | calculate | kept | | once(random()) | |
| | text | secret | Secret | | protected |
| | begin_group | house | House | | |
| | integer | rooms | Rooms? | | |
| | begin_repeat | members | Member | | |
| | text | name | Name? | | |
| | integer | age | Age? | | |
| | begin_group | health | Health | | |
| | integer | visits_wanted | How many? | | |
| | end_group | | | | |
| | begin_repeat | visits | Visit | | |
| | text | why | Why? | | |
| | integer | cost | Cost? | | |
| | end_repeat | | | | |
| | end_repeat | | | | |
| | end_group | | | | |
| choices |
| | list_name | name | label::English (en) | label::French (fr) | kind |
| | thing | well | A well | Un puits | water |
| | thing | mill | A mill | Un moulin | food |
| | thing | pump | A pump | Une pompe | water |
| | letter | A | a | a | |
| | letter | B | b | b | |
| | letter | C | c | c | |
| | letter | D | d | d | |
| | letter | E | e | e | |
| | letter | F | f | f | |
| settings |
| | form_id | version | default_language |
| | test | 7 | English (en) |
";

fn form() -> Form {
    Form::read_markdown(FORM).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

fn path(text: &str) -> QuestionPath {
    text.parse().expect("a path")
}

fn top(name: &str) -> Address {
    Address::top(&path(name))
}

fn id(nth: u8) -> InstanceId {
    InstanceId::from_uuid(uuid::Builder::from_random_bytes([nth; 16]).into_uuid())
}

/// The address of something in the nth member.
fn member(nth: u8, question: &str) -> Address {
    let members = RepeatAddress::top(&path("house/members"));
    members
        .instance(id(nth))
        .near(&path(&format!("house/members/{question}")))
}

/// The address of something in a visit to a member.
fn visit(of: u8, nth: u8, question: &str) -> Address {
    let inside = member(of, "name").instance();
    let visits = RepeatAddress::near(&inside, &path("house/members/visits"));
    visits
        .instance(id(nth))
        .near(&path(&format!("house/members/visits/{question}")))
}

/// Amina's household: three members, of whom the first had two visits and the second one.
fn answers() -> AnswerSheet {
    let form = form();
    let mut sheet = AnswerSheet::new();
    let mut set = |at: Address, text: &str| {
        let question = at
            .path()
            .and_then(|path| form.question(&path))
            .expect("a question");
        sheet.set(at, Value::parse(&question.kind, text).expect("an answer"));
    };
    for (name, text) in [
        ("who", "Amina"),
        ("years", "12"),
        ("price", "2.50"),
        ("things", "well mill"),
        ("thing", "mill"),
        ("day", "2026-11-20"),
        ("met", "2026-11-20T09:30:00.000+03:00"),
        ("hour", "18:00:00.000+03:00"),
        ("agreed", "OK"),
        ("is_adult", "false"),
        ("secret", "s"),
        ("house/rooms", "4"),
    ] {
        set(top(name), text);
    }
    for (nth, name, age) in [(1, "Amina", "40"), (2, "Juma", "7"), (3, "Zawadi", "20")] {
        set(member(nth, "name"), name);
        set(member(nth, "age"), age);
    }
    set(visit(1, 11, "cost"), "5");
    set(visit(1, 12, "cost"), "6");
    set(visit(2, 21, "cost"), "7");
    set(visit(2, 21, "why"), "fever");
    sheet
}

fn env() -> Environment {
    let tz = jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_hours(3).expect("an offset"));
    Environment::new("2026-11-24T08:30:15.250Z".parse().expect("a time"), tz, 7)
}

/// Parses an expression and binds its names, as reading a form does.
fn parse(text: &str) -> Expression {
    let mut expression = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let form = form();
    let items = form.all_items();
    expression.resolve(&|name| {
        items
            .iter()
            .map(|item| item.path())
            .find(|path| path.name() == name)
            .cloned()
    });
    expression
}

/// Answers of which some compartments cannot be read.
struct Shut(AnswerSheet, BTreeSet<&'static str>);

impl Answers for Shut {
    fn answer(&self, at: &Address) -> Option<Value> {
        self.0.answer(at)
    }

    fn instances(&self, repeat: &RepeatAddress) -> Vec<InstanceId> {
        self.0.instances(repeat)
    }

    fn holds(&self, compartment: &str) -> bool {
        !self.1.contains(compartment)
    }
}

fn try_at(text: &str, at: &Address, answers: &dyn Answers) -> Result<Outcome, EvalError> {
    let (form, env) = (form(), env());
    let context = Context {
        form: &form,
        answers,
        at,
        this: None,
        choice: None,
        env: &env,
    };
    evaluate(&parse(text), &context)
}

fn outcome_at(text: &str, at: &Address) -> Outcome {
    try_at(text, at, &answers()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn text_at(text: &str, at: &Address) -> String {
    outcome_at(text, at).to_text()
}

fn error(text: &str) -> EvalError {
    try_at(text, &top("years"), &answers()).expect_err(text)
}

/// Checks what expressions give that stand at a question in no repeat.
fn assert_give(expected: &[(&str, &str)]) {
    for (text, wanted) in expected {
        assert_eq!(text_at(text, &top("years")), *wanted, "{text}");
    }
}

/// Checks what expressions give that stand at `at`.
fn assert_give_at(at: &Address, expected: &[(&str, &str)]) {
    for (text, wanted) in expected {
        assert_eq!(text_at(text, at), *wanted, "{text} at {at}");
    }
}

/// Evaluates a choice filter for each choice and returns the names of those it lets through.
fn filtered(filter: &str, form: &Form) -> Vec<String> {
    let (answers, env, at) = (answers(), env(), top("thing"));
    let filter = parse(filter);
    let fits = |choice: &&Choice| {
        let context = Context {
            form,
            answers: &answers,
            at: &at,
            this: None,
            choice: Some(choice),
            env: &env,
        };
        evaluate(&filter, &context).expect("a filter").to_boolean()
    };
    form.choices("thing")
        .iter()
        .filter(fits)
        .map(|choice| choice.name.clone())
        .collect()
}

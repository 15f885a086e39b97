//! A form of every kind of question with answers to it, and what must hold of every form that was read.

use std::sync::LazyLock;

use form::definition::Definition;
use form::{
    Address, AnswerSheet, Environment, Form, FormError, InstanceId, QuestionPath, RepeatAddress, Value,
    Warning,
};

/// A form with questions of many kinds, groups, and a repeat in a repeat.
pub const FORM: &str = "
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
| | geopoint | place | Where? | | |
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
| settings |
| | form_id | version | default_language |
| | test | 7 | English (en) |
";

/// Returns the form.
pub fn form() -> &'static Form {
    static READ: LazyLock<Form> =
        LazyLock::new(|| Form::read_markdown(FORM).unwrap_or_else(|errors| panic!("{errors:#?}")));
    &READ
}

/// Returns the surroundings of an interview, always the same.
pub fn environment() -> Environment {
    let hours = jiff::tz::Offset::from_hours(3).expect("an offset");
    let now = "2026-11-24T08:30:15.250Z".parse().expect("a time");
    Environment::new(now, jiff::tz::TimeZone::fixed(hours), 7)
}

/// Returns the repeat instance of this number.
pub fn instance(nth: u8) -> InstanceId {
    InstanceId::from_uuid(uuid::Builder::from_random_bytes([nth; 16]).into_uuid())
}

/// Returns the address of something in the nth member.
pub fn member(nth: u8, question: &str) -> Address {
    RepeatAddress::top(&path("house/members"))
        .instance(instance(nth))
        .near(&path(&format!("house/members/{question}")))
}

/// Returns the address of something in a visit to a member.
pub fn visit(of: u8, nth: u8, question: &str) -> Address {
    RepeatAddress::near(&member(of, "name").instance(), &path("house/members/visits"))
        .instance(instance(nth))
        .near(&path(&format!("house/members/visits/{question}")))
}

/// Returns the answers of a household of two, with one visit to the first.
pub fn answers() -> &'static AnswerSheet {
    static ANSWERS: LazyLock<AnswerSheet> = LazyLock::new(|| {
        let mut sheet = AnswerSheet::new();
        for (name, text) in [
            ("who", "Amina"),
            ("years", "12"),
            ("price", "2.50"),
            ("things", "well mill"),
            ("thing", "mill"),
            ("day", "2026-11-20"),
            ("met", "2026-11-20T09:30:00.000+03:00"),
            ("hour", "18:00:00.000+03:00"),
            ("place", "-4.05 39.66 12.5 4"),
            ("agreed", "OK"),
            ("is_adult", "false"),
            ("secret", "s"),
            ("house/rooms", "4"),
        ] {
            put(&mut sheet, Address::top(&path(name)), text);
        }
        for (nth, name, age) in [(1, "Amina", "40"), (2, "Juma", "7")] {
            put(&mut sheet, member(nth, "name"), name);
            put(&mut sheet, member(nth, "age"), age);
        }
        put(&mut sheet, visit(1, 11, "cost"), "5");
        put(&mut sheet, visit(1, 11, "why"), "fever");
        sheet
    });
    &ANSWERS
}

/// Returns the path that `text` is.
pub fn path(text: &str) -> QuestionPath {
    text.parse().expect("a path")
}

fn put(sheet: &mut AnswerSheet, at: Address, text: &str) {
    let path = at.path().expect("a question");
    let question = form().question(&path).expect("a question of the form");
    sheet.set(at, Value::parse(&question.kind, text).expect("an answer"));
}

/// Checks what must hold of whatever was read as a form: a form comes back from its canonical text, and
/// whoever wrote a form that is refused is told what is wrong and what to do.
pub fn check(read: Result<(Form, Vec<Warning>), Vec<FormError>>) {
    match read {
        Ok((form, _)) => {
            let text = form.to_markdown();
            let again = Form::read_markdown(&text).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"));
            assert_eq!(again.to_markdown(), text);
            assert_eq!(again, form, "{text}");
        }
        Err(errors) => check_refusal(&errors),
    }
}

/// Checks what must hold of whatever was read as a definition: if it can be written as an XForm, that is
/// read, and written as the same XForm.
pub fn check_definition(read: Result<(Definition, Vec<Warning>), Vec<FormError>>) {
    let definition = match read {
        Ok((definition, _)) => definition,
        Err(errors) => return check_refusal(&errors),
    };
    let Ok(first) = definition.to_xform() else { return };
    let Ok((again, _)) = Definition::read_xform(&first) else {
        return;
    };
    let Ok(second) = again.to_xform() else { return };
    let (last, _) = Definition::read_xform(&second).unwrap_or_else(|errors| panic!("{errors:#?}\n{second}"));
    assert_eq!(last.to_xform().as_deref(), Ok(second.as_str()));
}

fn check_refusal(errors: &[FormError]) {
    assert!(!errors.is_empty());
    for error in errors {
        assert!(!error.code.is_empty() && !error.message.is_empty());
        assert!(
            error.sheet.is_empty() || !error.hint.is_empty(),
            "{error} says not what to do"
        );
    }
}

//! What kind of answer a question asks for.

/// What kind of answer a question asks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum QuestionKind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time.
    DateTime,
    /// One choice of the named list.
    SelectOne(String),
    /// Any number of choices of the named list.
    SelectMultiple(String),
    /// A place by latitude and longitude.
    Geopoint,
    /// A confirmation ("OK").
    Acknowledge,
    /// Nothing: a text to be read out or shown.
    Note,
    /// Nothing: a value computed from other answers.
    Calculate,
    /// Nothing: a value that is kept but never shown.
    Hidden,
    /// Nothing: something about the interview itself.
    Metadata(Metadata),
}

/// Something about the interview itself, which nobody is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Metadata {
    /// When the record was opened first.
    Start,
    /// When the record was last saved.
    End,
    /// The day the record was opened first.
    Today,
    /// The device's id.
    DeviceId,
    /// The field worker's name.
    Username,
    /// The device's phone number.
    PhoneNumber,
    /// The field worker's e-mail address.
    Email,
    /// A log of the interview.
    Audit,
    /// The SIM card's serial number.
    SimSerial,
    /// The mobile subscriber's id.
    SubscriberId,
}

impl Metadata {
    /// All of them.
    pub const ALL: [Metadata; 10] = [
        Metadata::Start,
        Metadata::End,
        Metadata::Today,
        Metadata::DeviceId,
        Metadata::Username,
        Metadata::PhoneNumber,
        Metadata::Email,
        Metadata::Audit,
        Metadata::SimSerial,
        Metadata::SubscriberId,
    ];

    /// Returns the type's name as XLSForms write it.
    pub fn name(self) -> &'static str {
        match self {
            Metadata::Start => "start",
            Metadata::End => "end",
            Metadata::Today => "today",
            Metadata::DeviceId => "deviceid",
            Metadata::Username => "username",
            Metadata::PhoneNumber => "phonenumber",
            Metadata::Email => "email",
            Metadata::Audit => "audit",
            Metadata::SimSerial => "simserial",
            Metadata::SubscriberId => "subscriberid",
        }
    }
}

impl QuestionKind {
    /// Returns the list that the choices come from, for select questions.
    pub fn list(&self) -> Option<&str> {
        match self {
            QuestionKind::SelectOne(list) | QuestionKind::SelectMultiple(list) => Some(list),
            _ => None,
        }
    }

    /// Says whether somebody is asked and answers.
    pub fn is_asked(&self) -> bool {
        !matches!(
            self,
            QuestionKind::Note | QuestionKind::Calculate | QuestionKind::Hidden | QuestionKind::Metadata(_)
        )
    }

    /// Says whether there can be an answer at all: everything but notes.
    pub fn has_value(&self) -> bool {
        !matches!(self, QuestionKind::Note)
    }

    /// Returns the type as XLSForms write it: `integer`, `select_one yes_no`.
    pub fn to_type(&self) -> String {
        match self {
            QuestionKind::SelectOne(list) => format!("select_one {list}"),
            QuestionKind::SelectMultiple(list) => format!("select_multiple {list}"),
            QuestionKind::Metadata(metadata) => metadata.name().to_owned(),
            plain => plain.word().to_owned(),
        }
    }

    /// Returns one word for the kind, for messages.
    pub fn word(&self) -> &'static str {
        match self {
            QuestionKind::Text => "text",
            QuestionKind::Integer => "integer",
            QuestionKind::Decimal => "decimal",
            QuestionKind::Date => "date",
            QuestionKind::Time => "time",
            QuestionKind::DateTime => "dateTime",
            QuestionKind::SelectOne(_) => "select_one",
            QuestionKind::SelectMultiple(_) => "select_multiple",
            QuestionKind::Geopoint => "geopoint",
            QuestionKind::Acknowledge => "acknowledge",
            QuestionKind::Note => "note",
            QuestionKind::Calculate => "calculate",
            QuestionKind::Hidden => "hidden",
            QuestionKind::Metadata(_) => "metadata",
        }
    }
}

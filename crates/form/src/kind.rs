//! What kind of answer a question asks for.

use crate::path::QuestionPath;

/// What kind of answer a question asks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum QuestionKind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A number between two others, chosen on a line: see
    /// [`Question::parameters`](crate::Question::parameters) `start`, `end` and `step`.
    Range {
        /// Whether it is a whole number.
        whole: bool,
    },
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day and a time.
    DateTime,
    /// One choice.
    SelectOne(ChoiceSource),
    /// Any number of choices.
    SelectMultiple(ChoiceSource),
    /// All choices, in the order that somebody gives them.
    Rank(ChoiceSource),
    /// A place by latitude and longitude.
    Geopoint,
    /// A line of places.
    Geotrace,
    /// An area, by the places around it.
    Geoshape,
    /// A text, read from a barcode.
    Barcode,
    /// A file: a picture, a recording, or any other.
    Media(Media),
    /// A confirmation ("OK").
    Acknowledge,
    /// Nothing: a text to be read out or shown.
    Note,
    /// Nothing: a value computed from other answers.
    Calculate,
    /// Nothing: a value that is kept but never shown.
    Hidden,
    /// Nothing: the place where the record was opened first.
    StartGeopoint,
    /// Nothing: the place where another question was answered; see
    /// [`Question::triggers`](crate::Question::triggers).
    BackgroundGeopoint,
    /// Nothing: a recording of the interview.
    BackgroundAudio,
    /// Nothing: something about the interview itself.
    Metadata(Metadata),
}

/// Where the choices of a question come from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ChoiceSource {
    /// The list of this name in the sheet `choices`.
    List(String),
    /// The list of this name in the sheet `external_choices`.
    External(String),
    /// A file that comes with the form: one of its [attachments](crate::Form::attachments).
    File {
        /// The file's name, `towns.csv`.
        name: String,
        /// The column (in XML the element, in GeoJSON the property) that is kept as the answer.
        value: String,
        /// The column that is shown.
        label: String,
    },
    /// What was answered to this question, which is in a repeat: one choice for each instance.
    Repeat(QuestionPath),
}

/// What kind of file a question asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Media {
    /// A picture.
    Image,
    /// A recording of sound.
    Audio,
    /// A film.
    Video,
    /// Any file.
    File,
    /// Places edited on a map of OpenStreetMap.
    Osm,
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
    /// The SIM card's serial number.
    SimSerial,
    /// The mobile subscriber's id.
    SubscriberId,
    /// The device's id as a URI.
    UriDeviceId,
    /// The field worker's name as a URI.
    UriUsername,
    /// The device's phone number as a URI.
    UriPhoneNumber,
    /// The field worker's e-mail address as a URI.
    UriEmail,
    /// The SIM card's serial number as a URI.
    UriSimSerial,
    /// The mobile subscriber's id as a URI.
    UriSubscriberId,
}

impl Metadata {
    /// All of them.
    pub const ALL: [Metadata; 15] = [
        Metadata::Start,
        Metadata::End,
        Metadata::Today,
        Metadata::DeviceId,
        Metadata::Username,
        Metadata::PhoneNumber,
        Metadata::Email,
        Metadata::SimSerial,
        Metadata::SubscriberId,
        Metadata::UriDeviceId,
        Metadata::UriUsername,
        Metadata::UriPhoneNumber,
        Metadata::UriEmail,
        Metadata::UriSimSerial,
        Metadata::UriSubscriberId,
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
            Metadata::SimSerial => "simserial",
            Metadata::SubscriberId => "subscriberid",
            Metadata::UriDeviceId => "uri:deviceid",
            Metadata::UriUsername => "uri:username",
            Metadata::UriPhoneNumber => "uri:phonenumber",
            Metadata::UriEmail => "uri:email",
            Metadata::UriSimSerial => "uri:simserial",
            Metadata::UriSubscriberId => "uri:subscriberid",
        }
    }
}

impl ChoiceSource {
    /// Returns the list of the sheet `choices`, if that is where the choices come from.
    pub fn list(&self) -> Option<&str> {
        match self {
            ChoiceSource::List(list) => Some(list),
            _ => None,
        }
    }

    /// Says whether the form itself holds the choices.
    pub fn is_in_form(&self) -> bool {
        matches!(self, ChoiceSource::List(_) | ChoiceSource::External(_))
    }
}

impl From<String> for ChoiceSource {
    fn from(list: String) -> Self {
        ChoiceSource::List(list)
    }
}

impl From<&str> for ChoiceSource {
    fn from(list: &str) -> Self {
        ChoiceSource::List(list.to_owned())
    }
}

impl Media {
    /// Returns the type's name as XLSForms write it.
    pub fn name(self) -> &'static str {
        match self {
            Media::Image => "image",
            Media::Audio => "audio",
            Media::Video => "video",
            Media::File => "file",
            Media::Osm => "osm",
        }
    }
}

impl QuestionKind {
    /// Returns where the choices come from, for questions that offer any.
    pub fn choices(&self) -> Option<&ChoiceSource> {
        match self {
            QuestionKind::SelectOne(source)
            | QuestionKind::SelectMultiple(source)
            | QuestionKind::Rank(source) => Some(source),
            _ => None,
        }
    }

    /// Returns the list of the sheet `choices` that the choices come from, if they come from one.
    pub fn list(&self) -> Option<&str> {
        self.choices()?.list()
    }

    /// Says whether somebody is asked and answers.
    pub fn is_asked(&self) -> bool {
        !matches!(
            self,
            QuestionKind::Note
                | QuestionKind::Calculate
                | QuestionKind::Hidden
                | QuestionKind::StartGeopoint
                | QuestionKind::BackgroundGeopoint
                | QuestionKind::BackgroundAudio
                | QuestionKind::Metadata(_)
        )
    }

    /// Says whether there can be an answer at all: everything but notes.
    pub fn has_value(&self) -> bool {
        !matches!(self, QuestionKind::Note)
    }

    /// Returns one word for the kind, for messages: the type as XLSForms write it.
    pub fn word(&self) -> &'static str {
        match self {
            QuestionKind::Text => "text",
            QuestionKind::Integer => "integer",
            QuestionKind::Decimal => "decimal",
            QuestionKind::Range { .. } => "range",
            QuestionKind::Date => "date",
            QuestionKind::Time => "time",
            QuestionKind::DateTime => "dateTime",
            QuestionKind::SelectOne(_) => "select_one",
            QuestionKind::SelectMultiple(_) => "select_multiple",
            QuestionKind::Rank(_) => "rank",
            QuestionKind::Geopoint => "geopoint",
            QuestionKind::Geotrace => "geotrace",
            QuestionKind::Geoshape => "geoshape",
            QuestionKind::Barcode => "barcode",
            QuestionKind::Media(media) => media.name(),
            QuestionKind::Acknowledge => "acknowledge",
            QuestionKind::Note => "note",
            QuestionKind::Calculate => "calculate",
            QuestionKind::Hidden => "hidden",
            QuestionKind::StartGeopoint => "start-geopoint",
            QuestionKind::BackgroundGeopoint => "background-geopoint",
            QuestionKind::BackgroundAudio => "background-audio",
            QuestionKind::Metadata(_) => "metadata",
        }
    }
}

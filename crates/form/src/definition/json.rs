//! A definition as JSON, for programs that read forms.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::{Definition, MediaFiles, Text};

impl Definition {
    /// Returns the definition as JSON: its fields by their names, texts as a text or by language,
    /// and nothing for what the author left out.
    pub fn to_json(&self) -> Json {
        let whole = serde_json::to_value(self).unwrap_or_default();
        without_nothing(whole)
    }
}

/// Takes out what says nothing: nulls, empty texts, lists and objects.
fn without_nothing(json: Json) -> Json {
    let says = |json: &Json| match json {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    };
    match json {
        Json::Array(items) => Json::Array(items.into_iter().map(without_nothing).collect()),
        Json::Object(fields) => Json::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name, without_nothing(value)))
                .filter(|(_, value)| says(value))
                .collect(),
        ),
        other => other,
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Text::Plain(text) => serializer.serialize_str(text),
            Text::ByLanguage(texts) => {
                let mut map = serializer.serialize_map(Some(texts.len()))?;
                for (language, text) in texts {
                    map.serialize_entry(language, text)?;
                }
                map.end()
            }
        }
    }
}

impl Serialize for MediaFiles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Element;

    #[test]
    fn what_the_author_left_out_is_left_out() {
        let mut element = Element::question(2, "text", "q");
        let texts = [("English", "Name?"), ("Français", "Nom ?")];
        element.label = Some(Text::ByLanguage(
            texts
                .map(|(language, text)| (language.into(), text.into()))
                .to_vec(),
        ));
        element.hint = Some(Text::Plain("In full".into()));
        let definition = Definition {
            root: "data".into(),
            elements: vec![element],
            ..Definition::default()
        };
        let json = definition.to_json();
        assert_eq!(json["elements"][0]["label"]["Français"], "Nom ?");
        assert_eq!(json["elements"][0]["hint"], "In full");
        assert_eq!(json["elements"][0]["kind"], "question");
        assert!(json["elements"][0].get("media").is_none());
        assert!(json.get("lists").is_none());
    }
}

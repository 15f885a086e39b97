//! XML from outside, read within bounds.

use roxmltree::{Document, ParsingOptions};

/// The most bytes of an XML text.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most elements, attributes, texts and comments in it, of which each takes about 80 bytes.
const MAX_NODES: u32 = 400_000;
/// The most attributes of an element: each is compared with all others.
const MAX_ATTRIBUTES: u32 = 1_000;
/// The deepest that elements may be nested.
const MAX_DEPTH: usize = 200;

/// A text is no XML, or more of it than is read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum XmlError {
    /// The text is longer than 16 MiB.
    #[error("the XML is longer than 16 MiB")]
    TooLong,
    /// There are too many elements, attributes and texts, or too many attributes in one element.
    #[error(
        "the XML holds more than {MAX_NODES} elements, attributes and texts, or an element more than {MAX_ATTRIBUTES} attributes"
    )]
    TooMany,
    /// Elements are nested more than 200 deep.
    #[error("line {line}: elements are nested more than 200 deep")]
    TooDeep {
        /// The line, counted from 1.
        line: u32,
    },
    /// The text is not well-formed, or has a document type declaration.
    #[error("{0}")]
    Malformed(String),
}

/// Reads an XML document. Document type declarations are refused, and with them every entity of
/// the document's own.
///
/// # Errors
/// If it is not well-formed, too long or too deep.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    if text.len() > MAX_BYTES {
        return Err(XmlError::TooLong);
    }
    measure(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| XmlError::Malformed(error.to_string()))
}

/// Counts what there is, and how deep it is nested, before a tree is made of it.
fn measure(text: &str) -> Result<(), XmlError> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut depth = 0_usize;
    let mut nodes = 0_u32;
    loop {
        let attributes = match reader.read_event() {
            Ok(Event::Start(element)) => {
                depth += 1;
                count(element.attributes())
            }
            Ok(Event::Empty(element)) => count(element.attributes()),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => 0,
            // What is wrong with it, the parser itself says.
            Err(_) => return Ok(()),
        };
        nodes = nodes.saturating_add(1).saturating_add(attributes);
        if nodes > MAX_NODES || attributes > MAX_ATTRIBUTES {
            return Err(XmlError::TooMany);
        }
        if depth > MAX_DEPTH {
            let read = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
            let before = text.as_bytes().get(..read).unwrap_or_default();
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            return Err(XmlError::TooDeep {
                line: u32::try_from(line).unwrap_or(u32::MAX),
            });
        }
    }
}

fn count(mut attributes: quick_xml::events::attributes::Attributes<'_>) -> u32 {
    let all = attributes.with_checks(false);
    u32::try_from(all.take(MAX_NODES as usize).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_xml_is_refused_before_a_tree_is_made_of_it() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert_eq!(parse(&deep).unwrap_err(), XmlError::TooDeep { line: 1 });
        let fine = format!("{}{}", "<a>".repeat(199), "</a>".repeat(199));
        assert!(parse(&fine).is_ok());
    }

    #[test]
    fn more_than_a_form_can_hold_is_refused() {
        let many = format!("<a>{}</a>", "<b/>".repeat(500_000));
        assert_eq!(parse(&many).unwrap_err(), XmlError::TooMany);
        let attributes: String = (0..2_000).map(|nth| format!(" b{nth}=''")).collect();
        assert_eq!(
            parse(&format!("<a{attributes}/>")).unwrap_err(),
            XmlError::TooMany
        );
        assert_eq!(parse(&" ".repeat(17 << 20)).unwrap_err(), XmlError::TooLong);
    }

    #[test]
    fn entities_of_its_own_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>";
        assert!(matches!(parse(bomb), Err(XmlError::Malformed(_))));
        assert!(matches!(parse("<a><b></a>"), Err(XmlError::Malformed(_))));
    }
}

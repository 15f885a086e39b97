//! Names, and references to them.

/// Whether a text can be the name of an XML element, with or without a prefix.
pub(super) fn is_xml_name(text: &str) -> bool {
    match text.split_once(':') {
        Some((prefix, local)) => is_plain_name(prefix) && is_plain_name(local),
        None => is_plain_name(text),
    }
}

/// Whether a text can be the name of an XML element without a prefix.
pub(super) fn is_plain_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(begins_name) && chars.all(|c| begins_name(c) || continues_name(c))
}

// The ranges are the reference converter's, which knows no `À` to `Ö`.
pub(super) fn begins_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

pub(super) fn continues_name(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Divides a file's name from its extension, which keeps its dot.
pub(super) fn splitext(name: &str) -> (&str, &str) {
    let base = name.rfind(['/']).map_or(0, |at| at + 1);
    let file = name.get(base..).unwrap_or(name);
    let dots = file.len() - file.trim_start_matches('.').len();
    match file.rfind('.') {
        Some(at) if at >= dots && at > 0 => name.split_at(base + at),
        _ => (name, ""),
    }
}

/// A reference to a question: `${name}`, or `${last-saved#name}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reference<'a> {
    pub(super) name: &'a str,
    pub(super) last_saved: bool,
}

/// What stands between `${` and `}` is no reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NoReference<'a>(pub(super) &'a str);

/// The references in a text, in order, and what looks like one but is none.
pub(super) fn references(text: &str) -> Vec<Result<Reference<'_>, NoReference<'_>>> {
    let mut found = Vec::new();
    // There is no room for a name in two characters, and the reference converter does not look.
    let mut rest = if text.chars().nth(2).is_some() { text } else { "" };
    while let Some((_, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else {
            found.push(Err(NoReference(after)));
            break;
        };
        rest = behind;
        // `${}` is no reference to anything, nor a mistake to the reference converter.
        if !inside.is_empty() {
            found.push(reference(inside).ok_or(NoReference(inside)));
        }
    }
    found
}

/// Whether a text is one reference and nothing else.
pub(super) fn whole_reference(text: &str) -> Option<Reference<'_>> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    if inside.contains('}') {
        return None;
    }
    reference(inside)
}

/// Whether a text holds a sound reference before anything unsound.
pub(super) fn has_reference(text: &str) -> bool {
    references(text).first().is_some_and(Result::is_ok)
}

fn reference(inside: &str) -> Option<Reference<'_>> {
    let (name, last_saved) = match inside.strip_prefix("last-saved#") {
        Some(name) => (name, true),
        None => (inside, false),
    };
    is_plain_name(name).then_some(Reference { name, last_saved })
}

//! Expressions cut into pieces the way the reference converter cuts them, which decides what it
//! takes for an expression in a default and in a label.

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// `*`, `+`, `-`, ` mod ` or ` div `.
    Arithmetic,
    /// `|`.
    Union,
    /// A name and an opening parenthesis.
    Call,
    /// A name and an opening bracket.
    PredicateStart,
    /// `]`.
    PredicateEnd,
    /// `)`.
    Close,
    /// `/`.
    Slash,
    /// A text in quotes.
    Literal,
    /// `${name}`.
    Reference,
    /// White space.
    Space,
    /// Anything else.
    Other,
}

/// A piece and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) piece: Piece,
    /// Its text.
    pub(super) text: &'a str,
    /// The byte it begins at.
    pub(super) start: usize,
}

impl Token<'_> {
    /// The byte after it.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Cuts a text into pieces; nothing is left out.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let (piece, length) = first(rest);
        let token = Token {
            piece,
            text: rest.get(..length)?,
            start,
        };
        start += length;
        Some(token)
    })
}

/// Returns the number of bytes of the name, without colon, that a text begins with.
pub(super) fn name_length(text: &str) -> usize {
    let mut letters = text.char_indices();
    match letters.next() {
        Some((_, letter)) if starts_name(letter) => {}
        _ => return 0,
    }
    letters
        .find(|(_, letter)| !continues_name(*letter))
        .map_or(text.len(), |(at, _)| at)
}

/// Whether a text is a name, possibly with a prefix, and nothing else.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && name_length(part) == part.len();
    match text.split_once(':') {
        Some((prefix, local)) => plain(prefix) && plain(local),
        None => plain(text),
    }
}

/// Returns the name and the last-saved mark of the `${…}` that a text begins with, and its length.
pub(super) fn reference(text: &str) -> Option<(&str, bool, usize)> {
    let inner = text.strip_prefix("${")?;
    let (inner, last_saved) = match inner.strip_prefix("last-saved#") {
        Some(inner) => (inner, true),
        None => (inner, false),
    };
    let name = inner.get(..name_length(inner)).filter(|name| !name.is_empty())?;
    let rest = inner.strip_prefix(name)?.strip_prefix('}')?;
    Some((name, last_saved, text.len() - rest.len()))
}

/// Finds the expressions `instance(…)/path[…]/path` in a text, as ranges of bytes.
pub(super) fn instance_expressions(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut begun: Option<usize> = None;
    let mut path = false;
    let mut predicate = false;
    let mut last: Option<Token<'_>> = None;
    for token in tokens(text) {
        let mut part = false;
        let before = last.map(|last| last.piece);
        if begun.is_none() && token.piece == Piece::Call && token.text == "instance(" {
            begun = Some(token.start);
            part = true;
        } else if begun.is_some() {
            let after_call = before == Some(Piece::Call) && last.is_some_and(|last| last.text == "instance(");
            let goes_on = matches!(before, Some(Piece::Close | Piece::PredicateEnd));
            if (token.piece == Piece::Literal && after_call)
                || (token.piece == Piece::Close && before == Some(Piece::Literal))
            {
                part = true;
            } else if token.piece == Piece::Slash && goes_on {
                part = true;
                path = true;
            } else if path {
                part = token.piece != Piece::Space;
                predicate |= token.piece == Piece::PredicateStart;
                path = part && token.piece != Piece::PredicateStart;
            } else if predicate {
                part = true;
                predicate = token.piece != Piece::PredicateEnd;
            }
        }
        if part {
            last = Some(token);
        } else if let (Some(start), Some(last)) = (begun.take(), last) {
            found.push((start, last.end()));
        }
    }
    if let (Some(start), Some(last)) = (begun, last) {
        found.push((start, last.end()));
    }
    found
}

fn first(text: &str) -> (Piece, usize) {
    if let Some(length) = date_or_time(text).or_else(|| number(text)) {
        return (Piece::Other, length);
    }
    for operator in ["*", "+", "-", " mod ", " div "] {
        if text.starts_with(operator) {
            return (Piece::Arithmetic, operator.len());
        }
    }
    for operator in ["!=", " and ", " or "] {
        if text.starts_with(operator) {
            return (Piece::Other, operator.len());
        }
    }
    let Some(letter) = text.chars().next() else {
        return (Piece::Other, 0);
    };
    match letter {
        '|' => return (Piece::Union, 1),
        ')' => return (Piece::Close, 1),
        '/' => return (Piece::Slash, 1),
        ']' => return (Piece::PredicateEnd, 1),
        '"' | '\'' => {
            let length = text.char_indices().skip(1).find(|(_, other)| *other == letter);
            return match length {
                Some((at, _)) => (Piece::Literal, at + 1),
                None => (Piece::Other, 1),
            };
        }
        _ => {}
    }
    if letter.is_whitespace() {
        let end = text.find(|letter: char| !letter.is_whitespace());
        return (Piece::Space, end.unwrap_or(text.len()));
    }
    if let Some((_, _, length)) = reference(text) {
        return (Piece::Reference, length);
    }
    name(text).unwrap_or((Piece::Other, letter.len_utf8()))
}

/// A name, possibly with a prefix, and what directly follows it.
fn name(text: &str) -> Option<(Piece, usize)> {
    let short = Some(name_length(text)).filter(|length| *length > 0)?;
    let after = |length: usize| text.get(length..).unwrap_or_default();
    let long = match after(short).strip_prefix(':').map(name_length) {
        Some(local) if local > 0 => short + 1 + local,
        _ => short,
    };
    match after(long).chars().next() {
        Some('(') => Some((Piece::Call, long + 1)),
        Some('[') => Some((Piece::PredicateStart, long + 1)),
        _ if after(short).starts_with("://") => Some((Piece::Other, short + 3)),
        _ => Some((Piece::Other, long)),
    }
}

fn number(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(text, sign);
    let at = sign + whole;
    if text.as_bytes().get(at) == Some(&b'.') {
        let fraction = digits(text, at + 1);
        if whole + fraction > 0 {
            return Some(at + 1 + fraction);
        }
    }
    Some(at).filter(|_| whole > 0)
}

fn date_or_time(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    if let Some(date) = pattern(text, sign, "dddd-dd-dd") {
        let time = text
            .as_bytes()
            .get(date)
            .filter(|byte| **byte == b'T')
            .and_then(|_| time(text, date + 1));
        return Some(time.unwrap_or(date));
    }
    time(text, 0)
}

fn time(text: &str, from: usize) -> Option<usize> {
    let mut end = pattern(text, from, "dd:dd:dd")?;
    let rest = text.get(end + 1..).unwrap_or_default();
    if text.as_bytes().get(end) == Some(&b'.') && rest.starts_with(char::is_whitespace) {
        end += 1 + (rest.len() - rest.trim_start().len());
    }
    match text.as_bytes().get(end) {
        Some(b'Z') => Some(end + 1),
        Some(b'+' | b'-') => Some(pattern(text, end + 1, "dd:dd").unwrap_or(end)),
        _ => Some(end),
    }
}

/// Matches digits (`d`) and other bytes from `from` on; returns the end.
fn pattern(text: &str, from: usize, shape: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(from..from + shape.len())?;
    let fits = bytes.iter().zip(shape.bytes()).all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        other => *byte == other,
    });
    fits.then_some(from + shape.len())
}

fn digits(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes().get(from..).unwrap_or_default();
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn starts_name(letter: char) -> bool {
    matches!(letter,
        'A'..='Z' | '_' | 'a'..='z' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn continues_name(letter: char) -> bool {
    starts_name(letter)
        || matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_expression_in_a_text_ends_with_its_path() {
        let text = "Hi instance('c')/root/item[name = ${a} and b = ']']/label, there instance(";
        let found: Vec<_> = instance_expressions(text)
            .into_iter()
            .filter_map(|(start, end)| text.get(start..end))
            .collect();
        assert_eq!(
            found,
            [
                "instance('c')/root/item[name = ${a} and b = ']']/label,",
                "instance("
            ]
        );
        assert_eq!(instance_expressions("no instances"), []);
    }

    #[test]
    fn names_stop_where_the_reference_says() {
        assert_eq!(reference("${a-b.c} x"), Some(("a-b.c", false, 8)));
        assert_eq!(reference("${last-saved#a}"), Some(("a", true, 15)));
        assert_eq!(reference("${ a }"), None);
        assert_eq!(reference("${1}"), None);
    }
}

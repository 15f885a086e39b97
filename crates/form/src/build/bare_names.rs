//! Names that stand alone in an expression, without `${}` around them.
//!
//! In a choice filter such a name is a column of the sheet `choices`. Anywhere else it reads
//! nothing, which nobody means.

/// Returns the names that stand alone, outside quotes, predicates and paths.
pub(crate) fn bare_names(expression: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut depth = 0usize;
    let mut before = ' ';
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' | '"' => quoted(rest, c),
            '$' => rest.find('}').map_or(rest.len(), |end| end + 1),
            c if c.is_ascii_digit() => word(rest),
            c if c.is_alphabetic() || c == '_' => {
                let length = word(rest);
                let (name, after) = rest.split_at(length);
                if depth == 0 && stands_alone(name, before, after.trim_start()) {
                    names.push(name);
                }
                length
            }
            '[' => {
                depth += 1;
                1
            }
            ']' => {
                depth = depth.saturating_sub(1);
                1
            }
            c => c.len_utf8(),
        };
        let (taken, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if let Some(last) = taken.chars().rev().find(|c| !c.is_whitespace()) {
            before = last;
        }
        rest = after;
    }
    names
}

fn stands_alone(name: &str, before: char, after: &str) -> bool {
    let is_operator =
        matches!(name, "and" | "or" | "div" | "mod") && !"(,=<>+-*|!".contains(before) && before != ' ';
    let is_part = matches!(before, '/' | ':' | '@') || after.starts_with(['(', '/', ':']);
    !is_operator && !is_part
}

/// How long the quoted text at the beginning is.
fn quoted(rest: &str, quote: char) -> usize {
    rest.char_indices()
        .skip(1)
        .find(|(_, c)| *c == quote)
        .map_or(rest.len(), |(end, _)| end + 1)
}

/// How long the name or number at the beginning is.
fn word(rest: &str) -> usize {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    rest.find(|c| !in_word(c)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_stand_alone_are_found() {
        assert_eq!(
            bare_names("admin1 = ${admin1} and selected(${needs}, name)"),
            ["admin1", "name"]
        );
        assert_eq!(
            bare_names("../age > 5 or /data/x/y = 'age' and today() div 2"),
            Vec::<&str>::new()
        );
        assert_eq!(
            bare_names("instance('l')/root/item[name = ${x}]/label"),
            Vec::<&str>::new()
        );
        assert_eq!(bare_names("age >= 15"), ["age"]);
        assert_eq!(bare_names("and = or"), ["and", "or"]);
        assert_eq!(
            bare_names("jr:choice-name(., '${a}') + child::b"),
            Vec::<&str>::new()
        );
        assert_eq!(bare_names("'unclosed ${"), Vec::<&str>::new());
        assert_eq!(bare_names("é$ 'x' yes"), ["é"]);
    }
}

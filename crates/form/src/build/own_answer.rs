//! Whether an expression reads the answer that it belongs to.

/// Says whether a text has a `.` in it that stands for the answer it belongs to: outside quotes
/// and predicates, and no part of a number, a name or a longer path.
pub(super) fn reads_own_answer(expression: &str) -> bool {
    let mut depth = 0usize;
    let mut quote = None;
    let mut before = ' ';
    let mut chars = expression.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '.') if depth == 0 => {
                let joins =
                    |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '}' | ']' | ')');
                let after = chars.peek().copied().unwrap_or(' ');
                let goes_on = after.is_alphanumeric() || matches!(after, '.' | '/' | '_' | '[');
                // A minus before it is an operator, unless it belongs to a name.
                if (!joins(before) || before == '-') && !goes_on {
                    return true;
                }
            }
            _ => {}
        }
        before = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_that_stands_alone_is_the_own_answer() {
        for text in [
            ". = 1",
            "if(. = '', 1, .)",
            "selected(.,'a')",
            "1 - .",
            "not(.)",
            "-.",
        ] {
            assert!(reads_own_answer(text), "{text}");
        }
        for text in [
            "1.5 > 1",
            "'.'",
            "../a",
            "./a",
            "current()/.",
            "${a}[. > 1]",
            "a.b = 1",
            "1. + .5",
            "../../b",
            "\". \"",
        ] {
            assert!(!reads_own_answer(text), "{text}");
        }
    }
}

//! The words of an expression.

use super::{ExpressionError, SYNTAX};

/// One word.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    Number(f64),
    Literal(String),
    /// A name, with its prefix if it has one: `jr:choice-name`.
    Name(String),
    /// `${name}` or `${last-saved#name}`.
    Reference {
        name: String,
        last_saved: bool,
    },
    Symbol(&'static str),
}

/// One word, and where it stands, in bytes.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What stands for an operator, longer ones before those they begin with.
const SYMBOLS: [&str; 21] = [
    "//", "::", "..", "!=", "<=", ">=", "/", "|", "+", "-", "*", "=", "<", ">", "(", ")", "[", "]", ",", ".",
    "@",
];

/// What people write instead: how it begins, and what to write.
const SLIPS: [(&str, &str); 22] = [
    ("==", "to compare, write `=` once"),
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("<>", "write `!=`"),
    ("&&", "write `and`"),
    ("&amp;", "write `and`"),
    ("&lt;", "write `<` itself"),
    ("&gt;", "write `>` itself"),
    ("&quot;", "write `\"` itself"),
    (
        "&",
        "to join texts, write `concat(…)`; for conditions, write `and`",
    ),
    ("||", "write `or`"),
    ("!", "write `!=`, or `not(…)` around a condition"),
    ("≠", "write `!=`"),
    ("≤", "write `<=`"),
    ("≥", "write `>=`"),
    (
        "%",
        "for the remainder write `mod`; for a percentage divide by 100",
    ),
    ("×", "write `*`"),
    ("÷", "write `div`"),
    ("–", "write the short minus `-`"),
    ("−", "write the short minus `-`"),
    (";", "divide arguments with a comma"),
    ("^", "write `pow(…, …)`"),
];

/// Splits a text into words.
pub(super) fn lex(text: &str) -> Result<Vec<Lexeme>, ExpressionError> {
    let mut lexer = Lexer { text, rest: text };
    let mut lexemes = Vec::new();
    loop {
        lexer.rest = lexer.rest.trim_start_matches(is_blank);
        let start = lexer.offset();
        if lexer.rest.is_empty() {
            return Ok(lexemes);
        }
        let token = lexer.token()?;
        lexemes.push(Lexeme {
            token,
            start,
            end: lexer.offset(),
        });
    }
}

/// Where a byte offset lies, counted in characters from 1.
pub(super) fn character(text: &str, offset: usize) -> usize {
    1 + text.char_indices().take_while(|(at, _)| *at < offset).count()
}

/// Spaces, and the marks without width that are copied out of web pages.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.') || ('\u{300}'..='\u{36f}').contains(&c)
}

struct Lexer<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn offset(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn token(&mut self) -> Result<Token, ExpressionError> {
        let mut chars = self.rest.chars();
        let first = chars.next().unwrap_or_default();
        let second = chars.next().unwrap_or_default();
        match first {
            '\'' | '"' | '‘' | '’' | '“' | '”' => self.literal(first),
            '$' => self.reference(),
            _ if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) => self.number(),
            _ if starts_name(first) => Ok(Token::Name(self.name())),
            _ => self.symbol(first),
        }
    }

    /// A text in quotation marks. Those that word processors put in their place count too.
    fn literal(&mut self, opening: char) -> Result<Token, ExpressionError> {
        let closes = |c: char| match opening {
            '‘' | '’' => matches!(c, '‘' | '’'),
            '“' | '”' => matches!(c, '“' | '”'),
            straight => c == straight,
        };
        let inner = self.after(opening.len_utf8());
        match inner.char_indices().find(|(_, c)| closes(*c)) {
            Some((end, closing)) => {
                let (literal, rest) = inner.split_at_checked(end).unwrap_or((inner, ""));
                self.rest = rest.strip_prefix(closing).unwrap_or(rest);
                Ok(Token::Literal(literal.to_owned()))
            }
            None => Err(self.error(
                format!("the text that begins with {opening} does not end"),
                format!("put {opening} at its end too; a text that contains ' stands in \"…\""),
            )),
        }
    }

    fn reference(&mut self) -> Result<Token, ExpressionError> {
        let Some(inner) = self.rest.strip_prefix("${") else {
            return Err(self.error(
                "`$` stands alone".to_owned(),
                "refer to a question like this: `${name}`",
            ));
        };
        let Some((name, rest)) = inner.split_once('}') else {
            return Err(self.error(
                "`${` is not closed".to_owned(),
                "put `}` behind the question's name",
            ));
        };
        let name = name.trim();
        let (name, last_saved) = match name.strip_prefix("last-saved#") {
            Some(name) => (name, true),
            None => (name, false),
        };
        if !name.chars().next().is_some_and(starts_name) || !name.chars().all(|c| in_name(c) || c == ':') {
            return Err(self.error(
                format!("`{name}` cannot be the name of a question"),
                "only one question's name stands between `${` and `}`",
            ));
        }
        self.rest = rest;
        Ok(Token::Reference {
            name: name.to_owned(),
            last_saved,
        })
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let all = self.rest;
        let end = all.find(|c: char| !c.is_ascii_digit()).unwrap_or(all.len());
        let end = match self.after(end).strip_prefix('.') {
            // `1..` is not a number and a point, but nobody means it either.
            Some(decimals) => {
                end + 1
                    + decimals
                        .find(|c: char| !c.is_ascii_digit())
                        .unwrap_or(decimals.len())
            }
            None => end,
        };
        let digits = all.get(..end).unwrap_or(all);
        if self.after(end).starts_with(starts_name) {
            return Err(self.error(
                format!("`{digits}` runs into a letter"),
                "write numbers with digits only, texts in '…', and refer to questions as `${name}`",
            ));
        }
        let Some(number) = digits.parse().ok().filter(|number: &f64| number.is_finite()) else {
            return Err(self.error(
                "the number is too large".to_owned(),
                "numbers have at most 300 digits",
            ));
        };
        self.rest = self.after(end);
        Ok(Token::Number(number))
    }

    fn name(&mut self) -> String {
        let plain = |text: &str| text.find(|c: char| !in_name(c)).unwrap_or(text.len());
        let mut end = plain(self.rest);
        if let Some(local) = self.after(end).strip_prefix(':')
            && local.starts_with(starts_name)
        {
            end += 1 + plain(local);
        }
        let name = self.rest.get(..end).unwrap_or(self.rest).to_owned();
        self.rest = self.after(end);
        name
    }

    fn symbol(&mut self, first: char) -> Result<Token, ExpressionError> {
        if let Some((slip, hint)) = SLIPS.iter().find(|(slip, _)| self.rest.starts_with(slip))
            && !self.rest.starts_with("!=")
        {
            return Err(self.error(format!("`{slip}` means nothing here"), *hint));
        }
        match SYMBOLS.iter().find(|symbol| self.rest.starts_with(**symbol)) {
            Some(symbol) => {
                self.rest = self.after(symbol.len());
                Ok(Token::Symbol(symbol))
            }
            None => Err(self.error(
                format!("`{first}` means nothing here"),
                "texts stand in '…', and questions are referred to as `${name}`",
            )),
        }
    }

    fn after(&self, bytes: usize) -> &'a str {
        self.rest.get(bytes..).unwrap_or_default()
    }

    fn error(&self, what: String, hint: impl Into<String>) -> ExpressionError {
        let offset = self.offset();
        ExpressionError {
            code: SYNTAX,
            message: format!("{what} (character {})", character(self.text, offset)),
            offset,
            hint: hint.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        lex(text)
            .unwrap()
            .into_iter()
            .map(|lexeme| lexeme.token)
            .collect()
    }

    fn hint(text: &str) -> String {
        lex(text).unwrap_err().hint
    }

    #[test]
    fn words_are_told_apart() {
        use Token::*;
        let name = |name: &str| Name(name.into());
        assert_eq!(tokens("a-1"), [name("a-1")]);
        assert_eq!(tokens("a -1"), [name("a"), Symbol("-"), Number(1.0)]);
        assert_eq!(tokens(".5+5."), [Number(0.5), Symbol("+"), Number(5.0)]);
        assert_eq!(tokens("jr:choice-name("), [name("jr:choice-name"), Symbol("(")]);
        assert_eq!(tokens("child::a"), [name("child"), Symbol("::"), name("a")]);
        assert_eq!(tokens("../ménage"), [Symbol(".."), Symbol("/"), name("ménage")]);
        assert_eq!(
            tokens("${ age }"),
            [Reference {
                name: "age".into(),
                last_saved: false
            }]
        );
        assert_eq!(
            tokens("${last-saved#age}"),
            [Reference {
                name: "age".into(),
                last_saved: true
            }]
        );
    }

    #[test]
    fn smart_quotation_marks_count_as_straight_ones() {
        assert_eq!(tokens("‘yes’"), tokens("'yes'"));
        assert_eq!(tokens("“don't”"), tokens("\"don't\""));
        assert_eq!(tokens("'l’eau'"), [Token::Literal("l’eau".into())]);
    }

    #[test]
    fn slips_get_a_hint() {
        assert_eq!(hint("1 == 2"), "to compare, write `=` once");
        assert_eq!(hint("a && b"), "write `and`");
        assert_eq!(hint("a || b"), "write `or`");
        assert_eq!(hint("$a"), "refer to a question like this: `${name}`");
        assert_eq!(hint("!a"), "write `!=`, or `not(…)` around a condition");
        assert!(hint("'abc").starts_with("put ' at its end"));
        let error = lex("é = 'abc").unwrap_err();
        assert_eq!(
            (error.offset, error.message.as_str()),
            (5, "the text that begins with ' does not end (character 5)")
        );
    }
}

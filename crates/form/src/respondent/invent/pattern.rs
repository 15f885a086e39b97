//! A text that a regular expression describes.
//!
//! Knows what constraints on codes and numbers use: literals, classes, groups with alternatives and
//! the quantifiers. What it does not know it takes literally; the form's constraint decides in the end.

use std::iter::Peekable;
use std::str::Chars;

use rand::Rng;

use super::below;

/// How often `*` and `+` repeat at most.
const MANY: u64 = 8;
/// The longest text that is made.
const LONGEST: usize = 256;
/// The most pieces that are written, empty groups included.
const STEPS: u32 = 5_000;
/// The deepest nested groups that are understood.
const DEEPEST: usize = 16;

/// Makes a text that `pattern` describes.
pub(super) fn example(pattern: &str, rng: &mut impl Rng) -> String {
    let mut chars = pattern.chars().peekable();
    let alternatives = alternatives(&mut chars, 0);
    let mut text = String::new();
    write(&alternatives, &mut text, &mut { STEPS }, rng);
    text
}

enum Piece {
    /// One of these characters.
    Class(Vec<char>),
    /// One of these sequences.
    Group(Vec<Vec<Repeated>>),
}

struct Repeated {
    piece: Piece,
    least: u64,
    most: u64,
}

fn alternatives(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Vec<Vec<Repeated>> {
    let mut all = vec![Vec::new()];
    while let Some(c) = chars.next() {
        let piece = match c {
            '|' => {
                all.push(Vec::new());
                continue;
            }
            ')' if depth > 0 => break,
            '(' if depth < DEEPEST => {
                // A group that is not captured begins with `?:`.
                if chars.peek() == Some(&'?') {
                    chars.next();
                    chars.next_if_eq(&':');
                }
                Piece::Group(alternatives(chars, depth + 1))
            }
            '^' | '$' => continue,
            '[' => Piece::Class(class(chars)),
            '.' => Piece::Class(('a'..='z').collect()),
            '\\' => Piece::Class(escaped(chars.next().unwrap_or('\\'))),
            literal => Piece::Class(vec![literal]),
        };
        let (least, most) = quantifier(chars);
        if let Some(sequence) = all.last_mut() {
            sequence.push(Repeated { piece, least, most });
        }
    }
    all
}

fn escaped(c: char) -> Vec<char> {
    match c {
        'd' => ('0'..='9').collect(),
        'w' => ('a'..='z').chain('0'..='9').collect(),
        's' => vec![' '],
        literal => vec![literal],
    }
}

fn class(chars: &mut Peekable<Chars<'_>>) -> Vec<char> {
    let is_negated = chars.next_if_eq(&'^').is_some();
    let mut named: Vec<char> = Vec::new();
    let mut is_first = true;
    while let Some(c) = chars.next() {
        match c {
            ']' if !is_first => break,
            '\\' => named.extend(escaped(chars.next().unwrap_or('\\'))),
            '-' if !named.is_empty() && chars.peek().is_some_and(|next| *next != ']') => {
                let from = named.pop().unwrap_or('-');
                let to = chars.next().unwrap_or(from);
                named.extend((from..=to).take(128));
            }
            literal => named.push(literal),
        }
        is_first = false;
    }
    if is_negated {
        return ('a'..='z')
            .chain('0'..='9')
            .filter(|c| !named.contains(c))
            .collect();
    }
    named
}

fn quantifier(chars: &mut Peekable<Chars<'_>>) -> (u64, u64) {
    let counts = match chars.peek() {
        Some('?') => (0, 1),
        Some('*') => (0, MANY),
        Some('+') => (1, MANY),
        Some('{') => {
            chars.next();
            let inside: String = std::iter::from_fn(|| chars.next_if(|c| *c != '}'))
                .take(20)
                .collect();
            chars.next();
            let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
            let least = least.trim().parse().unwrap_or(0).min(LONGEST as u64);
            return (
                least,
                most.trim().parse().unwrap_or(least + MANY).min(LONGEST as u64),
            );
        }
        _ => return (1, 1),
    };
    chars.next();
    counts
}

fn write(alternatives: &[Vec<Repeated>], text: &mut String, steps: &mut u32, rng: &mut impl Rng) {
    let place = below(rng, alternatives.len() as u64) as usize;
    for repeated in alternatives.get(place).into_iter().flatten() {
        let count = repeated.least + below(rng, repeated.most.saturating_sub(repeated.least) + 1);
        for _ in 0..count {
            if text.len() >= LONGEST || *steps == 0 {
                return;
            }
            *steps -= 1;
            match &repeated.piece {
                Piece::Group(alternatives) => write(alternatives, text, steps, rng),
                Piece::Class(named) => text.extend(named.get(below(rng, named.len() as u64) as usize)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn examples_look_like_their_patterns() {
        let mut rng = rand::rngs::ChaCha8Rng::seed_from_u64(7);
        let code = example("^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$", &mut rng);
        assert_eq!(code.len(), 9);
        assert_eq!(code.chars().nth(4), Some('-'));
        assert!(!code.contains(['I', 'O', '1', '0']));
        for _ in 0..50 {
            let either = example("(ab|c\\d)?x{2,3}", &mut rng);
            let rest = either
                .trim_start_matches("ab")
                .trim_start_matches(['c', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
            assert!(rest == "xx" || rest == "xxx", "{either}");
        }
        assert!(example("((((", &mut rng).len() <= LONGEST);
        assert_eq!(example("", &mut rng), "");
        assert!(example("(x{99}){99}{99}", &mut rng).len() <= LONGEST);
    }
}

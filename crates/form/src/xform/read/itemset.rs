//! Where the choices of a select come from.

use roxmltree::Node;

use super::document::{Document, attribute, child};
use super::record::{NodeId, Record, Target};
use crate::read::Problems;

/// The choices of a select, as its `itemset` names them.
pub(super) struct Itemset<'d> {
    pub(super) source: ItemsetSource<'d>,
    /// The predicates behind the path, as written.
    pub(super) filter: Vec<&'d str>,
    pub(super) is_randomized: bool,
    pub(super) seed: Option<&'d str>,
    /// What of an item is kept as the answer.
    pub(super) value: &'d str,
    /// What of an item is shown.
    pub(super) label: &'d str,
}

/// The nodes that are the choices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ItemsetSource<'d> {
    /// The items of another instance: its id and the path to them.
    Instance(&'d str, &'d str),
    /// The instances of a repeat.
    Record(NodeId),
}

impl<'d> Itemset<'d> {
    pub(super) fn of(
        document: &Document<'d>,
        xml: Node<'d, 'd>,
        question: NodeId,
        record: &Record<'d>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let written = attribute(xml, "nodeset").unwrap_or("").trim();
        let Some((source, mut itemset)) = parts(written) else {
            problems.error(unsupported(document, xml, written));
            return None;
        };
        let reference = |name| child(xml, name).and_then(|element| attribute(element, "ref"));
        itemset.value = reference("value").unwrap_or("name").trim();
        itemset.label = reference("label").unwrap_or("label").trim();
        itemset.source = match source {
            Named::Instance(id, path) => ItemsetSource::Instance(id, path),
            Named::Path(path) => match record.follow(path, question) {
                Some(Target::Node(node)) => ItemsetSource::Record(node),
                _ => {
                    problems.error(super::binds::missing_node(document, xml, "nodeset", path));
                    return None;
                }
            },
        };
        Some(itemset)
    }
}

fn unsupported(document: &Document<'_>, xml: Node<'_, '_>, written: &str) -> crate::read::FormError {
    document
        .error(
            xml,
            "unsupported_itemset",
            "nodeset",
            format!("`{written}` is no list of choices"),
        )
        .hint("write `instance('list')/root/item[condition]`, or the path of a repeat")
}

enum Named<'d> {
    Instance(&'d str, &'d str),
    Path(&'d str),
}

/// Takes a nodeset apart: `randomize(instance('list')/root/item[condition], seed)`.
fn parts(written: &str) -> Option<(Named<'_>, Itemset<'_>)> {
    let shuffled = written
        .strip_prefix("randomize(")
        .and_then(|inner| inner.strip_suffix(')'));
    let (path, seed) = match shuffled {
        Some(inner) => match top_level(inner, ',') {
            Some((path, seed)) => (path, Some(seed.trim())),
            None => (inner, None),
        },
        None => (written, None),
    };
    let (path, mut predicates) = match path.find('[') {
        Some(at) => path.split_at_checked(at)?,
        None => (path, ""),
    };
    let mut filter = Vec::new();
    while let Some(inner) = predicates.trim_start().strip_prefix('[') {
        let (predicate, after) = top_level(inner, ']')?;
        filter.push(predicate);
        predicates = after;
    }
    if !predicates.trim().is_empty() {
        return None;
    }
    let path = path.trim();
    let named = match path.strip_prefix("instance(") {
        Some(inner) => {
            let (id, path) = inner.split_once(')')?;
            let id = id.trim();
            let quote = id.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
            let id = id.strip_prefix(quote)?.strip_suffix(quote)?;
            Named::Instance(id, path.strip_prefix('/')?.trim())
        }
        None if path.is_empty() || path.contains(['(', ')', ']', '|', ' ']) => return None,
        None => Named::Path(path),
    };
    let itemset = Itemset {
        source: ItemsetSource::Instance("", ""),
        filter,
        is_randomized: shuffled.is_some(),
        seed,
        value: "",
        label: "",
    };
    Some((named, itemset))
}

/// Splits at the first `separator` that stands in no brackets and no quotes.
fn top_level(text: &str, separator: char) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if depth == 0 && c == separator => {
                let (before, after) = text.split_at_checked(at)?;
                return Some((before, after.strip_prefix(separator)?));
            }
            None => match c {
                '\'' | '"' => quote = Some(c),
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.checked_sub(1)?,
                _ => {}
            },
        }
    }
    None
}

/// The part of an `instance('list')/root/item[condition]` that follows the list: for a `query`.
pub(super) fn query(written: &str) -> Option<(&str, Vec<&str>)> {
    match parts(written.trim())? {
        (Named::Instance(id, _), itemset) => Some((id, itemset.filter)),
        (Named::Path(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodeset_is_taken_apart() {
        let (named, itemset) =
            parts("randomize(instance('l')/root/item[a = ']' and b[1] = concat('x', 'y')], 4)").unwrap();
        assert!(matches!(named, Named::Instance("l", "root/item")));
        assert_eq!(itemset.filter, ["a = ']' and b[1] = concat('x', 'y')"]);
        assert_eq!((itemset.is_randomized, itemset.seed), (true, Some("4")));
        let (named, itemset) = parts("/data/r[./n != ''][. = 1]").unwrap();
        assert!(matches!(named, Named::Path("/data/r")));
        assert_eq!(itemset.filter.len(), 2);
        for odd in [
            "",
            "instance('l",
            "instance(l)/root/item",
            "/data/r[a",
            "/data/r[a]/b",
            "a | b",
            "]",
        ] {
            assert!(parts(odd).is_none(), "{odd}");
        }
    }
}

//! Names that generated rows share with written ones.

use std::collections::HashMap;

use super::{Tables, all};
use crate::definition::{Definition, Element};
use crate::read::Problems;

/// Complains where a generated row and another have one name.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    check_siblings(&definition.elements, tables, problems);
    for element in all(definition) {
        check_siblings(&element.children, tables, problems);
    }
}

fn check_siblings(elements: &[Element], tables: &Tables<'_>, problems: &mut Problems) {
    let mut seen: HashMap<&str, &Element> = HashMap::new();
    for element in elements {
        let Some(other) = seen.insert(&element.name, element) else {
            continue;
        };
        let (generated, written) = match (other.generated, element.generated) {
            (None, None) => continue,
            (Some(_), _) => (other, element),
            (None, Some(_)) => (element, other),
        };
        let message = format!(
            "`{}` is the name of what is generated for row {}",
            written.name, generated.row
        );
        problems.error(
            tables
                .error("duplicate_name", written, &["name"], message)
                .hint("give it another name"),
        );
    }
}

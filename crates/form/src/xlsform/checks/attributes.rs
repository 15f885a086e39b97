//! Attributes that the author names.

use std::collections::HashSet;

use super::super::names::is_xml_name;
use super::{Tables, all};
use crate::definition::Definition;
use crate::read::Problems;

/// Prefixes that every XForm declares.
const PREFIXES: &[&str] = &["h", "ev", "xsd", "jr", "orx", "odk", "xml"];

/// Complains of names that no attribute can have.
pub(super) fn check(definition: &Definition, tables: &Tables<'_>, problems: &mut Problems) {
    let mut prefixes: HashSet<&str> = PREFIXES.iter().copied().collect();
    if !definition.entities.is_empty() {
        prefixes.insert("entities");
    }
    let declared = definition.settings.get("namespaces").map_or("", String::as_str);
    prefixes.extend(declared.split_whitespace().filter_map(|namespace| {
        let (prefix, uri) = namespace.split_once('=')?;
        (!uri.contains('=')).then_some(prefix)
    }));
    for element in all(definition) {
        if let Some((prefix, _)) = element.name.split_once(':')
            && !prefixes.contains(prefix)
        {
            let (code, message, hint) = undeclared(prefix, &element.name);
            problems.error(tables.error(code, element, &["name"], message).hint(hint));
        }
        let groups = [
            ("bind", element.bind.keys().collect::<Vec<_>>()),
            ("control", element.control.keys().collect()),
            ("instance", element.instance.keys().collect()),
        ];
        for (group, names) in groups {
            for name in names {
                let fault = fault(name, &prefixes);
                if let Some((code, message, hint)) = fault {
                    problems.error(tables.error(code, element, &[group, name], message).hint(hint));
                }
            }
        }
    }
}

fn fault(name: &str, prefixes: &HashSet<&str>) -> Option<(&'static str, String, &'static str)> {
    if !is_xml_name(name) {
        return Some((
            "invalid_attribute",
            format!("`{name}` cannot name an attribute"),
            super::super::survey::NAME_HINT,
        ));
    }
    match name.split_once(':') {
        Some((prefix, _)) if !prefixes.contains(prefix) => Some(undeclared(prefix, name)),
        _ => None,
    }
}

fn undeclared(prefix: &str, name: &str) -> (&'static str, String, &'static str) {
    (
        "undeclared_prefix",
        format!("the prefix `{prefix}` of `{name}` is not declared"),
        "declare it in the setting `namespaces`, like `x=\"http://example.org/x\"`",
    )
}

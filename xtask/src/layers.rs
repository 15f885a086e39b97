//! Who may depend on whom, and who alone may name what. ARCHITECTURE.md says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::metadata::Metadata;
use crate::run::{output, program, project};

/// What each package may be built with, of the workspace's own.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("baraza-form", &[]),
    ("baraza-golden", &[]),
    ("baraza-wire", &[]),
    ("baraza-record", &["baraza-form"]),
    ("baraza-seal", &["baraza-wire"]),
    ("baraza-sync", &["baraza-wire"]),
    ("baraza-picture", &[]),
    (
        "client-core",
        &[
            "baraza-form",
            "baraza-picture",
            "baraza-record",
            "baraza-seal",
            "baraza-sync",
            "baraza-wire",
        ],
    ),
    ("baraza-desk", &["baraza-form", "baraza-wire", "client-core"]),
    ("baraza-server", &["baraza-seal", "baraza-sync", "baraza-wire"]),
    ("baraza-bindgen", &[]),
];
/// These see everything.
const SEE_ALL: [&str; 4] = ["baraza-cli", "baraza-testkit", "baraza-tests", "xtask"];

/// Crates from elsewhere that only some of ours may be built with.
const ONLY_IN: [(&str, &[&str]); 21] = [
    ("automerge", &["baraza-record"]),
    ("hexane", &["baraza-record"]),
    ("hpke", &["baraza-seal"]),
    ("ml-kem", &["baraza-seal"]),
    ("x-wing", &["baraza-seal"]),
    ("ed25519-dalek", &["baraza-seal"]),
    ("chacha20poly1305", &["baraza-seal"]),
    ("argon2", &["baraza-seal"]),
    ("hkdf", &["baraza-seal"]),
    ("blahaj", &["baraza-seal"]),
    ("bip39", &["baraza-seal"]),
    ("rusqlite", &["client-core", "baraza-server"]),
    ("rustix", &["client-core"]),
    ("axum", &["baraza-server", "baraza-desk"]),
    ("uniffi", &["client-core", "baraza-bindgen"]),
    ("tokio", &["baraza-server", "baraza-desk"]),
    ("hyper", &["baraza-server"]),
    ("rustls", &["client-core", "baraza-server"]),
    ("rcgen", &["baraza-server"]),
    ("object_store", &["baraza-server"]),
    ("image", &["baraza-picture"]),
];

/// Words that only some files may hold: the word, where it may stand, and why.
const WORDS: [(&str, &[&str], &str); 6] = [
    (
        "axum::",
        &["server/src/http", "server/src/relay.rs", "crates/desk/src/web"],
        "axum is at the edge only",
    ),
    (
        "uniffi::",
        &[
            "client-core/src/ffi",
            "client-core/src/lib.rs",
            "client-core/bindgen/",
        ],
        "uniffi is at the edge only",
    ),
    (
        "seal::",
        &[
            "client-core/",
            "crates/testkit/",
            "crates/cli/",
            "crates/seal/",
            "tests/",
            "fuzz/",
        ],
        "the relay may name seal::verify and seal::roster only",
    ),
    (
        "std::fs",
        &[
            "client-core/src/home",
            "server/src/relay.rs",
            "server/src/relay/",
            "server/src/blobs/",
            "crates/cli/",
            "crates/testkit/",
            "crates/golden/",
            "fuzz/",
            "xtask/",
            "tests/",
        ],
        "files are opened at the edge only",
    ),
    (
        "Command::new(",
        &[
            "client-core/src/merging/process.rs",
            "crates/cli/",
            "tests/",
            "fuzz/",
        ],
        "processes are started at the edge only",
    ),
    (
        "SystemTime::now",
        &["client-core/src/surroundings.rs", "server/src/relay.rs"],
        "time is an argument",
    ),
];
/// What the relay may name of `seal`.
const RELAY_MAY_NAME: [&str; 2] = ["seal::verify", "seal::roster"];
/// How SQL begins.
const SQL: [&str; 5] = [
    "\"SELECT ",
    "\"INSERT INTO ",
    "\"UPDATE ",
    "\"DELETE FROM ",
    "\"CREATE TABLE ",
];

/// Checks all of it, and names each place that does not pass.
pub(crate) fn check() -> anyhow::Result<()> {
    let metadata = Metadata::read()?;
    let mut troubles = dependencies(&metadata);
    let sources = sources()?;
    for path in &sources {
        let text = fs::read_to_string(project().join(path)).with_context(|| path.display().to_string())?;
        words(path, &text, &mut troubles);
    }
    if !troubles.is_empty() {
        bail!("{}", troubles.join("\n"));
    }
    println!(
        "{} packages depend on one another as they may; {} files name only what they may",
        metadata.members().count(),
        sources.len()
    );
    Ok(())
}

fn dependencies(metadata: &Metadata) -> Vec<String> {
    let may_use: BTreeMap<_, _> = MAY_USE.into_iter().collect();
    let own: BTreeSet<&str> = metadata.members().map(|package| package.name.as_str()).collect();
    let mut troubles = Vec::new();
    for package in metadata.members() {
        let name = package.name.as_str();
        let built_with = package.dependencies.iter().filter(|used| used.kind.is_none());
        let sees_all = SEE_ALL.contains(&name);
        match may_use.get(name) {
            None if !sees_all => troubles.push(format!("{name} is on no list of xtask/src/layers.rs")),
            _ => {}
        }
        for used in built_with.map(|used| used.name.as_str()).filter(|_| !sees_all) {
            let listed = may_use.get(name).is_some_and(|list| list.contains(&used));
            if own.contains(used) && !listed {
                troubles.push(format!("{name} may not depend on {used}"));
            }
            if ONLY_IN
                .iter()
                .any(|(only, places)| *only == used && !places.contains(&name))
            {
                troubles.push(format!("{name} may not name {used}"));
            }
        }
    }
    troubles
}

/// Returns every Rust file that git knows.
fn sources() -> anyhow::Result<Vec<PathBuf>> {
    let listed = output(program("git", &["ls-files", "--", "*.rs"]))?;
    let listed = String::from_utf8(listed)?;
    Ok(listed
        .lines()
        .map(PathBuf::from)
        .filter(|path| project().join(path).exists())
        .collect())
}

fn words(path: &Path, text: &str, troubles: &mut Vec<String>) {
    let shown = path.to_string_lossy();
    // An example is a program of its own, like a test.
    let is_test = ["tests/", "examples/"]
        .iter()
        .any(|folder| shown.contains(folder))
        || shown.ends_with("tests.rs");
    // What a test at the end of a file names is its own affair.
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    for (n, line) in code
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
    {
        let mut report = |why: &str| troubles.push(format!("{shown}:{}: {why}: {}", n + 1, line.trim()));
        for (word, places, why) in WORDS {
            let named = line.contains(word) && !is_test && !shown.starts_with("xtask/");
            let relay = word == "seal::" && shown.starts_with("server/");
            let allowed = match relay {
                true => RELAY_MAY_NAME.iter().any(|name| line.contains(name)),
                false => places.iter().any(|place| shown.starts_with(place)),
            };
            if named && !allowed {
                report(why);
            }
        }
        let sql = SQL.iter().any(|begin| line.contains(begin));
        let in_store = shown.contains("/store/") || shown.ends_with("/store.rs");
        if sql && !in_store && !is_test && !shown.starts_with("xtask/") && !shown.starts_with("tests/") {
            report("SQL stands in store/ only");
        }
    }
}

//! Every dependency comes from crates.io under a licence that `deny.toml` allows.
//!
//! This reads the part of `deny.toml` that says so; where `cargo deny` is installed it is run as well.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::metadata::Metadata;
use crate::run::{cargo, project, run};

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// Checks all of them, and names each that does not pass.
pub(crate) fn check() -> anyhow::Result<()> {
    let text = fs::read_to_string(project().join("deny.toml")).context("deny.toml cannot be read")?;
    let deny: Deny = toml::from_str(&text).context("deny.toml")?;
    let exceptions: BTreeMap<&str, &[String]> = deny
        .licenses
        .exceptions
        .iter()
        .map(|exception| (exception.name.as_str(), exception.allow.as_slice()))
        .collect();
    let metadata = Metadata::read()?;
    let (mut checked, mut troubles) = (0, Vec::new());
    for package in &metadata.packages {
        let Some(source) = &package.source else { continue };
        checked += 1;
        let who = format!("{} {}", package.name, package.version);
        let registry = source.strip_prefix("registry+");
        if !registry.is_some_and(|registry| deny.sources.allow_registry.iter().any(|known| known == registry))
        {
            troubles.push(format!("{who} comes from {source}"));
        }
        let Some(licence) = &package.license else {
            troubles.push(format!("{who} names no licence"));
            continue;
        };
        let expression = Expression::parse_mode(licence, ParseMode::LAX)
            .with_context(|| format!("{who}: the licence \"{licence}\" cannot be read"))?;
        let own = exceptions.get(package.name.as_str()).copied().unwrap_or_default();
        let allowed = |wanted: &LicenseReq| {
            let wanted = wanted.to_string();
            deny.licenses
                .allow
                .iter()
                .chain(own)
                .any(|known| *known == wanted)
        };
        if !expression.evaluate(allowed) {
            troubles.push(format!(
                "{who} is under {licence}, which deny.toml does not allow"
            ));
        }
    }
    if !troubles.is_empty() {
        bail!("{}", troubles.join("\n"));
    }
    println!("{checked} dependencies are from crates.io and under a licence that is allowed");
    let mut installed = cargo(&["deny", "--version"]);
    let installed = installed.stdout(Stdio::null()).stderr(Stdio::null()).status();
    if installed.is_ok_and(|status| status.success()) {
        run(cargo(&["deny", "check", "licenses", "bans", "sources"]))?;
    }
    Ok(())
}

//! What cargo knows of the workspace and of all it depends on.

use std::path::PathBuf;

use serde::Deserialize;

use crate::run::{cargo, output};

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    /// Where it comes from; nothing for the workspace's own.
    pub(crate) source: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build`, or nothing for what the package itself is built with.
    pub(crate) kind: Option<String>,
}

impl Metadata {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let printed = output(cargo(&[
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ]))?;
        Ok(serde_json::from_slice(&printed)?)
    }

    /// Returns the workspace's own packages.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

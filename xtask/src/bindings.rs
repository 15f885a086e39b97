//! The bindings for apps: written by UniFFI out of the library itself.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::metadata::Metadata;
use crate::run::{cargo, run};

/// Where the bindings are.
pub(crate) struct Bindings {
    /// `python`, `kotlin` and `swift` are in it.
    pub(crate) folder: PathBuf,
    /// Where the debug build is.
    pub(crate) target: PathBuf,
}

/// Builds the library with its face for apps, and writes the bindings. Python's folder gets the library, too.
pub(crate) fn write() -> anyhow::Result<Bindings> {
    let library = [
        "rustc",
        "--package",
        "client-core",
        "--lib",
        "--features",
        "ffi",
        "--crate-type",
        "cdylib",
    ];
    run(cargo(&library))?;
    let target = Metadata::read()?.target_directory;
    let (folder, target) = (target.join("bindings"), target.join("debug"));
    let name = format!(
        "{}client_core{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let built = target.join(&name);
    for language in ["python", "kotlin", "swift"] {
        let mut generate = cargo(&["run", "--quiet", "--package", "baraza-bindgen", "--", "generate"]);
        generate
            .arg(&built)
            .args(["--language", language, "--no-format", "--out-dir"])
            .arg(folder.join(language));
        run(generate)?;
    }
    let beside = folder.join("python").join(&name);
    fs::copy(&built, &beside).with_context(|| format!("{} cannot be written", beside.display()))?;
    Ok(Bindings { folder, target })
}

//! Answers kept between two tries of a form.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context as _;
use form::answers_json::{read_answers, write_answers};
use form::{Address, AnswerSheet, Answers, Form};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct File {
    /// Says to whoever opens it what it is.
    note: String,
    form: String,
    version: String,
    at: Option<Address>,
    answers: serde_json::Value,
}

/// What was kept.
pub(super) struct Saved {
    pub(super) answers: AnswerSheet,
    pub(super) at: Option<Address>,
}

impl Saved {
    /// Reads what was kept in a file; nothing if there is no such file.
    pub(super) fn read(file: &Path, form: &Form, rng: &mut impl Rng) -> anyhow::Result<Option<Saved>> {
        let text = match std::fs::read_to_string(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.with_context(|| format!("{} cannot be read", file.display()))?,
        };
        let kept: File = serde_json::from_str(&text)
            .with_context(|| format!("{} was not written by `baraza form fill`", file.display()))?;
        if kept.form != form.id {
            anyhow::bail!("{} holds answers to the form \"{}\"", file.display(), kept.form);
        }
        let answers = read_answers(form, &kept.answers, rng).map_err(|errors| {
            errors.iter().for_each(|error| eprintln!("{error}"));
            anyhow::anyhow!("the answers in {} do not fit the form", file.display())
        })?;
        Ok(Some(Saved { answers, at: kept.at }))
    }
}

/// Keeps answers in a file, whole or not at all.
pub(super) fn write(
    file: &Path,
    form: &Form,
    answers: &dyn Answers,
    at: Option<&Address>,
) -> anyhow::Result<()> {
    let kept = File {
        note: "Test answers, not encrypted. Never keep what people said here.".to_owned(),
        form: form.id.clone(),
        version: form.version.clone(),
        at: at.cloned(),
        answers: write_answers(form, answers),
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut fresh = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    serde_json::to_writer_pretty(&mut fresh, &kept)?;
    fresh.as_file().sync_all()?;
    fresh
        .persist(file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(())
}

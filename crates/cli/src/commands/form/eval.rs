//! `baraza form eval`

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use client_core::{Clock as _, SystemClock};
use form::Environment;
use form::expression::{TypedOutcome, eval_xml};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::output;

/// How many outcomes of a batch are printed at once.
const TOGETHER: usize = 200;

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The expression
    #[arg(required_unless_present = "batch", allow_hyphen_values = true)]
    expression: Option<String>,
    /// The record or XForm that it is about: a file, or XML itself
    #[arg(long)]
    instance: Option<String>,
    /// The path of the element that it stands at
    #[arg(long)]
    context: Option<String>,
    /// The time it is, like 2026-11-24T08:30:00Z; this moment without it
    #[arg(long)]
    now: Option<Timestamp>,
    /// The time zone, like Africa/Nairobi or +03:00
    #[arg(long, default_value = "UTC", allow_hyphen_values = true)]
    tz: String,
    /// The language of texts; the default language without it
    #[arg(long, default_value = "")]
    language: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Evaluate each line of a file like {"id": …, "expr": …, "instance": XML, "context": …}
    #[arg(long, conflicts_with_all = ["expression", "instance", "context"])]
    batch: Option<PathBuf>,
}

/// One line of a batch.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    expr: String,
    instance: Option<String>,
    context: Option<String>,
    now: Option<String>,
    tz: Option<String>,
    language: Option<String>,
}

impl Eval {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(file) = &self.batch {
            return self.batch(file);
        }
        let instance = match &self.instance {
            Some(text) if text.trim_start().starts_with('<') => Some(text.clone()),
            Some(file) => {
                Some(std::fs::read_to_string(file).with_context(|| format!("{file} cannot be read"))?)
            }
            None => None,
        };
        let env = environment(
            self.now.unwrap_or_else(|| SystemClock.now()),
            &self.tz,
            &self.language,
        )?;
        let expression = self.expression.as_deref().unwrap_or_default();
        match eval_xml(expression, instance.as_deref(), self.context.as_deref(), &env) {
            Ok(outcome) if self.json => output::json(&typed(outcome))?,
            Ok(outcome) => output::text(&written(outcome))?,
            Err(error) if self.json => {
                output::json(&json!({ "error": error.to_string() }))?;
                return Ok(ExitCode::FAILURE);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn batch(&self, file: &PathBuf) -> anyhow::Result<ExitCode> {
        let opened =
            std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let now = self.now.unwrap_or_else(|| SystemClock.now());
        let mut printed = String::new();
        let mut count = 0;
        for line in BufReader::new(opened).lines() {
            let line = line.with_context(|| format!("{} cannot be read", file.display()))?;
            if line.trim().is_empty() {
                continue;
            }
            printed.push_str(&self.answer(&line, now).to_string());
            printed.push('\n');
            count += 1;
            if count % TOGETHER == 0 {
                output::text(&std::mem::take(&mut printed))?;
            }
        }
        output::text(&printed)?;
        Ok(ExitCode::SUCCESS)
    }

    /// What one line of a batch gives. An error belongs to its line.
    fn answer(&self, line: &str, now: Timestamp) -> Value {
        let line: Line = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(error) => {
                return json!({ "id": null, "error": format!("this is no line of a batch: {error}") });
            }
        };
        let outcome = || -> anyhow::Result<TypedOutcome> {
            let now = match &line.now {
                Some(text) => text.parse().with_context(|| format!("`{text}` is no time"))?,
                None => now,
            };
            let tz = line.tz.as_deref().unwrap_or(&self.tz);
            let env = environment(now, tz, line.language.as_deref().unwrap_or(&self.language))?;
            let outcome = eval_xml(
                &line.expr,
                line.instance.as_deref(),
                line.context.as_deref(),
                &env,
            )?;
            Ok(outcome)
        };
        match outcome() {
            Ok(outcome) => {
                let mut answer = typed(outcome);
                if let Some(answer) = answer.as_object_mut() {
                    answer.insert("id".to_owned(), line.id);
                }
                answer
            }
            Err(error) => json!({ "id": line.id, "error": format!("{error:#}") }),
        }
    }
}

fn environment(now: Timestamp, tz: &str, language: &str) -> anyhow::Result<Environment> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).context("there is no chance to be had")?;
    let mut env = Environment::new(now, zone(tz)?, u64::from_le_bytes(seed));
    env.language = language.to_owned();
    env.verifier = Some(client_core::code_verifier());
    Ok(env)
}

/// A zone by its name, or by how far it is from UTC.
fn zone(name: &str) -> anyhow::Result<TimeZone> {
    if let Some(rest) = name.strip_prefix(['+', '-']) {
        let minutes = rest.split_once(':').and_then(|(hours, minutes)| {
            Some(hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?)
        });
        let offset = minutes
            .map(|minutes| if name.starts_with('-') { -minutes } else { minutes })
            .and_then(|minutes| Offset::from_seconds(minutes.checked_mul(60)?).ok());
        match offset {
            Some(offset) => return Ok(TimeZone::fixed(offset)),
            None => bail!("`{name}` is no time zone; write it like +03:00"),
        }
    }
    if matches!(name, "UTC" | "Z") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(name)
        .with_context(|| format!("`{name}` is no time zone; write it like Africa/Nairobi or +03:00"))
}

fn typed(outcome: TypedOutcome) -> Value {
    match outcome {
        TypedOutcome::Number(number) => json!({ "type": "number", "value": as_json(number) }),
        TypedOutcome::Text(text) => json!({ "type": "string", "value": text }),
        TypedOutcome::Boolean(condition) => json!({ "type": "boolean", "value": condition }),
        TypedOutcome::Date(text) => json!({ "type": "date", "value": text }),
        TypedOutcome::Nodes(texts) => json!({ "type": "nodeset", "value": texts }),
    }
}

/// JSON has no NaN and no infinities: they stand as text.
fn as_json(number: f64) -> Value {
    if !number.is_finite() {
        let text = match number {
            _ if number.is_nan() => "NaN",
            _ if number > 0.0 => "Infinity",
            _ => "-Infinity",
        };
        return json!(text);
    }
    // Whole numbers are written without a point as far as every reader takes them exactly.
    if number.trunc() == number && number.abs() < 9e15 {
        return json!(number as i64);
    }
    json!(number)
}

/// The outcome as text; each of several nodes on a line.
fn written(outcome: TypedOutcome) -> String {
    let lines = match outcome {
        TypedOutcome::Number(number) => vec![match as_json(number) {
            Value::String(text) => text,
            other => other.to_string(),
        }],
        TypedOutcome::Text(text) | TypedOutcome::Date(text) => vec![text],
        TypedOutcome::Boolean(condition) => vec![condition.to_string()],
        TypedOutcome::Nodes(texts) => texts,
    };
    lines.into_iter().map(|line| line + "\n").collect()
}

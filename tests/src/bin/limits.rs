//! What a machine can do at best of what `baraza bench` measures: bare inserts, bare checks of signatures, bare loads of
//! documents, and all records compressed together. One line of JSON for each.
#![expect(clippy::print_stdout, reason = "this is the terminal's edge")]

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use automerge::transaction::Transactable as _;
use automerge::{AutoCommit, Automerge, ROOT};
use clap::Parser;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rusqlite::Connection;
use seal::keys::SignKey;
use seal::sign::{Signing, check, sign};
use serde_json::json;

#[derive(Debug, Parser)]
struct Limits {
    /// The records, one JSON object a line
    #[arg(long)]
    records: PathBuf,
    /// How many bytes one inserted row has
    #[arg(long, default_value_t = 900)]
    bytes: usize,
    /// How many rows share a commit
    #[arg(long, default_value_t = 1024)]
    batch: usize,
}

fn main() -> anyhow::Result<()> {
    let limits = Limits::parse();
    let text = std::fs::read_to_string(&limits.records)
        .with_context(|| format!("{} cannot be read", limits.records.display()))?;
    let records: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let count = records.len().max(1);
    let print = |what: &str, seconds: f64| {
        println!(
            "{}",
            json!({ "limit": what, "records": count, "wall_s": seconds, "records_per_s": count as f64 / seconds })
        );
    };
    print("sqlite-insert-full", insert(&limits, count)?);
    print("ed25519-verify", verify(count)?);
    print(
        "automerge-load",
        load(records.first().copied().unwrap_or("{}"), count)?,
    );
    let begun = Instant::now();
    let together = zstd::bulk::compress(text.as_bytes(), 19)?.len();
    println!(
        "{}",
        json!({
            "limit": "zstd-19-together", "records": count, "wall_s": begun.elapsed().as_secs_f64(),
            "bytes_per_record": together as f64 / count as f64,
            "json_bytes_per_record": text.len() as f64 / count as f64,
        })
    );
    Ok(())
}

/// Rows into a table with `synchronous=FULL` and a write-ahead log, many to a commit.
fn insert(limits: &Limits, count: usize) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut db = Connection::open(folder.path().join("limit.sqlite"))?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (n INTEGER PRIMARY KEY, bytes BLOB)")?;
    let bytes = vec![7; limits.bytes];
    let begun = Instant::now();
    let mut done = 0;
    while done < count {
        let tx = db.transaction()?;
        {
            let mut statement = tx.prepare_cached("INSERT INTO row (bytes) VALUES (?)")?;
            for _ in done..count.min(done + limits.batch) {
                statement.execute([&bytes])?;
            }
        }
        tx.commit()?;
        done += limits.batch;
    }
    Ok(begun.elapsed().as_secs_f64())
}

fn verify(count: usize) -> anyhow::Result<f64> {
    let key = SignKey::make(&mut ChaCha20Rng::seed_from_u64(1));
    // A header of two parts.
    let message = [5; 250];
    let signature = sign(&key, Signing::Header, &message);
    let begun = Instant::now();
    for _ in 0..count {
        check(&key.public(), Signing::Header, &message, &signature)?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// Loads a document that holds the top level of a record as text.
fn load(record: &str, count: usize) -> anyhow::Result<f64> {
    let answers: serde_json::Map<String, serde_json::Value> = serde_json::from_str(record)?;
    let mut document = AutoCommit::new();
    for (question, value) in answers {
        document.put(ROOT, question, value.to_string())?;
    }
    let saved = document.save();
    let begun = Instant::now();
    for _ in 0..count {
        drop(Automerge::load(&saved)?);
    }
    Ok(begun.elapsed().as_secs_f64())
}

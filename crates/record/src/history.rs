//! What was ever answered, and by whom.

use std::fmt;

use form::{Address, Value};

use crate::document::{Cell, Document};
use crate::ids::{AuthorPrefix, ChangeHash, Provenance};
use crate::record::Record;
use crate::scalar::{self, Written};
use crate::{key, lineage::Deed};

/// One answer to a question, as somebody once put it down.
#[derive(Clone, PartialEq)]
pub struct Version {
    /// The answer; `None` if it was cleared, or if this version of the program cannot read it.
    pub value: Option<Value>,
    /// Whether something stands there that this version of the program cannot read. It is kept.
    pub unreadable: bool,
    /// Who answered.
    pub author: AuthorPrefix,
    /// When, by the author's own clock, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// In which change.
    pub change: ChangeHash,
}

impl Version {
    pub(crate) fn standing(document: &Document, cell: &Cell) -> Option<Self> {
        Some(Self::new(scalar::read(&cell.value), document.provenance(cell)?))
    }

    fn new(written: Written, by: Provenance) -> Self {
        Self {
            unreadable: matches!(written, Written::Unreadable),
            value: written.answer(),
            author: by.author,
            at: by.at,
            change: by.change,
        }
    }
}

/// Never shows the answer.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answered = if self.value.is_some() {
            "answered"
        } else {
            "no answer"
        };
        write!(
            f,
            "Version({answered}, by {:?} at {}, in {:?})",
            self.author, self.at, self.change
        )
    }
}

impl Record {
    /// Returns everything that was ever answered at `at`, oldest first.
    ///
    /// No answer stands before one that its author had seen, whatever their clocks said.
    pub fn history(&self, at: &Address) -> Vec<Version> {
        let key = key::of(at);
        let mut found: Vec<(i64, u64, &Deed, Version)> = Vec::new();
        for (_, document) in self.documents() {
            let lineage = document.lineage();
            let times = lineage.told_times();
            for deed in lineage.deeds() {
                for put in deed.puts.iter().filter(|put| put.key == key) {
                    let version = Version::new(scalar::read(&put.value), deed.provenance());
                    found.push((
                        times.get(&deed.hash).copied().unwrap_or(deed.at),
                        deed.start,
                        deed,
                        version,
                    ));
                }
            }
        }
        found.sort_by_key(|(told, start, deed, _)| (*told, *start, deed.hash));
        found.into_iter().map(|(.., version)| version).collect()
    }

    /// Returns what stands at `at` now: nothing, one version, or several that were put down
    /// concurrently, the one that is shown last.
    pub fn versions(&self, at: &Address) -> Vec<Version> {
        let standing = self.standing(&key::of(at));
        standing
            .iter()
            .filter_map(|(document, cell)| Version::standing(document, cell))
            .collect()
    }
}

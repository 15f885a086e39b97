//! One compartment of a record: an automerge document and the changes that wait for others.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use automerge::iter::MapRangeItem;
use automerge::{Automerge, Change, ObjId, ROOT, ReadDoc, ScalarValue};

use crate::bytes::{Reader, put_sized};
use crate::guard::guarded;
use crate::ids::{ChangeHash, Provenance};
use crate::lineage::{Deed, Lineage};
use crate::shape;

/// The version of [`Document::save`]'s layout.
const SAVED_VERSION: u8 = 1;

/// The automerge document of one compartment.
#[derive(Clone, Default)]
pub(crate) struct Document {
    automerge: Automerge,
    /// Changes whose parents have not come yet.
    waiting: BTreeMap<ChangeHash, Change>,
    // Views of the two above, made when first asked for.
    cells: OnceLock<BTreeMap<String, Vec<Cell>>>,
    lineage: OnceLock<Lineage>,
    saved: OnceLock<Vec<u8>>,
}

/// One of the values that stand at a key; several if they were put down concurrently.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) value: ScalarValue,
    pub(crate) put: ObjId,
}

/// What was saved of a compartment does not open.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It was saved by a later version of this program.
    #[error("the saved compartment has layout {0}, which this version does not know; update the program")]
    LaterVersion(u8),
    /// The bytes were damaged.
    #[error("the saved compartment is damaged; rebuild it from its envelopes")]
    Damaged,
}

impl Document {
    /// Returns the document for this node's own cache.
    pub(crate) fn save(&self) -> Vec<u8> {
        let mut out = vec![SAVED_VERSION];
        put_sized(&mut out, self.saved());
        for change in self.waiting.values() {
            put_sized(&mut out, change.raw_bytes());
        }
        out
    }

    /// The automerge document alone, as it is saved.
    ///
    /// Not deflated: for a document of 60 answers that saves 850 bytes and takes 40 µs, a tenth of
    /// what merging takes; plainly it takes 2 µs.
    pub(crate) fn saved(&self) -> &[u8] {
        self.saved.get_or_init(|| self.automerge.save_nocompress())
    }

    /// Reads what [`Document::save`] wrote. Not for bytes from outside.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        let mut reader = Reader::new(bytes);
        match reader.byte().ok_or(LoadError::Damaged)? {
            SAVED_VERSION => {}
            later => return Err(LoadError::LaterVersion(later)),
        }
        let saved = reader.sized().ok_or(LoadError::Damaged)?;
        let automerge = guarded(|| Automerge::load(saved))
            .and_then(Result::ok)
            .ok_or(LoadError::Damaged)?;
        let mut waiting = BTreeMap::new();
        while !reader.is_empty() {
            let change = reader.sized().ok_or(LoadError::Damaged)?;
            shape::check(change).map_err(|_| LoadError::Damaged)?;
            let change = guarded(|| Change::from_bytes(change.to_vec()))
                .and_then(Result::ok)
                .ok_or(LoadError::Damaged)?;
            waiting.insert(change.hash().into(), change);
        }
        Ok(Self {
            automerge,
            waiting,
            saved: saved.to_vec().into(),
            ..Self::default()
        })
    }

    /// A document after changes were applied to it; see `merge`.
    pub(crate) fn grown(
        automerge: Automerge,
        saved: Vec<u8>,
        lineage: Lineage,
        waiting: BTreeMap<ChangeHash, Change>,
    ) -> Self {
        Self {
            automerge,
            waiting,
            cells: OnceLock::new(),
            lineage: lineage.into(),
            saved: saved.into(),
        }
    }

    /// The document as it was at `heads`, or `None` if it does not hold them.
    pub(crate) fn at(&self, heads: &[ChangeHash]) -> Option<Self> {
        if heads == self.heads() {
            return Some(self.clone());
        }
        let heads: Vec<_> = heads.iter().copied().map(automerge::ChangeHash::from).collect();
        let automerge = self.automerge.fork_at(&heads).ok()?;
        Some(Self {
            automerge,
            ..Self::default()
        })
    }

    pub(crate) fn automerge(&self) -> &Automerge {
        &self.automerge
    }

    pub(crate) fn waiting(&self) -> &BTreeMap<ChangeHash, Change> {
        &self.waiting
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.automerge.is_empty() && self.waiting.is_empty()
    }

    /// The changes that no other change has seen, sorted.
    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        self.automerge
            .get_heads()
            .into_iter()
            .map(ChangeHash::from)
            .collect()
    }

    /// Everything that stands now, by key; values that were put down concurrently side by side,
    /// the one that automerge would show last.
    pub(crate) fn cells(&self) -> &BTreeMap<String, Vec<Cell>> {
        self.cells.get_or_init(|| {
            let items: Vec<MapRangeItem<'_>> = self.automerge.map_range(ROOT, ..).collect();
            items
                .into_iter()
                .map(|item| (item.key.to_string(), self.cells_at(&item)))
                .collect()
        })
    }

    fn cells_at(&self, item: &MapRangeItem<'_>) -> Vec<Cell> {
        if item.conflict {
            let all = self
                .automerge
                .get_all(ROOT, item.key.as_ref())
                .unwrap_or_default();
            return all
                .into_iter()
                .filter_map(|(value, put)| {
                    Some(Cell {
                        value: value.as_scalar()?.clone(),
                        put,
                    })
                })
                .collect();
        }
        match automerge::Value::from(item.value.clone()) {
            automerge::Value::Scalar(value) => vec![Cell {
                value: value.into_owned(),
                put: item.id(),
            }],
            automerge::Value::Object(_) => Vec::new(),
        }
    }

    /// Who wrote what stands in `cell`, which must be one of [`Document::cells`].
    pub(crate) fn provenance(&self, cell: &Cell) -> Option<Provenance> {
        let hash = self.automerge.hash_for_opid(&cell.put)?;
        self.lineage().get(&hash.into()).map(Deed::provenance)
    }

    pub(crate) fn lineage(&self) -> &Lineage {
        self.lineage.get_or_init(|| {
            let mut lineage = Lineage::default();
            for change in self.automerge.get_changes(&[]) {
                // What is in the document was taken apart before it came in.
                if let Ok(deed) = Deed::read(&change) {
                    lineage.push(deed);
                }
            }
            lineage
        })
    }

    /// All changes of the document, as they travel, parents first.
    pub(crate) fn changes(&self) -> Vec<Vec<u8>> {
        self.automerge
            .get_changes(&[])
            .iter()
            .map(|change| change.raw_bytes().to_vec())
            .collect()
    }
}

//! Making one small change per compartment out of a draft.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;

use automerge::legacy::{Key as OpKey, ObjectId, Op, OpId, OpType};
use automerge::{ActorId, Change, ExpandedChange, ObjId, ScalarValue};
use form::{Form, QuestionPath};

use super::{Draft, Put};
use crate::GENERAL;
use crate::document::{Cell, Document};
use crate::key::{self, Key};
use crate::lineage::Deed;
use crate::record::Record;
use crate::scalar;
use crate::shape::{MAX_CHANGE_BYTES, MAX_PUTS};

/// A draft cannot be finished.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SquashError {
    /// An answer belongs into a compartment that is not among those given.
    #[error("answers belong into the compartment {compartment}, for which there is no key")]
    NoSuchCompartment {
        /// The compartment.
        compartment: String,
    },
    /// More was answered than one change may hold.
    #[error(
        "the answers in {compartment} are {bytes} bytes; a record takes 1 MiB at once, so shorten the longest"
    )]
    TooLarge {
        /// The compartment.
        compartment: String,
        /// The size of its change.
        bytes: usize,
    },
}

impl Draft {
    /// Returns one change for every compartment in which something was answered differently than
    /// before, in the order of `compartments`; nothing for the others.
    ///
    /// To be called at finish: the changes are sealed, and merged into the record of this device
    /// like any other. Each builds on the record as it was when the draft was begun, so what
    /// others answered meanwhile stands beside it. Calling it again gives the same bytes.
    ///
    /// `form` says which compartment each answer belongs to and in which order they come.
    /// An answer that the form does not know stays in the compartment where it stood before, or
    /// goes into the last of `compartments`, the most protected. `now` is in seconds since
    /// 1970-01-01 UTC.
    ///
    /// # Errors
    /// If an answer has nowhere to go, or there are too many. The draft is as it was.
    pub fn squash(
        &self,
        form: &Form,
        compartments: &[String],
        now: i64,
    ) -> Result<Vec<(String, Vec<u8>)>, SquashError> {
        let order = FormOrder::new(form);
        let mut by_compartment: BTreeMap<String, Vec<(Place, Op)>> = BTreeMap::new();
        for (key, put) in self.net_puts() {
            let read = Key::read(key);
            let home = home(&self.base, form, compartments, key, &read)?;
            let place = order.place(self, key, &read);
            let stood = |compartment: &str| stands_in(&self.base, compartment, key);
            for moved_from in compartments
                .iter()
                .filter(|other| **other != home && holds_answer(stood(other)))
            {
                let cleared = put_op(key, ScalarValue::Null, stood(moved_from));
                by_compartment
                    .entry(moved_from.clone())
                    .or_default()
                    .push((place.clone(), cleared));
            }
            let op = put_op(key, put.value.clone(), stood(&home));
            by_compartment.entry(home).or_default().push((place, op));
        }
        let mut changes = Vec::new();
        for compartment in compartments {
            let Some(mut ops) = by_compartment.remove(compartment) else {
                continue;
            };
            ops.sort_by(|(one, _), (other, _)| one.cmp(other));
            let ops: Vec<Op> = ops.into_iter().map(|(_, op)| op).collect();
            let too_many = ops.len() as u64 > MAX_PUTS;
            let bytes = self.change(compartment, ops, now);
            if too_many || bytes.len() > MAX_CHANGE_BYTES {
                let compartment = compartment.clone();
                return Err(SquashError::TooLarge {
                    compartment,
                    bytes: bytes.len(),
                });
            }
            changes.push((compartment.clone(), bytes));
        }
        match by_compartment.into_keys().next() {
            Some(compartment) => Err(SquashError::NoSuchCompartment { compartment }),
            None => Ok(changes),
        }
    }

    /// What was put down and differs from the base.
    fn net_puts(&self) -> impl Iterator<Item = (&str, &Put)> {
        self.puts
            .iter()
            .map(|(key, put)| (key.as_str(), put))
            .filter(|(key, put)| self.is_needed(key) && (put.settles || self.differs(key, &put.value)))
    }

    /// Whether the key is not inside an instance that this draft removes.
    ///
    /// The mark itself is needed only for an instance that was there before the draft.
    fn is_needed(&self, key: &str) -> bool {
        let (at, is_mark) = match Key::read(key) {
            Key::Removed(instance) => (instance, true),
            Key::Answer(at) | Key::Instance(at) => (at, false),
            Key::About | Key::Unknown => return true,
        };
        let mut around = if is_mark {
            at.parent_instance()
        } else {
            Some(at.instance())
        };
        while let Some(instance) = around {
            if self.removes(&key::of(&instance)) {
                return false;
            }
            around = instance.parent_instance();
        }
        let added_here = || !self.base_knows(&at);
        !(is_mark && self.removes(&key::of(&at)) && added_here())
    }

    fn differs(&self, key: &str, value: &ScalarValue) -> bool {
        let standing = self.base.standing(key);
        if standing.is_empty() {
            return *value != ScalarValue::Null;
        }
        standing.iter().any(|(_, cell)| !scalar::same(&cell.value, value))
    }

    /// Automerge's own transactions would settle by deleting what lost, and a delete would
    /// vanish beside a concurrent answer; so the change is written out here.
    fn change(&self, compartment: &str, operations: Vec<Op>, now: i64) -> Vec<u8> {
        let document = self.base.document(compartment);
        let heads = document.map(Document::heads).unwrap_or_default();
        let lineage = document.map(Document::lineage);
        let ends = heads.iter().filter_map(|head| lineage?.get(head)).map(Deed::end);
        let start_op = NonZeroU64::new(ends.max().unwrap_or(1)).unwrap_or(NonZeroU64::MIN);
        let change = Change::from(ExpandedChange {
            operations,
            actor_id: ActorId::from(*self.actor.bytes()),
            hash: None,
            seq: 1,
            start_op,
            time: now,
            message: None,
            deps: heads.into_iter().map(Into::into).collect(),
            extra_bytes: Vec::new(),
            author: None,
        });
        change.raw_bytes().to_vec()
    }
}

/// The compartment that a key belongs into.
fn home(
    base: &Record,
    form: &Form,
    compartments: &[String],
    key: &str,
    read: &Key,
) -> Result<String, SquashError> {
    let Key::Answer(at) = read else {
        return Ok(GENERAL.to_owned());
    };
    let question = at.path().and_then(|path| form.question(&path));
    let compartment = match question {
        Some(question) => Some(question.compartment.clone()),
        None => {
            let stood = compartments
                .iter()
                .rev()
                .find(|name| !stands_in(base, name, key).is_empty());
            stood.or(compartments.last()).cloned()
        }
    };
    compartment
        .filter(|compartment| compartments.contains(compartment))
        .ok_or_else(|| SquashError::NoSuchCompartment {
            compartment: question.map_or_else(|| GENERAL.to_owned(), |question| question.compartment.clone()),
        })
}

fn stands_in<'a>(base: &'a Record, compartment: &str, key: &str) -> &'a [Cell] {
    let document = base.document(compartment);
    document
        .and_then(|document| document.cells().get(key))
        .map_or(&[], Vec::as_slice)
}

fn holds_answer(cells: &[Cell]) -> bool {
    cells.iter().any(|cell| cell.value != ScalarValue::Null)
}

fn put_op(key: &str, value: ScalarValue, replaced: &[Cell]) -> Op {
    let replaced = replaced.iter().filter_map(|cell| match &cell.put {
        ObjId::Id(counter, actor, _) => Some(OpId::new(*counter, actor)),
        ObjId::Root => None,
    });
    Op {
        action: OpType::Put(value),
        obj: ObjectId::Root,
        key: OpKey::Map(key.into()),
        pred: replaced.collect(),
        insert: false,
    }
}

/// Where an op comes in its change: what is about the record first, then in form order, the
/// instances of a repeat one after the other.
///
/// Records of one form then look alike, which the dictionary they are compressed with makes use of.
type Place = Vec<(usize, i64, String)>;

struct FormOrder<'a> {
    places: HashMap<&'a QuestionPath, usize>,
}

impl<'a> FormOrder<'a> {
    fn new(form: &'a Form) -> Self {
        let items = form.all_items().into_iter().enumerate();
        Self {
            places: items.map(|(place, item)| (item.path(), place + 1)).collect(),
        }
    }

    fn place(&self, draft: &Draft, key: &str, read: &Key) -> Place {
        let at = match read {
            Key::Answer(at) | Key::Instance(at) | Key::Removed(at) => at,
            Key::About | Key::Unknown => return vec![(0, 0, key.to_owned())],
        };
        let place_of = |path: Option<QuestionPath>| {
            path.and_then(|path| self.places.get(&path).copied())
                .unwrap_or(usize::MAX)
        };
        let mut place = Vec::new();
        let mut around = Some(at.instance());
        while let Some(instance) = around.filter(|instance| !instance.steps().is_empty()) {
            let order = draft.order_of(&key::of(&instance));
            let id = instance
                .instance_id()
                .map(|id| id.to_string())
                .unwrap_or_default();
            place.insert(0, (place_of(instance.path()), order, id));
            around = instance.parent_instance();
        }
        if matches!(read, Key::Answer(_)) {
            place.push((place_of(at.path()), 0, key.to_owned()));
        }
        place
    }
}

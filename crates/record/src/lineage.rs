//! Who wrote what, after having seen what: the changes of one compartment as a family tree.

use std::collections::HashMap;

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{Change, ScalarValue};

use crate::ids::{Actor, ChangeHash, Provenance};

/// One change, taken apart.
#[derive(Clone)]
pub(crate) struct Deed {
    pub(crate) hash: ChangeHash,
    pub(crate) actor: Actor,
    pub(crate) at: i64,
    pub(crate) start: u64,
    pub(crate) parents: Vec<ChangeHash>,
    pub(crate) puts: Vec<Put>,
}

/// One value put at one key.
#[derive(Clone)]
pub(crate) struct Put {
    pub(crate) key: String,
    pub(crate) value: ScalarValue,
    /// The puts it replaces: counter and actor.
    pub(crate) replaces: Vec<(u64, Actor)>,
}

/// The change is not made of plain puts by actors of ours.
pub(crate) struct NotOurs;

impl Deed {
    /// Takes a change apart whose shape was checked before.
    pub(crate) fn read(change: &Change) -> Result<Self, NotOurs> {
        let decoded = change.decode();
        let mut puts = Vec::with_capacity(decoded.operations.len());
        for op in decoded.operations {
            let (Key::Map(key), OpType::Put(value), ObjectId::Root, false) =
                (op.key, op.action, op.obj, op.insert)
            else {
                return Err(NotOurs);
            };
            let replaces = op
                .pred
                .iter()
                .map(|replaced| {
                    Some((
                        replaced.counter(),
                        Actor::from_bytes(replaced.actor().to_bytes())?,
                    ))
                })
                .collect::<Option<Vec<_>>>()
                .ok_or(NotOurs)?;
            puts.push(Put {
                key: key.to_string(),
                value,
                replaces,
            });
        }
        Ok(Self {
            hash: change.hash().into(),
            actor: Actor::from_bytes(change.actor_id().to_bytes()).ok_or(NotOurs)?,
            at: change.timestamp(),
            start: change.start_op().get(),
            parents: change.deps().iter().copied().map(ChangeHash::from).collect(),
            puts,
        })
    }

    pub(crate) fn provenance(&self) -> Provenance {
        Provenance {
            author: self.actor.author(),
            at: self.at,
            change: self.hash,
        }
    }

    /// The counter that the next change after this one begins with.
    pub(crate) fn end(&self) -> u64 {
        self.start.saturating_add(self.puts.len() as u64)
    }

    /// The put that has `counter`.
    pub(crate) fn put(&self, counter: u64) -> Option<&Put> {
        let place = usize::try_from(counter.checked_sub(self.start)?).ok()?;
        self.puts.get(place)
    }
}

/// All changes of one compartment. Every parent is in it.
#[derive(Clone, Default)]
pub(crate) struct Lineage {
    deeds: Vec<Deed>,
    places: HashMap<ChangeHash, usize>,
    actors: HashMap<Actor, usize>,
}

/// A set of changes of one [`Lineage`].
pub(crate) struct Seen(Vec<bool>);

impl Lineage {
    pub(crate) fn push(&mut self, deed: Deed) {
        let place = self.deeds.len();
        self.places.insert(deed.hash, place);
        self.actors.insert(deed.actor, place);
        self.deeds.push(deed);
    }

    pub(crate) fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    pub(crate) fn has(&self, hash: &ChangeHash) -> bool {
        self.places.contains_key(hash)
    }

    pub(crate) fn get(&self, hash: &ChangeHash) -> Option<&Deed> {
        self.deeds.get(*self.places.get(hash)?)
    }

    pub(crate) fn by_actor(&self, actor: &Actor) -> Option<&Deed> {
        self.deeds.get(*self.actors.get(actor)?)
    }

    /// The changes in `from` and everything their authors had seen.
    pub(crate) fn seen_from<'a>(&self, from: impl IntoIterator<Item = &'a ChangeHash>) -> Seen {
        let mut seen = vec![false; self.deeds.len()];
        let mut next: Vec<usize> = from
            .into_iter()
            .filter_map(|hash| self.places.get(hash).copied())
            .collect();
        while let Some(place) = next.pop() {
            let Some(mark) = seen.get_mut(place).filter(|mark| !**mark) else {
                continue;
            };
            *mark = true;
            if let Some(deed) = self.deeds.get(place) {
                next.extend(deed.parents.iter().filter_map(|parent| self.places.get(parent)));
            }
        }
        Seen(seen)
    }

    pub(crate) fn is_in(&self, hash: &ChangeHash, seen: &Seen) -> bool {
        self.places
            .get(hash)
            .and_then(|place| seen.0.get(*place))
            .copied()
            .unwrap_or(false)
    }

    /// When each change was made, told so that no change is older than what its author had seen.
    ///
    /// Clocks in the field are wrong; parents are not.
    pub(crate) fn told_times(&self) -> HashMap<ChangeHash, i64> {
        let mut order: Vec<&Deed> = self.deeds.iter().collect();
        order.sort_by_key(|deed| deed.start);
        let mut times = HashMap::new();
        for deed in order {
            let parents = deed
                .parents
                .iter()
                .filter_map(|parent| times.get(parent))
                .max()
                .copied();
            times.insert(deed.hash, deed.at.max(parents.unwrap_or(i64::MIN)));
        }
        times
    }
}

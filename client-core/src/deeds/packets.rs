//! Packets: what desks handed to this device, and until when.

use std::collections::BTreeMap;

use serde::Serialize;
use wire::RecordId;

use crate::Notebook;
use crate::deeds::expire::ExpireError;
use crate::deeds::list::time;
use crate::store::{StoreError, assigned, once_keys};

/// What a desk handed to this device for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandedView {
    /// What it is.
    #[serde(flatten)]
    pub what: Handed,
    /// When this device forgets it (UTC, RFC 3339); nothing if never.
    pub expires: Option<String>,
}

/// What was handed to this device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Handed {
    /// A record.
    Record(RecordId),
    /// What is known of an entity.
    Entity {
        /// Its list.
        list: String,
        /// Its id.
        id: String,
    },
}

impl Notebook {
    /// Returns what desks handed to this device and it has not forgotten: records by id, then entities.
    ///
    /// # Errors
    /// Something whose time is over cannot be sealed, or the notebook cannot be read.
    pub fn packets(&mut self) -> Result<Vec<HandedView>, ExpireError> {
        self.let_expire()?;
        let mut handed: BTreeMap<Handed, i64> = BTreeMap::new();
        let mut note = |what, expires| {
            let expires = if expires == 0 { i64::MAX } else { expires };
            let last = handed.entry(what).or_insert(expires);
            *last = expires.max(*last);
        };
        self.store.read(|db| {
            for grant in once_keys::held(db)?.into_iter().filter(|grant| !grant.spent) {
                note(Handed::Record(grant.record), grant.expires);
            }
            for list in assigned::lists(db)? {
                for one in assigned::of_list(db, &list)? {
                    let (list, id) = (one.list, one.entity);
                    note(Handed::Entity { list, id }, one.expires);
                }
            }
            Ok::<_, StoreError>(())
        })?;
        let handed = handed.into_iter();
        Ok(handed
            .map(|(what, expires)| HandedView {
                what,
                expires: (expires != i64::MAX).then(|| time(expires)),
            })
            .collect())
    }
}

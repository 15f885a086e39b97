//! What people call the members.

use std::collections::BTreeMap;

use record::{AuthorId, AuthorPrefix};
use wire::MemberId;

use crate::Notebook;
use crate::deeds::admit::AdmitError;
use crate::store::StoreError;

/// The members' names, by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    names: BTreeMap<MemberId, String>,
}

impl People {
    /// Returns what people call a member; the id if nobody knows.
    pub(crate) fn name(&self, member: &MemberId) -> String {
        self.names
            .get(member)
            .cloned()
            .unwrap_or_else(|| member.to_string())
    }

    /// Returns the member whose changes carry a prefix, if there is just one.
    pub(crate) fn find(&self, prefix: AuthorPrefix) -> Option<MemberId> {
        let mut found = self
            .names
            .keys()
            .filter(|id| AuthorId(*id.as_bytes()).prefix() == prefix);
        found.next().copied().filter(|_| found.next().is_none())
    }
}

impl Notebook {
    pub(crate) fn people(&self) -> Result<People, StoreError> {
        match self.members() {
            Ok(members) => Ok(People {
                names: members.into_iter().map(|m| (m.id, m.name)).collect(),
            }),
            Err(AdmitError::Store(error)) => Err(error),
            Err(_) => Ok(People {
                names: [(self.me.member, self.me.name.clone())].into(),
            }),
        }
    }
}

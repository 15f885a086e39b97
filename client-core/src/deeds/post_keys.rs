//! Post keys: a device lets desks have one-time keys to seal grants to, before it runs out of them.

use seal::fresh_keys::FreshKeys;
use seal::keys::KemKey;
use seal::members::as_record_key;
use seal::payload;
use thiserror::Error;
use wire::{CompartmentId, KeyName, Kind, Role};

use crate::Notebook;
use crate::home::HomeError;
use crate::notebook::NoProgramme;
use crate::store::StoreError;
use crate::store::once_keys::{self, Use};

/// How many keys are posted at a time.
pub const POSTED_AT_ONCE: usize = 16;
/// Fewer unused keys than this, and new ones are posted.
pub const FEW: u64 = 8;

/// Why keys were not posted.
#[derive(Debug, Error)]
pub enum PostKeysError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The keys are written; only the copy beside the notebook is missing.
    #[error("the keys are in the notebook, but {0}; it is tried again at the next opening")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Notebook {
    /// Posts one-time keys, if this is a device and few of its keys are unused.
    pub(crate) fn post_keys(&mut self) -> Result<(), PostKeysError> {
        // Before the roster came nobody is known to whom the keys could be posted.
        if self.roster.is_none() && self.no_roster() == NoProgramme::RosterAwaited {
            return Ok(());
        }
        let (own, programme) = self.belonging::<PostKeysError>()?;
        let own = own.clone();
        let device = own
            .trusted_members()
            .any(|member| member.card.member == self.me.member && member.role == Role::ENUMERATOR);
        if !device || self.store.read(once_keys::unused)? >= FEW {
            return Ok(());
        }
        let keys: Vec<KemKey> = std::iter::repeat_with(|| KemKey::make(&mut self.rng))
            .take(POSTED_AT_ONCE)
            .collect();
        let posted = FreshKeys(keys.iter().map(KemKey::public).collect());
        let packed = payload::pack(&posted.to_bytes(), None);
        self.write_with(&own, |tx, hand| {
            for key in &keys {
                once_keys::keep(tx, key, Use::Posted)?;
            }
            let newest = programme.members_keys.newest();
            let key = as_record_key(newest);
            let name = KeyName::Members(newest.id());
            let part = hand
                .pen
                .seal([0; 16], CompartmentId::MEMBERS, (name, &key), &packed, hand.rng);
            hand.write(tx, Kind::KEYS, [0; 16], None, vec![part])?;
            Ok::<_, PostKeysError>(())
        })
    }
}

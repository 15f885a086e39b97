//! The receipt of an erasure, for the person who asked for it.

use seal::receipt::{ReceiptError, check_receipt, sign_receipt};
use serde::Serialize;
use thiserror::Error;
use wire::{MemberId, ProgrammeId, Receipt, RecordId};

use crate::Notebook;
use crate::deeds::list::time;
use crate::notebook::NoProgramme;
use crate::store::{StoreError, erasure};

/// Why there is no receipt, or why one does not hold.
#[derive(Debug, Error)]
pub enum ErasureReceiptError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks vouch for an erasure.
    #[error("only a desk writes receipts; this notebook is not one")]
    NotADesk,
    /// The record is not erased here.
    #[error("record {0} was not erased here; erase it first, or sync")]
    NotErased(RecordId),
    /// The text is no receipt.
    #[error(transparent)]
    Unreadable(#[from] wire::receipt::ReceiptError),
    /// It does not hold.
    #[error(transparent)]
    DoesNotHold(#[from] ReceiptError),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A receipt as people read it. The text is what counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptView {
    /// The programme.
    pub programme: ProgrammeId,
    /// The record that was erased.
    pub record: RecordId,
    /// The tombstone that ordered it.
    pub tombstone: String,
    /// When the receipt was made: the hour (UTC, RFC 3339).
    pub at: String,
    /// The desks that have said that they erased it.
    pub confirmed_by: Vec<MemberId>,
    /// The desk that signed the receipt.
    pub signed_by: MemberId,
    /// The receipt itself.
    pub receipt: String,
}

impl Notebook {
    /// Writes a receipt of an erasure: which desks have confirmed it so far, as far as this one knows.
    pub fn receipt(&self, record: RecordId) -> Result<ReceiptView, ErasureReceiptError> {
        let (own, _) = self.belonging::<ErasureReceiptError>()?;
        if !self.is_desk() {
            return Err(ErasureReceiptError::NotADesk);
        }
        let (tombstone, confirmed) = self.store.read(|db| {
            let tombstone = erasure::tombstone(db, record)?;
            Ok::<_, StoreError>((tombstone, erasure::receipts(db, record)?))
        })?;
        let receipt = Receipt {
            programme: own.programme(),
            record,
            tombstone: tombstone.ok_or(ErasureReceiptError::NotErased(record))?,
            hour: u64::try_from(self.now().as_second()).unwrap_or_default() / 3600,
            desks: confirmed
                .into_iter()
                .filter(|member| own.member(member).is_some_and(|member| member.role.runs_desk()))
                .collect(),
            signer: self.me.member,
            signature: [0; 64],
        };
        Ok(view(sign_receipt(receipt, &self.me.sign)))
    }

    /// Reads a receipt and checks it against this programme's roster.
    pub fn check_receipt(&self, text: &str) -> Result<ReceiptView, ErasureReceiptError> {
        let (own, _) = self.belonging::<ErasureReceiptError>()?;
        let receipt = Receipt::from_text(text)?;
        check_receipt(&receipt, own)?;
        Ok(view(receipt))
    }
}

fn view(receipt: Receipt) -> ReceiptView {
    let seconds = i64::try_from(receipt.hour.saturating_mul(3600)).unwrap_or_default();
    ReceiptView {
        programme: receipt.programme,
        record: receipt.record,
        tombstone: receipt.tombstone.to_string(),
        at: time(seconds),
        receipt: receipt.to_text(),
        confirmed_by: receipt.desks,
        signed_by: receipt.signer,
    }
}

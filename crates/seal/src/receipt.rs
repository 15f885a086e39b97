//! Receipts of erasures: signed by a desk, and checked against the programme's roster.

use thiserror::Error;
use wire::Receipt;

use crate::keys::SignKey;
use crate::roster::Roster;
use crate::sign::{self, Signing, sign};

/// Why a receipt does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// It speaks of another programme.
    #[error("the receipt is of another programme than this notebook")]
    OtherProgramme,
    /// Nobody of that id ran a desk.
    #[error("whoever signed the receipt runs no desk of the programme; sync, and check again")]
    NotByDesk,
    /// It was changed, or somebody else signed it.
    #[error("the receipt was changed, or is not signed by the desk it names")]
    BadSignature,
}

/// Signs a receipt that names its signer.
pub fn sign_receipt(mut receipt: Receipt, key: &SignKey) -> Receipt {
    receipt.signature = sign(key, Signing::Receipt, &receipt.body());
    receipt
}

/// Checks that a desk of the programme signed a receipt. One that was revoked since still vouches for what it did.
pub fn check_receipt(receipt: &Receipt, roster: &Roster) -> Result<(), ReceiptError> {
    if receipt.programme != roster.programme() {
        return Err(ReceiptError::OtherProgramme);
    }
    let signer = roster
        .member(&receipt.signer)
        .filter(|member| member.role.runs_desk())
        .ok_or(ReceiptError::NotByDesk)?;
    sign::check(
        &signer.card.sign,
        Signing::Receipt,
        &receipt.body(),
        &receipt.signature,
    )
    .map_err(|_| ReceiptError::BadSignature)
}

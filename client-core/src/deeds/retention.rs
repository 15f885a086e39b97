//! Retention: how long a record may be kept, by form and purpose, and what is due to be erased.
//!
//! A clock runs from a record's last change, or from the withdrawal of its consent. When it has run down the record is
//! erased by the next sync of a desk that may erase, two weeks after people were told, unless a person has given a reason to keep it longer, which stands in the record itself and so holds at
//! every desk.

use form::Value;
use record::consent::covers;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use wire::{EnvelopeId, RecordId};

use crate::Notebook;
use crate::deeds::erase::EraseError;
use crate::deeds::finish::FinishError;
use crate::deeds::list::time;
use crate::deeds::policy::{Policy, PolicyError, Retention};
use crate::deeds::start::DraftError;
use crate::import::load;
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, erasure, notices};

/// How many days before a record is erased people are told.
pub const NOTICE_DAYS: u32 = 14;
const DAY: i64 = 86_400;
/// Where a record says that it is kept longer.
const META_KEEP: &str = "keep";

/// Why a record is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Its time is over.
    Retention,
    /// Consent was taken back.
    Withdrawn,
}

/// A record whose clock runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The record.
    pub record: RecordId,
    /// The form's `form_id`.
    pub form: String,
    /// When somebody should look whether it is still needed: [`NOTICE_DAYS`] before (UTC, RFC 3339).
    pub review_at: String,
    /// When it is erased (UTC, RFC 3339); nothing while it is held.
    pub destroy_at: Option<String>,
    /// Why.
    pub why: Why,
    /// Why it is kept longer, if it is.
    pub kept_because: Option<String>,
    #[serde(skip)]
    seconds: Option<i64>,
}

/// Why a record is not kept longer.
#[derive(Debug, Error)]
pub enum KeepError {
    /// Nobody says why.
    #[error("say why the record is kept longer")]
    NoReason,
    /// An edit of it is open.
    #[error("an edit of record {0} is open here; finish it first")]
    EditOpen(RecordId),
    /// The record cannot be opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The reason cannot be sealed.
    #[error(transparent)]
    Finish(#[from] FinishError),
}

/// A reason to keep a record longer, as it stands in the record.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Until when, in unix seconds; nothing while it is held.
    until: Option<i64>,
    reason: String,
}

impl Notebook {
    /// Returns the records that the programme's policy erases within so many days, the first first, and those that are
    /// held.
    ///
    /// # Errors
    /// The notebook cannot be read.
    pub fn retention(&self, within_days: u32) -> Result<Vec<Due>, StoreError> {
        let policy = match self.policy() {
            Ok(policy) => policy,
            Err(PolicyError::Store(error)) => return Err(error),
            Err(_) => Policy::default(),
        };
        let until = self.now().as_second() + i64::from(within_days) * DAY;
        let mut due = self.store.read(|db| {
            let withdrawn = erasure::withdrawals(db, None)?;
            let mut due = Vec::new();
            let hidden = withdrawn.iter().map(|withdrawal| withdrawal.record);
            let mut ids: Vec<RecordId> = hidden.collect();
            ids.extend(records::list(db, None)?.into_iter().map(|row| row.id));
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                let Some(row) = records::get(db, id)? else {
                    continue;
                };
                let (from, days, why, kept) = match row.status {
                    RecordStatus::Withdrawn => {
                        let of = withdrawn.iter().filter(|withdrawal| withdrawal.record == id);
                        let at = of
                            .filter_map(|withdrawal| withdrawal.said.as_ref())
                            .map(|said| said.at);
                        let from = at.max().unwrap_or(row.changed);
                        (from, Some(policy.withdrawn_days), Why::Withdrawn, None)
                    }
                    // Without a rule for its form a record need not be read.
                    RecordStatus::Received if policy.speaks_of(&row.form_id) => {
                        let record = load(db, id)?;
                        let days = days(&policy, &row.form_id, &record);
                        (row.changed, days, Why::Retention, kept(&record))
                    }
                    RecordStatus::Received
                    | RecordStatus::Draft
                    | RecordStatus::Granted
                    | RecordStatus::Finished => continue,
                };
                let Some(days) = days else { continue };
                let natural = from.saturating_add(i64::from(days) * DAY);
                let seconds = match &kept {
                    None => Some(natural),
                    Some(kept) => kept.until.map(|until| until.max(natural)),
                };
                due.push(Due {
                    record: id,
                    form: row.form_id,
                    review_at: time(seconds.unwrap_or(natural) - i64::from(NOTICE_DAYS) * DAY),
                    destroy_at: seconds.map(time),
                    why,
                    kept_because: kept.map(|kept| kept.reason),
                    seconds,
                });
            }
            Ok::<_, StoreError>(due)
        })?;
        due.retain(|one| one.seconds.is_none_or(|seconds| seconds <= until));
        due.sort_by_key(|one| (one.seconds.unwrap_or(i64::MAX), one.record));
        Ok(due)
    }

    /// At a desk that may erase, once a day: notes what is due within [`NOTICE_DAYS`], and erases what is over and was
    /// noted so long ago, so that there was time to look whether it is still needed. A policy that is made shorter, or
    /// a clock that jumps ahead, thus erases nothing at once. Returns what was erased.
    pub(crate) fn let_run_out(&mut self) -> Result<Vec<RecordId>, EraseError> {
        let now = self.now().as_second();
        let may = self
            .roster
            .as_ref()
            .is_some_and(|own| own.may_erase(&self.me.member));
        if !may || self.store.read(notices::day)? == now.div_euclid(DAY).unsigned_abs() {
            return Ok(Vec::new());
        }
        let due = self.retention(NOTICE_DAYS)?;
        let soon: Vec<RecordId> = due
            .iter()
            .filter(|one| one.seconds.is_some())
            .map(|one| one.record)
            .collect();
        let known = now - i64::from(NOTICE_DAYS) * DAY;
        let told = self.store.write(|tx| notices::give(tx, &soon, now, known))?;
        let over: Vec<RecordId> = due
            .into_iter()
            .filter(|one| one.seconds.is_some_and(|seconds| seconds <= now) && told.contains(&one.record))
            .map(|one| one.record)
            .collect();
        if !over.is_empty() {
            self.erase_all(&over)?;
        }
        Ok(over)
    }

    /// Erases the records whose time is over at once, whether or not there was time to look. Returns them.
    ///
    /// # Errors
    /// This notebook may not erase, or cannot be written.
    pub fn run_retention(&mut self) -> Result<Vec<RecordId>, EraseError> {
        let due = self.retention(0)?;
        let over: Vec<RecordId> = due
            .into_iter()
            .filter(|one| one.seconds.is_some())
            .map(|one| one.record)
            .collect();
        if !over.is_empty() {
            self.erase_all(&over)?;
        }
        Ok(over)
    }

    /// Keeps a record longer: until a time (unix seconds), or as long as nobody says otherwise. A time that is over
    /// lifts what was said before. The reason is sealed into the record, where every desk reads it.
    ///
    /// # Errors
    /// Nobody says why, or the record cannot be opened or sealed.
    pub fn keep_longer(
        &mut self,
        record: RecordId,
        until: Option<i64>,
        reason: &str,
    ) -> Result<Option<EnvelopeId>, KeepError> {
        if reason.trim().is_empty() {
            return Err(KeepError::NoReason);
        }
        let mut open = self.open_draft(record)?;
        if !open.new {
            return Err(KeepError::EditOpen(record));
        }
        let kept = Kept {
            until,
            reason: reason.trim().to_owned(),
        };
        let said = Value::Text(serde_json::to_string(&kept).unwrap_or_default());
        let now = self.now().as_second();
        // The step is not kept: the draft becomes a change at once, or nothing happened.
        let put = open.draft.set_meta(META_KEEP, said, now);
        drop(put.map_err(DraftError::from)?);
        Ok(self.finish_draft(open, None)?)
    }
}

/// How many days a record is kept; nothing if no rule speaks of its form. Of the rules that apply the longest holds; a
/// record to whose form there are rules, none of which applies, is kept as long as a withdrawn one.
fn days(policy: &Policy, form: &str, record: &record::Record) -> Option<u32> {
    let of_form = || policy.retention.iter().filter(|rule| rule.form == form);
    let said = record.consent();
    let applies = |rule: &&Retention| {
        let purpose = rule.purpose.as_deref();
        purpose.is_none_or(|purpose| covers(&said, purpose))
    };
    let longest = of_form().filter(applies).map(|rule| rule.days).max();
    longest.or_else(|| of_form().next().map(|_| policy.withdrawn_days))
}

fn kept(record: &record::Record) -> Option<Kept> {
    match record.meta(META_KEEP)? {
        Value::Text(said) => serde_json::from_str(&said).ok(),
        _ => None,
    }
}

//! Publish a form: seal its definition and its dictionary for every member, and put it on the roster.

use form::{Environment, Form, respondent};
use rand::Rng as _;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use record::{Actor, AuthorId, Draft, Record};
use seal::members::as_record_key;
use seal::payload::{self, Dictionary};
use seal::roster::{RosterError, write};
use thiserror::Error;
use wire::{CompartmentId, FormId, KeyName, Kind, RosterAct};

use crate::Notebook;
use crate::compartments::Compartments;
use crate::deeds::forms::FormView;
use crate::deeds::found::FoundError;
use crate::filling::{begin, fill};
use crate::form_letter::FormLetter;
use crate::home::HomeError;
use crate::import::{self, Reading};
use crate::notebook::NoProgramme;
use crate::payload as changes;
use crate::store::{StoreError, forms, keys, roster};

/// Why a form was not published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks publish.
    #[error("only a coordinator's desk publishes forms; this notebook is not one")]
    NotADesk,
    /// This version is there already, and says something else.
    #[error(
        "version \"{version}\" of form \"{form}\" is published already and differs; give the form a new version"
    )]
    SameVersion {
        /// The form.
        form: String,
        /// The version.
        version: String,
    },
    /// The programme has as many compartments as it may.
    #[error("the programme has no room for another compartment")]
    TooManyCompartments,
    /// A reading key could not be made.
    #[error(transparent)]
    Epoch(#[from] FoundError),
    /// The roster does not take it.
    #[error("the form cannot be put on the roster: {0}")]
    Roster(#[from] RosterError),
    /// The copy beside the notebook cannot be written.
    #[error("the form is published, but {0}")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many synthetic respondents the dictionary is made from.
const RESPONDENTS: usize = 400;
/// How large the dictionary may be, in bytes: every device fetches it once with the form.
const DICTIONARY: usize = 64 << 10;

impl Notebook {
    /// Publishes a form. Publishing the same version again changes nothing.
    pub fn publish(&mut self, form: &Form) -> Result<FormView, PublishError> {
        let (own, programme) = self.belonging::<PublishError>()?;
        let mut own = own.clone();
        if !self.is_coordinator() {
            return Err(PublishError::NotADesk);
        }
        let markdown = form.to_markdown();
        let known = self.store.read(|db| forms::find(db, &form.id, None))?;
        if let Some(same) = self
            .store
            .read(|db| forms::find(db, &form.id, Some(&form.version)))?
        {
            if same.markdown != markdown {
                let (form, version) = (form.id.clone(), form.version.clone());
                return Err(PublishError::SameVersion { form, version });
            }
            return Ok(view(form, same.form));
        }
        let key = known.map_or_else(
            || {
                let mut chance = [0; 16];
                self.rng.fill_bytes(&mut chance);
                FormId::from_chance(chance)
            },
            |known| known.form,
        );
        let mut entries = Vec::new();
        let mut seeds = Vec::new();
        for name in form.compartments() {
            let compartments = Compartments::read(&own, &programme.members_keys);
            if compartments.id(&name).is_some() {
                continue;
            }
            let id = compartments.next().ok_or(PublishError::TooManyCompartments)?;
            let (entry, seed) = self.epoch_entry(&own, programme.members_keys.newest(), id, &name)?;
            own.append(&entry)?;
            seeds.push((id, seed));
            entries.push(entry);
        }
        let dictionary = dictionary(form, self.now(), &mut self.rng);
        let letter = FormLetter {
            markdown,
            dictionary: dictionary.as_bytes().to_vec(),
        };
        let name = KeyName::Members(programme.members_keys.newest().id());
        let record_key = as_record_key(programme.members_keys.newest());
        let packed = payload::pack(&letter.to_bytes(), None);
        let now = self.now().as_second();
        let own = self.write_with(&own.clone(), |tx, hand| {
            for (entry, (id, seed)) in entries.iter().zip(&seeds) {
                roster::append(tx, entry)?;
                keys::keep_epoch_key(tx, *id, 1, seed)?;
            }
            let subject = *key.as_bytes();
            let under = (name, &record_key);
            let part = hand
                .pen
                .seal(subject, CompartmentId::MEMBERS, under, &packed, hand.rng);
            let envelope = hand.write(tx, Kind::FORM, subject, None, vec![part])?;
            let entry = write::next(
                &own,
                hand.me.member,
                RosterAct::Form { form: key, envelope },
                &hand.me.sign,
            );
            own.append(&entry)?;
            roster::append(tx, &entry)?;
            import::reopen(tx, &Reading::new(tx, hand.me, hand.merger, &own, now)?, envelope)?;
            Ok::<_, PublishError>(own)
        })?;
        self.roster = Some(own);
        Ok(view(form, key))
    }
}

fn view(form: &Form, key: FormId) -> FormView {
    FormView {
        key,
        id: form.id.clone(),
        version: form.version.clone(),
        title: form.title.clone(),
    }
}

/// Makes the dictionary from synthetic respondents, never from answers, so that it tells nothing of anyone.
fn dictionary(form: &Form, now: jiff::Timestamp, rng: &mut ChaCha20Rng) -> Dictionary {
    let mut rng = ChaCha20Rng::from_rng(rng);
    let mut samples = Vec::new();
    let compartments = form.compartments();
    let environment = Environment::new(now, jiff::tz::TimeZone::UTC, rng.next_u64());
    for _ in 0..RESPONDENTS {
        let mut author = [0; 16];
        rng.fill_bytes(&mut author);
        let sheet = respondent::respond(form, &mut rng, &environment);
        let Ok((mut draft, _)) = Draft::begin(
            &Record::new(),
            Actor::make(AuthorId(author), &mut rng),
            now.as_second(),
        ) else {
            continue;
        };
        // What does not fit is left out: this is an example, not an answer.
        let _ = begin(&mut draft, form, now).and_then(|_| fill(&mut draft, form, &sheet, now, &mut rng));
        for (_, change) in draft
            .squash(form, &compartments, now.as_second())
            .unwrap_or_default()
        {
            samples.push(changes::write([change.as_slice()].into_iter()));
        }
    }
    Dictionary::train(&samples, DICTIONARY)
}

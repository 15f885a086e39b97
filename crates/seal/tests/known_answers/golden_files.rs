//! What lies in sealed parts, in key files and on paper: golden files, which are read for ever.

use baraza_seal::assignment::{Assignment, SaidOfEntity};
use baraza_seal::book::{self, EpochSeed};
use baraza_seal::chain::{Chain, ChainReader};
use baraza_seal::fresh_keys::FreshKeys;
use baraza_seal::grant::{Grant, HandedKeys};
use baraza_seal::handover::{HandedDraft, HandedFiles};
use baraza_seal::keys::{KemKey, MembersKey, RecordKey, SignKey};
use baraza_seal::members::Keyring;
use baraza_seal::passphrase::{Cost, unwrap_key, wrap};
use baraza_seal::recovery::{Kept, Share, ShareError};
use golden::Folder;
use wire::ids::KEM_PUBLIC_LENGTH;
use wire::{ChainId, CompartmentId, EnvelopeId, GrantedKeyId, KemKeyId, KemPublic, KeyName};
use zeroize::Zeroizing;

use crate::chance::Given;

#[test]
fn every_format_is_written_and_read_as_it_was() {
    let mut folder = Folder::of(env!("CARGO_MANIFEST_DIR"));
    folder.keeps_secret(
        "grant-2",
        &grant(),
        |grant| grant.to_bytes().to_vec(),
        Grant::from_bytes,
    );
    folder.still_reads("grant-1", &endless().to_bytes(), |bytes| {
        Grant::from_bytes(bytes).map(|grant| grant.to_bytes())
    });
    folder.keeps(
        "one-time-keys-1",
        &fresh_keys(),
        FreshKeys::to_bytes,
        FreshKeys::from_bytes,
    );
    folder.keeps(
        "draft-1",
        &draft(),
        |draft| draft.to_bytes().to_vec(),
        HandedDraft::from_bytes,
    );
    folder.keeps(
        "draft-2",
        &with_files(),
        |draft| draft.to_bytes().to_vec(),
        HandedDraft::from_bytes,
    );
    folder.keeps(
        "assignment-1",
        &assignment(),
        |assignment| assignment.to_bytes().to_vec(),
        Assignment::from_bytes,
    );
    folder.keeps_secret(
        "book-1",
        &seeds(),
        |seeds| book::to_bytes(seeds).to_vec(),
        book::from_bytes,
    );
    folder.keeps_secret(
        "kept-1",
        &kept(),
        |kept| kept.to_bytes().to_vec(),
        Kept::from_bytes,
    );
    folder.keeps("share-1", &share(), words_of, read_words);
    keep_chains(&mut folder);
    folder.keeps_secret("key-file-1", &[0x0a; 32], wrapped, |bytes| {
        unwrap_key(bytes, PASSPHRASE).map(|key| *key)
    });
    folder.finish();
}

const PASSPHRASE: &str = "mangoes in the rain";

/// A chain after one record, and a reader that was asked for the second key only.
fn keep_chains(folder: &mut Folder) {
    let (record, compartment) = (wire::RecordId::from_bytes([0x22; 16]), CompartmentId::IDENTITY);
    let (mut chain, first) = Chain::make(&mut Given::new(vec![0x07; 32]));
    chain.next(&record, compartment).unwrap();
    folder.keeps_secret(
        "chain-writer-1",
        &chain,
        |chain| chain.to_bytes().to_vec(),
        Chain::from_bytes,
    );
    let mut reader = ChainReader::begin(*first);
    reader.record_key(1, &record, compartment).unwrap();
    folder.keeps_secret(
        "chain-reader-1",
        &reader,
        |reader| reader.to_bytes().to_vec(),
        ChainReader::from_bytes,
    );
}

/// A grant with every way to name a key of a record.
pub(crate) fn grant() -> Grant {
    Grant {
        expires: 1_800_000_000,
        of: 20,
        ..endless()
    }
}

pub(crate) fn endless() -> Grant {
    let chain = KeyName::Chain {
        chain: ChainId([0x44; 8]),
        index: 63,
    };
    let read = [
        chain,
        KeyName::Granted(GrantedKeyId([0x4c; 8])),
        KeyName::Epoch(300),
        KeyName::Member(KemKeyId([0x4b; 8])),
        KeyName::Members(KemKeyId([0x4a; 8])),
    ];
    let read = read.map(|name| (name, RecordKey::from_bytes([0x01; 32])));
    let hand = |compartment, read| HandedKeys {
        compartment,
        write_id: GrantedKeyId([0x02; 8]),
        write: RecordKey::from_bytes([0x03; 32]),
        read,
    };
    Grant {
        expires: 0,
        of: 1,
        compartments: vec![
            hand(CompartmentId::GENERAL, read.into()),
            hand(CompartmentId::IDENTITY, Vec::new()),
        ],
    }
}

pub(crate) fn fresh_keys() -> FreshKeys {
    let keys = [4, 5].map(|byte| KemPublic::from_bytes(&[byte; KEM_PUBLIC_LENGTH]).unwrap());
    FreshKeys(keys.into())
}

pub(crate) fn draft() -> HandedDraft {
    HandedDraft {
        form_id: "household".to_owned(),
        form_version: "3".to_owned(),
        started: 1_795_000_000,
        steps: [b"begun".to_vec(), b"an answer".to_vec()]
            .map(Zeroizing::new)
            .into(),
        files: None,
    }
}

pub(crate) fn with_files() -> HandedDraft {
    HandedDraft {
        files: Some(HandedFiles {
            key_id: GrantedKeyId([0x02; 8]),
            key: RecordKey::from_bytes([0x03; 32]),
            files: vec![("photo".to_owned(), EnvelopeId([0x55; 32]))],
        }),
        ..draft()
    }
}

pub(crate) fn assignment() -> Assignment {
    Assignment {
        expires: 1_800_000_000,
        of: 2,
        said: vec![SaidOfEntity {
            list: "households".to_owned(),
            entity: "2f2f".to_owned(),
            creates: true,
            at: String::new(),
            by: "3333".to_owned(),
            when: 1_795_000_000,
            seen: vec!["2222".to_owned()],
            properties: vec![("size".to_owned(), "4".to_owned())],
        }],
    }
}

pub(crate) fn seeds() -> Vec<EpochSeed> {
    let seed = |compartment, number| EpochSeed {
        compartment,
        number,
        key: KemKey::from_seed(&Zeroizing::new([0x05; 32])),
    };
    vec![
        seed(CompartmentId::GENERAL, 1),
        seed(CompartmentId::PROTECTED, 300),
    ]
}

pub(crate) fn kept() -> Kept {
    Kept {
        root: SignKey::from_seed(&Zeroizing::new([0x06; 32])),
        members_keys: Keyring::new([7, 8].map(|byte| MembersKey::from_bytes([byte; 32]))).unwrap(),
        seeds: seeds(),
    }
}

/// Share 1 of 2 of a key that is no more: its words are as they were first written down.
pub(crate) const WORDS: &str = "absurd amount liar amount expire adjust cactus forget\n\
    cake animal embark drastic bamboo mountain loyal consider\n\
    category cancel animal embark drastic bamboo mountain submit\n\
    loyal category cancel animal embark drastic bamboo assist\n\
    mountain loyal category cry pass flee struggle limb";

pub(crate) fn share() -> Share {
    Share::from_text(WORDS).unwrap()
}

fn words_of(share: &Share) -> Vec<u8> {
    share.lines().join("\n").into_bytes()
}

fn read_words(bytes: &[u8]) -> Result<Share, ShareError> {
    Share::from_text(&String::from_utf8_lossy(bytes))
}

fn wrapped(key: &[u8; 32]) -> Vec<u8> {
    let salt_and_nonce = (0..40).collect();
    wrap(key, PASSPHRASE, Cost::LEAST, &mut Given::new(salt_and_nonce))
}

//! What the page's vectors are computed from: the inputs are named on the page as well.

use baraza_seal::chain::{Chain, ChainReader};
use baraza_seal::keys::{KemKey, MembersKey, RecordKey, SignKey};
use baraza_seal::part::{self, PartContext};
use baraza_seal::passphrase::unwrap_key;
use baraza_seal::payload::{Dictionary, pack, padme, unpack};
use baraza_seal::sign::{Signing, sign};
use baraza_seal::to_key::{OVERHEAD, open_with, seal_to};
use baraza_seal::verify::freshness::Freshness;
use baraza_seal::verify::request::request_headers;
use wire::armour::armour;
use wire::{ChainId, CompartmentId, KeyName, MemberId, ProgrammeId, RecordId};
use zeroize::Zeroizing;

use crate::chance::Given;
use golden::hex::{hex, to_hex};
use golden::page::{self, Vectors};

const PROGRAMME: ProgrammeId = ProgrammeId::from_bytes([0x11; 16]);
const RECORD: RecordId = RecordId::from_bytes([0x22; 16]);
const MEMBER: MemberId = MemberId::from_bytes([0x33; 16]);
const CHAIN: ChainId = ChainId([0x44; 8]);
const FIRST: [u8; 32] = [0x07; 32];

pub(super) fn all() -> Vectors {
    [
        ids(),
        chain(),
        payload(),
        sizes(),
        part(),
        to_key(),
        signatures(),
        call(),
        nonce(),
        key_file(),
        text(),
    ]
    .concat()
}

fn ids() -> Vectors {
    let kem = KemKey::from_seed(&Zeroizing::new([0x05; 32])).public();
    let members = MembersKey::from_bytes([0x06; 32]);
    vec![
        ("id.kem.seed", to_hex(&[0x05; 32])),
        ("id.kem.public.first32", to_hex(&kem.as_bytes()[..32])),
        ("id.kem.public.blake3", blake3::hash(kem.as_bytes()).to_string()),
        ("id.kem", kem.id().to_string()),
        ("id.members.key", to_hex(members.as_bytes())),
        ("id.members", members.id().to_string()),
    ]
}

fn chain() -> Vectors {
    let mut reader = ChainReader::begin(FIRST);
    let mut key = |index| {
        let key = reader
            .record_key(index, &RECORD, CompartmentId::IDENTITY)
            .unwrap();
        to_hex(key.as_bytes())
    };
    let (first, second) = (key(0), key(1));
    // What is stored shows what is derived in between: the skipped keys and the next one.
    let mut skipping = ChainReader::begin(FIRST);
    skipping.record_key(1, &RECORD, CompartmentId::IDENTITY).unwrap();
    let mut writer = Chain::make(&mut Given::new(FIRST.to_vec())).0;
    writer.next(&RECORD, CompartmentId::IDENTITY).unwrap();
    vec![
        ("chain.k0", to_hex(&FIRST)),
        ("chain.record", to_hex(RECORD.as_bytes())),
        ("chain.compartment", to_hex(&[CompartmentId::IDENTITY.0])),
        ("chain.key0", first),
        ("chain.key1", second),
        ("chain.writer.at1", to_hex(&writer.to_bytes())),
        ("chain.reader.at2.skipped0", to_hex(&skipping.to_bytes())),
    ]
}

fn payload() -> Vectors {
    let plain: &[u8] = include_bytes!("../stored/plain.txt");
    let dictionary = Dictionary::from_bytes(include_bytes!("../stored/cut.dictionary").to_vec());
    let compressed = include_bytes!("../stored/compressed.payload");
    let with_dictionary = include_bytes!("../stored/with-cut.payload");
    assert_eq!(unpack(compressed, |_| None).unwrap(), plain);
    assert_eq!(
        unpack(with_dictionary, |_| Some(dictionary.clone())).unwrap(),
        plain
    );
    vec![
        ("payload.0.plain", to_hex(b"an answer")),
        ("payload.0", to_hex(&pack(b"an answer", None))),
        ("payload.plain", to_hex(plain)),
        ("payload.1", to_hex(compressed)),
        ("payload.dictionary", to_hex(dictionary.as_bytes())),
        ("payload.dictionary.id", to_hex(&dictionary.id())),
        ("payload.2", to_hex(with_dictionary)),
    ]
}

fn sizes() -> Vectors {
    [
        ("padme.0", 0),
        ("padme.128", 128),
        ("padme.129", 129),
        ("padme.200", 200),
        ("padme.257", 257),
        ("padme.513", 513),
        ("padme.777", 777),
        ("padme.1025", 1025),
        ("padme.4097", 4097),
        ("padme.12345", 12_345),
        ("padme.65537", 65_537),
        ("padme.1000000", 1_000_000),
        ("padme.1234567", 1_234_567),
    ]
    .map(|(name, length)| (name, padme(length).to_string()))
    .to_vec()
}

fn part() -> Vectors {
    let context = PartContext {
        programme: PROGRAMME,
        subject: *RECORD.as_bytes(),
        compartment: CompartmentId::IDENTITY,
        author: MEMBER,
        key: KeyName::Chain {
            chain: CHAIN,
            index: 0,
        },
    };
    let key = ChainReader::begin(FIRST)
        .record_key(0, &RECORD, CompartmentId::IDENTITY)
        .unwrap();
    let payload = pack(b"an answer", None);
    let nonce: Vec<u8> = (0..24).collect();
    let sealed = part::seal(&key, &context, &payload, &mut Given::new(nonce.clone()));
    assert_eq!(
        *part::open(&RecordKey::from_bytes(*key.as_bytes()), &context, &sealed).unwrap(),
        payload
    );
    let mut vectors = vec![
        ("part.programme", to_hex(PROGRAMME.as_bytes())),
        ("part.subject", to_hex(RECORD.as_bytes())),
        ("part.compartment", to_hex(&[CompartmentId::IDENTITY.0])),
        ("part.author", to_hex(MEMBER.as_bytes())),
        ("part.keyname", to_hex(&context.key.to_bytes())),
        ("part.aad", to_hex(&context.aad())),
        ("part.key", to_hex(key.as_bytes())),
        ("part.payload", to_hex(&payload)),
        ("part.nonce", to_hex(&nonce)),
    ];
    if cfg!(not(feature = "null-cipher")) {
        vectors.push(("part.sealed", to_hex(&sealed)));
        vectors.push(("part.hash", blake3::hash(&sealed).to_string()));
    } else {
        // Parts are in the open then: what the page says is left as it is.
        let page = page::vectors("seal");
        vectors.extend(["part.sealed", "part.hash"].map(|name| (name, page[name].clone())));
    }
    vectors
}

fn to_key() -> Vectors {
    let key = KemKey::from_seed(&Zeroizing::new([0x05; 32]));
    let (purpose, aad, chance) = (b"baraza/1 chain", b"place", [0x08; 64]);
    let sealed = seal_to(
        &key.public(),
        purpose,
        aad,
        &FIRST,
        &mut Given::new(chance.to_vec()),
    )
    .unwrap();
    assert_eq!(open_with(&key, purpose, aad, &sealed).unwrap().as_slice(), FIRST);
    let (encapsulated, ciphertext) = sealed.split_at(OVERHEAD - 16);
    vec![
        ("tokey.seed", to_hex(&[0x05; 32])),
        ("tokey.purpose", to_hex(purpose)),
        ("tokey.aad", to_hex(aad)),
        ("tokey.plain", to_hex(&FIRST)),
        ("tokey.chance", to_hex(&chance)),
        ("tokey.sealed.first35", to_hex(&encapsulated[..35])),
        ("tokey.sealed.last48", to_hex(ciphertext)),
        ("tokey.sealed.blake3", blake3::hash(&sealed).to_string()),
    ]
}

fn signatures() -> Vectors {
    let key = SignKey::from_seed(&Zeroizing::new([0x09; 32]));
    let mut vectors = vec![
        ("sign.seed", to_hex(&[0x09; 32])),
        ("sign.public", to_hex(key.public().as_bytes())),
        ("sign.message", to_hex(b"message")),
    ];
    vectors.extend(
        [
            ("sign.header", Signing::Header),
            ("sign.rosterentry", Signing::RosterEntry),
            ("sign.request", Signing::Request),
            ("sign.certificate", Signing::Certificate),
            ("sign.receipt", Signing::Receipt),
            ("sign.offer", Signing::Offer),
            ("sign.call", Signing::Call),
        ]
        .map(|(name, what)| (name, to_hex(&sign(&key, what, b"message")))),
    );
    vectors
}

fn call() -> Vectors {
    let key = SignKey::from_seed(&Zeroizing::new([0x09; 32]));
    let headers = request_headers(&key, MEMBER, "POST", "/v1/sync", b"hello");
    vec![
        ("call.seed", to_hex(&[0x09; 32])),
        ("call.member", to_hex(MEMBER.as_bytes())),
        ("call.hello", to_hex(b"hello")),
        ("call.baraza-hello", headers.hello),
        ("call.signature-input", headers.input),
        ("call.signature", headers.signature),
    ]
}

fn nonce() -> Vectors {
    let minutes = 0x01c7_37d5u32;
    let nonce = Freshness::new([0x09; 32]).issue(&MEMBER, &PROGRAMME, i64::from(minutes) * 60);
    vec![
        ("nonce.key", to_hex(&[0x09; 32])),
        ("nonce.programme", to_hex(PROGRAMME.as_bytes())),
        ("nonce.member", to_hex(MEMBER.as_bytes())),
        ("nonce.minutes", to_hex(&minutes.to_be_bytes())),
        ("nonce", to_hex(&nonce)),
    ]
}

fn key_file() -> Vectors {
    let file = hex("01 808004 03 01
        000102030405060708090a0b0c0d0e0f
        000102030405060708090a0b0c0d0e0f1011121314151617
        7d1804874e2190718e2e6030af04fe8868a2086879707ad7ae256e0a602dcb7e
        8d1c78195d6d6dc0714dd9533ebe42b1");
    let passphrase = "mangoes in the rain";
    let key = unwrap_key(&file, passphrase).unwrap();
    vec![
        ("keyfile.passphrase", to_hex(passphrase.as_bytes())),
        ("keyfile.key", to_hex(&*key)),
        ("keyfile", to_hex(&file)),
    ]
}

fn text() -> Vectors {
    vec![
        ("armour.word", "baraza-request-1".to_owned()),
        ("armour.bytes", to_hex(&[0xfb, 0xff, 0x00, 0x01])),
        (
            "armour.text",
            armour("baraza-request-1", &[0xfb, 0xff, 0x00, 0x01]),
        ),
    ]
}

//! A device that was enrolled like any other, and is in bad hands: it signs and sends what no program of ours writes.

use std::collections::BTreeMap;

use client_core::deeds::admit::Admission;
use client_core::{HttpLink, Link as _, Notebook, RelayAddress, SYNC_PATH};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use seal::chain::Chain;
use seal::enrol;
use seal::keys::{KemKey, RecordKey, SignKey};
use seal::members::{Keyring, as_record_key};
use seal::payload::{self, padme};
use seal::roster::Roster;
use seal::to_key::seal_to;
use seal::verify::request::request_headers;
use seal::write::{Pen, SealedPart};
use sync::{MemberCall, MemberEffect};
use wire::{
    Certificate, ChainId, CompartmentId, Envelope, EnvelopeId, Hello, KeyName, Kind, LogId, MemberCard,
    MemberId, PartHeader, RecordId, RefusalCode, Status, Writer,
};

/// The device, its keys, and what it has written so far.
pub struct Mallory {
    hand: Hand,
    members_keys: Keyring,
    relay: RelayAddress,
    rng: ChaCha20Rng,
    chains: BTreeMap<CompartmentId, (ChainId, Chain)>,
    keys: BTreeMap<(RecordId, CompartmentId), (KeyName, RecordKey)>,
    outbox: Vec<Envelope>,
}

/// Who signs, and behind which envelope.
struct Hand {
    member: MemberId,
    sign: SignKey,
    roster: Roster,
    last: (u64, EnvelopeId),
}

impl Hand {
    fn pen(&self) -> Pen<'_> {
        Pen {
            programme: self.roster.programme(),
            author: self.member,
            key: &self.sign,
            incarnation: 1,
            sequence: self.last.0,
            previous: self.last.1,
            roster: self.roster.position(),
        }
    }
}

impl Mallory {
    /// Enrols at a desk under a name, as any device does. The desk must sync before this one sends.
    ///
    /// # Panics
    /// If it is not admitted.
    pub fn enrol(name: &str, desk: &mut Notebook, seed: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let sign = SignKey::make(&mut rng);
        let kem = KemKey::make(&mut rng);
        let member = MemberId::from_chance([seed; 16]);
        let card = MemberCard {
            member,
            incarnation: 1,
            sign: sign.public(),
            kem: kem.public(),
        };
        let request = enrol::request(card.clone(), name, &sign).expect("a request");
        let certificate = desk
            .admit(&request.to_text(), &Admission::default())
            .expect("a certificate");
        let certificate = Certificate::from_text(&certificate).expect("a certificate that can be read");
        let members_keys = enrol::open_keys(&certificate, &card, &kem).expect("a certificate that opens");
        let roster = Roster::from_entries(&certificate.roster).expect("a roster that holds");
        enrol::accept(&certificate, &card, &roster).expect("a certificate that holds");
        Self {
            hand: Hand {
                member,
                sign,
                roster,
                last: (0, EnvelopeId([0; 32])),
            },
            members_keys,
            relay: RelayAddress::without_key(&certificate.relay),
            rng,
            chains: BTreeMap::new(),
            keys: BTreeMap::new(),
            outbox: Vec::new(),
        }
    }

    /// Writes what a record's part would hold: these changes, packed without compression. Returns the envelope's id.
    ///
    /// # Panics
    /// If no key can be had.
    pub fn write_changes(
        &mut self,
        record: RecordId,
        compartment: CompartmentId,
        changes: &[Vec<u8>],
    ) -> EnvelopeId {
        self.write_compartments(record, &[(compartment, changes)])
    }

    /// Writes changes in several compartments of a record, in one envelope. Returns its id.
    ///
    /// # Panics
    /// If no key can be had.
    pub fn write_compartments(
        &mut self,
        record: RecordId,
        compartments: &[(CompartmentId, &[Vec<u8>])],
    ) -> EnvelopeId {
        let packed = compartments.iter().map(|(compartment, changes)| {
            let mut w = Writer::new();
            w.u8(1);
            w.varint(changes.len() as u64);
            changes.iter().for_each(|change| w.bytes(change));
            (*compartment, stored(&w.finish()))
        });
        let packed = packed.collect::<Vec<_>>();
        self.write_packed(record, &packed)
    }

    /// Writes a record's envelope whose parts hold these bytes once they are unsealed. Returns its id.
    ///
    /// # Panics
    /// If no key can be had.
    pub fn write_packed(&mut self, record: RecordId, packed: &[(CompartmentId, Vec<u8>)]) -> EnvelopeId {
        let mut parts = Vec::new();
        for (compartment, packed) in packed {
            let (name, key) = self.key(record, *compartment);
            let (pen, subject) = (self.hand.pen(), *record.as_bytes());
            parts.push(pen.seal(subject, *compartment, (name, &key), packed, &mut self.rng));
        }
        self.write(Kind::RECORD, *record.as_bytes(), parts)
    }

    /// Writes a letter that all members can read: a form's or a file's. Returns the envelope's id.
    ///
    /// # Panics
    /// Never.
    pub fn write_for_members(&mut self, kind: Kind, subject: [u8; 16], plain: &[u8]) -> EnvelopeId {
        let name = KeyName::Members(self.members_keys.newest().id());
        let key = as_record_key(self.members_keys.newest());
        let packed = payload::pack(plain, None);
        let (pen, under) = (self.hand.pen(), (name, &key));
        let part = pen.seal(subject, CompartmentId::MEMBERS, under, &packed, &mut self.rng);
        self.write(kind, subject, vec![part])
    }

    /// Sends all that was written and not sent yet. Returns how many envelopes the relay has now and had not before.
    ///
    /// # Panics
    /// If the relay takes it otherwise than from any member.
    pub fn send(&mut self) -> usize {
        // The first call only asks for a nonce: it is turned down before much was sent in vain.
        let turned = self.call(Vec::new(), &[]);
        let nonce = turned.iter().find_map(|effect| match effect {
            MemberEffect::Refused(refusal) if refusal.code == RefusalCode::Stale => {
                Some(refusal.nonce.clone())
            }
            _ => None,
        });
        let outbox = std::mem::take(&mut self.outbox);
        let answer = self.call(nonce.expect("a nonce"), &outbox);
        let is_over = answer
            .iter()
            .any(|effect| matches!(effect, MemberEffect::Finish(_)));
        assert!(is_over, "the relay refuses");
        let stored = |effect: &&MemberEffect| matches!(effect, MemberEffect::Note(_, Status::Stored));
        answer.iter().filter(stored).count()
    }

    fn call(&self, nonce: Vec<u8>, envelopes: &[Envelope]) -> Vec<MemberEffect> {
        let hello = Hello {
            programme: self.hand.roster.programme(),
            member: self.hand.member,
            cursor: u64::MAX >> 1,
            log: LogId([0; 8]),
            roster: self.hand.roster.position(),
            nonce,
            wants: Vec::new(),
            probe: false,
        };
        let (mut call, mut body) = MemberCall::begin(hello);
        let mut signed = wire::Reader::new(&body);
        signed.varint().expect("a frame's length");
        let headers = request_headers(
            &self.hand.sign,
            self.hand.member,
            "POST",
            SYNC_PATH,
            signed.rest(),
        );
        for envelope in envelopes {
            body.extend(call.push(envelope.clone()));
        }
        let answer = HttpLink::default().call(&self.relay, &headers, &mut body.as_slice());
        let mut bytes = Vec::new();
        answer
            .expect("a relay")
            .read_to_end(&mut bytes)
            .expect("an answer");
        call.received(&bytes).expect("an answer of a relay")
    }

    fn write(&mut self, kind: Kind, subject: [u8; 16], parts: Vec<SealedPart>) -> EnvelopeId {
        let envelope = self.hand.pen().write(kind, subject, None, parts);
        self.hand.last = (envelope.header.sequence, envelope.id());
        self.outbox.push(envelope);
        self.hand.last.1
    }

    /// Finds the key for a compartment of a record, taking the chain's next if there is none.
    fn key(&mut self, record: RecordId, compartment: CompartmentId) -> (KeyName, RecordKey) {
        if let Some(known) = self.keys.get(&(record, compartment)) {
            return known.clone();
        }
        if self
            .chains
            .get(&compartment)
            .is_none_or(|(_, chain)| chain.is_used_up())
        {
            self.open_chain(compartment);
        }
        let (id, chain) = self.chains.get_mut(&compartment).expect("a chain");
        let (index, key) = chain.next(&record, compartment).expect("a key");
        let key = (KeyName::Chain { chain: *id, index }, key);
        self.keys.insert((record, compartment), key.clone());
        key
    }

    fn open_chain(&mut self, compartment: CompartmentId) {
        let (chain, first) = Chain::make(&mut self.rng);
        let epoch = self.hand.roster.epoch(compartment).expect("an epoch");
        let key = KeyName::Epoch(epoch.number);
        let aad = self.hand.pen().context([0; 16], compartment, key).aad();
        let sealed = seal_to(
            &epoch.public,
            b"baraza/1 chain",
            &aad,
            first.as_slice(),
            &mut self.rng,
        );
        let sealed = sealed.expect("an epoch's key");
        let [a, b, c, d, e, f, g, h, ..] = *PartHeader::of(compartment, key, &sealed).hash.as_bytes();
        self.chains
            .insert(compartment, (ChainId([a, b, c, d, e, f, g, h]), chain));
        let part = SealedPart {
            compartment,
            key,
            sealed,
        };
        self.write(Kind::CHAIN, [0; 16], vec![part]);
    }

    /// Returns the place of the last envelope it wrote, and its id.
    pub fn last(&self) -> (u64, EnvelopeId) {
        self.hand.last
    }

    /// Writes on behind another envelope than its last one.
    pub fn write_behind(&mut self, last: (u64, EnvelopeId)) {
        self.hand.last = last;
    }

    /// Returns its id, as the authors of changes are named.
    pub fn author(&self) -> record::AuthorId {
        record::AuthorId(*self.hand.member.as_bytes())
    }
}

/// Packs without compressing.
pub fn stored(plain: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(0);
    w.bytes(plain);
    let mut bytes = w.finish();
    bytes.resize(padme(bytes.len()), 0);
    bytes
}

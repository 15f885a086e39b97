//! Bare keys at a real relay: whoever holds them sends what they like, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rusqlite::Connection;
use seal::keys::{KemKey, RecordKey, SignKey};
use seal::roster::{Roster, write};
use seal::verify::request::{RequestHeaders, request_headers};
use seal::write::{Pen, SealedPart};
use tempfile::TempDir;
use wire::{
    ChainId, CompartmentId, Envelope, EnvelopeId, Frame, FrameReader, FrameWriter, Hello, KeyName, Kind,
    LogId, MemberCard, MemberId, ProgrammeId, Reader, Refusal, Role, RosterAct, RosterEntry, Status, Terms,
};

pub(crate) const SYNC: &str = "/v1/sync";
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A relay that runs.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    relay: Option<server::Relay>,
    runtime: tokio::runtime::Runtime,
}

impl Site {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let config = server::Config::new(folder.path().to_owned(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let relay = runtime.block_on(server::Relay::start(config)).unwrap();
        Self {
            folder,
            address: relay.address(),
            relay: Some(relay),
            runtime,
        }
    }

    /// Sends a request as it is. Returns the status and the answer's body.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> (u16, Vec<u8>) {
        self.request_of(method, path, fields, (body, body.len() as u64))
    }

    /// Sends a request of which only the beginning comes, and waits for the answer to that.
    pub(crate) fn request_of(
        &self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        (beginning, length): (&[u8], u64),
    ) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // In HTTP/1.0 the answer comes as it is, and the connection ends with it.
        let mut request = format!("{method} {path} HTTP/1.0\r\ncontent-length: {length}\r\n");
        for (name, value) in fields {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream
            .write_all(&[request.as_bytes(), beginning].concat())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|at| at == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    /// Posts a call. Returns the frames of the answer.
    pub(crate) fn post(&self, fields: &[(&str, &str)], hello: &Hello, body: &[u8]) -> Vec<Frame> {
        self.post_of(fields, hello, (body, body.len() as u64))
    }

    /// Posts a call of which only the beginning comes. Returns the frames of the answer to that.
    pub(crate) fn post_of(
        &self,
        fields: &[(&str, &str)],
        hello: &Hello,
        beginning: (&[u8], u64),
    ) -> Vec<Frame> {
        let (status, body) = self.request_of("POST", SYNC, fields, beginning);
        assert_eq!(status, 200);
        let mut reader = FrameReader::answered(hello);
        reader.push(&body);
        std::iter::from_fn(|| reader.next_frame().unwrap()).collect()
    }

    /// Looks into the relay's file.
    pub(crate) fn count(&self, what: &str) -> i64 {
        let db = Connection::open(self.folder.path().join("relay.sqlite")).unwrap();
        db.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0))
            .unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(relay) = self.relay.take() {
            self.runtime.block_on(relay.stop());
        }
    }
}

/// Somebody with keys, and after which of their envelopes they write.
pub(crate) struct Person {
    pub(crate) id: MemberId,
    pub(crate) sign: SignKey,
    pub(crate) kem: KemKey,
    pub(crate) last: (u64, EnvelopeId),
}

impl Person {
    pub(crate) fn new(n: u8) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(n));
        Self {
            id: MemberId::from_chance([n; 16]),
            sign: SignKey::make(&mut rng),
            kem: KemKey::make(&mut rng),
            last: (0, EnvelopeId([0; 32])),
        }
    }

    pub(crate) fn card(&self) -> MemberCard {
        MemberCard {
            member: self.id,
            incarnation: 1,
            sign: self.sign.public(),
            kem: self.kem.public(),
        }
    }
}

/// A programme at a relay: a desk, which holds the root key too, and two devices.
pub(crate) struct Programme {
    pub(crate) id: ProgrammeId,
    pub(crate) roster: Roster,
    pub(crate) entries: Vec<RosterEntry>,
    pub(crate) root: SignKey,
    pub(crate) desk: Person,
    pub(crate) amina: Person,
    pub(crate) bakary: Person,
}

impl Programme {
    /// Founds a programme at a relay. Nobody in it has a key of somebody in another.
    pub(crate) fn found(site: &Site, n: u8) -> Self {
        let [desk, amina, bakary, root] = [1, 2, 3, 4].map(|person| Person::new(10 * n + person));
        let id = ProgrammeId::from_chance([n; 16]);
        let act = RosterAct::Found {
            root: root.sign.public(),
            name: vec![],
            desks: vec![(desk.card(), vec![])],
        };
        let founding = write::found(id, desk.id, act, &root.sign);
        let mut programme = Self {
            id,
            roster: Roster::begin(&founding).unwrap(),
            entries: vec![founding],
            root: root.sign,
            desk,
            amina,
            bakary,
        };
        for card in [programme.amina.card(), programme.bakary.card()] {
            programme.admit(card, Role::ENUMERATOR, None);
        }
        programme.tell(site);
        programme
    }

    /// Admits somebody; the relay is not told yet. Desks are admitted by the root key.
    pub(crate) fn admit(&mut self, card: MemberCard, role: Role, terms: Option<Terms>) {
        let act = RosterAct::Admit {
            card,
            role,
            name: vec![],
            terms,
        };
        let key = if role.runs_desk() {
            &self.root
        } else {
            &self.desk.sign
        };
        let entry = write::next(&self.roster, self.desk.id, act, key);
        self.append(entry);
    }

    pub(crate) fn append(&mut self, entry: RosterEntry) {
        self.roster.append(&entry).unwrap();
        self.entries.push(entry);
    }

    /// The desk tells the relay the whole roster.
    pub(crate) fn tell(&self, site: &Site) {
        let entries: Vec<_> = self.entries.iter().cloned().map(Frame::Append).collect();
        let said = self.call(site, &self.desk, self.hello(&self.desk), &entries);
        let said = statuses(&said);
        assert!(
            said.iter()
                .all(|said| matches!(said, Status::Stored | Status::Had)),
            "{said:?}"
        );
        assert_eq!(said.len(), entries.len());
    }

    /// What somebody says who has nothing of the relay's yet.
    pub(crate) fn hello(&self, who: &Person) -> Hello {
        Hello {
            programme: self.id,
            member: who.id,
            cursor: 0,
            log: LogId([0; 8]),
            roster: self.roster.position(),
            nonce: Vec::new(),
            wants: Vec::new(),
            probe: false,
        }
    }

    /// Has the relay make a nonce for a hello: whoever says hello without one gets it with the refusal.
    pub(crate) fn fresh(&self, site: &Site, who: &Person, hello: Hello) -> Hello {
        let call = signed(who, &hello, &[]);
        let refused = refusal(&site.post(&call.fields(), &hello, &call.body)).unwrap();
        Hello {
            nonce: refused.nonce,
            ..hello
        }
    }

    /// Makes a call as a member does. Returns the answer.
    pub(crate) fn call(&self, site: &Site, who: &Person, hello: Hello, frames: &[Frame]) -> Vec<Frame> {
        let hello = self.fresh(site, who, hello);
        let call = signed(who, &hello, frames);
        site.post(&call.fields(), &hello, &call.body)
    }

    /// Pushes envelopes in a member's call. Returns what became of each.
    pub(crate) fn push(&self, site: &Site, who: &Person, envelopes: &[Envelope]) -> Vec<Status> {
        let frames: Vec<_> = envelopes.iter().cloned().map(Frame::Push).collect();
        statuses(&self.call(site, who, self.hello(who), &frames))
    }

    /// Writes a member's next envelope, with a sealed part in each compartment.
    pub(crate) fn write(
        &self,
        who: &mut Person,
        (kind, subject): (Kind, u8),
        to: Option<MemberId>,
        compartments: &[CompartmentId],
    ) -> Envelope {
        let mut pen = Pen {
            programme: self.id,
            author: who.id,
            key: &who.sign,
            incarnation: 1,
            sequence: who.last.0,
            previous: who.last.1,
            roster: self.roster.position(),
        };
        let mut rng = ChaCha20Rng::seed_from_u64(who.last.0);
        let name = KeyName::Chain {
            chain: ChainId([1; 8]),
            index: who.last.0 as u32,
        };
        let key = RecordKey::from_bytes([4; 32]);
        let mut seal = |compartment| pen.seal([subject; 16], compartment, (name, &key), &[6; 128], &mut rng);
        let parts: Vec<SealedPart> = compartments
            .iter()
            .map(|compartment| seal(*compartment))
            .collect();
        let envelope = pen.write(kind, [subject; 16], to, parts);
        who.last = (envelope.header.sequence, envelope.id());
        envelope
    }

    /// Writes a member's next envelope of a record, in `general`.
    pub(crate) fn record(&self, who: &mut Person, subject: u8) -> Envelope {
        self.write(who, (Kind::RECORD, subject), None, &[CompartmentId::GENERAL])
    }
}

/// A call, signed.
pub(crate) struct Call {
    pub(crate) headers: RequestHeaders,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn fields(&self) -> [(&'static str, &str); 3] {
        self.headers.pairs()
    }
}

/// Signs a call as a member does.
pub(crate) fn signed(who: &Person, hello: &Hello, frames: &[Frame]) -> Call {
    let (body, hello) = bytes_of(hello, frames);
    let headers = request_headers(&who.sign, who.id, "POST", SYNC, &hello);
    Call { headers, body }
}

/// Returns the bytes of a call, and those of its hello that are signed.
pub(crate) fn bytes_of(hello: &Hello, frames: &[Frame]) -> (Vec<u8>, Vec<u8>) {
    let mut writer = FrameWriter::new();
    let mut body = writer.write(&Frame::Hello(hello.clone()));
    let mut reader = Reader::new(&body);
    reader.varint().unwrap();
    let hello = reader.rest().to_vec();
    for frame in frames {
        body.extend(writer.write(frame));
    }
    (body, hello)
}

/// Returns what became of each frame that was sent.
pub(crate) fn statuses(answer: &[Frame]) -> Vec<Status> {
    let acks = answer.iter().filter_map(|frame| match frame {
        Frame::Ack(ack) => Some(vec![ack.status; ack.count as usize]),
        _ => None,
    });
    acks.flatten().collect()
}

/// Returns the refusal of a call, if it is one.
pub(crate) fn refusal(answer: &[Frame]) -> Option<Refusal> {
    answer.iter().find_map(|frame| match frame {
        Frame::Refused(refusal) => Some(refusal.clone()),
        _ => None,
    })
}

/// Returns the envelopes of an answer, wanted ones too.
pub(crate) fn given(answer: &[Frame]) -> Vec<&Envelope> {
    let given = answer.iter().filter_map(|frame| match frame {
        Frame::Pull { envelope, .. } | Frame::Backfill { envelope, .. } => Some(envelope),
        _ => None,
    });
    given.collect()
}

/// Whether an answer was given to its end.
pub(crate) fn is_done(answer: &[Frame]) -> bool {
    matches!(answer.last(), Some(Frame::Done(_)))
}

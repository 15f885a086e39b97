#![doc = include_str!("../README.md")]

pub mod armour;
pub mod bundle;
pub mod checkpoint;
pub mod codec;
pub mod elision;
pub mod enrolment;
pub mod envelope;
pub mod frame;
pub mod ids;
pub mod manifest;
pub mod offer;
pub mod receipt;
pub mod relay_key;
pub mod roster_entry;

pub use bundle::{BundleReader, BundleWriter};
pub use checkpoint::{Checkpoint, Reach};
pub use codec::{DecodeError, Reader, Writer};
pub use elision::Elision;
pub use enrolment::{Certificate, Request};
pub use envelope::{Envelope, Header, KeyName, Kind, Part, PartHeader};
pub use frame::{
    Ack, Done, Frame, FrameReader, FrameWriter, Held, Hello, Mark, Piece, Refusal, RefusalCode, Status,
    Vector, Want, Wanted,
};
pub use ids::{
    ChainId, CompartmentId, EnvelopeId, FileHash, FormId, GrantedKeyId, Incarnation, KemKeyId, KemPublic,
    LogId, MemberId, PartHash, ProgrammeId, RecordId, RosterHead, RosterPosition, SignPublic,
};
pub use manifest::Manifest;
pub use offer::Offer;
pub use receipt::Receipt;
pub use relay_key::{NotARelayKey, RelayKey};
pub use roster_entry::{MemberCard, Role, RosterAct, RosterEntry, SealedFor, Terms, Trusted};

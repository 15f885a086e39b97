//! Who and what is meant: ids made of chance, and hashes of bytes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! chance_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes an id of 16 bytes of chance (a version 4 UUID: it tells no time and no place).
            pub fn from_chance(chance: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(chance).into_uuid())
            }

            /// Returns the id that these bytes name.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Returns the 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Returns the UUID.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Returns the bytes.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = std::array::TryFromSliceError;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes.try_into().map(Self)
            }
        }
    };
}

chance_id!(
    /// A consultation programme.
    ProgrammeId
);
chance_id!(
    /// A member of the programme: a device or a desk.
    MemberId
);
chance_id!(
    /// A record: one filled form about one household, person or group.
    RecordId
);
chance_id!(
    /// A published form, over all its versions.
    FormId
);

byte_id!(
    /// An envelope: the BLAKE3 hash of its canonical header.
    EnvelopeId,
    32
);
byte_id!(
    /// The BLAKE3 hash of a sealed part.
    PartHash,
    32
);
byte_id!(
    /// The BLAKE3 hash of a whole file that belongs to a form, before it is cut and sealed.
    FileHash,
    32
);

impl FileHash {
    /// Returns the hash of a file.
    pub fn of(file: &[u8]) -> Self {
        Self(*blake3::hash(file).as_bytes())
    }
}

byte_id!(
    /// The hash of a roster entry that nothing follows yet.
    RosterHead,
    32
);
byte_id!(
    /// A chain: the first 8 bytes of the hash of the part that carried its first key.
    ChainId,
    8
);
byte_id!(
    /// A key handed to a device with a grant.
    GrantedKeyId,
    8
);
byte_id!(
    /// A member's key to which others seal: the first 8 bytes of the public half's BLAKE3 hash.
    KemKeyId,
    8
);

byte_id!(
    /// The public half of an Ed25519 key.
    SignPublic,
    32
);
byte_id!(
    /// The database generation of a relay: another one after a restore.
    LogId,
    8
);

/// The length of the public half of an X-Wing key (draft-connolly-cfrg-xwing-kem: ML-KEM-768 and X25519).
pub const KEM_PUBLIC_LENGTH: usize = 1216;

/// The public half of an X-Wing key, to which others seal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KemPublic(Box<[u8; KEM_PUBLIC_LENGTH]>);

impl KemPublic {
    /// Takes the bytes of a public half; whether they are a valid point shows when someone seals to it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, std::array::TryFromSliceError> {
        <[u8; KEM_PUBLIC_LENGTH]>::try_from(bytes).map(|bytes| Self(Box::new(bytes)))
    }

    /// Returns the bytes.
    pub fn as_bytes(&self) -> &[u8; KEM_PUBLIC_LENGTH] {
        &self.0
    }

    /// Returns the id by which sealed things name this key.
    pub fn id(&self) -> KemKeyId {
        let hash = blake3::hash(self.0.as_slice());
        let mut id = [0; 8];
        id.iter_mut()
            .zip(hash.as_bytes())
            .for_each(|(to, from)| *to = *from);
        KemKeyId(id)
    }
}

impl fmt::Debug for KemPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KemPublic({})", self.id())
    }
}

/// A generation of a member's writing: raised when a notebook was cloned or restored.
pub type Incarnation = u32;

/// A part of a record with its own key. The numbers are the programme's; their names are sealed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CompartmentId(pub u8);

impl CompartmentId {
    /// What most answers are.
    pub const GENERAL: Self = Self(0);
    /// Names, phone numbers, documents, exact places.
    pub const IDENTITY: Self = Self(1);
    /// Legal status, violence, health.
    pub const PROTECTED: Self = Self(2);
    /// Not a record's compartment: what the recipient of a grant opens.
    pub const RECIPIENT: Self = Self(255);
    /// Not a record's compartment: what every member may read.
    pub const MEMBERS: Self = Self(254);
}

impl fmt::Display for CompartmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the roster: how many entries there are, and the last one's hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RosterPosition {
    /// The number of entries, the founding counted.
    pub height: u64,
    /// The hash of the last entry.
    pub head: RosterHead,
}

impl RosterPosition {
    /// The roster before it is founded.
    pub const EMPTY: Self = Self {
        height: 0,
        head: RosterHead([0; 32]),
    };
}

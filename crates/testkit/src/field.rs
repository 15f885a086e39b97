//! A field: one relay, a desk and some phones, each with a folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use client_core::deeds::admit::{Admission, AdmitError};
use client_core::deeds::found::FoundError;
use client_core::deeds::join::JoinError;
use client_core::{Cost, Notebook, OpenError, RelayAddress, Surroundings};
use thiserror::Error;
use wire::RelayKey;

use crate::{FieldClock, Tap};

/// Why a field could not be set up.
#[derive(Debug, Error)]
pub enum FieldError {
    /// The relay does not start.
    #[error("the relay does not start: {0}")]
    Relay(#[from] server::ServeError),
    /// The link cannot be laid.
    #[error("the link to the relay cannot be laid: {0}")]
    Link(#[from] std::io::Error),
    /// A notebook does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The programme is not founded.
    #[error(transparent)]
    Found(#[from] FoundError),
    /// A phone's request does not hold.
    #[error(transparent)]
    Request(#[from] client_core::RequestError),
    /// The desk does not admit a phone.
    #[error(transparent)]
    Admit(#[from] AdmitError),
    /// A phone does not join.
    #[error(transparent)]
    Join(#[from] JoinError),
}

/// One relay behind a counted link, and the notebooks that sync through it.
pub struct Field {
    folder: PathBuf,
    seed: [u8; 32],
    /// How often chance was handed out: no two notebooks, and no two openings, ever get the same.
    handed_out: AtomicU64,
    cost: Cost,
    passphrase: String,
    /// Everybody's clock.
    pub clock: FieldClock,
    /// The link everybody syncs over.
    pub tap: Tap,
    relay: Option<server::Relay>,
    relay_address: SocketAddr,
    relay_key: Option<RelayKey>,
    runtime: tokio::runtime::Runtime,
}

impl Field {
    /// Sets up a relay in `folder/relay`, listening on loopback. Notebooks cost `cost` to open with `passphrase`.
    pub fn set_up(
        folder: &Path,
        seed: [u8; 32],
        clock: FieldClock,
        cost: Cost,
        passphrase: &str,
    ) -> Result<Self, FieldError> {
        let config = server::Config::new(folder.join("relay"), SocketAddr::from(([127, 0, 0, 1], 0)));
        Self::set_up_around(config, folder, seed, clock, cost, passphrase)
    }

    /// Sets up a relay that speaks TLS; the rest is as in [`Field::set_up`].
    pub fn set_up_with_tls(
        folder: &Path,
        seed: [u8; 32],
        clock: FieldClock,
        cost: Cost,
        passphrase: &str,
    ) -> Result<Self, FieldError> {
        let plain = server::Config::new(folder.join("relay"), SocketAddr::from(([127, 0, 0, 1], 0)));
        let config = server::Config { tls: true, ..plain };
        Self::set_up_around(config, folder, seed, clock, cost, passphrase)
    }

    fn set_up_around(
        config: server::Config,
        folder: &Path,
        seed: [u8; 32],
        clock: FieldClock,
        cost: Cost,
        passphrase: &str,
    ) -> Result<Self, FieldError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let relay = runtime.block_on(server::Relay::start(config))?;
        let relay_key = relay.key();
        let relay_address = relay.address();
        let tap = Tap::to(relay_address)?;
        let (folder, passphrase) = (folder.to_owned(), passphrase.to_owned());
        let relay = Some(relay);
        let handed_out = AtomicU64::new(0);
        Ok(Self {
            folder,
            seed,
            handed_out,
            cost,
            passphrase,
            clock,
            tap,
            relay,
            relay_address,
            relay_key,
            runtime,
        })
    }

    /// Founds a programme, with a desk in `folder/<name>`.
    pub fn desk(&self, name: &str, programme: &str) -> Result<Notebook, FieldError> {
        let mut desk = self.notebook(name)?;
        desk.found(programme, self.relay())?;
        Ok(desk)
    }

    /// Enrols a phone in `folder/<name>`: request, certificate, join.
    pub fn phone(&self, name: &str, desk: &mut Notebook) -> Result<Notebook, FieldError> {
        self.member(name, desk, &Admission::default())
    }

    /// Enrols a member in `folder/<name>`: request, certificate, join.
    pub fn member(
        &self,
        name: &str,
        desk: &mut Notebook,
        admission: &Admission,
    ) -> Result<Notebook, FieldError> {
        let mut member = self.notebook(name)?;
        let certificate = desk.admit(&member.request()?.to_text(), admission)?;
        member.join(&certificate)?;
        Ok(member)
    }

    /// Opens a notebook again that was closed.
    pub fn reopen(&self, name: &str) -> Result<Notebook, FieldError> {
        Ok(Notebook::open(
            &self.folder.join(name),
            &self.passphrase,
            self.surroundings(),
        )?)
    }

    /// Returns the folder everything is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns where members call the relay, through the counted link, and the key they know it by.
    pub fn relay(&self) -> RelayAddress {
        match self.relay_key {
            Some(key) => RelayAddress::with_key(&format!("https://{}", self.tap.address()), key),
            None => RelayAddress::without_key(&self.tap.url()),
        }
    }

    /// Returns the relay's own address, past the counted link.
    pub fn relay_address(&self) -> SocketAddr {
        self.relay_address
    }

    /// Stops the relay. What it acknowledged is durable.
    pub fn stop_relay(&mut self) {
        if let Some(relay) = self.relay.take() {
            self.runtime.block_on(relay.stop());
        }
    }

    /// Starts a relay in another folder, where the one that was stopped was.
    pub fn start_relay(&mut self, data: &Path) -> Result<(), FieldError> {
        self.start_relay_within(data, server::Bounds::default())
    }

    /// Starts a relay in another folder that takes only so much, where the one that was stopped was.
    pub fn start_relay_within(&mut self, data: &Path, bounds: server::Bounds) -> Result<(), FieldError> {
        let config = server::Config {
            bounds,
            tls: self.relay_key.is_some(),
            ..server::Config::new(data.to_owned(), self.relay_address)
        };
        self.relay = Some(self.runtime.block_on(server::Relay::start(config))?);
        Ok(())
    }

    /// Makes time and fresh chance out of the field's clock and seed.
    pub fn surroundings(&self) -> Surroundings {
        let n = self.handed_out.fetch_add(1, Ordering::SeqCst);
        let seed = *blake3::keyed_hash(&self.seed, &n.to_be_bytes()).as_bytes();
        Surroundings {
            clock: Arc::new(self.clock.clone()),
            seed,
        }
    }

    /// Makes a notebook in `folder/<name>` that belongs to no programme yet.
    pub fn notebook(&self, name: &str) -> Result<Notebook, FieldError> {
        let folder = self.folder.join(name);
        Ok(Notebook::create(
            &folder,
            name,
            &self.passphrase,
            self.cost,
            self.surroundings(),
        )?)
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.stop_relay();
    }
}

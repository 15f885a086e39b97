//! What `cargo xtask simulate link` needs besides `baraza` itself: notebooks with much to send, and a look at what came.
//!
//! `prepare` founds a programme with a desk, a device and a relay in one folder, and lets the device finish its work;
//! the relay knows the device then, and has nothing of its work. `arrived` lets the desk sync, and counts.
#![expect(clippy::print_stdout, reason = "this is the terminal's edge")]

use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Parser;
use client_core::deeds::admit::Admission;
use client_core::{Cost, HttpLink, Link, LinkError, Notebook, RelayAddress, Surroundings};
use form::{AnswerSheet, Form, Source, Value, respondent};
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};
use seal::verify::request::RequestHeaders;

#[derive(Debug, Parser)]
enum Deed {
    /// Make the notebooks, with work that waits to be sent
    Prepare {
        /// The folder of everything
        #[arg(long)]
        folder: PathBuf,
        /// Where the relay will be
        #[arg(long)]
        relay: String,
        /// Where the answers come from
        #[arg(long)]
        seed: u64,
        /// How many households were visited
        #[arg(long)]
        records: u32,
        /// How many long notes were taken
        #[arg(long)]
        notes: u32,
        /// How many photos were taken
        #[arg(long, default_value_t = 0)]
        photos: u32,
    },
    /// Count what is at the desk
    Arrived {
        /// The folder of everything
        #[arg(long)]
        folder: PathBuf,
    },
}

/// A record that carries as much as a photo does, and cannot be made smaller.
const NOTE: &str = "
| survey |
| | type | name | label |
| | text | note | Note |
| settings |
| | form_title | form_id | version |
| | Notes | notes | 1 |
";
const NOTE_LENGTH: usize = 40_000;

/// A record with a photo.
const PHOTO: &str = "
| survey |
| | type | name | label |
| | image | photo | Photo |
| settings |
| | form_title | form_id | version |
| | Photos | photos | 1 |
";
/// The sides of a photo whose file has 40 kB.
const PHOTO_SIDE: u32 = 115;

fn main() -> anyhow::Result<()> {
    let passphrase = std::env::var("BARAZA_PASSPHRASE").context("BARAZA_PASSPHRASE is not set")?;
    match Deed::parse() {
        Deed::Prepare {
            folder,
            relay,
            seed,
            records,
            notes,
            photos,
        } => {
            let mut field = Field::found(&folder, &relay, &passphrase)?;
            let mut chance = ChaCha20Rng::seed_from_u64(seed);
            field.visit(records, &mut chance)?;
            field.note(notes, &mut chance)?;
            field.photograph(photos, seed)
        }
        Deed::Arrived { folder } => {
            let surroundings = Surroundings::real()?;
            let mut desk = Notebook::open(&folder.join("desk"), &passphrase, surroundings)?;
            over_loopback(&folder, &mut [&mut desk])?;
            let mut photos = 0;
            for record in desk.records(Some("photos"))? {
                let files = desk.media(record.id)?;
                photos += files.iter().filter(|file| file.complete).count();
            }
            let count = |form| Ok::<_, anyhow::Error>(desk.records(Some(form))?.len());
            println!(
                "{}",
                serde_json::json!({ "records": count("household")?, "notes": count("notes")?, "photos": photos })
            );
            Ok(())
        }
    }
}

/// A desk and a device, before the device has sent its work.
struct Field {
    device: Notebook,
    household: Form,
}

impl Field {
    fn found(folder: &Path, relay: &str, passphrase: &str) -> anyhow::Result<Self> {
        let make = |name: &str| {
            let surroundings = Surroundings::real()?;
            let made = Notebook::create(&folder.join(name), name, passphrase, Cost::LEAST, surroundings);
            made.map_err(anyhow::Error::from)
        };
        let mut desk = make("desk")?;
        desk.found("A bad link", relay)?;
        let household = baraza_tests::sample("household");
        desk.publish(&household)?;
        let (note, _) = Form::read(Source::Markdown(NOTE)).map_err(|errors| anyhow!("{errors:?}"))?;
        desk.publish(&note)?;
        let (photo, _) = Form::read(Source::Markdown(PHOTO)).map_err(|errors| anyhow!("{errors:?}"))?;
        desk.publish(&photo)?;
        let mut device = make("device")?;
        device.join(&desk.admit(&device.request()?.to_text(), &Admission::default())?)?;
        over_loopback(folder, &mut [&mut desk, &mut device])?;
        Ok(Self { device, household })
    }

    fn visit(&mut self, records: u32, chance: &mut ChaCha20Rng) -> anyhow::Result<()> {
        let env = form::Environment::new(self.device.now(), jiff::tz::TimeZone::UTC, 1);
        for _ in 0..records {
            let sheet = respondent::respond(&self.household, chance, &env);
            self.finish("household", &sheet)?;
        }
        Ok(())
    }

    fn note(&mut self, notes: u32, chance: &mut ChaCha20Rng) -> anyhow::Result<()> {
        let question = baraza_tests::at("note");
        for _ in 0..notes {
            let letters = (0..NOTE_LENGTH).map(|_| char::from(chance.random_range(b'!'..=b'~')));
            let mut sheet = AnswerSheet::new();
            sheet.set(question.clone(), Value::Text(letters.collect()));
            self.finish("notes", &sheet)?;
        }
        Ok(())
    }

    fn photograph(&mut self, photos: u32, seed: u64) -> anyhow::Result<()> {
        let question = baraza_tests::at("photo");
        for n in 0..u64::from(photos) {
            let record = self.device.start("photos", None)?;
            let photo = baraza_tests::photos::noise(seed.wrapping_add(n), PHOTO_SIDE);
            self.device.attach_media(record, &question, "photo.png", &photo)?;
            self.device.finish(record)?;
        }
        Ok(())
    }

    fn finish(&mut self, form: &str, sheet: &AnswerSheet) -> anyhow::Result<()> {
        let record = self.device.start(form, Some(sheet))?;
        self.device.finish(record)?;
        Ok(())
    }
}

/// Syncs notebooks with the folder's relay, which runs on loopback for so long.
fn over_loopback(folder: &Path, notebooks: &mut [&mut Notebook]) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let config = server::Config::new(folder.join("relay"), SocketAddr::from(([127, 0, 0, 1], 0)));
    let relay = runtime.block_on(server::Relay::start(config))?;
    let link = Elsewhere {
        link: HttpLink::default(),
        relay: RelayAddress::from(&format!("http://{}", relay.address())),
    };
    let synced = notebooks
        .iter_mut()
        .try_for_each(|notebook| notebook.sync(&link).map(drop));
    runtime.block_on(relay.stop());
    Ok(synced?)
}

/// Calls the relay at another address than the programme's.
struct Elsewhere {
    link: HttpLink,
    relay: RelayAddress,
}

impl Link for Elsewhere {
    fn call(
        &self,
        _relay: &RelayAddress,
        headers: &RequestHeaders,
        body: &mut dyn Read,
    ) -> Result<Box<dyn Read>, LinkError> {
        self.link.call(&self.relay, headers, body)
    }
}

//! What several stories share: the sample forms, and a field ready to go.

pub mod crafted;
pub mod hostile;
pub mod memory;
pub mod photos;
pub mod process;
pub mod scan;
pub mod seized;
pub mod sqlcipher;

use std::path::{Path, PathBuf};

use client_core::{Cost, HttpLink, Notebook};
use form::{Address, Form, Source, respondent};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use tempfile::TempDir;
use testkit::{Field, FieldClock};
use wire::RecordId;

/// The passphrase of every notebook in the stories.
pub const PASSPHRASE: &str = "six long words for a test";

/// A programme with a desk and two phones, all of which have the household form.
pub struct Stage {
    /// The link everybody syncs over.
    pub link: HttpLink,
    /// The desk.
    pub desk: Notebook,
    /// The phones.
    pub phones: [Notebook; 2],
    /// The household form.
    pub form: Form,
    /// The relay, the clock and the counted link.
    pub field: Field,
    /// The folder of everything; removed with the stage.
    pub folder: TempDir,
}

impl Stage {
    /// Sets a stage up from a seed.
    ///
    /// # Panics
    /// If anything does not go as it must.
    pub fn set(seed: u8) -> Self {
        Self::with_form(seed, sample("household"))
    }

    /// Sets a stage up from a seed, with another form.
    ///
    /// # Panics
    /// If anything does not go as it must.
    pub fn with_form(seed: u8, form: Form) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let field = Field::set_up(folder.path(), [seed; 32], clock(), Cost::LEAST, PASSPHRASE);
        Self::in_field(field.expect("a field"), folder, form)
    }

    /// Sets a stage up whose relay speaks TLS.
    ///
    /// # Panics
    /// If anything does not go as it must.
    pub fn with_tls(seed: u8) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let field = Field::set_up_with_tls(folder.path(), [seed; 32], clock(), Cost::LEAST, PASSPHRASE);
        Self::in_field(field.expect("a field"), folder, sample("household"))
    }

    fn in_field(field: Field, folder: TempDir, form: Form) -> Self {
        let mut desk = field.desk("desk", "Stories").expect("a desk");
        desk.publish(&form).expect("a published form");
        let phones = ["amina", "bakary"].map(|name| field.phone(name, &mut desk).expect("a phone"));
        let mut stage = Self {
            link: HttpLink::default(),
            desk,
            phones,
            form,
            field,
            folder,
        };
        stage.sync_desk();
        stage.sync_phones();
        stage
    }

    /// Syncs the desk.
    ///
    /// # Panics
    /// If the sync fails.
    pub fn sync_desk(&mut self) {
        self.desk.sync(&self.link).expect("the desk syncs");
    }

    /// Syncs both phones, the first first.
    ///
    /// # Panics
    /// If a sync fails.
    pub fn sync_phones(&mut self) {
        for phone in &mut self.phones {
            phone.sync(&self.link).expect("a phone syncs");
        }
    }

    /// Lets a phone consult households: each answers by seeded chance and is finished. Returns their records.
    ///
    /// # Panics
    /// If a record cannot be finished.
    pub fn consult(&mut self, phone: usize, households: usize, seed: u64) -> Vec<RecordId> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let now = self.desk.now();
        let environment = form::Environment::new(now, jiff::tz::TimeZone::UTC, 1);
        (0..households)
            .map(|_| {
                let sheet = respondent::respond(&self.form, &mut rng, &environment);
                let phone = self.phones.get_mut(phone).expect("one of the two phones");
                let record = phone.start("household", Some(&sheet)).expect("a record is begun");
                phone.finish(record).expect("a record is finished");
                record
            })
            .collect()
    }
}

/// The clock of every stage, at its start.
fn clock() -> FieldClock {
    FieldClock::at("2026-11-16T07:00:00Z".parse().expect("a time"))
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// If it cannot be copied.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy_folder(&path, &target),
            false => drop(std::fs::copy(&path, &target).expect("a copy")),
        }
    }
}

/// Opens the file of a notebook that is closed, past the program.
///
/// # Panics
/// If it does not open with [`PASSPHRASE`].
pub fn notebook_file(home: &Path) -> rusqlite::Connection {
    let wrapped = std::fs::read(home.join("notebook.key")).expect("a key file");
    let key = seal::passphrase::unwrap_key(&wrapped, PASSPHRASE).expect("the passphrase");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = rusqlite::Connection::open(home.join("notebook.sqlite")).expect("a notebook");
    file.execute_batch(&format!("PRAGMA key = \"x'{hex}'\""))
        .expect("a key");
    file
}

/// Returns the folder of the sample forms.
pub fn forms() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../forms")
}

/// Reads a sample form from its workbook.
///
/// # Panics
/// If it cannot be read.
pub fn sample(name: &str) -> Form {
    let file = format!("{name}.xlsx");
    let bytes = std::fs::read(forms().join(&file)).expect("a sample form");
    let source = Source::from_named(&file, &bytes).expect("a workbook");
    Form::read(source).expect("a form without errors").0
}

/// Returns the address of a question outside repeats.
///
/// # Panics
/// If it is no path.
pub fn at(path: &str) -> Address {
    Address::top(&path.parse().expect("a path"))
}

//! What a form's expressions may look at beside the answers: the tables attached to the form, entity
//! lists, the record saved last, and signatures.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use form::expression::Verifier;
use form::{AttachmentKind, Environment, Form, Table};
use rand::Rng as _;
use wire::{FileHash, FormId};

use crate::Notebook;
use crate::deeds::attach::FileError;
use crate::deeds::entities::{EntitiesError, entities_csv};
use crate::store::{files, forms};

/// How many tables are kept in memory.
const ROOM: usize = 32;

/// Tables as they were read, by the hash of their file, the last used last.
#[derive(Default)]
pub(crate) struct ReadTables {
    tables: RefCell<Vec<(FileHash, Arc<Table>)>>,
}

impl ReadTables {
    fn find(&self, hash: FileHash) -> Option<Arc<Table>> {
        let tables = self.tables.borrow();
        let found = tables.iter().find(|(known, _)| *known == hash);
        found.map(|(_, table)| Arc::clone(table))
    }

    fn keep(&self, hash: FileHash, table: &Arc<Table>) {
        let mut tables = self.tables.borrow_mut();
        if tables.len() >= ROOM {
            tables.remove(0);
        }
        tables.push((hash, Arc::clone(table)));
    }
}

impl Notebook {
    /// What the expressions of a form may ask the surroundings for.
    pub(crate) fn environment(&mut self, form: &Form) -> Result<Environment, EntitiesError> {
        let mut environment = self.plain_environment();
        let tables = self.tables(form)?;
        if !tables.is_empty() {
            environment.attachments = Some(Arc::new(tables));
        }
        Ok(environment)
    }

    /// What expressions that read no tables may ask the surroundings for.
    pub(crate) fn plain_environment(&mut self) -> Environment {
        let mut seed = [0; 8];
        self.rng.fill_bytes(&mut seed);
        let mut environment = Environment::new(self.now(), jiff::tz::TimeZone::UTC, u64::from_le_bytes(seed));
        environment.device_id = self.me.member.to_string();
        environment.username.clone_from(&self.me.name);
        environment.verifier = Some(code_verifier());
        environment
    }

    /// The tables that a form reads. One that has not arrived is left out.
    fn tables(&mut self, form: &Form) -> Result<BTreeMap<String, Arc<Table>>, EntitiesError> {
        let needed = form.attachments();
        let needed = needed.iter().filter(|file| {
            use AttachmentKind::{Csv, Geojson, Xml};
            matches!(file.kind, Csv | Geojson | Xml)
        });
        let names: Vec<&str> = needed.map(|file| file.name.as_str()).collect();
        let mut tables = BTreeMap::new();
        if names.is_empty() {
            return Ok(tables);
        }
        let lists = self.entity_lists()?;
        let key = self
            .store
            .read(|db| forms::find(db, &form.id, None))?
            .map(|row| row.form);
        for name in names {
            let list = name
                .strip_suffix(".csv")
                .filter(|list| lists.iter().any(|one| one == list));
            let table = match (list, key) {
                (Some(list), _) => Some(self.entity_table(list)?),
                (None, Some(key)) => self.attached_table(key, name)?,
                (None, None) => None,
            };
            tables.extend(table.map(|table| (name.to_owned(), table)));
        }
        Ok(tables)
    }

    /// The list of entities that is attached to a form; to the form that was published last, if to several.
    pub(crate) fn published_list(&self, list: &str) -> Result<Option<Arc<Table>>, EntitiesError> {
        let name = format!("{list}.csv");
        let mut forms = self.store.read(forms::newest)?;
        forms.sort_by_key(|row| std::cmp::Reverse(row.height));
        for row in forms {
            if let Some(table) = self.attached_table(row.form, &name)? {
                return Ok(Some(table));
            }
        }
        Ok(None)
    }

    fn attached_table(&self, form: FormId, name: &str) -> Result<Option<Arc<Table>>, FileError> {
        let listed = self.store.read(|db| files::of_form(db, form))?;
        let Some(file) = listed.into_iter().find(|file| file.name == name) else {
            return Ok(None);
        };
        if let Some(table) = self.read_tables.find(file.hash) {
            return Ok(Some(table));
        }
        let Some(bytes) = self.attached_file(form, name)? else {
            return Ok(None);
        };
        let table = Table::read(name, &bytes)
            .map_err(|error| FileError::Damaged(name.to_owned(), error.to_string()))?;
        let table = Arc::new(table);
        self.read_tables.keep(file.hash, &table);
        Ok(Some(table))
    }

    /// The entities of a list as the table that forms choose from.
    fn entity_table(&mut self, list: &str) -> Result<Arc<Table>, EntitiesError> {
        let csv = entities_csv(&self.entities_now(list)?);
        let hash = FileHash::of(csv.as_bytes());
        if let Some(table) = self.read_tables.find(hash) {
            return Ok(table);
        }
        let name = format!("{list}.csv");
        let table = Table::read(&name, csv.as_bytes())
            .map_err(|error| FileError::Damaged(name.clone(), error.to_string()))?;
        let table = Arc::new(table);
        self.read_tables.keep(hash, &table);
        Ok(table)
    }
}

/// Returns what checks the signed codes that `extract-signed` is given, such as those on a card.
pub fn code_verifier() -> Arc<dyn Verifier + Send + Sync> {
    Arc::new(Signatures)
}

struct Signatures;

impl Verifier for Signatures {
    fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        seal::sign::is_signed(key, message, signature)
    }
}

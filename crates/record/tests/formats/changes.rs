//! What travels, and what a node saves.

use std::slice::from_ref;

use baraza_record::Record;
use form::Answers as _;
use golden::Folder;

use crate::answers;
use crate::household::{AUTHOR, consent, household};

pub(crate) fn keep(folder: &mut Folder) {
    let (record, changes) = household();
    for (compartment, change) in &changes {
        let name = format!("change-{compartment}");
        folder.keeps(
            &name,
            &record.heads(compartment),
            |_| change.clone(),
            |bytes| {
                let mut read = Record::new();
                read.merge(compartment, &[bytes.to_vec()], AUTHOR)
                    .map(|_| read.heads(compartment))
            },
        );
        let name = format!("saved-1-{compartment}");
        folder.keeps(
            &name,
            &record.changes(compartment),
            |_| record.save(compartment),
            |bytes| {
                let mut read = Record::new();
                read.load(compartment.as_str(), bytes)
                    .map(|()| read.changes(compartment))
            },
        );
    }
    let mut read = Record::new();
    for (compartment, change) in &changes {
        read.merge(compartment, from_ref(change), AUTHOR).unwrap();
    }
    for (at, value) in answers::of_every_kind() {
        assert_eq!(read.answer(&at.parse().unwrap()), Some(value), "{at}");
    }
    assert_eq!(read.consent()[0].event, consent());
}

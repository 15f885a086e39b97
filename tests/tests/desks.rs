//! People come later: a coordinator after five epochs, a supervisor for one compartment, an auditor for none.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::path::Path;

use baraza_tests::{PASSPHRASE, at, notebook_file};
use client_core::deeds::admit::{Admission, AdmitError};
use client_core::deeds::grant::GrantError;
use client_core::deeds::hand_over::HandOverError;
use client_core::deeds::recovery::SplitKeyError;
use client_core::deeds::start::DraftError;
use client_core::{Cost, HttpLink, Notebook};
use form::{Form, Source, Value};
use tempfile::TempDir;
use testkit::{Field, FieldClock};
use wire::{CompartmentId, Header, Kind, RecordId, Role};

const FORM: &str = "
| survey |
| | type | name | label | sensitivity |
| | text | village | Village | |
| | text | who | Name | identity |
| | text | fear | What do you fear? | protected |
| settings |
| | form_title | form_id | version |
| | Visit | visit | 1 |
";

/// A programme with one desk and one phone.
struct Story {
    link: HttpLink,
    desk: Notebook,
    phone: Notebook,
    field: Field,
    _folder: TempDir,
}

impl Story {
    fn begin(seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = FieldClock::at("2026-11-16T07:00:00Z".parse().unwrap());
        let field = Field::set_up(folder.path(), [seed; 32], clock, Cost::LEAST, PASSPHRASE).unwrap();
        let mut desk = field.desk("desk", "Visits").unwrap();
        let form = Form::read(Source::Markdown(FORM)).unwrap().0;
        desk.publish(&form).unwrap();
        let phone = field.phone("amina", &mut desk).unwrap();
        let link = HttpLink::default();
        let mut story = Self {
            link,
            desk,
            phone,
            field,
            _folder: folder,
        };
        story.sync();
        story
    }

    /// The desk syncs, then the phone, then the desk again.
    fn sync(&mut self) {
        for node in [&mut self.desk, &mut self.phone] {
            node.sync(&self.link).unwrap();
        }
        self.desk.sync(&self.link).unwrap();
    }

    /// The phone visits a village and finishes the record.
    fn visit(&mut self, village: &str) -> RecordId {
        let record = self.phone.start("visit", None).unwrap();
        for (question, said) in [("village", village), ("who", "Halima"), ("fear", "the road")] {
            self.phone
                .answer(record, &at(question), Value::Text(said.into()))
                .unwrap();
        }
        self.phone.finish(record).unwrap().unwrap();
        self.sync();
        record
    }

    /// Admits a desk, which joins and syncs.
    fn join(&mut self, name: &str, admission: &Admission) -> Notebook {
        let mut member = self.field.member(name, &mut self.desk, admission).unwrap();
        self.desk.sync(&self.link).unwrap();
        member.sync(&self.link).unwrap();
        member
    }
}

fn ids(node: &Notebook) -> Vec<RecordId> {
    let mut ids: Vec<_> = node
        .records(None)
        .unwrap()
        .iter()
        .map(|record| record.id)
        .collect();
    ids.sort();
    ids
}

fn sorted<const N: usize>(mut ids: [RecordId; N]) -> Vec<RecordId> {
    ids.sort();
    ids.to_vec()
}

fn answer(node: &mut Notebook, record: RecordId, question: &str) -> serde_json::Value {
    node.show(record).unwrap().answers[question].clone()
}

/// Five protection officers come one after the other, and each brings new reading keys for everything; the phone works
/// in between.
fn five_epochs(story: &mut Story) -> [RecordId; 5] {
    ["one", "two", "three", "four", "five"].map(|name| {
        story
            .field
            .member(name, &mut story.desk, &Admission::of(Role::PROTECTION_OFFICER))
            .unwrap();
        story.sync();
        story.visit(name)
    })
}

#[test]
fn a_coordinator_who_joins_after_five_epochs_reads_what_comes_and_nothing_older() {
    let mut story = Story::begin(1);
    let first = story.visit("before");
    five_epochs(&mut story);
    let epoch = story.desk.roster().unwrap().epoch(CompartmentId::PROTECTED);
    assert_eq!(epoch.unwrap().number, 6);

    let mut later = story.join("later", &Admission::of(Role::COORDINATOR));
    assert_eq!(ids(&later), [], "what is older than its first epoch stays shut");
    let troubled = later.troubled().unwrap();
    assert_eq!(
        troubled,
        [],
        "what stays shut is not in trouble, and is waited for by nobody"
    );

    story.phone.sync(&story.link).unwrap();
    let new = story.visit("after");
    let report = later.sync(&story.link).unwrap();
    assert_eq!(report.waiting, 0);
    assert_eq!(ids(&later), [new]);
    assert_eq!(answer(&mut later, new, "fear"), "the road");
    assert_ne!(first, new);
    assert_eq!(later.rebuild().unwrap(), later.rebuild().unwrap());
    assert_eq!(ids(&later), [new]);
}

#[test]
fn a_coordinator_who_is_handed_the_book_reads_what_is_older_too() {
    let mut story = Story::begin(2);
    let first = story.visit("before");
    let between = five_epochs(&mut story);
    let mut all = between.to_vec();
    all.push(first);
    all.sort();

    let admission = Admission {
        read_back: true,
        ..Admission::of(Role::COORDINATOR)
    };
    let mut later = story.join("later", &admission);
    assert_eq!(ids(&later), all);
    assert_eq!(later.troubled().unwrap(), []);
    for record in all {
        assert_eq!(
            serde_json::to_value(later.show(record).unwrap()).unwrap(),
            serde_json::to_value(story.desk.show(record).unwrap()).unwrap()
        );
    }
}

#[test]
fn a_book_that_is_handed_over_afterwards_opens_what_was_shut() {
    let mut story = Story::begin(3);
    let old = story.visit("before");
    let mut later = story.join("later", &Admission::of(Role::COORDINATOR));
    let granted = story.phone.member();
    story.desk.grant(old, granted, None).unwrap();
    story.sync();
    story.phone.sync(&story.link).unwrap();
    story
        .phone
        .answer(old, &at("village"), Value::Text("corrected".into()))
        .unwrap();
    story.phone.finish(old).unwrap().unwrap();
    story.sync();
    later.sync(&story.link).unwrap();
    assert_eq!(ids(&later), []);

    let admission = Admission {
        read_back: true,
        ..Admission::of(Role::COORDINATOR)
    };
    let request = later.request().unwrap().to_text();
    story.desk.admit(&request, &admission).unwrap();
    story.desk.sync(&story.link).unwrap();
    later.sync(&story.link).unwrap();
    assert_eq!(ids(&later), [old]);
    assert_eq!(answer(&mut later, old, "village"), "corrected");
    assert_eq!(later.troubled().unwrap(), []);
}

#[test]
fn a_supervisor_reads_the_general_answers_and_is_not_sent_the_others() {
    let mut story = Story::begin(4);
    let old = story.visit("before");
    let admission = Admission {
        read_back: true,
        ..Admission::of(Role::SUPERVISOR)
    };
    let mut supervisor = story.join("supervisor", &admission);
    story.phone.sync(&story.link).unwrap();
    let new = story.visit("after");
    supervisor.sync(&story.link).unwrap();
    assert_eq!(ids(&supervisor), sorted([old, new]));
    assert_eq!(supervisor.troubled().unwrap(), []);
    for (record, village) in [(old, "before"), (new, "after")] {
        assert_eq!(answer(&mut supervisor, record, "village"), village);
        assert_eq!(answer(&mut supervisor, record, "who"), serde_json::Value::Null);
        assert_eq!(answer(&mut supervisor, record, "fear"), serde_json::Value::Null);
    }
    // It does its own work too, and what it cannot read of it the coordinator can.
    let own = supervisor.start("visit", None).unwrap();
    for (question, said) in [("village", "its own"), ("who", "Yusuf"), ("fear", "nothing")] {
        supervisor
            .answer(own, &at(question), Value::Text(said.into()))
            .unwrap();
    }
    supervisor.finish(own).unwrap().unwrap();
    supervisor.sync(&story.link).unwrap();
    story.desk.sync(&story.link).unwrap();
    assert_eq!(answer(&mut story.desk, own, "who"), "Yusuf");
    assert!(matches!(
        supervisor.publish(&Form::read(Source::Markdown(FORM)).unwrap().0),
        Err(client_core::deeds::publish::PublishError::NotADesk)
    ));
    let someone = story
        .field
        .notebook("someone")
        .unwrap()
        .request()
        .unwrap()
        .to_text();
    assert!(matches!(
        supervisor.admit(&someone, &Admission::default()),
        Err(AdmitError::NotADesk)
    ));

    let me = supervisor.member();
    let home = story.field.folder().join("supervisor");
    drop(supervisor);
    let held = compartments_held(&home, me);
    assert!(held.contains(&CompartmentId::GENERAL));
    assert!(
        !held.contains(&CompartmentId::IDENTITY),
        "a part it may not read lies in its notebook"
    );
    assert!(!held.contains(&CompartmentId::PROTECTED));
    let desk = story.desk.member();
    let home = story.field.folder().join("desk");
    drop(story.desk);
    assert!(compartments_held(&home, desk).contains(&CompartmentId::PROTECTED));
}

#[test]
fn an_auditor_sees_the_roster_and_reads_nothing() {
    let mut story = Story::begin(5);
    story.visit("before");
    let mut auditor = story.join("auditor", &Admission::of(Role::AUDITOR));
    story.visit("after");
    auditor.sync(&story.link).unwrap();
    assert_eq!(ids(&auditor), []);
    assert_eq!(auditor.troubled().unwrap(), []);
    assert!(!auditor.is_desk());
    let seen = auditor.roster_view().unwrap();
    assert_eq!(seen.words, story.desk.roster_view().unwrap().words);
    let me = seen
        .members
        .iter()
        .find(|one| one.member.name == "auditor")
        .unwrap();
    assert_eq!((me.member.role_name, me.member.role), ("auditor", "device"));
    assert_eq!(me.may, Vec::<&str>::new());
    assert_eq!(me.reads, Vec::<String>::new());
    let me = auditor.member();
    drop(auditor);
    let held = compartments_held(&story.field.folder().join("auditor"), me);
    assert_eq!(held, [], "no answer is sent to an auditor");
}

#[test]
fn an_auditor_begins_no_record_takes_none_over_and_is_handed_none() {
    let mut story = Story::begin(8);
    let record = story.visit("before");
    let mut auditor = story.join("auditor", &Admission::of(Role::AUDITOR));
    story.sync();
    let refused = auditor.start("visit", None).unwrap_err();
    assert!(matches!(refused, DraftError::NotForAuditors), "{refused}");
    assert_eq!(ids(&auditor), []);
    let refused = auditor.offer(story.phone.member());
    assert!(
        matches!(refused, Err(HandOverError::Draft(DraftError::NotForAuditors))),
        "{refused:?}"
    );
    let refused = story.desk.grant(record, auditor.member(), None);
    assert!(matches!(refused, Err(GrantError::Auditor(_))), "{refused:?}");
}

#[test]
fn a_member_is_admitted_for_a_role_a_time_and_a_place() {
    let mut story = Story::begin(6);
    let admission = Admission {
        expires: Some("2027-01-01T00:00:00Z".parse().unwrap()),
        scope: Some("Dollow, east of the river".into()),
        ..Admission::default()
    };
    let phone = story.join("bakary", &admission);
    let members = phone.members().unwrap();
    let found = members.iter().find(|member| member.name == "bakary").unwrap();
    assert_eq!(found.role, "device");
    assert_eq!(found.role_name, "enumerator");
    assert_eq!(found.expires.as_deref(), Some("2027-01-01T00:00:00Z"));
    assert_eq!(found.scope.as_deref(), Some("Dollow, east of the river"));
    let others = members.iter().filter(|member| member.name != "bakary");
    assert!(
        others
            .clone()
            .all(|member| member.expires.is_none() && member.scope.is_none())
    );

    let someone = story
        .field
        .notebook("someone")
        .unwrap()
        .request()
        .unwrap()
        .to_text();
    let mut refused = |admission: &Admission| story.desk.admit(&someone, admission).unwrap_err().to_string();
    let over = Admission {
        expires: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        ..Admission::default()
    };
    assert_eq!(
        refused(&over),
        "the membership would be over already; name a later day"
    );
    let long = Admission {
        scope: Some("é".repeat(101)),
        ..Admission::default()
    };
    assert_eq!(
        refused(&long),
        "the scope has 1 to 200 bytes; leave it out for everywhere"
    );
    let back = Admission {
        read_back: true,
        ..Admission::default()
    };
    assert!(refused(&back).contains("reads no answers"));
    let request = phone.request().unwrap().to_text();
    let error = story
        .desk
        .admit(&request, &Admission::of(Role::AUDITOR))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "this member was admitted before, as enumerator, and a role does not change: ask for a request from a new \
         notebook"
    );
}

#[test]
fn a_coordinator_without_the_root_key_admits_devices_and_no_desks() {
    let mut story = Story::begin(7);
    let mut second = story.join("second", &Admission::of(Role::COORDINATOR));
    let someone = story
        .field
        .notebook("someone")
        .unwrap()
        .request()
        .unwrap()
        .to_text();
    for role in [Role::COORDINATOR, Role::SUPERVISOR, Role::PROTECTION_OFFICER] {
        assert!(matches!(
            second.admit(&someone, &Admission::of(role)),
            Err(AdmitError::NoRootKey)
        ));
    }
    assert!(matches!(
        second.split_recovery(3, 2),
        Err(SplitKeyError::NoRootKey)
    ));
    second.admit(&someone, &Admission::default()).unwrap();
    second.sync(&story.link).unwrap();
    story.desk.sync(&story.link).unwrap();
    assert!(
        story
            .desk
            .members()
            .unwrap()
            .iter()
            .any(|member| member.name == "someone")
    );
    assert_eq!(story.desk.records(None).unwrap().len(), 0);
}

/// Returns the compartments of which a notebook holds sealed parts of records that others wrote.
fn compartments_held(home: &Path, me: wire::MemberId) -> Vec<CompartmentId> {
    let connection = notebook_file(home);
    let mut statement = connection
        .prepare("SELECT header, n FROM part JOIN envelope ON envelope.id = part.envelope WHERE author <> ?")
        .unwrap();
    let rows = statement
        .query_map([me.as_bytes()], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, u16>(1)?))
        })
        .unwrap();
    let mut held: Vec<_> = rows
        .map(|row| {
            let (header, n) = row.unwrap();
            let header = Header::from_bytes(&header).unwrap();
            (header.kind, header.parts[usize::from(n)].compartment)
        })
        .filter(|(kind, _)| *kind == Kind::RECORD || *kind == Kind::CHAIN)
        .map(|(_, compartment)| compartment)
        .collect();
    held.sort();
    held.dedup();
    held
}

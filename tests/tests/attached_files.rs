//! Files that belong to a form reach every member, whole, and can be replaced without a new version.

use std::collections::BTreeMap;

use baraza_tests::Stage;
use client_core::deeds::attach::AttachError;

fn towns(rows: usize) -> Vec<u8> {
    let mut csv = String::from("name,label\n");
    for n in 0..rows {
        csv.push_str(&format!("town_{n},Town {}\n", n * 7919 % 10_007));
    }
    csv.into_bytes()
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(next).collect()
}

fn named<const N: usize>(files: [(&str, Vec<u8>); N]) -> BTreeMap<String, Vec<u8>> {
    files
        .map(|(name, bytes)| (name.to_owned(), bytes))
        .into_iter()
        .collect()
}

#[test]
fn files_reach_every_member_and_can_be_replaced_without_a_new_version() {
    let mut stage = Stage::set(1);
    let form = stage.desk.forms().unwrap()[0].clone();
    // Longer than two pieces, and random bytes do not get shorter.
    let (picture, first, second) = (noise(600_000), towns(10), towns(4_000));
    let files = named([("towns.csv", first.clone()), ("well.jpg", picture.clone())]);
    stage.desk.attach(&form.id, &files).unwrap();
    stage.sync_desk();
    stage.sync_phones();
    for phone in &stage.phones {
        let attached = phone.attached(&form.id).unwrap();
        let names: Vec<_> = attached
            .iter()
            .map(|file| (file.name.as_str(), file.here))
            .collect();
        assert_eq!(names, [("towns.csv", true), ("well.jpg", true)]);
        assert_eq!(
            phone.attached_file(form.key, "well.jpg").unwrap().unwrap(),
            picture
        );
        assert_eq!(
            phone.attached_file(form.key, "towns.csv").unwrap().unwrap(),
            first
        );
        assert_eq!(phone.attached_file(form.key, "other.csv").unwrap(), None);
    }
    stage
        .desk
        .attach(&form.id, &named([("towns.csv", second.clone())]))
        .unwrap();
    stage.sync_desk();
    stage.sync_phones();
    for phone in &mut stage.phones {
        assert_eq!(
            phone.attached_file(form.key, "towns.csv").unwrap().unwrap(),
            second
        );
        assert_eq!(
            phone.attached_file(form.key, "well.jpg").unwrap().unwrap(),
            picture
        );
        assert_eq!(phone.form(&form.id, None).unwrap().version, form.version);
        phone.rebuild().unwrap();
        assert_eq!(
            phone.attached_file(form.key, "towns.csv").unwrap().unwrap(),
            second
        );
    }
}

#[test]
fn attaching_what_is_attached_sends_nothing() {
    let mut stage = Stage::set(1);
    let form = stage.desk.forms().unwrap()[0].id.clone();
    let files = named([("towns.csv", towns(10))]);
    let once = stage.desk.attach(&form, &files).unwrap();
    stage.sync_desk();
    assert_eq!(stage.desk.attach(&form, &files).unwrap(), once);
    assert_eq!(stage.desk.sync(&stage.link).unwrap().sent, 0);
}

#[test]
fn only_a_desk_attaches_and_only_under_a_sound_name() {
    let mut stage = Stage::set(1);
    let form = stage.desk.forms().unwrap()[0].id.clone();
    let files = named([("towns.csv", towns(1))]);
    let refused = stage.phones[0].attach(&form, &files).unwrap_err();
    assert!(matches!(refused, AttachError::NotADesk), "{refused}");
    for name in ["../towns.csv", "a/b.csv", ""] {
        let refused = stage.desk.attach(&form, &named([(name, vec![1])])).unwrap_err();
        assert!(matches!(refused, AttachError::Name(_)), "{refused}");
    }
    let large = named([("large.csv", vec![0; (64 << 20) + 1])]);
    let refused = stage.desk.attach(&form, &large).unwrap_err();
    assert!(matches!(refused, AttachError::TooLarge { .. }), "{refused}");
    let refused = stage.desk.attach("nowhere", &files).unwrap_err();
    assert!(matches!(refused, AttachError::Form(_)), "{refused}");
}

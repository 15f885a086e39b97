//! Stories of phones that meet.

use baraza_record::{Actor, AuthorId, Disagreement, Draft, ReplayError, SettleError, Settlement};
use form::{Answers, Form, Value};

use crate::field::{Envelope, Phone, address, inside, meet, members, text};

fn amina_and_juma() -> (Phone, Phone) {
    (Phone::new(1), Phone::new(2))
}

/// Two phones that both have one member.
fn with_a_member() -> (Phone, Phone, form::Address) {
    let (mut amina, mut juma) = amina_and_juma();
    let (member, added) = amina.adds_member(30, "Zawadi");
    juma.receive(&added);
    (amina, juma, member)
}

#[test]
fn members_added_on_two_phones_are_both_there() {
    let (mut amina, mut juma) = amina_and_juma();
    let (_, one) = amina.adds_member(30, "Zawadi");
    let (_, other) = juma.adds_member(8, "Baraka");
    meet(&mut [&mut amina, &mut juma], &[&one, &other]);
    assert_eq!(amina.member_ids().len(), 2);
    assert_eq!(amina.member_ids(), juma.member_ids());
    assert_eq!(amina.record.disagreements(), []);
    let (third, _) = amina.adds_member(2, "Neema");
    assert_eq!(amina.member_ids().last().copied(), third.instance_id());
}

#[test]
fn the_same_answer_twice_is_no_disagreement() {
    let (mut amina, mut juma) = amina_and_juma();
    let one = amina.answers(&[("village", text("Kilifi")), ("rooms", Value::Integer(3))]);
    let other = juma.answers(&[("village", text("Kilifi")), ("rooms", Value::Integer(3))]);
    meet(&mut [&mut amina, &mut juma], &[&one, &other]);
    assert_eq!(amina.record.disagreements(), []);
    assert_eq!(amina.record.versions(&address("village")).len(), 2);
}

#[test]
fn differing_answers_are_shown_with_who_and_when_until_somebody_settles_them() {
    for settle_by in ["Kilifi", "Malindi", "Lamu"] {
        let (mut amina, mut juma) = amina_and_juma();
        let one = amina.answers(&[("village", text("Kilifi"))]);
        juma.now += 500;
        let other = juma.answers(&[("village", text("Malindi"))]);
        meet(&mut [&mut amina, &mut juma], &[&one, &other]);

        let found = amina.record.disagreements();
        let [
            disagreement @ Disagreement::DifferingAnswers {
                address: at,
                versions,
            },
        ] = found.as_slice()
        else {
            panic!("one disagreement, not {found:?}");
        };
        assert_eq!(at, &address("village"));
        let mut said: Vec<_> = versions
            .iter()
            .map(|v| (v.author, v.at, v.value.clone()))
            .collect();
        said.sort_by_key(|(_, at, _)| *at);
        assert!(said[0] == (amina.author.prefix(), 1_795_000_060, Some(text("Kilifi"))));
        assert!(said[1] == (juma.author.prefix(), 1_795_000_560, Some(text("Malindi"))));
        assert_eq!(juma.record.disagreements(), found);
        assert!(amina.answer("village") == versions.last().unwrap().value);

        let mut draft = amina.draft();
        let _ = draft
            .settle(disagreement, Settlement::Answer(Some(text(settle_by))), 9)
            .unwrap();
        let settled = amina.finish(&draft);
        juma.receive(&settled);
        for phone in [&amina, &juma] {
            assert_eq!(phone.record.disagreements(), []);
            assert!(phone.answer("village") == Some(text(settle_by)));
            assert_eq!(phone.record.history(&address("village")).len(), 3);
        }
        let mut again = juma.draft();
        let late = again.settle(disagreement, Settlement::Answer(None), 9);
        assert_eq!(late.unwrap_err(), SettleError::Changed);
    }
}

#[test]
fn a_third_answer_stands_beside_a_settlement_that_did_not_know_it() {
    let (mut amina, mut juma) = amina_and_juma();
    let mut zuri = Phone::new(3);
    let one = amina.answers(&[("village", text("Kilifi"))]);
    let other = juma.answers(&[("village", text("Malindi"))]);
    let third = zuri.answers(&[("village", text("Lamu"))]);
    meet(&mut [&mut amina], &[&one, &other]);
    let disagreement = amina.record.disagreements().remove(0);
    let mut draft = amina.draft();
    let _ = draft
        .settle(&disagreement, Settlement::Answer(Some(text("Kilifi"))), 9)
        .unwrap();
    let settled = amina.finish(&draft);
    meet(&mut [&mut amina, &mut zuri], &[&settled, &third, &other, &one]);
    let found = amina.record.disagreements();
    let [Disagreement::DifferingAnswers { versions, .. }] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(versions.len(), 2);
    assert_eq!(zuri.record.disagreements(), found);
}

#[test]
fn a_cleared_answer_disagrees_with_a_new_one() {
    let (mut amina, mut juma) = amina_and_juma();
    let first = amina.answers(&[("village", text("Kilifi"))]);
    juma.receive(&first);
    let mut draft = amina.draft();
    let _ = draft.clear(&address("village"), 5).unwrap();
    let cleared = amina.finish(&draft);
    assert!(amina.answer("village").is_none());
    let changed = juma.answers(&[("village", text("Malindi"))]);
    meet(&mut [&mut amina, &mut juma], &[&cleared, &changed]);
    let found = amina.record.disagreements();
    let [Disagreement::DifferingAnswers { versions, .. }] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        versions.iter().filter(|version| version.value.is_none()).count(),
        1
    );
}

#[test]
fn a_removed_member_is_hidden_and_stays_in_the_history() {
    let (mut amina, mut juma, member) = with_a_member();
    let removed = amina.removes(&member);
    juma.receive(&removed);
    for phone in [&amina, &juma] {
        assert_eq!(phone.member_ids(), []);
        assert_eq!(phone.record.disagreements(), []);
        assert_eq!(phone.record.history(&inside(&member, "age")).len(), 1);
    }
    let mut draft = amina.draft();
    assert!(
        draft
            .put_down(&inside(&member, "age"), Value::Integer(1), 1)
            .is_err()
    );
    assert!(draft.remove_instance(&member, 1).is_err());
}

#[test]
fn a_member_removed_here_and_edited_there_is_shown_until_somebody_settles_it() {
    for (settlement, left) in [(Settlement::Keep, 1), (Settlement::Remove, 0)] {
        let (mut amina, mut juma, member) = with_a_member();
        let removed = amina.removes(&member);
        let mut draft = juma.draft();
        let _ = draft
            .put_down(&inside(&member, "age"), Value::Integer(31), 5)
            .unwrap();
        let edited = juma.finish(&draft);
        meet(&mut [&mut amina, &mut juma], &[&removed, &edited]);

        let found = amina.record.disagreements();
        let [
            disagreement @ Disagreement::RemovedButEdited {
                instance,
                removed,
                edits,
            },
        ] = found.as_slice()
        else {
            panic!("{found:?}");
        };
        assert_eq!(instance, &member);
        assert_eq!(removed.author, amina.author.prefix());
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0].address, inside(&member, "age"));
        assert_eq!(edits[0].by.author, juma.author.prefix());
        assert_eq!(juma.record.disagreements(), found);
        assert_eq!(amina.member_ids().len(), 1);

        let mut draft = juma.draft();
        let _ = draft.settle(disagreement, settlement.clone(), 9).unwrap();
        assert_eq!(draft.instances(&members()).len(), left);
        let settled = juma.finish(&draft);
        amina.receive(&settled);
        for phone in [&amina, &juma] {
            assert_eq!(phone.record.disagreements(), []);
            assert_eq!(phone.member_ids().len(), left);
        }
    }
}

#[test]
fn an_edit_in_another_compartment_counts_too() {
    let (mut amina, mut juma, member) = with_a_member();
    let removed = amina.removes(&member);
    let mut draft = juma.draft();
    let _ = draft
        .put_down(&inside(&member, "name"), text("Zawadi K."), 5)
        .unwrap();
    let edited = juma.finish(&draft);
    assert_eq!(edited.parts.len(), 1);
    meet(&mut [&mut amina, &mut juma], &[&removed, &edited]);
    let found = amina.record.disagreements();
    assert!(
        matches!(found.as_slice(), [Disagreement::RemovedButEdited { edits, .. }]
        if edits[0].compartment == "identity")
    );
    assert_eq!(juma.record.disagreements(), found);
}

#[test]
fn keeping_and_removing_a_member_at_once_is_a_disagreement_again() {
    let (mut amina, mut juma, member) = with_a_member();
    let removed = amina.removes(&member);
    let mut draft = juma.draft();
    let _ = draft
        .put_down(&inside(&member, "age"), Value::Integer(31), 5)
        .unwrap();
    let edited = juma.finish(&draft);
    meet(&mut [&mut amina, &mut juma], &[&removed, &edited]);
    let disagreement = amina.record.disagreements().remove(0);
    let mut keeps = amina.draft();
    let _ = keeps.settle(&disagreement, Settlement::Keep, 9).unwrap();
    let mut drops = juma.draft();
    let _ = drops.settle(&disagreement, Settlement::Remove, 9).unwrap();
    let (kept, dropped) = (amina.finish(&keeps), juma.finish(&drops));
    meet(&mut [&mut amina, &mut juma], &[&kept, &dropped]);
    let found = amina.record.disagreements();
    assert!(
        matches!(found.as_slice(), [Disagreement::RemovedButEdited { edits, .. }]
        if edits[0].address == member && edits[0].by.author == amina.author.prefix())
    );
    assert_eq!(juma.record.disagreements(), found);
}

#[test]
fn a_visit_added_to_a_removed_member_brings_it_back() {
    let (mut amina, mut juma, member) = with_a_member();
    let removed = amina.removes(&member);
    let mut draft = juma.draft();
    let visits = form::RepeatAddress::new(member.steps().to_vec(), "visits").unwrap();
    let (visit, _) = draft.add_instance(&visits, 5, &mut juma.rng).unwrap();
    let visit = visits.instance(visit);
    let _ = draft
        .put_down(&inside(&visit, "reason"), text("fever"), 5)
        .unwrap();
    let edited = juma.finish(&draft);
    meet(&mut [&mut amina, &mut juma], &[&removed, &edited]);
    let found = amina.record.disagreements();
    assert!(matches!(found.as_slice(), [Disagreement::RemovedButEdited { edits, .. }] if edits.len() == 2));
    assert_eq!(amina.record.instances(&visits).len(), 1);
    let rows = amina.record.rows(&amina.form);
    assert_eq!(rows.repeats.len(), 2);
    assert_eq!(rows.repeats[1].rows[0].parent, member.instance_id());
    assert_eq!(rows.repeats[1].rows[0].cells, [Some("fever".to_owned())]);
}

#[test]
fn a_draft_is_restored_after_the_battery_failed() {
    let (mut amina, mut juma) = amina_and_juma();
    let first = amina.answers(&[("village", text("Kilifi")), ("head", text("Mzee"))]);
    juma.receive(&first);

    let actor = amina.actor();
    let (mut draft, begun) = Draft::begin(&amina.record, actor, 1).unwrap();
    let mut steps = vec![begun];
    steps.push(draft.put_down(&address("village"), text("Lamu"), 2).unwrap());
    steps.push(draft.clear(&address("head"), 3).unwrap());
    let (member, step) = draft.add_instance(&members(), 4, &mut amina.rng).unwrap();
    steps.push(step);
    let age = inside(&members().instance(member), "age");
    steps.push(draft.put_down(&age, Value::Integer(4), 5).unwrap());

    // Meanwhile somebody else's answer arrives.
    let other = juma.answers(&[("village", text("Malindi"))]);
    amina.receive(&other);
    let actor = amina.actor();
    let steps: Vec<Vec<u8>> = steps.into_iter().map(|step| step.into_bytes()).collect();
    let restored = Draft::replay(&amina.record, actor, &steps).unwrap();
    for at in [address("village"), address("head"), age] {
        assert!(restored.answer(&at) == draft.answer(&at));
    }
    assert_eq!(restored.instances(&members()), draft.instances(&members()));
    assert_eq!(restored.touched_at(), 5);

    // It still builds on what was there when it was begun.
    let finished = amina.finish(&restored);
    juma.receive(&finished);
    assert_eq!(amina.record.disagreements().len(), 1);
    assert_eq!(juma.record.disagreements(), amina.record.disagreements());

    let actor = amina.actor();
    assert_eq!(
        Draft::replay(&amina.record, actor, &steps[1..]).unwrap_err(),
        ReplayError::NoBeginning
    );
    let empty = baraza_record::Record::new();
    assert_eq!(
        Draft::replay(&empty, actor, &steps).unwrap_err(),
        ReplayError::BaseMissing
    );
}

#[test]
fn changes_wait_until_what_they_build_on_is_here() {
    let mut amina = Phone::new(1);
    let first = amina.answers(&[("village", text("Kilifi"))]);
    let second = amina.answers(&[("village", text("Lamu"))]);
    let third = amina.answers(&[("village", text("Malindi"))]);
    let mut desk = Phone::new(9);
    desk.receive(&third);
    desk.receive(&third);
    desk.receive(&second);
    assert!(desk.answer("village").is_none());
    let waiting = desk.record.waiting();
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().any(|one| {
        one.needs
            == amina
                .record
                .change_hashes("general")
                .into_iter()
                .filter(|hash| {
                    let mut only_first = Phone::new(8);
                    only_first.receive(&first);
                    only_first.record.has(hash)
                })
                .collect::<Vec<_>>()
    }));

    // What waits survives the program being closed.
    let saved = desk.record.save("general");
    let mut reopened = Phone::new(9);
    reopened.record.load("general", &saved).unwrap();
    assert_eq!(reopened.record.waiting(), waiting);
    reopened.receive(&first);
    assert_eq!(reopened.record.waiting(), []);
    assert!(reopened.answer("village") == Some(text("Malindi")));
    assert_eq!(reopened.record.heads("general"), amina.record.heads("general"));
    assert_eq!(
        reopened.record.save("general").len(),
        amina.record.save("general").len()
    );
}

#[test]
fn a_draft_without_answers_finishes_into_nothing() {
    let mut amina = Phone::new(1);
    let mut draft = amina.draft();
    assert!(draft.is_empty());
    assert_eq!(amina.finish(&draft).parts, []);
    // Clearing what was never answered, and adding a member by mistake, leave nothing either.
    let _ = draft.clear(&address("village"), 1).unwrap();
    let (member, _) = draft.add_instance(&members(), 1, &mut amina.rng).unwrap();
    let member = members().instance(member);
    let _ = draft
        .put_down(&inside(&member, "age"), Value::Integer(3), 1)
        .unwrap();
    let _ = draft.remove_instance(&member, 1).unwrap();
    assert_eq!(draft.instances(&members()), []);
    assert_eq!(amina.finish(&draft).parts, []);
    assert_eq!(amina.record.compartments().count(), 0);
}

#[test]
fn answering_the_same_again_writes_nothing() {
    let mut amina = Phone::new(1);
    amina.answers(&[("village", text("Kilifi")), ("head", text("Mzee"))]);
    let second = amina.answers(&[("village", text("Kilifi")), ("head", text("Bibi"))]);
    assert_eq!(second.parts.len(), 1);
    assert_eq!(second.parts[0].0, "identity");
}

#[test]
fn a_question_that_moves_to_another_compartment_takes_its_answer_along() {
    let (mut amina, mut juma) = amina_and_juma();
    let first = amina.answers(&[("village", text("Kilifi"))]);
    juma.receive(&first);
    let stricter = "
| survey |
| | type | name    | label   | sensitivity |
| | text | village | Village | identity    |
";
    amina.form = Form::read_markdown(stricter).unwrap();
    let moved = amina.answers(&[("village", text("Lamu"))]);
    assert_eq!(moved.parts.len(), 2);
    juma.receive(&moved);
    assert_eq!(juma.record.disagreements(), []);
    assert!(juma.answer("village") == Some(text("Lamu")));
    let unknown = juma.record.unknown_answers(&amina.form);
    assert!(unknown.is_empty());
}

#[test]
fn an_answer_that_the_form_does_not_know_is_kept_and_shown() {
    let mut amina = Phone::new(1);
    let mut draft = amina.draft();
    let _ = draft
        .put_down(&address("dropped/question"), text("kept"), 1)
        .unwrap();
    let finished = amina.finish(&draft);
    // It may have been a protected one, so it goes where the most protected ones are.
    assert_eq!(finished.parts[0].0, "identity");
    let unknown = amina.record.unknown_answers(&amina.form);
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].text, "kept");
    assert_eq!(unknown[0].place, "q/dropped/question");
    assert!(!format!("{unknown:?}").contains("kept"));
}

#[test]
fn nothing_shows_answers_through_debug() {
    let (mut amina, mut juma) = amina_and_juma();
    let one = amina.answers(&[("village", text("Kilifi"))]);
    let other = juma.answers(&[("village", text("Malindi"))]);
    meet(&mut [&mut amina], &[&one, &other]);
    let mut draft = amina.draft();
    let step = draft.put_down(&address("village"), text("Kilifi"), 1).unwrap();
    let everything = format!(
        "{:?} {:?} {draft:?} {step:?} {:?} {:?}",
        amina.record,
        amina.record.disagreements(),
        amina.record.history(&address("village")),
        amina.record.rows(&amina.form),
    );
    assert!(!everything.contains("Kilifi") && !everything.contains("Malindi"));
}

#[test]
fn an_actor_writes_only_once() {
    let mut amina = Phone::new(1);
    let actor = amina.actor();
    let (mut draft, _) = Draft::begin(&amina.record, actor, 1).unwrap();
    let _ = draft.put_down(&address("village"), text("Kilifi"), 1).unwrap();
    amina.finish(&draft);
    assert!(Draft::begin(&amina.record, actor, 1).is_err());
    let fresh = Actor::make(AuthorId([1; 16]), &mut amina.rng);
    assert!(Draft::begin(&amina.record, fresh, 1).is_ok());
}

#[test]
fn a_compartment_that_this_node_cannot_read_is_not_held() {
    let mut amina = Phone::new(1);
    assert!(amina.record.holds("identity"));
    amina.record.withhold("identity");
    assert!(!amina.record.holds("identity"));
    assert!(!amina.draft().holds("identity"));
}

#[test]
fn a_member_removed_again_after_an_edit_was_seen_is_gone() {
    let (mut amina, mut juma, member) = with_a_member();
    let removed = amina.removes(&member);
    let mut draft = juma.draft();
    let _ = draft
        .put_down(&inside(&member, "age"), Value::Integer(31), 5)
        .unwrap();
    let edited: Envelope = juma.finish(&draft);
    meet(&mut [&mut amina, &mut juma], &[&removed, &edited]);
    // Not through the list of disagreements, but simply by removing what is shown.
    let again = amina.removes(&member);
    juma.receive(&again);
    assert_eq!(juma.member_ids(), []);
    assert_eq!(juma.record.disagreements(), []);
}

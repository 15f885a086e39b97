//! Steps of drafts, but for those that put answers down.

use baraza_record::{Draft, Record, Settlement};
use form::{Answers as _, Form, Value};
use golden::Folder;
use rand::SeedableRng as _;
use rand::rngs::ChaCha12Rng;

use crate::answers;
use crate::household::{AUTHOR, BEGUN, FINISHED, actor, consent, draft, household};

/// The beginning over nothing and over a record, a cleared answer, and one that settles a disagreement.
pub(crate) fn keep(folder: &mut Folder) {
    let steps = |begin: &[u8], bytes: &[u8]| [begin.to_vec(), bytes.to_vec()];
    let (_, begin) = draft();
    folder.keeps(
        "step-1-begin",
        &true,
        |_| begin.clone(),
        |bytes| Draft::replay(&Record::new(), actor(1), [bytes]).map(|draft| draft.is_empty()),
    );
    let (record, _) = household();
    let (mut over, begin) = Draft::begin(&record, actor(3), BEGUN).unwrap();
    let begin = begin.into_bytes();
    folder.keeps(
        "step-1-begin-over-a-record",
        &record.heads("identity"),
        |_| begin.clone(),
        |bytes| Draft::replay(&record, actor(3), [bytes]).map(|draft| draft.base().heads("identity")),
    );
    let at = "text".parse().unwrap();
    let cleared = over.clear(&at, BEGUN).unwrap().into_bytes();
    folder.keeps(
        "step-1-clear",
        &None,
        |_| cleared.clone(),
        |bytes| Draft::replay(&record, actor(3), steps(&begin, bytes)).map(|draft| draft.answer(&at)),
    );
    let mut rng = ChaCha12Rng::seed_from_u64(4);
    let members = "members".parse().unwrap();
    let there = record.instances(&members);
    let (added, step) = over.add_instance(&members, BEGUN, &mut rng).unwrap();
    let added = vec![there[0], added];
    folder.keeps(
        "step-1-instance",
        &added,
        |_| step.as_bytes().to_vec(),
        |bytes| Draft::replay(&record, actor(3), steps(&begin, bytes)).map(|draft| draft.instances(&members)),
    );
    let removed = over.remove_instance(&members.instance(there[0]), BEGUN).unwrap();
    folder.keeps(
        "step-1-removal",
        &Vec::new(),
        |_| removed.as_bytes().to_vec(),
        |bytes| Draft::replay(&record, actor(3), steps(&begin, bytes)).map(|draft| draft.instances(&members)),
    );
    let said = over.put_consent("media", &consent(), BEGUN, &mut rng).unwrap();
    folder.keeps(
        "step-1-consent",
        &2,
        |_| said.as_bytes().to_vec(),
        |bytes| Draft::replay(&record, actor(3), steps(&begin, bytes)).map(|draft| draft.consent().len()),
    );
    let form = Value::Text("household 4".to_owned());
    let meta = over.set_meta("form", form.clone(), BEGUN).unwrap();
    folder.keeps(
        "step-1-meta",
        &Some(form),
        |_| meta.as_bytes().to_vec(),
        |bytes| Draft::replay(&record, actor(3), steps(&begin, bytes)).map(|draft| draft.meta("form")),
    );
    keep_a_settlement(folder, record);
}

/// Two people say something else, and a third settles it.
fn keep_a_settlement(folder: &mut Folder, mut record: Record) {
    let form = Form::read_markdown(answers::FORM).unwrap();
    let at = "text".parse().unwrap();
    let base = record.clone();
    for (seed, text) in [(5, "the sea"), (6, "the lake")] {
        let (mut draft, _) = Draft::begin(&base, actor(seed), BEGUN).unwrap();
        let _ = draft.put_down(&at, Value::Text(text.to_owned()), BEGUN).unwrap();
        for (compartment, change) in draft.squash(&form, &form.compartments(), FINISHED).unwrap() {
            record.merge(&compartment, &[change], AUTHOR).unwrap();
        }
    }
    let (mut draft, begin) = Draft::begin(&record, actor(7), BEGUN).unwrap();
    let disagreement = record.disagreements().remove(0);
    let sea = Some(Value::Text("the sea".to_owned()));
    let answer = Settlement::Answer(sea.clone());
    let step = draft.settle(&disagreement, answer, FINISHED).unwrap();
    folder.keeps(
        "step-1-settle",
        &sea,
        |_| step.as_bytes().to_vec(),
        |bytes| {
            let steps = [begin.as_bytes(), bytes];
            Draft::replay(&record, actor(7), steps).map(|draft| draft.answer(&at))
        },
    );
    let settled = draft
        .squash(&form, &form.compartments(), FINISHED)
        .unwrap()
        .remove(0)
        .1;
    folder.keeps(
        "change-settling",
        &0,
        |_| settled.clone(),
        |bytes| {
            let mut read = record.clone();
            read.merge("general", &[bytes.to_vec()], AUTHOR)
                .map(|_| read.disagreements().len())
        },
    );
}

//! What expressions read beside the record: tables that came with the form, its translations, and
//! the record that was saved last.

use std::collections::BTreeMap;
use std::sync::Arc;

use baraza_form::expression::{EvalError, Verifier, offered};
use baraza_form::{Attachments, ChoiceSource, Item, QuestionKind, Table};

use super::*;

const TOWNS: &str = "name,label,region,people
garissa,Garissa,ne,120
wajir,Wajir,ne,90
kitui,\"Kitui, east\",east,80
";

fn with_tables() -> Environment {
    let tables: BTreeMap<String, Arc<Table>> = [
        ("towns.csv", TOWNS),
        ("wells.xml", "<root><item id='w1'><name>w1</name><depth>12</depth></item><item><name>w2</name><depth/></item></root>"),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), Arc::new(Table::read(name, text.as_bytes()).expect("a table"))))
    .collect();
    let mut env = env();
    env.attachments = Some(Arc::new(tables) as Arc<dyn Attachments + Send + Sync>);
    env
}

fn try_in(text: &str, env: &Environment) -> Result<String, EvalError> {
    let (form, answers, at) = (form(), answers(), top("years"));
    let context = Context {
        form: &form,
        answers: &answers,
        at: &at,
        this: None,
        choice: None,
        env,
    };
    evaluate(&parse(text), &context).map(|outcome| outcome.to_text())
}

#[test]
fn tables_are_read_as_instances() {
    let env = with_tables();
    for (text, wanted) in [
        ("instance('towns')/root/item[name = 'wajir']/label", "Wajir"),
        ("count(instance('towns')/root/item)", "3"),
        ("count(instance('towns')/root/item[region = 'ne'])", "2"),
        (
            "sum(instance('towns')/root/item[people > ${years}]/people)",
            "290",
        ),
        (
            "join(' ', instance('towns')/root/item[position() = last() or 1 = position()]/name)",
            "garissa kitui",
        ),
        ("instance('towns')/root/item[2]/name", "wajir"),
        ("instance('towns')/root/item[people = 80]/../item/name", "garissa"),
        (
            "instance('towns')/root/item[region = 'east' and people < 5]/name",
            "",
        ),
        (
            "instance('towns')/root/item[not(people < instance('towns')/root/item/people)]/name",
            "garissa",
        ),
        ("instance('wells')/root/item[depth != '']/name", "w1"),
        ("name(instance('wells')/root/*[1])", "item"),
    ] {
        assert_eq!(try_in(text, &env).unwrap(), wanted, "{text}");
    }
    assert_eq!(
        try_in("count(instance('rivers')/root/item)", &env),
        Err(EvalError::NoList {
            list: "rivers".into()
        })
    );
}

#[test]
fn pulldata_reads_the_first_row_that_fits() {
    let env = with_tables();
    for (text, wanted) in [
        ("pulldata('towns', 'label', 'name', 'kitui')", "Kitui, east"),
        ("pulldata('towns.csv', 'name', 'region', 'ne')", "garissa"),
        (
            "pulldata('towns', 'people', 'name', concat('waj', 'ir')) + 1",
            "91",
        ),
        ("pulldata('towns', 'label', 'name', 'nowhere')", ""),
        ("pulldata('wells', 'depth', 'name', 'w1')", "12"),
    ] {
        assert_eq!(try_in(text, &env).unwrap(), wanted, "{text}");
    }
    assert_eq!(
        try_in("pulldata('towns', 'mayor', 'name', 'kitui')", &env),
        Err(EvalError::NoColumn {
            file: "towns".into(),
            column: "mayor".into()
        })
    );
    assert_eq!(
        try_in("pulldata('towns', 'label', 'name', 'kitui')", &super::env()),
        Err(EvalError::NoFile { file: "towns".into() })
    );
}

#[test]
fn the_record_saved_last_is_read_and_without_one_nothing() {
    let mut env = env();
    for text in [
        "${last-saved#who}",
        "${last-saved#age}",
        "count(${last-saved#age})",
    ] {
        let nothing = if text.starts_with("count") { "0" } else { "" };
        assert_eq!(try_in(text, &env).unwrap(), nothing, "{text}");
    }
    let mut earlier = answers();
    earlier.set(top("who"), Value::Text("Halima".into()));
    env.last_saved = Some(Arc::new(earlier));
    for (text, wanted) in [
        ("${last-saved#who}", "Halima"),
        ("concat(${last-saved#who}, ' ', ${who})", "Halima Amina"),
        ("${last-saved#years} + 1", "13"),
        ("sum(${last-saved#age})", "67"),
    ] {
        assert_eq!(try_in(text, &env).unwrap(), wanted, "{text}");
    }
    env.last_saved = Some(Arc::new(Shut(answers(), BTreeSet::from(["identity"]))));
    assert_eq!(
        try_in("${last-saved#who}", &env),
        Err(EvalError::NotHeld {
            question: path("who")
        })
    );
}

#[test]
fn texts_of_the_form_are_read_by_their_ids() {
    let mut env = env();
    for (text, wanted) in [
        ("jr:itext('thing-1')", "A mill"),
        ("jr:itext('/data/who:label')", "Who?"),
        ("jr:itext('/data/house/members/age:label')", "Age?"),
        ("jr:itext('thing-9')", "[itext:thing-9]"),
        ("jr:itext('what')", "[itext:what]"),
    ] {
        assert_eq!(try_in(text, &env).unwrap(), wanted, "{text}");
    }
    env.language = "French (fr)".to_owned();
    assert_eq!(try_in("jr:itext('thing-1')", &env).unwrap(), "Un moulin");
}

#[test]
fn what_is_signed_is_read_only_with_a_good_signature() {
    /// Takes a signature of ones only.
    struct Ones;
    impl Verifier for Ones {
        fn verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
            *key == [0; 32] && !message.is_empty() && *signature == [b'1'; 64]
        }
    }
    let base64 = |bytes: &[u8]| {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        bits.as_bytes()
            .chunks(6)
            .map(|six| {
                let six = format!("{:0<6}", std::str::from_utf8(six).unwrap());
                char::from(LETTERS[usize::from_str_radix(&six, 2).unwrap()])
            })
            .collect::<String>()
    };
    let key = base64(&[0; 32]);
    let signed = |sign: &str, message: &str| base64(format!("{}{message}", sign.repeat(64)).as_bytes());
    let call = |signed: &str| format!("extract-signed('{signed}', '{key}')");
    let mut env = env();
    assert!(try_in(&call(&signed("1", "card 7")), &env).is_err());
    env.verifier = Some(Arc::new(Ones));
    assert_eq!(try_in(&call(&signed("1", "card 7")), &env).unwrap(), "card 7");
    assert_eq!(try_in(&call(&signed("2", "card 7")), &env).unwrap(), "");
    assert_eq!(try_in(&call("short"), &env).unwrap(), "");
}

#[test]
fn a_filter_gives_for_many_choices_what_it_gives_for_each() {
    let (form, answers, env, at) = (form(), answers(), env(), top("thing"));
    for text in [
        "kind = 'water'",
        "kind = if(${years} > 3, 'food', 'water') or name = ${thing}",
        "selected(${things}, name)",
        "position() = 1",
        "name = current()/../thing",
        "kind = instance('thing')/root/item[name = current()/../thing]/kind",
    ] {
        let filter = parse(text);
        let context = Context {
            form: &form,
            answers: &answers,
            at: &at,
            this: None,
            choice: None,
            env: &env,
        };
        let together = offered(&filter, &context, form.choices("thing")).unwrap();
        let one_by_one: Vec<bool> = form
            .choices("thing")
            .iter()
            .map(|choice| {
                let context = Context {
                    choice: Some(choice),
                    ..context.clone()
                };
                evaluate(&filter, &context).unwrap().to_boolean()
            })
            .collect();
        assert_eq!(together, one_by_one, "{text}");
    }
}

#[test]
#[ignore = "measures time, which is only worth something in a build for use"]
fn ten_thousand_choices_are_filtered_in_ten_milliseconds() {
    let (mut form, answers, env, at) = (form(), answers(), env(), top("thing"));
    let one = form.lists[0].choices[0].clone();
    form.lists[0].choices = (0..10_000)
        .map(|nth| {
            let mut choice = one.clone();
            choice.name = format!("n{nth}");
            choice.columns = BTreeMap::from([
                ("region".to_owned(), format!("{}", nth % 50)),
                ("type".to_owned(), if nth % 3 == 0 { "x" } else { "y" }.to_owned()),
            ]);
            choice
        })
        .collect();
    let context = Context {
        form: &form,
        answers: &answers,
        at: &at,
        this: None,
        choice: None,
        env: &env,
    };
    let filter = parse("region = ${years} and type != 'x'");
    let predicate = parse("count(instance('thing')/root/item[region = ${years} and type != 'x'])");
    // Other programs may take their turn in between, so the shortest of some times counts.
    let shortest = |work: &dyn Fn() -> usize| {
        let times = (0..7).map(|_| {
            let begun = std::time::Instant::now();
            assert_eq!(work(), 133);
            begun.elapsed()
        });
        times.min().unwrap()
    };
    let filtered = shortest(&|| {
        let kept = offered(&filter, &context, &form.lists[0].choices).unwrap();
        kept.into_iter().filter(|kept| *kept).count()
    });
    let counted = shortest(&|| evaluate(&predicate, &context).unwrap().to_number() as usize);
    println!("a filter: {filtered:?}; a predicate: {counted:?}");
    assert!(filtered.as_millis() < 10 && counted.as_millis() < 10);
}

#[test]
fn choices_from_files_have_their_labels_from_there() {
    let (mut form, answers, env, at) = (form(), answers(), with_tables(), top("years"));
    for item in &mut form.items {
        if let Item::Question(question) = item
            && question.name == "thing"
        {
            question.kind = QuestionKind::SelectOne(ChoiceSource::File {
                name: "towns.csv".into(),
                value: "name".into(),
                label: "label".into(),
            });
        }
    }
    let context = Context {
        form: &form,
        answers: &answers,
        at: &at,
        this: None,
        choice: None,
        env: &env,
    };
    for (name, label) in [("kitui", "Kitui, east"), ("nowhere", "nowhere")] {
        let expression = parse(&format!("jr:choice-name('{name}', '${{thing}}')"));
        let outcome = evaluate(&expression, &context).map(|outcome| outcome.to_text());
        assert_eq!(outcome.as_deref(), Ok(label));
    }
}

//! Forms of other organisations, which may not be part of this project: set BARAZA_EXTRA_FORMS to
//! a folder of them to see that each is read, or refused with a precise list.

use std::collections::BTreeMap;

use baraza_form::Form;

#[test]
fn forms_from_elsewhere_are_read_or_refused_precisely() {
    let Some(folder) = std::env::var_os("BARAZA_EXTRA_FORMS") else {
        return;
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        match Form::read_named(&name, &bytes) {
            Ok((form, warnings)) => {
                println!(
                    "{name}: {} questions, {} warnings",
                    form.questions().count(),
                    warnings.len()
                );
                for warning in &warnings {
                    println!("  {}: {warning}", warning.code);
                }
                assert_eq!(Form::read_markdown(&form.to_markdown()).unwrap(), form);
            }
            Err(errors) => {
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                for error in &errors {
                    *counts.entry(error.code).or_default() += 1;
                    println!("  {}: {error}", error.code);
                    assert!(
                        error.sheet.is_empty() || !error.hint.is_empty(),
                        "{error} says not what to do"
                    );
                }
                println!("{name}: refused: {counts:?}");
            }
        }
    }
}

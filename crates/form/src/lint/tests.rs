use crate::{Form, Source};

/// The codes of the warnings about a form of these rows, with the rows they are about.
fn codes(rows: &str) -> Vec<String> {
    let text = format!(
        "
| survey | | | | |
| | type | name | label | sensitivity |
{rows}
| choices | | | |
| | list_name | name | label |
| | l | a | A |
| settings | |
| | form_id |
| | f |"
    );
    let (form, _) = Form::read(Source::Markdown(&text)).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let about = |warning: crate::Warning| format!("{} {}", warning.row.unwrap_or_default(), warning.code);
    form.lint().into_iter().map(about).collect()
}

#[test]
fn what_identifies_somebody_is_told_in_every_language() {
    let rows = "
| | text | q1 | What is your full name? | |
| | text | q2 | Prénom du chef de ménage | |
| | text | q3 | ¿Cuál es su apellido? | |
| | text | q4 | الاسم الكامل | |
| | text | q5 | Jina lako ni nani? | |
| | text | q6 | Numéro de téléphone | |
| | integer | q7 | رقم الهاتف | |
| | text | q8 | Namba ya simu | |
| | text | q9 | Correo electrónico | |
| | text | q10 | Passport number | |
| | text | q11 | Numéro de la carte d’identité | |
| | text | firstName | How may we call you? | |
| | phonenumber | device_number | | |";
    let found = codes(rows);
    assert_eq!(found.len(), 13, "{found:?}");
    assert!(
        found.iter().all(|code| code.ends_with("identifier_in_general")),
        "{found:?}"
    );
}

#[test]
fn places_births_recordings_and_texts_are_told() {
    assert_eq!(
        codes(
            "
| | geopoint | home | Where is it? | |
| | text | where | Adresse | |
| | date | dob | Fecha de nacimiento | |
| | image | picture | A picture | |
| | text | remarks | What else would you like to say? | |"
        ),
        [
            "2 place_in_general",
            "3 place_in_general",
            "4 birth_date_in_general",
            "5 recording_in_general",
            "6 free_text_in_general",
        ]
    );
}

#[test]
fn what_may_endanger_somebody_is_told() {
    let rows = "
| | select_one l | q1 | Do you have a visa? | |
| | select_one l | q2 | Avez-vous subi des violences ? | |
| | select_one l | q3 | ¿Tiene alguna discapacidad? | |
| | select_one l | q4 | ما هي ديانتك؟ | |
| | select_one l | q5 | Kabila lako ni lipi? | |
| | select_multiple l | gbv_types | Which? | |
| | select_one l | q7 | Were you ever arrested? | |
| | select_one l | q8 | Quel est votre titre de séjour ? | |";
    let found = codes(rows);
    assert_eq!(found.len(), 8, "{found:?}");
    assert!(
        found.iter().all(|code| code.ends_with("status_in_general")),
        "{found:?}"
    );
}

#[test]
fn what_is_in_a_compartment_or_harmless_is_not_told() {
    let rows = "
| | text | head_name | Name of the head | identity |
| | text | remarks | Anything else? | protected |
| | select_one l | status | Legal status: asylum? | protected |
| | select_one l | village | Name of the village | |
| | integer | phones | How many phones do you own? | |
| | integer | members | Nombre de personnes | |
| | select_one l | clinic | Distance to the health facility | |
| | text | household_code | Household code | |
| | date | visit | Day of the visit | |
| | deviceid | device | | |
| | select_one l | farm | Type d’exploitation agricole | |
| | select_one l | income | Is your income irregular? | |
| | select_one l | stopped | A-t-il arrêté l’école ? | |
| | note | intro | We will not ask for your name. | |";
    assert_eq!(codes(rows), Vec::<String>::new());
}

#[test]
fn a_hint_names_the_compartment_to_use() {
    let text = "
| survey | | | |
| | type | name | label |
| | text | who | Your name |
| settings | |
| | form_id |
| | f |";
    let (form, _) = Form::read(Source::Markdown(text)).unwrap();
    assert_eq!(
        form.lint()[0].to_string(),
        "survey row 2, sensitivity: `who` asks for a name, and is kept in `general` (add a column `sensitivity` and write `identity` into it, unless nobody can be harmed by it)"
    );
}

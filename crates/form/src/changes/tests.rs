use crate::Form;

const OLDER: &str = "
| survey | | | | | | | |
| | type | name | label | relevant | constraint | calculation | sensitivity |
| | integer | age | How old? | | . < 120 | | |
| | text | village | Where do you live? | | | | |
| | select_one l | works | Do you work? | | | | |
| | integer | rooms | How many rooms? | | | | |
| | text | remarks | Anything else? | | | | |
| | text | gone | What was that? | | | | |
| | begin_group | home | Home | | | | |
| | text | roof | The roof | | | | |
| | end_group | | | | | | |
| | begin_repeat | people | People | | | | |
| | text | person | Person | | | | |
| | end_repeat | | | | | | |
| | calculate | sum | | | | ${age} + 1 | |
| choices | | | |
| | list_name | name | label |
| | l | yes | Yes |
| | l | no | No |
| settings | | |
| | form_id | version |
| | f | 1 |";

fn form(text: &str) -> Form {
    Form::read_markdown(text).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// What changes when the older form is written otherwise in one place.
fn changes(from: &str, to: &str) -> Vec<String> {
    assert!(OLDER.contains(from), "{from}");
    let newer = form(&OLDER.replacen(from, to, 1));
    let changes = form(OLDER).changes_to(&newer);
    changes.iter().map(ToString::to_string).collect()
}

#[test]
fn a_form_does_not_differ_from_itself() {
    assert_eq!(form(OLDER).changes_to(&form(OLDER)), []);
}

#[test]
fn each_change_is_told_with_what_it_means_for_answers() {
    for (from, to, told) in [
        (
            "| | text | gone | What was that? | | | | |\n",
            "",
            "`gone` is taken out: answers stay in the record and are not shown",
        ),
        (
            "| | text | gone |",
            "| | text | more | More? | | | | |\n| | text | gone |",
            "`more` is new: no answer is touched",
        ),
        (
            "| village | Where do you live? |",
            "| town | Where do you  live? |",
            "`village` seems to be called `town` now: answers stay in the record and are not shown",
        ),
        (
            "| integer | rooms |",
            "| decimal | rooms |",
            "`rooms` was of type integer and is of type decimal: answers stay in the record and no longer fit",
        ),
        (
            "| text | remarks |",
            "| barcode | remarks |",
            "`remarks` was of type text and is of type barcode: answers stand as they are",
        ),
        (
            "| | l | no | No |",
            "| | l | no | No |\n| | l | perhaps | Perhaps |",
            "`works` offers also perhaps: answers stand as they are",
        ),
        (
            "| | l | no | No |",
            "| | l | never | No |",
            "`works` offers no more no: answers stay in the record and no longer fit",
        ),
        (
            "| Anything else? | | | | |",
            "| Anything else? | | | | protected |",
            "`remarks` was kept in `general` and is kept in `protected`: answers stand as they are",
        ),
        (
            "| How many rooms? | |",
            "| How many rooms? | ${age} > 1 |",
            "`rooms` is asked under another condition: answers are kept, and hidden where the condition does not hold",
        ),
        (
            ". < 120",
            ". < 100",
            "`age` allows other answers: answers that the new rule refuses are to be changed",
        ),
        (
            "${age} + 1",
            "${age} + 2",
            "`sum` is computed in another way: answers are computed anew",
        ),
    ] {
        let found = changes(from, to);
        assert!(found.contains(&told.to_owned()), "{told}\nis not in\n{found:#?}");
    }
    assert_eq!(changes(". < 120", ".  <  120"), Vec::<String>::new());
}

#[test]
fn what_moves_is_told_apart_by_the_repeats_it_moves_between() {
    let roof = "| | text | roof | The roof | | | | |\n";
    let without = OLDER.replace(roof, "| | note | n | N | | | | |\n");
    let outside = form(&without.replace("| | begin_group | home", &format!("{roof}| | begin_group | home")));
    let told = |newer: &Form| -> Vec<String> {
        let changes = form(OLDER).changes_to(newer);
        changes
            .iter()
            .map(ToString::to_string)
            .filter(|change| change.contains("roof"))
            .collect()
    };
    assert_eq!(
        told(&outside),
        ["`home/roof` has moved to `roof`: answers stay in the record and are not shown"]
    );
    let inside = form(&without.replace("| | text | person |", &format!("{roof}| | text | person |")));
    assert_eq!(
        told(&inside),
        [
            "`home/roof` has moved to `people/roof`, into, out of or between repeats: answers stay in the record and are not shown"
        ]
    );
}

//! Tables and JSON: every answer in its column, every instance in its row.

use baraza_desk::export::{self, ExportError, INSTANCE_COLUMNS, RECORD_COLUMNS};
use form::{Form, Source, Value};

use crate::field::{FORM, at, dispute, lone_desk, text};

#[test]
fn records_and_instances_have_tables_of_their_own() {
    let (_folder, desk, record) = lone_desk();
    let tables = export::tables(&mut desk.lock().unwrap(), "household", None).unwrap();
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["household", "household-members"]);
    let [main, members] = &tables[..] else {
        panic!("{tables:?}")
    };
    assert_eq!(main.columns[..6], RECORD_COLUMNS);
    assert_eq!(
        main.columns[6..],
        ["home/code", "home/meals", "home/water", "size", "fear"]
    );
    assert_eq!(main.rows.len(), 1);
    let cells: Vec<&str> = main.rows[0]
        .iter()
        .map(|cell| cell.as_deref().unwrap_or("–"))
        .collect();
    assert_eq!(
        (cells[0], cells[2], cells[5]),
        (record.to_string().as_str(), "Desk in town", "0")
    );
    assert_eq!(cells[6..], ["<script>alert(1)</script>", "2", "yes", "2", "=1+1"]);

    assert_eq!(members.columns[..3], INSTANCE_COLUMNS);
    assert_eq!(members.columns[3..], ["members/name", "members/age"]);
    let people: Vec<_> = members
        .rows
        .iter()
        .map(|row| (row[3].as_deref(), row[4].as_deref()))
        .collect();
    assert_eq!(people, [(Some("Awa"), Some("34")), (Some("Binta"), Some("9"))]);
    assert!(
        members
            .rows
            .iter()
            .all(|row| row[0] == Some(record.to_string()) && row[1].is_none() && row[2].is_some())
    );
}

#[test]
fn versions_of_a_form_share_a_table_with_all_their_columns() {
    let (_folder, desk, _) = lone_desk();
    let mut desk = desk.lock().unwrap();
    let newer = FORM
        .replace("| household | 1 |", "| household | 2 |")
        .replace(
            "| | integer | meals |",
            "| | integer | rooms | Rooms | Pièces | | |\n| | integer | meals |",
        )
        .replace(
            "| | select_one yn | water | Is there water? | Y a-t-il de l’eau ? | | |\n",
            "",
        );
    desk.publish(&Form::read(Source::Markdown(&newer)).unwrap().0)
        .unwrap();
    let record = desk.start("household", None).unwrap();
    desk.answer(record, &at("home/rooms"), Value::Integer(3)).unwrap();
    desk.answer(record, &at("home/code"), text("B2")).unwrap();
    desk.finish(record).unwrap();
    let tables = export::tables(&mut desk, "household", None).unwrap();
    let main = &tables[0];
    assert_eq!(
        main.columns[6..],
        [
            "home/code",
            "home/rooms",
            "home/meals",
            "home/water",
            "size",
            "fear"
        ]
    );
    let mut rows: Vec<_> = main
        .rows
        .iter()
        .map(|row| (row[1].clone(), row[7].clone(), row[9].clone()))
        .collect();
    rows.sort();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        rows,
        [(some("1"), None, some("yes")), (some("2"), some("3"), None)]
    );
}

#[test]
fn a_form_nobody_answered_has_columns_and_no_rows_and_an_unknown_form_is_named() {
    let (_folder, desk, _) = lone_desk();
    let mut desk = desk.lock().unwrap();
    let other = FORM.replace("| household | 1 |", "| other | 1 |");
    desk.publish(&Form::read(Source::Markdown(&other)).unwrap().0)
        .unwrap();
    let tables = export::tables(&mut desk, "other", None).unwrap();
    assert!(
        tables.len() == 2
            && tables
                .iter()
                .all(|table| table.rows.is_empty() && table.columns.len() > 3)
    );
    assert_eq!(
        export::json(&mut desk, "other", None).unwrap(),
        serde_json::json!([])
    );
    assert!(matches!(
        export::tables(&mut desk, "nobody", None),
        Err(ExportError::Form(_))
    ));
    assert!(matches!(
        export::json(&mut desk, "nobody", None),
        Err(ExportError::Form(_))
    ));
}

#[test]
fn csv_does_not_run_in_a_spreadsheet() {
    let table = export::Table {
        name: "t".into(),
        columns: vec!["a".into(), "b".into(), "c".into(), "d".into(), "e".into()],
        rows: vec![
            vec![
                Some("=1+1".into()),
                Some("+221 77 123 45 67".into()),
                Some("-4.05 39.66 0 0".into()),
                None,
                Some("-5".into()),
            ],
            vec![
                Some("@x".into()),
                Some("+cmd|'/c calc'!A0".into()),
                Some("-x".into()),
                Some("a,\"b\"\nc".into()),
                Some("é".into()),
            ],
        ],
    };
    let mut csv = Vec::new();
    export::write_csv(&table, &mut csv).unwrap();
    let expected = "a,b,c,d,e\n'=1+1,+221 77 123 45 67,-4.05 39.66 0 0,,-5\n\
                    '@x,'+cmd|'/c calc'!A0,'-x,\"a,\"\"b\"\"\nc\",é\n";
    assert_eq!(String::from_utf8(csv).unwrap(), expected);
    assert_eq!(format!("{table:?}"), "Table(t, 5 columns, 2 rows)");
}

#[test]
fn json_has_the_record_and_its_answers_and_tells_of_disagreements() {
    let story = dispute();
    let json = export::json(&mut story.desk.lock().unwrap(), "household", None).unwrap();
    let [record] = &json.as_array().unwrap()[..] else {
        panic!("{json}")
    };
    assert_eq!(record["id"], story.record.to_string());
    assert_eq!(
        (&record["form"], &record["version"], &record["device"]),
        (&"household".into(), &"1".into(), &"amina".into())
    );
    assert_eq!(record["disagreements"], 2);
    assert_eq!(record["started"], "2026-11-16T07:00:00Z");
    assert_eq!(record["answers"]["members"][1]["name"], "Binta");
}

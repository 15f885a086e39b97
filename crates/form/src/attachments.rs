//! Tables from files that come with a form: CSV, GeoJSON and XML.
//!
//! Choices from files, `instance('file')` and `pulldata()` read their rows here. The bytes come
//! from whoever keeps the files; this crate only reads them.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::xml::{self, XmlError};

/// The most rows of one table.
const MAX_ROWS: usize = 500_000;
/// The most columns of one table.
const MAX_COLUMNS: usize = 1_000;
/// The most bytes of one file.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// The tables that come with a form.
pub trait Attachments {
    /// Returns the table in the file of this name, like `villages.csv`; `None` if it is not there.
    fn table(&self, file: &str) -> Option<&Table>;
}

/// Tables kept in memory, by the names of their files.
impl Attachments for BTreeMap<String, Table> {
    fn table(&self, file: &str) -> Option<&Table> {
        self.get(file)
    }
}

/// Rows of texts under named columns.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A file holds no table.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TableError {
    /// Its name ends in none of `.csv`, `.geojson` and `.xml`.
    #[error("`{file}` holds no table: tables are .csv, .geojson or .xml files")]
    Kind {
        /// The file's name.
        file: String,
    },
    /// It is no text in UTF-8.
    #[error("the file is not in UTF-8; save it as \"CSV UTF-8\"")]
    Encoding,
    /// It has more than 500,000 rows, 1,000 columns or 32 MiB.
    #[error("the table is too large: 500,000 rows, 1,000 columns and 32 MiB are the most")]
    TooLarge,
    /// It has no row of column names.
    #[error("the first row names the columns, and there is none")]
    NoColumns,
    /// It is no CSV.
    #[error("row {row}: the quotation marks do not fit")]
    Csv {
        /// The row, counted from 1.
        row: u64,
    },
    /// It is no GeoJSON feature collection.
    #[error("the file is no GeoJSON: {reason}")]
    GeoJson {
        /// What is wrong.
        reason: String,
    },
    /// It is no XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
}

impl Table {
    /// Reads a file by what its name ends in.
    ///
    /// # Errors
    /// If the file holds no table, or one that is too large.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Table, TableError> {
        if bytes.len() > MAX_BYTES {
            return Err(TableError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TableError::Encoding)?;
        let text = text.trim_start_matches('\u{feff}');
        match file.rsplit('.').next().map(str::to_lowercase).as_deref() {
            Some("csv") => Table::from_csv(text),
            Some("geojson") => Table::from_geojson(text),
            Some("xml") => Table::from_xml(text),
            _ => Err(TableError::Kind {
                file: file.to_owned(),
            }),
        }
    }

    /// Reads CSV whose first row names the columns. Semicolons and tabs divide too, if the first
    /// row has them and no comma.
    ///
    /// # Errors
    /// If the file is no CSV, or too large.
    pub fn from_csv(text: &str) -> Result<Table, TableError> {
        let first = text.lines().next().unwrap_or_default();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .find(|mark| first.as_bytes().contains(mark))
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(text.as_bytes());
        let unreadable = |error: csv::Error| TableError::Csv {
            row: error.position().map_or(1, csv::Position::record) + 1,
        };
        let columns: Vec<String> = reader
            .headers()
            .map_err(unreadable)?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if columns.iter().all(String::is_empty) {
            return Err(TableError::NoColumns);
        }
        let mut table = Table::of(columns)?;
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                table.push(cells)?;
            }
        }
        Ok(table)
    }

    /// Reads the features of a GeoJSON collection: their properties are the columns, beside
    /// `geometry` as an ODK text, and `id`.
    ///
    /// # Errors
    /// If the file is no collection of features, or too large.
    pub fn from_geojson(text: &str) -> Result<Table, TableError> {
        let wrong = |reason: &str| TableError::GeoJson {
            reason: reason.to_owned(),
        };
        let json: Json = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        if json.get("type").and_then(Json::as_str) != Some("FeatureCollection") {
            return Err(wrong("the outermost type is not FeatureCollection"));
        }
        let features = json.get("features").and_then(Json::as_array);
        let mut rows = Vec::new();
        for feature in features.ok_or_else(|| wrong("`features` is missing"))? {
            let mut row = vec![(
                "geometry".to_owned(),
                feature.get("geometry").map(geometry).unwrap_or_default(),
            )];
            if let Some(id) = feature.get("id") {
                row.push(("id".to_owned(), plain(id)));
            }
            let properties = feature.get("properties").and_then(Json::as_object);
            for (name, value) in properties.into_iter().flatten() {
                // An id beside the properties is the feature's own.
                if !row.iter().any(|(taken, _)| taken == name) {
                    row.push((name.clone(), plain(value)));
                }
            }
            rows.push(row);
        }
        Table::of_pairs(rows)
    }

    /// Reads `<root><item><name>…</name>…</item>…</root>`.
    ///
    /// # Errors
    /// If the file is no XML, or too large.
    pub fn from_xml(text: &str) -> Result<Table, TableError> {
        let document = xml::parse(text)?;
        let rows = document
            .root_element()
            .children()
            .filter(roxmltree::Node::is_element)
            .map(|item| {
                let cells = item.children().filter(roxmltree::Node::is_element);
                cells
                    .map(|cell| {
                        let name = cell.tag_name().name().to_owned();
                        (name, cell.text().unwrap_or_default().to_owned())
                    })
                    .collect()
            })
            .collect();
        Table::of_pairs(rows)
    }

    /// Returns the names of the columns, in order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Says whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns a cell by its row, counted from 0, and its column's name. A cell that was left out
    /// at the end of its row is empty; `None` without such a row or column.
    pub fn cell(&self, row: usize, column: &str) -> Option<&str> {
        let nth = self.columns.iter().position(|name| name == column)?;
        Some(self.rows.get(row)?.get(nth).map_or("", String::as_str))
    }

    fn of(columns: Vec<String>) -> Result<Table, TableError> {
        if columns.len() > MAX_COLUMNS {
            return Err(TableError::TooLarge);
        }
        Ok(Table {
            columns,
            rows: Vec::new(),
        })
    }

    fn of_pairs(rows: Vec<Vec<(String, String)>>) -> Result<Table, TableError> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut table = Table::default();
        for row in rows {
            let mut cells: Vec<String> = Vec::new();
            for (name, text) in row {
                let nth = *places.entry(name.clone()).or_insert_with(|| {
                    table.columns.push(name);
                    table.columns.len() - 1
                });
                if nth >= MAX_COLUMNS {
                    return Err(TableError::TooLarge);
                }
                if cells.len() <= nth {
                    cells.resize(nth + 1, String::new());
                }
                if let Some(cell) = cells.get_mut(nth).filter(|cell| cell.is_empty()) {
                    *cell = text;
                }
            }
            table.push(cells)?;
        }
        Ok(table)
    }

    fn push(&mut self, cells: Vec<String>) -> Result<(), TableError> {
        if self.rows.len() >= MAX_ROWS {
            return Err(TableError::TooLarge);
        }
        self.rows.push(cells);
        Ok(())
    }
}

/// A property as text.
fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A point, line or polygon as ODK writes it: latitude first.
fn geometry(json: &Json) -> String {
    let coordinates = json.get("coordinates");
    let points = match json.get("type").and_then(Json::as_str) {
        Some("Point") => return coordinates.and_then(point).unwrap_or_default(),
        Some("LineString") => coordinates.and_then(Json::as_array),
        // The outer ring: ODK shapes have no holes.
        Some("Polygon") => coordinates
            .and_then(Json::as_array)
            .and_then(|rings| rings.first())
            .and_then(Json::as_array),
        _ => None,
    };
    let points = points.into_iter().flatten().filter_map(point);
    points.collect::<Vec<_>>().join("; ")
}

fn point(json: &Json) -> Option<String> {
    let numbers: Option<Vec<f64>> = json.as_array()?.iter().map(Json::as_f64).collect();
    match numbers?.as_slice() {
        [longitude, latitude] => Some(format!("{latitude} {longitude} 0 0")),
        [longitude, latitude, altitude, ..] => Some(format!("{latitude} {longitude} {altitude} 0")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_file_is_read_by_its_first_row() {
        let table = Table::read("v.CSV", "\u{feff}name,label\na,\"A, b\"\n\nc\n".as_bytes()).unwrap();
        assert_eq!(table.columns(), ["name", "label"]);
        assert_eq!(table.len(), 2);
        assert_eq!(table.cell(0, "label"), Some("A, b"));
        assert_eq!(table.cell(1, "label"), Some(""));
        assert_eq!(table.cell(1, "other"), None);
        assert_eq!(table.cell(2, "name"), None);
        let table = Table::from_csv("name;label\na;b").unwrap();
        assert_eq!(table.cell(0, "label"), Some("b"));
        assert_eq!(Table::from_csv(""), Err(TableError::NoColumns));
    }

    #[test]
    fn features_become_rows_with_a_geometry() {
        let table = Table::from_geojson(
            r#"{"type":"FeatureCollection","features":[
                {"type":"Feature","id":"w1","geometry":{"type":"Point","coordinates":[39.5,-4.25]},
                 "properties":{"title":"Well","deep":12,"id":"x"}},
                {"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2],[3,4,5]]},
                 "properties":{"title":"Road","id":"r1"}}]}"#,
        )
        .unwrap();
        assert_eq!(table.cell(0, "id"), Some("w1"));
        assert_eq!(table.cell(0, "deep"), Some("12"));
        assert_eq!(table.cell(0, "geometry"), Some("-4.25 39.5 0 0"));
        assert_eq!(table.cell(1, "id"), Some("r1"));
        assert_eq!(table.cell(1, "geometry"), Some("2 1 0 0; 4 3 5 0"));
        assert!(Table::from_geojson("[]").is_err());
    }

    #[test]
    fn items_of_an_xml_file_become_rows() {
        let table =
            Table::from_xml("<root><item><name>a</name></item><item><label>B</label></item></root>").unwrap();
        assert_eq!(table.cell(0, "name"), Some("a"));
        assert_eq!(table.cell(1, "label"), Some("B"));
        assert_eq!(table.cell(1, "name"), Some(""));
        assert!(matches!(Table::from_xml("<root>"), Err(TableError::Xml(_))));
        assert!(matches!(Table::read("a.txt", b""), Err(TableError::Kind { .. })));
    }
}

//! Tables that come with a form: rows of CSV, GeoJSON and XML files, as expressions read them.

use std::sync::Arc;

use crate::xml::XmlError;
pub(crate) use tree::Tree;
pub(crate) use xml::grow;

mod csv;
mod geojson;
mod tree;
mod xml;

/// The most bytes of a file.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The most cells, elements and properties in it.
const MAX_NODES: usize = 2_000_000;

/// A file of rows: choices to select from, or data to look something up in.
///
/// Expressions see it as `root`, with one `item` for each row and in it one element for each
/// column that is filled. An XML file keeps the elements it has.
#[derive(Clone, PartialEq)]
pub struct Table {
    pub(crate) tree: Arc<Tree>,
    columns: Vec<String>,
    rows: Vec<u32>,
}

/// One row of a [`Table`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    node: u32,
}

/// The files that came with a form.
pub trait Attachments {
    /// Returns the table in the file of this name; `None` if there is none.
    fn table(&self, file: &str) -> Option<Arc<Table>>;
}

impl Attachments for std::collections::BTreeMap<String, Arc<Table>> {
    fn table(&self, file: &str) -> Option<Arc<Table>> {
        self.get(file).cloned()
    }
}

/// A file holds no table.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TableError {
    /// The name ends in none of the endings that are read.
    #[error("`{0}` is no table; .csv, .xml, .geojson and .json are")]
    Ending(String),
    /// The file is longer than 32 MiB or has more than 2,000,000 cells.
    #[error("the file is longer than 32 MiB, or has more than 2,000,000 cells")]
    TooLarge,
    /// The file is not written in UTF-8.
    #[error("the file is not UTF-8; save it as \"CSV UTF-8\" or \"Unicode (UTF-8)\"")]
    NotUtf8,
    /// A CSV file has no first line with the names of its columns.
    #[error("the first line has to name the columns")]
    NoColumns,
    /// A column is named twice.
    #[error("two columns are named `{0}`; give one of them another name")]
    ColumnTwice(String),
    /// A row of a CSV file has another number of cells than the first line.
    #[error("line {line} has {found} cells, and the first line {wanted}")]
    Cells {
        /// The line, counted from 1.
        line: u64,
        /// How many cells it has.
        found: u64,
        /// How many the first line has.
        wanted: u64,
    },
    /// The file is no CSV.
    #[error("this is no CSV: {0}")]
    Csv(String),
    /// The file is no JSON.
    #[error("this is no JSON: {0}")]
    Json(String),
    /// The file is no GeoJSON that can be selected from.
    #[error("{0}")]
    Geojson(String),
    /// The file is no XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
}

impl Table {
    /// Reads a file; the ending of its name says how it is written: `.csv`, `.xml`, `.geojson` or
    /// `.json`.
    ///
    /// # Errors
    /// If the ending is another, or the file is not what it says.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Table, TableError> {
        if bytes.len() > MAX_BYTES {
            return Err(TableError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TableError::NotUtf8)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_ascii_lowercase());
        let tree = match ending.as_deref() {
            Some("csv") => csv::read(text)?,
            Some("xml") => xml::read(text)?,
            Some("geojson" | "json") => geojson::read(text)?,
            _ => return Err(TableError::Ending(name.to_owned())),
        };
        Ok(Table::of(tree))
    }

    fn of(tree: Tree) -> Table {
        let root = tree.children(Tree::DOCUMENT).next().unwrap_or(Tree::DOCUMENT);
        let rows: Vec<u32> = tree.children(root).filter(|row| !tree.is_text(*row)).collect();
        let mut columns = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for cell in rows.iter().flat_map(|row| tree.children(*row)) {
            let name = tree.name(cell);
            if !name.is_empty() && seen.insert(name) {
                columns.push(name.to_owned());
            }
        }
        Table {
            tree: Arc::new(tree),
            columns,
            rows,
        }
    }

    /// Returns the names of the columns that any row fills, in the order they appear.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|node| Row {
            table: self,
            node: *node,
        })
    }
}

impl<'a> Row<'a> {
    /// Returns the text in a column; `None` if it is not filled.
    pub fn get(&self, column: &str) -> Option<&'a str> {
        self.cells()
            .find(|(name, _)| *name == column)
            .map(|(_, text)| text)
    }

    /// Goes through the filled columns with their texts.
    pub fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let tree = &self.table.tree;
        tree.children(self.node)
            .filter(|cell| !tree.is_text(*cell))
            .map(|cell| (tree.name(cell), tree.own_text(cell)))
    }
}

/// Shows the size only: the rows may be about people.
impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({} rows, columns {:?})", self.rows.len(), self.columns)
    }
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({})", self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &Table) -> Vec<Vec<(&str, &str)>> {
        table.rows().map(|row| row.cells().collect()).collect()
    }

    #[test]
    fn a_csv_file_has_a_row_for_each_line() {
        let text = "\u{feff}name,label,region\nhagadera,\"Hagadera, north\",garissa\nifo,Ifo,\n";
        let table = Table::read("towns.csv", text.as_bytes()).unwrap();
        assert_eq!(table.columns(), ["name", "label", "region"]);
        assert_eq!(
            rows(&table),
            [
                vec![
                    ("name", "hagadera"),
                    ("label", "Hagadera, north"),
                    ("region", "garissa")
                ],
                vec![("name", "ifo"), ("label", "Ifo"), ("region", "")],
            ]
        );
        assert_eq!(table.rows().next().unwrap().get("region"), Some("garissa"));
        assert_eq!(table.rows().next().unwrap().get("district"), None);
    }

    #[test]
    fn semicolons_divide_cells_if_the_first_line_has_no_commas() {
        let table = Table::read("towns.csv", b"name;label\nifo;Ifo, south").unwrap();
        assert_eq!(rows(&table), [[("name", "ifo"), ("label", "Ifo, south")]]);
    }

    #[test]
    fn a_geojson_file_has_a_row_for_each_feature() {
        let text = r#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "id": 7, "properties": {"title": "Well", "depth": 12.5, "dry": false},
             "geometry": {"type": "Point", "coordinates": [40.1, 0.5]}},
            {"type": "Feature", "properties": {"id": "b"},
             "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4, 5]]}}]}"#;
        let table = Table::read("wells.geojson", text.as_bytes()).unwrap();
        assert_eq!(
            rows(&table),
            [
                vec![
                    ("geometry", "0.5 40.1 0 0"),
                    ("id", "7"),
                    ("depth", "12.5"),
                    ("dry", "false"),
                    ("title", "Well"),
                ],
                vec![("geometry", "2 1 0 0; 4 3 5 0"), ("id", "b")],
            ]
        );
    }

    #[test]
    fn an_xml_file_keeps_its_elements() {
        let text = "<root><item><name>a</name><label>A &amp; B</label></item><item/></root>";
        let table = Table::read("a.xml", text.as_bytes()).unwrap();
        assert_eq!(rows(&table), [vec![("name", "a"), ("label", "A & B")], vec![]]);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let refused = |name, text: &str| Table::read(name, text.as_bytes()).unwrap_err();
        assert_eq!(refused("a.pdf", ""), TableError::Ending("a.pdf".into()));
        assert_eq!(refused("a.csv", ""), TableError::NoColumns);
        assert_eq!(refused("a.csv", "a,b,a\n"), TableError::ColumnTwice("a".into()));
        assert_eq!(
            refused("a.csv", "a,b\n1,2\n1,2,3\n"),
            TableError::Cells {
                line: 3,
                found: 3,
                wanted: 2
            }
        );
        assert!(matches!(refused("a.geojson", "{"), TableError::Json(_)));
        assert!(matches!(refused("a.geojson", "{}"), TableError::Geojson(_)));
        assert!(matches!(refused("a.xml", "<a>"), TableError::Xml(_)));
        assert_eq!(Table::read("a.csv", b"a\n\xff").unwrap_err(), TableError::NotUtf8);
    }
}

//! `baraza export`

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use desk::export;

use crate::home::Home;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    home: Home,
    /// The form's id
    #[arg(long, value_name = "ID")]
    form: String,
    /// Only records in which consent or another basis covers this purpose, such as `research`
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// A folder for the tables: one for the records, one for each repeat. Without it the records are printed
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

impl Export {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        eprintln!(
            "These tables hold what people said, with nothing withheld: keep them as safe as the notebook."
        );
        let mut notebook = self.home.open()?;
        match (self.format, self.out) {
            (Format::Json, None) => {
                output::json(&export::json(&mut notebook, &self.form, self.purpose.as_deref())?)?
            }
            (Format::Json, Some(folder)) => {
                std::fs::create_dir_all(&folder)?;
                let file = File::create(folder.join(format!("{}.json", self.form)))?;
                serde_json::to_writer_pretty(
                    file,
                    &export::json(&mut notebook, &self.form, self.purpose.as_deref())?,
                )?;
            }
            (Format::Csv, None) => {
                let tables = export::tables(&mut notebook, &self.form, self.purpose.as_deref())?;
                if let Some(records) = tables.first() {
                    export::write_csv(records, std::io::stdout().lock())?;
                }
                if tables.len() > 1 {
                    eprintln!(
                        "There are {} more tables, for repeats: use --out DIR to write all.",
                        tables.len() - 1
                    );
                }
            }
            (Format::Csv, Some(folder)) => {
                std::fs::create_dir_all(&folder)?;
                for table in export::tables(&mut notebook, &self.form, self.purpose.as_deref())? {
                    let path = folder.join(format!("{}.csv", table.name));
                    let file = File::create(&path)
                        .with_context(|| format!("{} cannot be written", path.display()))?;
                    export::write_csv(&table, file)?;
                    println!("{}: {} rows", path.display(), table.rows.len());
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

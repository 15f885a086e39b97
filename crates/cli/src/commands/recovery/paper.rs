//! A share as a person keeps it: a text, and a page to print.

use std::fmt::Write as _;

use jiff::civil::Date;
use seal::recovery::Share;
use zeroize::Zeroizing;

use crate::qr::Code;

/// One share, to be written down.
pub(super) struct Sheet<'s> {
    pub(super) share: &'s Share,
    /// How many shares there are.
    pub(super) of: u8,
    pub(super) today: Date,
}

impl Sheet<'_> {
    fn title(&self) -> String {
        format!("Baraza recovery: share {} of {}", self.share.number(), self.of)
    }

    fn marks(&self) -> String {
        format!(
            "programme {} · key {} · made on {}",
            self.share.programme(),
            self.share.split(),
            self.today
        )
    }

    fn advice(&self) -> String {
        format!(
            "Any {} of the {} shares bring the programme's desk back, with all that was said to it. Keep this one where \
             only you find it, away from the others, and hand it out only when a desk is lost and you know who asks.",
            self.share.need(),
            self.of
        )
    }

    /// Returns the share as text: the numbered lines are what counts.
    pub(super) fn text(&self) -> anyhow::Result<Zeroizing<String>> {
        let mut text = Zeroizing::new(format!("{}\n{}\n\n", self.title(), self.marks()));
        for (n, line) in self.share.lines().iter().enumerate() {
            writeln!(text, "{}: {line}", n + 1)?;
        }
        writeln!(text, "\n{}", self.advice())?;
        Ok(text)
    }

    /// Returns the share as a page to print, with a code that holds the words.
    pub(super) fn page(&self) -> anyhow::Result<Zeroizing<String>> {
        let lines = self.share.lines();
        let code = Code::of(&lines.join(" "))?.svg();
        let mut words = Zeroizing::new(String::new());
        for line in lines.iter() {
            write!(words, "<li>{line}</li>")?;
        }
        Ok(Zeroizing::new(format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
             <style>body{{font:12pt/1.5 serif;margin:2cm;max-width:16cm}}li{{font-family:monospace}}</style></head>\n\
             <body><h1>{title}</h1><p>{marks}</p><ol>{words}</ol>{code}<p>{advice}</p></body></html>\n",
            title = self.title(),
            marks = self.marks(),
            words = words.as_str(),
            advice = self.advice(),
        )))
    }
}

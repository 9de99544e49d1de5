//! Reading a CSV file: from bytes to rows of cells under known columns.

use std::collections::HashMap;
use std::fs;

use csv::{ReaderBuilder, StringRecord};

use super::File;
use super::columns::Kind;
use super::findings::Findings;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A file as rows of cells.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) kind: Kind,
    /// The file as it was given.
    pub(super) file: String,
    /// Where each column of the file is.
    columns: HashMap<&'static str, usize>,
    pub(super) records: Vec<Record>,
    /// Whether every row could be taken apart. If not, what other sheets refer to may stand in one that could not.
    pub(super) complete: bool,
}

/// A row.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it begins; the first line of the file is 1.
    pub(super) line: u64,
    cells: StringRecord,
}

impl Sheet {
    /// Reads a file; what is wrong with it is added to `findings`.
    pub(super) fn read(file: &File, findings: &mut Findings) -> Self {
        let name = file.path.display().to_string();
        let too_large = |length| length > LARGEST;
        let bytes = fs::metadata(&file.path).and_then(|about| match about.len() {
            length if too_large(length) => Ok(None),
            _ => fs::read(&file.path).map(Some),
        });
        let reason = match bytes {
            Ok(Some(bytes)) => return Self::parse(file.kind, name, &bytes, findings),
            Ok(None) => "The file is larger than 64 MiB. Split it and import the parts.".to_owned(),
            Err(error) => format!("The file cannot be read: {error}."),
        };
        findings.add(&name, None, None, reason);
        Self::unread(file.kind, name)
    }

    pub(super) fn parse(kind: Kind, file: String, bytes: &[u8], findings: &mut Findings) -> Self {
        let mut sheet = Self::unread(kind, file);
        let text = match text_of(bytes) {
            Ok(text) => text,
            Err((line, reason)) => {
                findings.add(&sheet.file, line, None, reason);
                return sheet;
            }
        };
        let separator = separator(text);
        let mut lines = Lines::new(text);
        let mut records = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .into_records()
            .filter_map(Result::ok)
            .map(|cells| {
                let start = cells.position().map_or(0, csv::Position::byte);
                (lines.at(start), cells)
            })
            .filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
        let Some((line, header)) = records.next() else {
            let names = names(kind);
            let reason = format!("The file is empty. Its first line names its columns: {names}.");
            findings.add(&sheet.file, None, None, reason);
            return sheet;
        };
        let width = filled_width(&header);
        if !sheet.read_header(line, header.iter().take(width), findings) {
            return sheet;
        }
        sheet.complete = true;
        let rows: Vec<(u64, StringRecord)> = records.collect();
        sheet.take_rows(rows, (width, separator, text), findings);
        sheet
    }

    fn unread(kind: Kind, file: String) -> Self {
        Self {
            kind,
            file,
            columns: HashMap::new(),
            records: Vec::new(),
            complete: false,
        }
    }

    /// Finds the columns. Answers whether the rows can be read.
    fn read_header<'h>(
        &mut self,
        line: u64,
        header: impl Iterator<Item = &'h str>,
        findings: &mut Findings,
    ) -> bool {
        for (index, given) in header.enumerate() {
            let mut fault = |reason: String| findings.add(&self.file, Some(line), None, reason);
            let name = given.trim().to_lowercase().replace([' ', '-'], "_");
            match self.kind.column(&name) {
                Some(column) => {
                    if self.columns.insert(column.name, index).is_some() {
                        fault(format!("The column “{}” is there twice.", column.name));
                    }
                }
                None if name.is_empty() => {
                    fault(format!("Column {} has no name in this line.", index + 1));
                }
                None => fault(unknown(self.kind, given.trim(), &name)),
            }
        }
        let missing: Vec<&str> = self
            .kind
            .columns()
            .iter()
            .filter(|column| column.required && !self.columns.contains_key(column.name))
            .map(|column| column.name)
            .collect();
        for name in &missing {
            let reason = format!(
                "The column “{name}” is missing; it is needed in every file of {}.",
                self.kind.word()
            );
            findings.add(&self.file, Some(line), Some(name), reason);
        }
        missing.is_empty()
    }

    fn take_rows(
        &mut self,
        rows: Vec<(u64, StringRecord)>,
        (width, separator, text): (usize, u8, &str),
        findings: &mut Findings,
    ) {
        let last = rows.len().saturating_sub(1);
        for (index, (line, cells)) in rows.into_iter().enumerate() {
            let fault = if index == last && opens_a_quotation(&cells, separator, text) {
                Some("A quotation mark is opened in this row and never closed.".to_owned())
            } else if cells.iter().any(|cell| cell.contains('\0')) {
                Some("There is a NUL character in this row; take it out.".to_owned())
            } else {
                (cells.len() < width || filled_width(&cells) > width).then(|| {
                    format!(
                        "This row has {} cells, but there are {width} columns. Put cells with a “{}” inside into quotation marks.",
                        cells.len(),
                        char::from(separator)
                    )
                })
            };
            match fault {
                Some(reason) => {
                    findings.add(&self.file, Some(line), None, reason);
                    self.complete = false;
                }
                None => self.records.push(Record { line, cells }),
            }
        }
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The trimmed cell of a row; none when it is empty or the file has no such column.
    pub(super) fn cell<'r>(&self, record: &'r Record, column: &str) -> Option<&'r str> {
        let cell = record.cells.get(*self.columns.get(column)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

/// How many cells there are without the empty ones at the end.
fn filled_width(cells: &StringRecord) -> usize {
    let filled = |index: &usize| {
        cells
            .get(*index)
            .is_some_and(|cell| !cell.trim().is_empty())
    };
    (0..cells.len())
        .rev()
        .find(filled)
        .map_or(0, |last| last + 1)
}

/// The text of a file without its byte order mark, or where and why it is none.
fn text_of(bytes: &[u8]) -> Result<&str, (Option<u64>, &'static str)> {
    const HINT: &str =
        "This is not UTF-8 text. Save the spreadsheet as “CSV UTF-8” and import that.";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err((Some(1), HINT));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.iter().take(error.valid_up_to());
        let breaks = before.filter(|byte| **byte == b'\n').count();
        (Some(breaks as u64 + 1), HINT)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Comma or semicolon: whichever the line with the columns' names has more of.
fn separator(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |separator| header.matches(separator).count();
    if count(';') > count(',') { b';' } else { b',' }
}

/// Whether the last row of a file opens a quotation mark that nothing closes, and so swallowed the rest of the file.
fn opens_a_quotation(cells: &StringRecord, separator: u8, text: &str) -> bool {
    let start = cells.position().map_or(0, csv::Position::byte);
    let rest = usize::try_from(start)
        .ok()
        .and_then(|start| text.get(start..))
        .unwrap_or_default()
        .trim_start_matches(['\r', '\n']);
    let opened = format!("{}\"", char::from(separator));
    rest.matches('"').count() % 2 == 1 && (rest.starts_with('"') || rest.contains(&opened))
}

fn unknown(kind: Kind, given: &str, name: &str) -> String {
    let near = kind
        .columns()
        .iter()
        .map(|column| (strsim::osa_distance(name, column.name), column.name))
        .filter(|(distance, _)| distance * 3 <= name.len())
        .min();
    let hint = near.map_or_else(String::new, |(_, near)| format!(" Did you mean “{near}”?"));
    let given = crate::domain::check::shortened(given);
    format!(
        "There is no column “{given}”.{hint} The columns of {} are: {}.",
        kind.word(),
        names(kind)
    )
}

fn names(kind: Kind) -> String {
    let names: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
    names.join(", ")
}

/// Tells line numbers of byte positions that only grow. The CSV reader's own count is off after line breaks of two
/// characters and empty lines.
struct Lines<'t> {
    text: &'t [u8],
    counted: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            counted: 0,
            line: 1,
        }
    }

    /// The line of the first text at or after a byte.
    fn at(&mut self, start: u64) -> u64 {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.counted) {
            if self.counted >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.counted += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(bytes: &[u8]) -> (Sheet, Vec<String>) {
        let mut findings = Findings::default();
        let sheet = Sheet::parse(Kind::Clients, "clients.csv".into(), bytes, &mut findings);
        let (findings, _) = findings.into_parts(&["clients.csv"]);
        (sheet, findings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn commas_semicolons_marks_and_breaks_read_the_same() {
        for text in [
            "name,starts_on\nAcme,2024-01-01\n\nBolt,2024-02-01\n",
            "\u{feff}name;starts_on\r\nAcme;2024-01-01\r\n\r\nBolt;2024-02-01",
            "Name,Starts on,,\n\"Acme\",2024-01-01,,\n,,,\n Bolt ,2024-02-01,,\n",
        ] {
            let (sheet, findings) = parsed(text.as_bytes());
            assert_eq!(findings, [""; 0]);
            let read: Vec<_> = sheet
                .records
                .iter()
                .map(|record| {
                    (
                        record.line,
                        sheet.cell(record, "name"),
                        sheet.cell(record, "starts_on"),
                    )
                })
                .collect();
            assert_eq!(
                read,
                [
                    (2, Some("Acme"), Some("2024-01-01")),
                    (4, Some("Bolt"), Some("2024-02-01"))
                ]
            );
        }
    }

    #[test]
    fn a_row_with_line_breaks_inside_counts_from_where_it_begins() {
        let (sheet, _) = parsed(b"name,starts_on\r\n\"A\r\n\r\nB\",2024-01-01\r\nC,2024-01-01\r\n");
        let lines: Vec<u64> = sheet.records.iter().map(|record| record.line).collect();
        assert_eq!(lines, [2, 5]);
    }

    #[test]
    fn what_cannot_be_taken_apart_is_told_by_its_line() {
        let (sheet, findings) = parsed(
            b"name,starts_on,grwth\nAcme\nBolt,2024-01-01,3,4\nCo\0rp,2024-01-01,3\n\"Dot,2024-01-01,3\nEnd,2024-01-01,3\n",
        );
        assert!(sheet.records.is_empty() && !sheet.complete);
        let starts = [
            "clients.csv:1: There is no column “grwth”. Did you mean “growth”? The columns of clients are: name, ",
            "clients.csv:2: This row has 1 cells, but there are 3 columns.",
            "clients.csv:3: This row has 4 cells, but there are 3 columns.",
            "clients.csv:4: There is a NUL character",
            "clients.csv:5: A quotation mark is opened in this row and never closed.",
        ];
        assert_eq!(findings.len(), starts.len(), "{findings:?}");
        for (finding, start) in findings.iter().zip(starts) {
            assert!(finding.starts_with(start), "{finding}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_told_by_their_line() {
        for (bytes, line) in [
            (
                &b"name,starts_on\nAcme,2024-01-01\nCaf\xe9,2024-01-01\n"[..],
                3,
            ),
            (b"\xff\xfen\0a\0m\0e\0", 1),
        ] {
            let (_, findings) = parsed(bytes);
            assert_eq!(findings.len(), 1);
            assert!(findings[0].starts_with(&format!("clients.csv:{line}: This is not UTF-8")));
        }
    }

    #[test]
    fn a_file_needs_a_line_with_the_required_columns() {
        for empty in ["", "\u{feff}", "\r\n\r\n", ",,\n"] {
            let (_, findings) = parsed(empty.as_bytes());
            assert!(
                findings[0].starts_with("clients.csv: The file is empty."),
                "{findings:?}"
            );
        }
        let (sheet, findings) = parsed(b"name,name\nAcme,Acme\n");
        assert_eq!(
            findings,
            [
                "clients.csv:1: The column “name” is there twice.",
                "clients.csv:1:starts_on: The column “starts_on” is missing; it is needed in every file of clients."
            ]
        );
        assert!(!sheet.complete);
        let (sheet, findings) = parsed(b"name,starts_on");
        assert!(findings.is_empty() && sheet.complete && sheet.records.is_empty());
    }
}

#!/usr/bin/env python3
"""Writes each form's workbook (.xlsx) from its Markdown tables (.md).

    make.py            writes the workbooks
    make.py --check    writes nothing; fails if a workbook does not say what its tables say

The tables are in the Markdown flavour of pyxform: a row's first cell names a sheet or is
empty, `\\|` stands for a bar within a cell, and whatever is no table row is skipped.
The same tables always give the same bytes. Needs openpyxl.
"""

import argparse
import io
import re
import sys
import zipfile
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

FOLDER = Path(__file__).resolve().parent

# Written into the workbooks in place of the time at which they are made.
NO_TIME = datetime(2000, 1, 1)

WIDTHS = {
    "type": 24, "name": 22, "list_name": 18, "label": 52, "hint": 36, "required": 10, "required_message": 24,
    "relevant": 34, "constraint": 34, "constraint_message": 34, "calculation": 36, "choice_filter": 22,
    "form_title": 44, "instance_name": 44,
}  # fmt: skip
USUAL_WIDTH = 16

HEADER_FONT = Font(bold=True)
HEADER_FILL = PatternFill("solid", fgColor="D9E2EC")
GROUP_FILL = PatternFill("solid", fgColor="F0F3F6")
SENSITIVE_FILL = {
    "identity": PatternFill("solid", fgColor="FFF3D6"),
    "protected": PatternFill("solid", fgColor="FBE3E0"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a workbook is out of date")
    check = parser.parse_args().check

    stale = 0
    for tables in sorted(FOLDER.glob("*.md")):
        if tables.name == "README.md":
            continue
        sheets = read_tables(tables.read_text(encoding="utf-8"))
        workbook = tables.with_suffix(".xlsx")
        if not check:
            workbook.write_bytes(to_workbook(sheets))
            print(f"{workbook.name} written")
        elif not workbook.exists() or read_workbook(workbook) != sheets:
            stale += 1
            print(f"{workbook.name} does not say what {tables.name} says: run make.py", file=sys.stderr)
        else:
            print(f"{workbook.name} says what {tables.name} says")
    return 1 if stale else 0


def read_tables(text: str) -> dict[str, list[list[str]]]:
    """Returns the rows of every sheet, the header first, all of one length."""
    sheets: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not (line.startswith("|") and line.endswith("|") and len(line) > 1):
            continue
        sheet, *cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line[1:-1])]
        if sheet:
            rows = sheets.setdefault(sheet, [])
        if not any(cells):
            continue
        if rows and len(cells) != len(rows[0]):
            sys.exit(f"line {number} has {len(cells)} cells, the header of its sheet has {len(rows[0])}")
        rows.append(cells)
    return sheets


def to_workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.active)
    workbook.properties.creator = "Baraza contributors"
    for name, rows in sheets.items():
        fill_sheet(workbook.create_sheet(name), rows)
    written = io.BytesIO()
    workbook.save(written)
    return without_times(written)


def fill_sheet(sheet, rows: list[list[str]]) -> None:
    header = rows[0]
    for row_number, row in enumerate(rows, 1):
        fill = row_fill(dict(zip(header, row)))
        for column_number, text in enumerate(row, 1):
            cell = sheet.cell(row_number, column_number)
            if text:
                cell.value = text
                cell.data_type = "s"  # Text, also where it looks like a number or a formula.
            cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if row_number == 1:
                cell.font, cell.fill = HEADER_FONT, HEADER_FILL
            elif fill:
                cell.fill = fill
    for column_number, name in enumerate(header, 1):
        width = WIDTHS.get(name.split("::")[0], USUAL_WIDTH)
        sheet.column_dimensions[get_column_letter(column_number)].width = width
    sheet.freeze_panes = "A2" if sheet.title == "settings" else "C2"


def row_fill(row: dict[str, str]) -> PatternFill | None:
    sensitive = SENSITIVE_FILL.get(row.get("sensitivity", ""))
    grouping = row.get("type", "").startswith(("begin_", "end_"))
    return sensitive or (GROUP_FILL if grouping else None)


def without_times(written: io.BytesIO) -> bytes:
    """Packs a workbook again without the time at which it was made, so that its bytes stay the same."""
    packed = io.BytesIO()
    stamp = NO_TIME.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(packed, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, date_time=NO_TIME.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return packed.getvalue()


def read_workbook(path: Path) -> dict[str, list[list[str]]]:
    workbook = load_workbook(path)
    return {
        sheet.title: [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in workbook.worksheets
    }


if __name__ == "__main__":
    sys.exit(main())

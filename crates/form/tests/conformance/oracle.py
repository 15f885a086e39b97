#!/usr/bin/env python3
"""What the reference converter makes of the forms in `forms/` and `files/`.

Runs where pyxform 4.5.0 is installed, with Java 17 for the ODK Validate it brings along:

    oracle.py --write             writes `goldens/`
    oracle.py --check             does it again in a scratch folder, and fails if anything differs
    oracle.py --show TOPIC/CASE   shows the XForm of one form, and all that is said about it
    oracle.py --extra IN OUT      writes OUT/extra.txt about the forms of the folder IN

A golden says of each form whether the converter takes it, whether ODK Validate takes what the
converter made, and what that is: one line for each element and text, attributes in order, white
space between elements left out. `../conformance.rs` writes the same lines for our own XForm.
"""

import argparse
import difflib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import pyxform
from pyxform.errors import ErrorCode
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH
from pyxform.xls2xform import convert

HERE = pathlib.Path(__file__).resolve().parent
CONVERTER = "4.5.0"
BATCH = 100
SPACES = {
    "http://www.w3.org/2002/xforms": "",
    "http://www.w3.org/1999/xhtml": "h:",
    "http://www.w3.org/2001/xml-events": "ev:",
    "http://www.w3.org/2001/XMLSchema": "xsd:",
    "http://openrosa.org/javarosa": "jr:",
    "http://openrosa.org/xforms": "orx:",
    "http://www.opendatakit.org/xforms": "odk:",
    "http://www.opendatakit.org/xforms/entities": "entities:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}
TEXTUAL = {"label", "hint", "value"}


def forms():
    """All forms of the project, by topic and case: what is read, and from what kind of file."""
    found = {}
    for file in sorted((HERE / "forms").glob("*.md")):
        case = None
        for line in file.read_text(encoding="utf-8").split("\n"):
            if line.startswith("## "):
                case = f"{file.stem}/{line[3:].strip()}"
                if case in found:
                    sys.exit(f"{case} is there twice")
                found[case] = (".md", [])
            elif case and line.startswith("|"):
                found[case][1].append(line)
    found = {
        case: (suffix, "\n".join(lines).encode() + b"\n") for case, (suffix, lines) in found.items()
    }
    return {**found, **files(HERE / "files", "files")}


def files(folder, topic):
    """The forms of a folder, one in each file."""
    return {
        f"{topic}/{file.name}": (file.suffix, file.read_bytes())
        for file in sorted(folder.iterdir())
        if file.suffix in {".xlsx", ".xlsm", ".xls", ".csv", ".md"}
    }


class Outcome:
    """What became of a form."""

    def __init__(self):
        self.refused = None
        self.warnings = []
        self.xform = None
        self.invalid = None

    def golden(self):
        """The lines of the golden."""
        if self.refused is not None:
            return [f"refused {self.refused}"]
        if self.invalid is not None:
            return [f"invalid {self.invalid}", *canonical(self.xform)]
        return ["accepted", *canonical(self.xform)]


def convert_form(case, suffix, content, folder):
    """Converts one form, from a file as an author would name it."""
    outcome = Outcome()
    name = case.split("/", 1)[1]
    file = folder / (name if name.endswith(suffix) else name + suffix)
    file.write_bytes(content)
    try:
        made = convert(str(file), warnings=outcome.warnings, validate=False, pretty_print=False)
        outcome.xform = made.xform
    except Exception as error:  # some mistakes surface as KeyError and the like: refused all the same
        outcome.refused = refusal(error)
    return outcome


def templates():
    """The converter's own codes, by what their messages look like."""
    shapes = []
    for code in ErrorCode:
        parts = re.split(r"(\{\{|\}\}|\{\w+\})", code.value.msg)
        pattern = "".join(
            {"{{": r"\{", "}}": r"\}"}.get(part, ".*?" if part.startswith("{") else re.escape(part))
            for part in parts
        )
        shapes.append((code.name, re.compile(pattern, re.S)))
    return shapes


TEMPLATES = templates()


def refusal(error):
    """The class of a refusal, and the row it names: without what varies from form to form."""
    said = str(error).strip()
    if not isinstance(error, pyxform.errors.PyXFormError):
        return f"row=- {type(error).__name__}"
    row = re.search(r"\[row : (\d+)\]", said)
    row = row.group(1) if row else "-"
    for code, shape in TEMPLATES:
        if shape.match(said):
            return f"row={row} {code}"
    first = re.sub(r"\[row : \d+\]\s*", "", said).split("\n")[0]
    first = re.sub(r"\{[^}]*\}|\$\{[^}]*\}|\[[^\]]*\]|'[^']*'|\"[^\"]*\"", "…", first)
    first = re.sub(r"(sheet|match|Media type|header): .*?( not supported)?$", r"\1: …\2", first)
    return f"row={row} {first[:110].strip()}"


def validate(outcomes, folder):
    """Has ODK Validate look at all that were converted, many in one Java machine."""
    written = {}
    for number, (case, outcome) in enumerate(outcomes.items()):
        if outcome.xform is not None:
            file = folder / f"form-{number}.xml"
            file.write_text(outcome.xform, encoding="utf-8")
            written[file.name] = case
    names = list(written)
    for start in range(0, len(names), BATCH):
        said = subprocess.run(
            ["java", "-Djava.awt.headless=true", "-Xmx512m", "-jar", ODK_VALIDATE_PATH, *names[start : start + BATCH]],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        each, _, failed = said.stdout.partition("\nThe following files failed validation:\n")
        if said.returncode not in (0, 1) or (said.returncode == 1) != bool(failed):
            sys.exit(f"ODK Validate did not run: {said.stdout[-2000:]}")
        reports = dict(re.findall(r"^Validating: (\S+)\n(.*?)(?=^Validating: |\Z)", each, re.S | re.M))
        for name in failed.split("\n\nResult:")[0].split():
            outcomes[written[name]].invalid = complaint(reports.get(name, ""))
            outcomes[written[name]].said = reports.get(name, "")


def complaint(report):
    """The line of ODK Validate's report that says what is wrong, without what varies."""
    lines = [line.strip() for line in report.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("at ", "...", ">>"))]
    lines = [re.sub(r"^(Caused by: )?(\w+\.)+\w*(Exception|Error)\b:?\s*", "", line) for line in lines]
    telling = (
        "cannot handle function", "Cycle", "cycle", "references itself", "no corresponding", "Invalid XPath", "bad XPath",
        "Bad XPath", "Parse error", "doesn't exist", "does not exist", "type mismatch", "XPath evaluation:", "no node", "wrong number",
    )  # fmt: skip
    for line in lines:
        if any(word in line for word in telling):
            return shorten(line)
    return shorten(next((line for line in lines if line), "without a word"))


def shorten(line):
    line = re.sub(r"\S*/data/\S*|/\w+(/\S+)+", "…", line)
    line = re.sub(r"@[0-9a-f]{4,}", "", line)
    return line[:140].strip()


def canonical(xform):
    """The XForm as lines: see the top of this file."""
    declared = []
    root = None
    try:
        for event, value in ElementTree.iterparse(io.BytesIO(xform.encode()), ["start-ns", "start"]):
            if event == "start-ns" and root is None:
                declared.append(value)
            elif event == "start" and root is None:
                root = value
    except ElementTree.ParseError:
        return []  # nothing well-formed: ODK Validate refuses it too
    lines = []
    attributes = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in declared}
    write(root, 0, attributes, lines)
    return lines


def write(element, depth, more, lines):
    attributes = {**more, **{qualified(name): value for name, value in element.attrib.items()}}
    name = qualified(element.tag)
    told = "".join(f" {key}={quoted(value)}" for key, value in sorted(attributes.items()))
    lines.append(f"{' ' * depth}{name}{told}")
    keep = name in TEXTUAL
    text(element.text, depth + 1, keep, lines)
    children = list(element)
    if name == "model":
        children.sort(key=place_in_model)
    for child in children:
        write(child, depth + 1, {}, lines)
        text(child.tail, depth + 1, keep, lines)


def place_in_model(child):
    """Secondary instances by their ids: the converter's own order of some changes from run to run."""
    part = {"submission": 0, "itext": 1, "instance": 2}.get(qualified(child.tag), 3)
    return part, child.get("id", "") if part == 2 else ""


def text(content, depth, keep, lines):
    if content and (keep or content.strip()):
        lines.append(f"{' ' * depth}{quoted(content)}")


def qualified(name):
    if name.startswith("{"):
        space, local = name[1:].split("}", 1)
        return SPACES[space] + local if space in SPACES else name
    return name


def quoted(value):
    value = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def write_goldens(outcomes, folder):
    topics = {}
    for case, outcome in outcomes.items():
        topic, name = case.split("/", 1)
        topics.setdefault(topic, []).append("\n".join([f"## {name}", *outcome.golden()]) + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for topic, cases in topics.items():
        (folder / f"{topic}.txt").write_text("\n".join(cases), encoding="utf-8")
    for stale in set(folder.glob("*.txt")) - {folder / f"{topic}.txt" for topic in topics}:
        stale.unlink()


def compare(one, other):
    """Shows where two folders of goldens differ, and says whether they do."""
    names = sorted({file.name for folder in (one, other) for file in folder.glob("*.txt")})
    same = True
    for name in names:
        sides = [
            (folder / name).read_text(encoding="utf-8").splitlines() if (folder / name).exists() else []
            for folder in (one, other)
        ]
        for line in difflib.unified_diff(*sides, f"committed/{name}", f"now/{name}", lineterm="", n=2):
            same = False
            print(line)
    return same


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    deed = arguments.add_mutually_exclusive_group(required=True)
    deed.add_argument("--write", action="store_true", help="write the goldens")
    deed.add_argument("--check", action="store_true", help="compare with the goldens")
    deed.add_argument("--show", metavar="CASE", help="show one form's XForm")
    deed.add_argument("--extra", metavar=("IN", "OUT"), nargs=2, type=pathlib.Path, help="write a golden of other forms")
    wanted = arguments.parse_args()
    if pyxform.__version__ != CONVERTER:
        sys.exit(f"this is pyxform {pyxform.__version__}, not {CONVERTER}")

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        os.environ.setdefault("PYTHONHASHSEED", "0")
        outcomes = {
            case: convert_form(case, suffix, content, scratch)
            for case, (suffix, content) in (files(wanted.extra[0], "extra") if wanted.extra else forms()).items()
            if wanted.show in (None, case)
        }
        validate(outcomes, scratch)
        if wanted.show:
            outcome = outcomes[wanted.show]
            print("\n".join(outcome.golden()))
            print("\n".join(outcome.warnings), getattr(outcome, "said", ""), sep="\n")
            return
        refused = sum(outcome.refused is not None for outcome in outcomes.values())
        invalid = sum(outcome.invalid is not None for outcome in outcomes.values())
        tally = f"{len(outcomes)} forms: {refused} refused by the converter, {invalid} by ODK Validate"
        if wanted.extra:
            write_goldens(outcomes, wanted.extra[1])
        elif wanted.write:
            write_goldens(outcomes, HERE / "goldens")
        else:
            write_goldens(outcomes, scratch / "goldens")
            if not compare(HERE / "goldens", scratch / "goldens"):
                sys.exit("the reference converter says something else than the goldens")
        print(f"{tally} ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()

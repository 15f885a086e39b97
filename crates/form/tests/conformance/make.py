#!/usr/bin/env python3
"""Makes the forms that are better made than written: every type with every column, every appearance,
every function, long forms by chance, and workbooks with cells of every kind.

    make.py            writes forms/made-*.md and files/*
    make.py --check    writes nothing; fails if what is committed is not what would be written

The same bytes come out each time. Needs openpyxl and xlwt.
"""

import argparse
import datetime
import io
import pathlib
import random
import sys
import zipfile

import openpyxl
import xlwt

HERE = pathlib.Path(__file__).resolve().parent
A_TIME = datetime.datetime(2024, 1, 1)

TYPES = [
    "q picture", "photo", "add date time prompt", "add audio prompt", "q date time", "phonenumber", "get start time",
    "add note prompt", "acknowledge", "location", "text", "simserial", "string", "q string", "imei", "integer",
    "datetime", "q note", "subscriber id", "decimal", "dateTime", "q audio", "q geopoint", "q geoshape", "q geotrace",
    "q image", "get today", "video", "q acknowledge", "add video prompt", "number of days in last month", "get sim id",
    "q location", "add image prompt", "get end time", "barcode", "q video", "geopoint", "geoshape", "geotrace",
    "end time", "device id", "subscriberid", "q barcode", "image", "q int", "add text prompt", "add date prompt",
    "q calculate", "start", "trigger", "add acknowledge prompt", "percentage", "get phone number", "today", "gps",
    "q date", "sim id", "add decimal prompt", "number of days in last six months", "deviceid", "int",
    "add barcode prompt", "q decimal", "end", "add calculate prompt", "add dateTime prompt", "note",
    "add location prompt", "get subscriber id", "phone number", "get device id", "add integer prompt", "q dateTime",
    "date", "start time", "number of days in last year", "date time", "time", "audio", "hidden", "uri:subscriberid",
    "uri:phonenumber", "uri:simserial", "uri:deviceid", "username", "uri:username", "email", "uri:email", "osm", "file",
    "add file prompt", "range", "start-geopoint", "background-audio", "calculate", "select one", "select one external",
    "select all that apply", "select multiple from", "q select", "select one using", "select multiple using",
    "q select1", "rank", "audit", "xml-external", "csv-external", "background-geopoint", "add select one prompt using",
    "add select multiple prompt using", "select all that apply from", "add photo prompt", "attachment", "geo", "number",
    "boolean", "group", "repeat", "include", "survey", "entity", "loop", "phone", "select1", "select_one",
    "select_multiple", "begin", "end group", "end loop",
]  # fmt: skip

SELECTS = [
    "add select one prompt using", "add select multiple prompt using", "select all that apply from", "select one from",
    "select1", "select_one", "select one", "select_multiple", "select all that apply", "rank",
]  # fmt: skip

CHOICES = [["list_name", "name", "label", "k"], ["l", "x", "X", "1"], ["l", "y", "Y", "2"]]

# Columns, and what is put into them.
COLUMNS = {
    "hint": "Help ${n}",
    "guidance_hint": "More help",
    "required": "yes",
    "required_message": "Please answer",
    "relevant": "${n} > 1",
    "constraint": ". != ''",
    "constraint_message": "Not that",
    "calculation": "${n} + 1",
    "trigger": "${n}",
    "default": "5",
    "read_only": "yes",
    "appearance": "minimal",
    "parameters": "",
    "choice_filter": "k = ${n}",
    "repeat_count": "2",
    "image": "a.png",
    "audio": "a.mp3",
    "video": "a.mp4",
    "autoplay": "audio",
    "rows": "3",
    "intent": "org.example(a='b')",
    "compact_tag": "t",
    "noAppErrorString": "Install it",
    "bind::odk:tag": "t",
    "body::custom": "c",
    "instance::custom": "c",
    "sms_field": "s",
    "query": "x",
    "hxl": "#tag",
}

APPEARANCES = [
    "numbers", "multiline", "url", "ex:org.example.app(a='b')", "thousands-sep", "bearing", "vertical", "no-ticks",
    "picker", "rating", "search", "new", "new-front", "draw", "annotate", "signature", "no-calendar", "month-year",
    "year", "ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian", "placement-map", "maps",
    "hide-input", "minimal", "search('towns')", "quick", "columns-pack", "columns", "columns-3", "no-buttons",
    "image-map", "likert", "map", "field-list", "label", "list-nolabel", "list", "table-list", "hidden-answer",
    "printer", "printer:org.example.printer", "masked", "counter", "w1", "w10", "minimal autocomplete", "compact-2", "quickcompact-3",
    "horizontal-compact", "made-up-by-someone", "Numbers", "randomized",
]  # fmt: skip

ANSWERABLE = [
    "text", "integer", "decimal", "note", "date", "time", "datetime", "geopoint", "geotrace", "geoshape", "image",
    "audio", "video", "file", "barcode", "range", "acknowledge", "select_one l", "select_multiple l", "rank l",
]  # fmt: skip

# Each function of the ODK XForms specification and beyond it, with a call that is right.
FUNCTIONS = {
    "string": "string(5)", "concat": "concat('a', 'b', 3)", "join": "join(' ', ${r_name})", "substr": "substr('hello', 1, 3)",
    "substring-before": "substring-before('a-b', '-')", "substring-after": "substring-after('a-b', '-')",
    "translate": "translate('abc', 'a', 'b')", "string-length": "string-length(${t})",
    "normalize-space": "normalize-space(' a  b ')", "contains": "contains('abc', 'b')",
    "starts-with": "starts-with('abc', 'a')", "ends-with": "ends-with('abc', 'c')", "uuid": "uuid()",
    "digest": "digest('abc', 'MD5', 'hex')", "pulldata": "pulldata('f', 'a', 'b', ${t})", "if": "if(${n} > 1, 'a', 'b')",
    "coalesce": "coalesce(${t}, 'b')", "once": "once(random())", "true": "true()", "false": "false()",
    "boolean": "boolean(1)", "boolean-from-string": "boolean-from-string('true')", "not": "not(true())",
    "regex": "regex(${t}, '[a-z]+')", "checklist": "checklist(1, 2, ${n} > 1, true())",
    "weighted-checklist": "weighted-checklist(1, 2, true(), 1, false(), 2)", "number": "number('5')", "random": "random()",
    "int": "int(5.5)", "sum": "sum(${r_age})", "max": "max(${r_age})", "min": "min(${r_age})", "round": "round(5.55, 1)",
    "pow": "pow(2, 3)", "log": "log(2)", "log10": "log10(100)", "abs": "abs(-5)", "sin": "sin(1)", "cos": "cos(1)",
    "tan": "tan(1)", "asin": "asin(1)", "acos": "acos(1)", "atan": "atan(1)", "atan2": "atan2(1, 2)", "sqrt": "sqrt(4)",
    "exp": "exp(1)", "exp10": "exp10(2)", "pi": "pi()", "count": "count(${r})",
    "count-non-empty": "count-non-empty(${r_age})", "position": "position(..)", "instance": "instance('l')/root/item[name = 'x']/label",
    "current": "instance('l')/root/item[name = current()/../t]/label", "randomize": "randomize(${r_age})",
    "today": "today()", "now": "now()", "format-date": "format-date(${d}, '%Y-%m-%d')",
    "format-date-time": "format-date-time(now(), '%H:%M')", "date": "date('2020-02-03')",
    "decimal-date-time": "decimal-date-time(${d})", "decimal-time": "decimal-time('12:30:00.000+00:00')",
    "selected": "selected(${m}, 'x')", "selected-at": "selected-at(${m}, 0)", "count-selected": "count-selected(${m})",
    "jr:choice-name": "jr:choice-name(${s}, '${s}')", "jr:itext": "jr:itext('x')",
    "indexed-repeat": "indexed-repeat(${r_name}, ${r}, 1)", "area": "area(${g})", "distance": "distance(${g})",
    "base64-decode": "base64-decode('aGVsbG8=')", "geofence": "geofence(${p}, ${g})", "intersects": "intersects(${g})",
    "extract-signed": "extract-signed('a', 'b')", "date-time": "date-time('2020-02-03')",
    "is-selected": "is-selected(${m}, 'x')", "depend": "depend(${n}, ${t})", "enclosed-area": "enclosed-area(${g})",
    "property": "property('deviceid')", "version": "version()", "substring": "substring('hello', 1, 3)", "last": "last()",
    "local-name": "local-name(${t})", "name": "name(${t})", "namespace-uri": "namespace-uri(${t})", "floor": "floor(1.5)",
    "ceiling": "ceiling(1.5)", "id": "id('a')", "lang": "lang('en')", "min-of-many": "min(1, 2, 3)",
    "max-of-many": "max(${n}, 2)", "sum-of-numbers": "sum(1, 2)", "round-of-one": "round(1.5)", "count-text": "count('a')",
    "distance-of-many": "distance(${p}, ${p})", "string-of-nothing": "string()", "number-of-nothing": "number()",
    "position-of-nothing": "position()", "current-alone": "current()", "string-length-of-nothing": "string-length()",
    "format-date-of-a-bad-mark": "format-date(today(), '%Q')", "digest-by-default": "digest('abc', 'SHA-256')",
    "digest-of-a-bad-name": "digest('abc', 'SHA-3')", "operators": "1 + 2 - 3 * 4 div 5 mod 6", "negation": "-(-5)",
    "comparisons": "1 < 2 and 2 <= 3 and 4 > 3 and 4 >= 4 and 5 != 6", "or": "1 = 2 or 2 = 2",
    "nested": "if(if(1 = 1, true(), false()), concat('a', concat('b', 'c')), string(1 + 2))",
}  # fmt: skip

ARITIES = ["()", "(1)", "('a', 'b')", "(1, 2, 3)", "(1, 2, 3, 4)"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--check", action="store_true", help="write nothing, fail if something is out of date")
    check = arguments.parse_args().check
    stale = 0
    for file, content in made().items():
        if not check:
            file.write_bytes(content)
        elif not file.exists() or not same(file.read_bytes(), content):
            print(f"{file.name} is not what make.py makes", file=sys.stderr)
            stale += 1
    sys.exit(1 if stale else 0)


def same(one, other):
    """Whether two files say the same; a zip may be packed differently by another version of zlib."""
    if all(zipfile.is_zipfile(io.BytesIO(content)) for content in (one, other)):
        return entries(one) == entries(other)
    return one == other


def entries(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def made():
    forms = {
        "types": types(),
        "selects": selects(),
        "columns": columns(),
        "appearances": appearances(),
        "functions": functions(),
        "arities": arities(),
        "translations": translations(),
        "names": names(),
        "by-chance": by_chance(),
    }
    files = {}
    for topic, cases in forms.items():
        text = "".join(f"\n## {name}\n{tables(sheets)}" for name, sheets in cases.items())
        text = f"# {topic.replace('-', ' ').capitalize()}: made by make.py\n{text}"
        files[HERE / "forms" / f"made-{topic}.md"] = text.encode()
    for name, content in workbooks().items():
        files[HERE / "files" / name] = content
    return files


def tables(sheets):
    lines = []
    for sheet, rows in sheets.items():
        lines.append(f"| {sheet} |")
        for row in rows:
            cells = [str(cell).replace("|", "\\|") for cell in row]
            lines.append("| | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def slug(text):
    kept = "".join(c if c.isalnum() else "-" for c in text.lower())
    return "-".join(part for part in kept.split("-") if part)


def types():
    cases = {}
    for kind in TYPES:
        name = "-".join(["datetime-camel" if kind == "dateTime" else slug(kind)])
        name = {"add dateTime prompt": "add-datetime-prompt", "q dateTime": "q-datetime"}.get(kind, name)
        cases[name] = {
            "survey": [["type", "name", "label"], ["text", "t", "T"], [kind, "a", "A"]],
        }
        cases[f"{name}-in-full"] = {
            "survey": [
                ["type", "name", "label", "hint", "relevant", "required", "constraint", "constraint_message", "readonly", "appearance", "default", "calculation"],
                ["integer", "n", "N", "", "", "", "", "", "", "", "", ""],
                [kind, "a", "A ${n}", "Help", "${n} > 1", "yes", ". != ''", "No", "no", "w2", "", "1 + 1" if "calculate" in kind else ""],
            ],
        }  # fmt: skip
    return cases


def selects():
    cases = {}
    header = ["type", "name", "label", "choice_filter", "parameters", "appearance"]
    for kind in SELECTS:
        for ending in ["", " or_other", " or other", " or specify other"]:
            name = slug(f"{kind} {ending}" + ("-underscore" if "_" in ending else ""))
            if kind in ("select_one", "select_multiple"):
                name += "-underscored"
            cases[name] = {"survey": [header, [f"{kind} l{ending}", "a", "A", "", "", ""]], "choices": CHOICES}
        name = slug(kind) + ("-underscored" if "_" in kind else "")
        cases[f"{name}-filtered"] = {
            "survey": [header, ["integer", "n", "N", "", "", ""], [f"{kind} l", "a", "A", "k = ${n}", "", ""]],
            "choices": CHOICES,
        }
        cases[f"{name}-at-random"] = {
            "survey": [header, [f"{kind} l", "a", "A", "", "randomize=true", "minimal"]],
            "choices": CHOICES,
        }
    return cases


def columns():
    cases = {}
    kinds = {
        "text": ["text"],
        "select": ["select_one l"],
        "calculate": ["calculate"],
        "note": ["note"],
        "group": ["begin_group", "end_group"],
        "repeat": ["begin_repeat", "end_repeat"],
        "start": ["start"],
        "image": ["image"],
        "range": ["range"],
    }
    for kind, rows in kinds.items():
        for column, value in COLUMNS.items():
            header = ["type", "name", "label", column]
            survey = [header, ["integer", "n", "N", ""]]
            if kind == "calculate" and column != "calculation":
                header.append("calculation")
            survey.append([rows[0], "a", "" if kind in ("calculate", "start") else "A", value, *(["1 + 1"] if len(header) > 4 else [])])
            if len(rows) > 1:
                survey += [["text", "inside", "Inside", ""], [rows[1], "", "", ""]]
            cases[f"{kind}-{slug(column)}"] = {"survey": survey, "choices": CHOICES}
    return cases


def appearances():
    cases = {}
    for appearance in APPEARANCES:
        survey = [["type", "name", "label", "appearance"]]
        for kind in ANSWERABLE:
            if appearance.startswith("search(") and not kind.startswith("select"):
                continue
            survey.append([kind, f"q_{slug(kind).replace('-', '_')}", kind, appearance])
        survey += [["begin_group", "g", "G", "" if appearance == "table-list" else appearance], ["text", "in_g", "In", ""], ["end_group", "", "", ""]]
        survey += [["begin_repeat", "r", "R", "" if appearance == "table-list" else appearance], ["text", "in_r", "In", ""], ["end_repeat", "", "", ""]]
        name = slug(appearance)
        name = {"Numbers": "numbers-in-capitals", "search('towns')": "search-in-a-file"}.get(appearance, name)
        cases[name] = {"survey": survey, "choices": CHOICES}
    return cases


def surroundings(calculation):
    return {
        "survey": [
            ["type", "name", "label", "calculation"],
            ["text", "t", "T", ""],
            ["integer", "n", "N", ""],
            ["date", "d", "D", ""],
            ["geopoint", "p", "P", ""],
            ["geoshape", "g", "G", ""],
            ["select_one l", "s", "S", ""],
            ["select_multiple l", "m", "M", ""],
            ["begin_repeat", "r", "R", ""],
            ["text", "r_name", "Name", ""],
            ["integer", "r_age", "Age", ""],
            ["end_repeat", "", "", ""],
            ["calculate", "c", "", calculation],
            ["note", "shown", "It is ${c}", ""],
        ],
        "choices": CHOICES,
    }


def functions():
    return {slug(name): surroundings(call) for name, call in FUNCTIONS.items()}


def arities():
    cases = {}
    for name, call in FUNCTIONS.items():
        if call.startswith(f"{name}(") and name not in {"indexed-repeat", "instance", "current", "pulldata", "once"}:
            for number, arguments in enumerate(ARITIES):
                cases[f"{slug(name)}-of-{number}"] = surroundings(name + arguments)
    return cases


def translations():
    cases = {}
    spellings = {
        "double": "{0}::{1}", "double-spaced": "{0} :: {1}", "single": "{0}:{1}", "capitals": "{2}::{1}",
    }  # fmt: skip
    for column in ["label", "hint", "guidance_hint", "image", "big-image", "audio", "video", "constraint_message", "required_message", "media::image"]:
        for spelling, shape in spellings.items():
            headers = [shape.format(column, language, column.upper()) for language in ("English (en)", "French (fr)")]
            first = ["label::English (en)", "label::French (fr)"] if column != "label" and spelling != "single" else []
            if column != "label" and spelling == "single":
                first = ["label:English (en)", "label:French (fr)"]
            more = {"big-image": ["image"], "guidance_hint": ["hint"]}.get(column, [])
            row = ["text", "a", *(["A", "A fr"] if first else []), *["b.png" for _ in more], "one", "un"]
            cases[f"{slug(column)}-{spelling}"] = {"survey": [["type", "name", *first, *more, *headers], row]}
    for column in ["label", "image", "audio", "video", "big-image", "media::image"]:
        headers = [f"{column}::{language}" for language in ("English (en)", "French (fr)")]
        first = [] if column == "label" else ["label::English (en)", "label::French (fr)"]
        rows = [["l", "x", *(["X", "X fr"] if first else []), "one", "un"], ["l", "y", *(["Y", "Y fr"] if first else []), "two", ""]]
        for filtered in ("", "name != ''"):
            cases[f"choices-{slug(column)}{'-filtered' if filtered else ''}"] = {
                "survey": [["type", "name", "label::English (en)", "label::French (fr)", "choice_filter"], ["select_one l", "a", "A", "A fr", filtered]],
                "choices": [["list_name", "name", *first, *headers], *rows],
            }
    return cases


def names():
    cases = {}
    for number, name in enumerate(["a", "A1", "_", "__a", "a..b", "a-", "é", "名前", "a/b", "a'b", 'a"b', "a&b", "a<b", "-a", ".a", "a,b", "a(b)", "a+b", "a=b", "a@b", "a#b", "a\u00a0b", "٣a", "a٣", "xml", "xmlns", "true", "div", "and", "text", "x" * 200]):  # fmt: skip
        cases[f"question-{number:02}"] = {"survey": [["type", "name", "label"], ["text", name, "A"]]}
        cases[f"choice-{number:02}"] = {
            "survey": [["type", "name", "label"], ["select_one l", "q", "A"]],
            "choices": [["list_name", "name", "label"], ["l", name, "A"]],
        }
    return cases


def by_chance():
    cases = {}
    for seed in range(60):
        cases[f"form-{seed:02}"] = Chance(seed).form()
    return cases


class Chance:
    """A form made by chance: groups and repeats in one another, questions that refer to others."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = []
        self.numbers = []
        self.count = 0
        self.languages = self.random.choice([[], [], ["English (en)", "French (fr)"], ["English", "Kiswahili (sw)", "French"]])

    def form(self):
        self.block(0, self.random.randint(6, 14))
        labels = [f"label::{language}" for language in self.languages] or ["label"]
        header = ["type", "name", *labels, "hint", "relevant", "required", "constraint", "calculation", "default", "appearance", "choice_filter", "parameters", "repeat_count", "trigger", "read_only"]  # fmt: skip
        survey = [header]
        for row in self.rows:
            cells = []
            for column in header:
                name, _, language = column.partition("::")
                value = row.get(name, "")
                cells.append(f"{value} in {language}" if language and value else value)
            survey.append(cells)
        choices = [["list_name", "name", *labels, "k", "image"]]
        for name in ("l", "m"):
            for choice in ("x", "y", "z"):
                shown = [f"{choice.upper()} {language}".strip() for language in self.languages or [""]]
                choices.append([name, choice, *shown, str(ord(choice) % 7), f"{choice}.png" if name == "m" else ""])
        settings = {}
        if self.random.random() < 0.5:
            settings["form_title"] = "By chance"
            settings["version"] = str(self.random.randint(1, 99))
        if self.random.random() < 0.3 and self.numbers:
            settings["instance_name"] = f"concat('n', ${{{self.numbers[0]}}})" if self.numbers[0].startswith("top") else "'n'"
        if self.random.random() < 0.3:
            settings["style"] = self.random.choice(["pages", "theme-grid", "theme-grid pages"])
        if self.random.random() < 0.3 and self.languages:
            settings["default_language"] = self.languages[-1]
        sheets = {"survey": survey, "choices": choices}
        if settings:
            sheets["settings"] = [list(settings), list(settings.values())]
        return sheets

    def block(self, depth, size):
        for _ in range(size):
            draw = self.random.random()
            if draw < 0.12 and depth < 3:
                name = self.name("g", depth)
                self.rows.append({"type": "begin_group", "name": name, "label": f"Group {name}", **self.some(relevant=0.3, appearance="field-list")})
                self.block(depth + 1, self.random.randint(1, 4))
                self.rows.append({"type": "end_group"})
            elif draw < 0.24 and depth < 3:
                name = self.name("r", depth)
                count = self.random.choice(["", "", "3", "${n} + 1", "${n}"])
                count = count.replace("${n}", self.reference() or "2")
                self.rows.append({"type": "begin_repeat", "name": name, "label": f"Repeat {name}", "repeat_count": count, **self.some(relevant=0.2)})
                self.block(depth + 1, self.random.randint(1, 4))
                self.rows.append({"type": "end_repeat"})
            else:
                self.question(depth)

    def question(self, depth):
        kind = self.random.choice(["integer", "integer", "decimal", "text", "date", "note", "calculate", "select_one l", "select_multiple m", "select_one m", "geopoint", "image", "range", "rank l", "time", "acknowledge", "hidden", "today"])  # fmt: skip
        name = self.name("q", depth)
        row = {"type": kind, "name": name, "label": f"Question {name}"}
        if kind in ("calculate", "hidden", "today"):
            row.pop("label")
        if kind == "calculate":
            row["calculation"] = f"{self.reference() or '1'} + {self.random.randint(1, 9)}"
        else:
            row.update(self.some(relevant=0.3, hint="Help", required="yes"))
        if kind in ("integer", "decimal"):
            row.update(self.some(constraint=". > 0", default="5"))
        if kind == "note" and self.reference():
            row["label"] += f" says {self.reference()}"
        if kind == "select_one l" and self.reference():
            row.update(self.some(choice_filter=f"k > {self.reference()}"))
        if kind.startswith(("select", "rank")) and "choice_filter" not in row:
            row.update(self.some(parameters="randomize=true", appearance="minimal"))
        if kind == "date":
            row.update(self.some(default="today()", appearance="no-calendar"))
        if kind == "range":
            row.update(self.some(parameters="start=0 end=10 step=2"))
        if kind == "text" and self.numbers:
            row.update(self.some(calculation=f"concat({self.reference()}, 'x')", read_only="yes"))
        self.rows.append(row)
        if kind in ("integer", "decimal"):
            self.numbers.append(name)

    def some(self, relevant=0.0, **columns):
        chosen = {}
        if self.random.random() < relevant and self.reference():
            chosen["relevant"] = self.random.choice(["{0} > 3", "{0} = 2 or {1} < 9", "not({0} = {1})", "{0} != ''"]).format(self.reference(), self.reference())
        for column, value in columns.items():
            if self.random.random() < 0.3:
                chosen[column] = value
        return chosen

    def reference(self):
        return f"${{{self.random.choice(self.numbers)}}}" if self.numbers else ""

    def name(self, kind, depth):
        self.count += 1
        return f"{'top' if depth == 0 else kind}_{kind}{self.count}"


def workbooks():
    header = ["type", "name", "label", "default", "relevant"]
    cells = [
        header,
        ["text", "whole", "Whole", 5, None],
        ["text", "whole_float", "Whole float", 5.0, None],
        ["text", "fraction", "Fraction", 1.5, None],
        ["text", "tiny", "Tiny", 0.1 + 0.2, None],
        ["text", "small", "Small", 1e-7, None],
        ["text", "huge", "Huge", 1e20, None],
        ["text", "large", "Large", 12345678901234, None],
        ["text", "negative", "Negative", -3, None],
        ["text", "yes", "Yes", True, None],
        ["text", "no", "No", False, None],
        ["text", "day", "Day", datetime.datetime(2020, 2, 3), None],
        ["text", "moment", "Moment", datetime.datetime(2020, 2, 3, 4, 5, 6), None],
        ["text", "hour", "Hour", datetime.time(12, 30), None],
        ["text", "spaces", "  outer   and inner  ", " x ", None],
        ["text", "nbsp", "A\u00a0B", "x\u00a0y", None],
        ["text", "quotes", "It\u2019s \u201cso\u201d", "\u2018x\u2019", "1 = 1"],
        ["text", "lines", "One\nTwo", "a\nb", None],
        ["text", "tab", "One\tTwo", None, None],
        ["integer", 7, "A number as a name", None, None],
    ]
    no_number_name = cells[:-1]
    gaps = [
        [None, "type", None, "name", "label", None],
        [],
        [None, "text", "not read", "a", "A", None],
        [None, None, None, None, None, None],
        [],
        [None, "text", None, "b", "B", "not read"],
    ]
    plain = {
        "survey": [["type", "name", "label"], ["select_one l", "a", "A"], ["text", "b", "B"]],
        "choices": [["list_name", "name", "label"], ["l", 1, "One"], ["l", 2.0, "Two"], ["l", True, "True"]],
        "settings": [["form_title", "form_id", "version"], ["Title", "the_id", 2024010203]],
    }
    far = [["type", "name", "label", *[None] * 21, "hint"], ["text", "a", "A", *[None] * 21, "far away"]]
    near = [["type", "name", "label", *[None] * 20, "hint"], ["text", "a", "A", *[None] * 20, "less far"]]
    rows_far = [["type", "name", "label"], ["text", "a", "A"], *[[None]] * 61, ["text", "b", "B"]]
    rows_near = [["type", "name", "label"], ["text", "a", "A"], *[[None]] * 60, ["text", "b", "B"]]
    books = {
        "cells": {"survey": no_number_name},
        "number-as-a-name": {"survey": [header, cells[-1]]},
        "gaps": {"survey": gaps},
        "plain": plain,
        "one-sheet-of-another-name": {"Sheet1": [["type", "name", "label"], ["text", "a", "A"]]},
        "two-sheets-of-other-names": {"Sheet1": [["type", "name", "label"], ["text", "a", "A"]], "Sheet2": [["x"]]},
        "sheets-in-capitals": {"SURVEY": plain["survey"], "Choices": plain["choices"], "SETTINGS": plain["settings"]},
        "sheets-in-another-order": {name: plain[name] for name in ("settings", "choices", "survey")},
        "header-far-away": {"survey": far},
        "header-less-far": {"survey": near},
        "row-far-away": {"survey": rows_far},
        "row-less-far": {"survey": rows_near},
        "header-twice": {"survey": [["type", "name", "label", "label"], ["text", "a", "A", "B"]]},
        "header-with-spaces": {"survey": [[" type ", "name\u00a0", "constraint   message", "label", "constraint"], ["text", "a", "C", "A", ". = 1"]]},
        "header-of-a-number": {"survey": [["type", "name", "label", 5], ["text", "a", "A", "x"]]},
        "header-row-empty": {"survey": [[], ["type", "name", "label"], ["text", "a", "A"]]},
        "empty-sheet": {"survey": []},
        "empty-settings": {"survey": plain["survey"], "choices": plain["choices"], "settings": []},
        "misspelt-sheets": {"survey": plain["survey"], "choice": plain["choices"], "setings": plain["settings"]},
        "sheet-with-a-space": {"survey ": [["type", "name", "label"], ["text", "a", "A"]], "x": [["y"]]},
        "errors": {"survey": [["type", "name", "label"], ["text", "a", "#N/A"], ["text", "b b", "B"]]},
        "formulas": {"survey": [["type", "name", "label", "relevant"], ["text", "a", "A", "=1+1"], ["text", "b", "B", None]]},
    }  # fmt: skip
    files = {}
    for name, sheets in books.items():
        if name == "header-of-a-number":
            files[f"{name}.xlsx"] = xlsx(sheets)
            continue
        files[f"{name}.xlsx"] = xlsx(sheets)
        if name != "formulas":
            files[f"{name}.xls"] = xls(sheets)
    files["plain-macros.xlsm"] = xlsx(plain)
    files["merged-header.xlsx"] = xlsx({"survey": [["type", "name", "label", None], ["text", "a", "A", "B"]]}, merge="C1:D1")
    files["hidden-sheet.xlsx"] = xlsx(plain, hide="choices")
    files["rich-text.xlsx"] = xlsx({"survey": [["type", "name", "label"], ["text", "a", "A"]]}, rich="C2")
    files["plain.csv"] = csv(plain)
    files["quoted.csv"] = b'"survey",,\n,"type","name","label"\n,"text","a","A, ""quoted""\nand broken"\n'
    files["with-a-mark-of-order.csv"] = b"\xef\xbb\xbf" + csv(plain)
    files["windows-lines.csv"] = csv(plain).replace(b"\n", b"\r\n")
    files["no-sheet-names.csv"] = b"type,name,label\ntext,a,A\n"
    files["sheet-name-in-the-header-row.csv"] = b"survey,type,name,label\n,text,a,A\nchoices,list_name,name,label\n,l,x,X\n"
    files["blank-lines.csv"] = b"survey,,,\n,type,name,label\n\n,text,a,A\n,,,\n,text,b,B\n"
    files["outer-space.csv"] = b"survey,,,\n, type , name ,label\n, text , a ,  A  B \n"
    files["short-rows.csv"] = b"survey\n,type,name,label,hint\n,text,a,A\n,text,b\n"
    files["comments.md"] = b"A form.\n\n# Not a heading\n| survey |      |      |       |\n|--------|------|------|-------|\n|        | type | name | label | # said at the end\n|        | text | a    | A     |\n# | | text | b | B |\n\nSome more words.\n|        | text | c    | C |\n"
    files["separators.md"] = b"| survey | | | |\n| --- | --- | --- | --- |\n| | type | name | label |\n| :---: | --- | --- | --- |\n| | text | a | A |\n"
    files["windows-lines.md"] = b"| survey |\r\n| | type | name | label |\r\n| | text | a | A |\r\n"
    files["indented.md"] = b"    | survey |\n    | | type | name | label |\n    | | text | a | A |\n"
    files["no-table.md"] = b"There is nothing here.\n"
    files["empty.md"] = b""
    files["not-a-workbook.xlsx"] = b"this is no zip"
    files["not-a-workbook.xls"] = b"this is no compound file"
    files["empty.csv"] = b""
    files["an-xlsx-called-xls.xls"] = xlsx(plain)
    files["an-xls-called-xlsx.xlsx"] = xls(plain)
    return files


def xlsx(sheets, merge=None, hide=None, rich=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
        if hide == name:
            sheet.sheet_state = "hidden"
        if rich:
            from openpyxl.cell.rich_text import CellRichText, TextBlock
            from openpyxl.cell.text import InlineFont

            sheet[rich] = CellRichText("Some ", TextBlock(InlineFont(b=True), "bold"), " words")
    book.properties.created = book.properties.modified = A_TIME
    written = io.BytesIO()
    book.save(written)
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":  # saving writes the time of now
                start = content.index(b"<dcterms:modified")
                content = content[:start] + content[content.index(b"</dcterms:modified>") + 19 :]
            target.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def xls(sheets):
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    moment = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM:SS")
    hour = xlwt.easyxf(num_format_str="HH:MM")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, datetime.datetime):
                    sheet.write(r, c, value, moment if value.hour else day)
                elif isinstance(value, datetime.time):
                    sheet.write(r, c, value, hour)
                elif value is not None:
                    sheet.write(r, c, value)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def csv(sheets):
    lines = []
    for name, rows in sheets.items():
        lines.append(name)
        lines += ["," + ",".join(str(cell) for cell in row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    main()

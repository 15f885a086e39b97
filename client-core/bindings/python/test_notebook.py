"""A device written in Python: it opens a notebook, fills a record and syncs it.

The relay and the desk are the `baraza` program, so that the whole way is real: BARAZA_BIN names it, and
BARAZA_BINDINGS the folder with the generated module and its library. `cargo xtask ci` sets both.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, os.environ["BARAZA_BINDINGS"])

from client_core import (  # noqa: E402
    Basis,
    ConsentDecision,
    ConsentMode,
    ConsentSaid,
    Notebook,
    NotebookError,
    Screen,
    SyncWatcher,
    TroubleKind,
)

PASSPHRASE = "six long words for a test"
FORM = """
| survey |
| | type | name | label | required | relevant | constraint | sensitivity |
| | integer | people | How many live here? | yes | | . < 40 | |
| | text | head | Who is the head of the household? | yes | | | identity |
| | begin_repeat | members | Who lives here? | | | | |
| | text | name | Name | | | | identity |
| | integer | age | Age | | | | |
| | end_repeat | | | | | | |
| | text | school | Which school? | | ${people} > 3 | | |
| settings |
| | form_title | form_id | version |
| | Households | households | 1 |
"""

REGISTER = """
| survey |
| | type | name | label | save_to | sensitivity |
| | text | head | Head of the household | | |
| | integer | size | How many live there? | size | |
| | image | photo | Photo of the house | | |
| settings |
| | form_title | form_id | version |
| | Registration | register | 1 |
| entities |
| | list_name | label |
| | homes | ${head} |
"""
VISIT = """
| survey |
| | type | name | label | label::Français (fr) | save_to | required | relevant |
| | select_one_from_file homes.csv | home | Which home? | Quelle maison ? | | | |
| | integer | size | How many live there? | Combien y vivent ? | size | yes | |
| | note | many | A large household. | Un grand ménage. | | | ${size} > 6 |
| | begin_repeat | rooms | Rooms | Chambres | | | |
| | text | name | Which room? | Quelle chambre ? | | | |
| | end_repeat | | | | | | |
| settings |
| | form_title | form_id | version | default_language |
| | Visit | visit | 1 | English (en) |
| entities |
| | list_name | label | entity_id |
| | homes | | ${home} |
"""


def picture() -> bytes:
    """A PNG of 40 by 40 pixels, no two lines of which are alike."""
    rows = b"".join(b"\0" + bytes((x * y + shade) % 256 for x in range(40) for shade in range(3)) for y in range(40))

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    head = (40).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


class Programme:
    """A relay and a desk, each a process of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.desk = folder / "desk"
        serve = [os.environ["BARAZA_BIN"], "serve", "--data", str(folder / "relay"), "--listen", "127.0.0.1:0"]
        self.relay = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
        line = self.relay.stdout.readline()
        url = re.search(r"http://[0-9.]+:[0-9]+", line)
        assert url, f"the relay prints no address: {line!r}"
        self.baraza("programme", "found", "--home", self.desk, "--name", "Python", "--relay", url.group())
        for name, text in (("households", FORM), ("register", REGISTER), ("visit", VISIT)):
            form = folder / f"{name}.md"
            form.write_text(text)
            self.baraza("form", "publish", "--home", self.desk, form)

    def baraza(self, *arguments) -> str:
        command = [os.environ["BARAZA_BIN"], *map(str, arguments)]
        environment = {**os.environ, "BARAZA_PASSPHRASE": PASSPHRASE}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, f"{command}: {ran.stderr}"
        return ran.stdout

    def admit(self, notebook: Notebook) -> str:
        request = self.folder / "request"
        request.write_text(notebook.request())
        return self.baraza("device", "admit", "--home", self.desk, request)

    def sync(self):
        self.baraza("sync", "--home", self.desk)

    def stop(self):
        self.relay.terminate()
        self.relay.wait()
        self.relay.stdout.close()


class Watcher(SyncWatcher):
    """Counts, and ends the sync once it has heard enough."""

    def __init__(self, enough=None):
        self.heard = []
        self.enough = enough

    def progress(self, progress):
        self.heard.append(progress)
        return self.enough is None or len(self.heard) < self.enough


class OneDevice(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.programme = Programme(self.folder)
        self.addCleanup(self.programme.stop)
        self.home = str(self.folder / "device")
        self.notebook = Notebook.create(self.home, "Python's phone", PASSPHRASE)

    def join(self):
        self.notebook.join(self.programme.admit(self.notebook))
        self.programme.sync()
        self.notebook.sync()

    def test_a_record_filled_in_python_reaches_the_desk(self):
        self.join()
        [form] = [form for form in self.notebook.forms() if form.id == "households"]
        self.assertEqual((form.id, form.version, form.title), ("households", "1", "Households"))

        record = self.notebook.start(form.id, None)
        shown = {question.address: question for question in self.notebook.questions(record, None)}
        self.assertEqual(shown["people"].kind, "integer")
        self.assertNotIn("school", shown, "what is not relevant is not asked")
        missing = {trouble.address for trouble in self.notebook.troubles(record)}
        self.assertEqual(missing, {"people", "head"})

        self.notebook.answer(record, "people", "4")
        self.notebook.answer(record, "head", "Aïssatou")
        member = self.notebook.add_instance(record, "members")
        self.notebook.answer(record, f"{member}/age", "7")
        self.notebook.answer(record, f"{member}/name", "Mariama")
        self.assertIn("school", {question.address for question in self.notebook.questions(record, None)})
        self.assertEqual(self.notebook.troubles(record), [])

        # The app is closed and opened again: the draft is there.
        del self.notebook
        self.notebook = Notebook.open(self.home, PASSPHRASE)
        preview = json.loads(self.notebook.preview(record))
        self.assertEqual(preview["head"], "Aïssatou")

        self.notebook.finish(record)
        with self.assertRaises(NotebookError):
            self.notebook.show(record)
        self.assertEqual([row.id for row in self.notebook.records("households")], [record])

        with self.assertRaises(NotebookError):
            self.notebook.sync_watched(Watcher(enough=1), False, None)
        watcher = Watcher()
        report = self.notebook.sync_watched(watcher, False, None)
        self.assertEqual((report.unsent, report.troubled), (0, 0))
        self.assertGreaterEqual(report.sent, 1)
        self.assertGreater(watcher.heard[-1].bytes_sent, 0)
        self.assertEqual(self.notebook.sync().sent, 0, "nothing is sent twice")

        self.programme.sync()
        self.notebook.sync()
        told = self.notebook.confirmations()
        self.assertEqual((told.finished, told.confirmed), (1, 1))
        show = self.programme.baraza("record", "show", "--home", self.programme.desk, record, "--json")
        answers = json.loads(show)["answers"]
        self.assertEqual((answers["people"], answers["head"]), ("4", "Aïssatou"))
        [child] = answers["members"]
        self.assertEqual((child["name"], child["age"]), ("Mariama", "7"))

    def test_an_interview_goes_from_screen_to_screen_with_what_a_desk_assigned(self):
        self.join()
        record = self.notebook.start("register", json.dumps({"head": "Oumou", "size": "4"}))
        name = self.notebook.attach_media(record, "photo", "a.png", picture())
        [kept] = self.notebook.media(record)
        self.assertEqual((kept.name, kept.mime, kept.complete), (name, "image/png", True))
        self.assertEqual(len(self.notebook.media_file(record, name)), kept.length)
        self.notebook.finish(record)
        self.notebook.sync()
        self.programme.sync()
        listed = self.programme.baraza("entity", "list", "--home", self.programme.desk, "homes", "--json")
        [known] = json.loads(listed)
        desk = ["--home", self.programme.desk]
        self.programme.baraza("entity", "assign", *desk, "homes", known["id"], "--to", "Python's phone")
        self.programme.baraza("record", "grant", *desk, record, "--to", "Python's phone")
        self.programme.sync()
        self.notebook.sync()
        self.notebook.sync()
        self.assertEqual(self.notebook.entity_lists(), ["homes"])
        [home] = self.notebook.entities("homes")
        self.assertEqual((home.id, home.label), (known["id"], "Oumou"))
        self.assertEqual([(one.name, one.values) for one in home.properties], [("size", ["4"])])
        [granted, assigned] = self.notebook.packets()
        self.assertEqual((granted.record, assigned.entity), (record, home.id))
        self.assertIsNotNone(assigned.expires)
        self.assertEqual(len(self.notebook.media_file(record, name)), kept.length)

        visit = self.notebook.start("visit", None)
        interview = self.notebook.interview(visit, None)
        screen = interview.screen()
        self.assertIsInstance(screen, Screen.BEGINNING)
        self.assertIn("Français (fr)", screen.languages)
        self.assertTrue(interview.next().moved)
        [asked] = interview.screen().questions
        self.assertEqual((asked.label, asked.answer), ("Which home?", None))
        self.assertEqual([(offer.name, offer.label) for offer in asked.choices], [(home.id, "Oumou")])
        interview.answer(asked.address, home.id)
        interview.speak("Français (fr)")
        interview.next()
        [asked] = interview.screen().questions
        self.assertEqual((asked.label, asked.required), ("Combien y vivent ?", True))
        step = interview.next()
        self.assertFalse(step.moved, "it must be answered")
        [problem] = step.problems
        self.assertEqual((problem.address, problem.kind), ("size", TroubleKind.MISSING))
        with self.assertRaises(NotebookError):
            interview.answer("size", "many")

        # The app is closed and opened again, and the interview goes on.
        del interview, self.notebook
        self.notebook = Notebook.open(self.home, PASSPHRASE)
        interview = self.notebook.interview(visit, None)
        self.assertFalse(interview.is_relevant("many"))
        interview.answer("size", "9")
        self.assertTrue(interview.is_relevant("many"))
        while not isinstance(interview.screen(), Screen.REPEAT):
            self.assertTrue(interview.next().moved)
        rooms = interview.screen()
        self.assertEqual((rooms.label, rooms.instances), ("Rooms", 0))
        interview.add_instance(rooms.repeat)
        [asked] = interview.screen().questions
        self.assertEqual((asked.label, interview.screen().around[-1].nth), ("Which room?", 1))
        interview.answer(asked.address, "Kitchen")
        interview.next()
        self.assertEqual(interview.screen().instances, 1)
        interview.add_instance(rooms.repeat)
        second = interview.screen()
        self.assertEqual(second.around[-1].nth, 2)
        interview.remove_instance(second.around[-1].address)
        interview.jump_to_end()
        self.assertIsInstance(interview.screen(), Screen.END)
        self.assertEqual(interview.finish().problems, [])
        self.notebook.sync()
        self.programme.sync()
        listed = self.programme.baraza("entity", "list", "--home", self.programme.desk, "homes", "--json")
        [after] = json.loads(listed)
        self.assertEqual(after["properties"]["size"], ["9"])

    def test_a_draft_and_its_photo_move_to_another_device_and_consent_with_them(self):
        self.join()
        other = Notebook.create(str(self.folder / "other"), "Another phone", PASSPHRASE)
        other.join(self.programme.admit(other))
        self.programme.sync()
        self.notebook.sync()
        other.sync()
        record = self.notebook.start("register", json.dumps({"head": "Oumou"}))
        name = self.notebook.attach_media(record, "photo", "a.png", picture())
        said = ConsentSaid(
            purpose="research",
            basis=Basis.CONSENT,
            decision=ConsentDecision.GIVEN,
            mode=ConsentMode.SPOKEN,
            language="fr",
            script=None,
            guardian=False,
        )
        self.notebook.consent(record, said)
        members = {member.name: member for member in self.notebook.members()}
        self.assertEqual(members["Another phone"].id, other.member())
        self.assertFalse(members["Another phone"].desk)
        handed = self.notebook.hand_over(record, other.offer(self.notebook.member()))
        self.assertEqual(handed.to, other.member())
        self.assertEqual(self.notebook.records(None), [])
        self.assertEqual(other.take_over(handed.file), record)
        [kept] = other.media(record)
        self.assertEqual((kept.name, len(other.media_file(record, name))), (name, kept.length))
        [consent] = json.loads(other.show(record))["consent"]
        self.assertEqual((consent["purpose"], consent["decision"]), ("research", "given"))
        other.finish(record)
        other.sync()
        other.withdraw(record, None, "spoken", "the person")
        other.sync()
        self.programme.sync()
        self.assertEqual(json.loads(self.programme.baraza("record", "list", "--home", self.programme.desk, "--json")), [])
        with self.assertRaises(NotebookError):
            other.media_file(record, name)

    def test_the_files_of_a_form_come_with_it(self):
        files = self.folder / "files"
        files.mkdir()
        towns = files / "homes.csv"
        towns.write_text("name,label\npublic,Well known\n")
        self.programme.baraza(
            "form", "publish", "--home", self.programme.desk, self.folder / "visit.md", "--attachments", files
        )
        self.join()
        [file] = self.notebook.form_files("visit")
        self.assertEqual((file.name, file.here), ("homes.csv", True))
        self.assertEqual(self.notebook.form_file("visit", "homes.csv"), towns.read_bytes())
        self.assertIsNone(self.notebook.form_file("visit", "other.csv"))
        with self.assertRaises(NotebookError):
            self.notebook.form_file("nothing", "homes.csv")

    def test_what_goes_wrong_says_what_to_do(self):
        with self.assertRaises(NotebookError) as raised:
            self.notebook.start("households", None)
        self.assertIn("certificate", str(raised.exception))
        self.join()
        record = self.notebook.start("households", None)
        with self.assertRaises(NotebookError):
            self.notebook.answer(record, "people", "many")
        with self.assertRaises(NotebookError):
            self.notebook.answer(record, "nowhere", "4")
        with self.assertRaises(NotebookError):
            self.notebook.finish(record)
        del self.notebook
        with self.assertRaises(NotebookError):
            Notebook.open(self.home, "not the passphrase")


if __name__ == "__main__":
    unittest.main(verbosity=2)

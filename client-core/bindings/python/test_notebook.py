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
from pathlib import Path

sys.path.insert(0, os.environ["BARAZA_BINDINGS"])

from client_core import Notebook, NotebookError, SyncWatcher  # noqa: E402

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
        form = folder / "households.md"
        form.write_text(FORM)
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
        [form] = self.notebook.forms()
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

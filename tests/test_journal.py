"""Answered calls: kept before use, never asked again."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from backend_architect.errors import OutputError, ProviderError
from backend_architect.journal import Journal, Journaled, Run, default_path
from backend_architect.models.protocol import Answer, Part, Question, Turn, Usage

USAGE = Usage(input=10, cached=4, cache_writes=2, output=5, calls=1)


class Verdict(BaseModel):
    ok: bool


def question(text: str = "Is it so?", *, stage: str = "requirements") -> Question:
    return Question(stage=stage, system="You judge.", parts=(Part(text=text),), answer=Verdict)


@dataclass
class Scripted:
    """Answers with the question's text; counts what it was asked."""

    name: str = "scripted:one"
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)
    fails: int = 0

    async def ask(self, question: Question) -> Answer:
        text = question.parts[-1].text
        self.asked.append(text)
        await asyncio.sleep(self.delay)
        if self.fails:
            self.fails -= 1
            raise ProviderError("no", transient=True)
        return Answer(text=f"to {text}", usage=USAGE, model="one")


def ticking() -> datetime:
    return datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


def test_an_answer_is_asked_once_and_kept_for_later_processes(tmp_path: Path) -> None:
    model = Scripted()
    with Journal(tmp_path / "state" / "journal") as journal:
        first = asyncio.run(Journaled(model, journal).ask(question()))
    with Journal(tmp_path / "state" / "journal") as journal:
        wrapped = Journaled(model, journal)
        assert asyncio.run(wrapped.ask(question())) == first == Answer(text="to Is it so?", usage=USAGE, model="one")
        assert (wrapped.paid, wrapped.reused) == (Usage(), USAGE)
    assert model.asked == ["Is it so?"]
    assert wrapped.name == "scripted:one"
    # One file is left, which nobody else may read.
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["journal"]
    assert stat.S_IMODE((tmp_path / "state" / "journal").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "answer",
    [
        Answer(text=""),
        Answer(text="\ud800 \x00 ü 你 \u202e", stop="refusal"),
        Answer(text="x" * 3_000_000, stop="length", usage=Usage(input=1, output=2, calls=3, counted=True), model="ü"),
        Answer(text="{", stop="filter"),
    ],
)
def test_an_answer_comes_back_as_it_was(tmp_path: Path, answer: Answer) -> None:
    with Journal(tmp_path / "journal") as journal:
        asyncio.run(journal.append("ab" * 32, answer))
        assert journal.find("ab" * 32) == answer
        assert journal.find("cd" * 32) is None


def test_what_decides_the_request_decides_the_answer(tmp_path: Path) -> None:
    asked = question()
    others = [
        question("Is it not so?"),
        question(stage="planning"),
        replace(asked, system="You guess."),
        replace(asked, max_tokens=1),
        asked.after(Turn(answer="{", findings="not JSON")),
    ]
    model, second = Scripted(), Scripted(name="scripted:two")

    async def ask(journal: Journal) -> None:
        for one in [asked, *others, asked, *others]:
            await Journaled(model, journal).ask(one)
        await Journaled(second, journal).ask(asked)

    with Journal(tmp_path / "journal") as journal:
        asyncio.run(ask(journal))
    assert (len(model.asked), len(second.asked)) == (6, 1)


def test_identical_questions_under_way_are_asked_once(tmp_path: Path) -> None:
    model = Scripted(delay=0.02)

    async def ask(journal: Journal) -> tuple[list[Answer], Usage, Usage]:
        wrappers = [Journaled(model, journal), Journaled(model, journal)]
        answers = await asyncio.gather(*(wrappers[number % 2].ask(question()) for number in range(6)))
        assert journal.flying == {}
        return answers, wrappers[0].paid + wrappers[1].paid, wrappers[0].reused + wrappers[1].reused

    with Journal(tmp_path / "journal") as journal:
        answers, paid, reused = asyncio.run(ask(journal))
    assert model.asked == ["Is it so?"]
    assert answers == [Answer(text="to Is it so?", usage=USAGE, model="one")] * 6
    assert (paid, reused) == (USAGE, USAGE + USAGE + USAGE + USAGE + USAGE)


def test_a_failure_reaches_all_who_wait_and_is_not_kept(tmp_path: Path) -> None:
    model = Scripted(delay=0.01, fails=1)

    async def ask(journal: Journal) -> list[Answer | BaseException]:
        wrapped = Journaled(model, journal)
        failed = await asyncio.gather(wrapped.ask(question()), wrapped.ask(question()), return_exceptions=True)
        return [*failed, await wrapped.ask(question())]

    with Journal(tmp_path / "journal") as journal:
        first, second, third = asyncio.run(ask(journal))
    assert isinstance(first, ProviderError)
    assert isinstance(second, ProviderError)
    assert third == Answer(text="to Is it so?", usage=USAGE, model="one")
    assert len(model.asked) == 2


def test_who_is_cancelled_leaves_the_call_to_the_others(tmp_path: Path) -> None:
    model = Scripted(delay=0.05)

    async def ask(journal: Journal) -> Answer:
        wrapped = Journaled(model, journal)
        first, second = asyncio.create_task(wrapped.ask(question())), asyncio.create_task(wrapped.ask(question()))
        await asyncio.sleep(0.01)
        first.cancel()
        answer = await second
        assert first.cancelled()
        alone = asyncio.create_task(wrapped.ask(question("Alone?")))
        await asyncio.sleep(0.01)
        alone.cancel()
        await asyncio.gather(alone, return_exceptions=True)
        await asyncio.sleep(0.08)
        return answer

    with Journal(tmp_path / "journal") as journal:
        assert asyncio.run(ask(journal)).text == "to Is it so?"
        assert journal.find(question("Alone?").fingerprint(model.name)) is None
    assert model.asked == ["Is it so?", "Alone?"]


def test_who_is_cancelled_while_it_is_written_has_paid_for_something(tmp_path: Path) -> None:
    answer = Answer(text="paid", usage=USAGE)

    async def ask(journal: Journal) -> None:
        task = asyncio.create_task(journal.append("ab" * 32, answer))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with Journal(tmp_path / "journal") as journal:
        asyncio.run(ask(journal))
    with Journal(tmp_path / "journal") as journal:
        assert journal.find("ab" * 32) in (answer, None)


def test_many_threads_and_loops_share_a_journal(tmp_path: Path) -> None:
    models = [Scripted() for _ in range(4)]

    def work(journal: Journal, model: Scripted, start: int) -> None:
        async def ask() -> None:
            wrapped = Journaled(model, journal)
            await asyncio.gather(*(wrapped.ask(question(str(number))) for number in range(start, start + 50)))

        asyncio.run(ask())

    with Journal(tmp_path / "journal") as one, Journal(tmp_path / "journal") as two:
        threads = [threading.Thread(target=work, args=((one, two)[number % 2], model, 50 * number)) for number, model in enumerate(models)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(one.find(question(str(number)).fingerprint("scripted:one")) for number in range(200))
    assert Counter(text for model in models for text in model.asked) == {str(number): 1 for number in range(200)}


def test_the_accounts_of_runs(tmp_path: Path) -> None:
    model = Scripted()

    async def ask(journal: Journal, run: int, *texts: str) -> None:
        wrapped = Journaled(model, journal, run=run)
        for text in texts:
            await wrapped.ask(question(text, stage=f"stage {text}"))

    with Journal(tmp_path / "journal", clock=ticking) as journal:
        first = journal.begin(brief="a.md", brief_sha256="aa", model="scripted:one")
        asyncio.run(ask(journal, first, "1", "2"))
        assert journal.begin(brief="a.md", brief_sha256="aa", model="scripted:one") == first
        asyncio.run(ask(journal, first, "2", "3"))
        journal.finish(first)
        second = journal.begin(brief="a.md", brief_sha256="aa", model="scripted:one")
        asyncio.run(ask(journal, second, "3", "4"))
        then = "2026-01-02T03:04:05+00:00"
        runs = (
            Run(
                id=first,
                brief="a.md",
                brief_sha256="aa",
                model="scripted:one",
                started=then,
                finished=then,
                paid=USAGE + USAGE + USAGE,
                reused=Usage(),
            ),
            Run(id=second, brief="a.md", brief_sha256="aa", model="scripted:one", started=then, finished=None, paid=USAGE, reused=USAGE),
        )
        assert journal.runs() == runs
        assert journal.stages(second) == (("stage 3", Usage(), USAGE), ("stage 4", USAGE, Usage()))
        assert journal.remove(first, 99) == 1
        assert journal.runs() == runs[1:]
        kept = [bool(journal.find(question(text, stage=f"stage {text}").fingerprint(model.name))) for text in "1234"]
        assert kept == [False, False, True, True]
        journal.clear()
        assert journal.runs() == ()
        assert journal.find(question("4", stage="stage 4").fingerprint(model.name)) is None


def test_a_run_that_is_removed_while_it_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        run = journal.begin(brief="a.md", brief_sha256="aa", model="m")
        journal.remove(run)
        asyncio.run(Journaled(Scripted(), journal, run=run).ask(question()))
        assert journal.find(question().fingerprint("scripted:one")) is not None
        assert journal.runs() == ()


def test_it_lives_in_the_users_state_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = default_path()
    assert path.is_relative_to(tmp_path)
    assert path.parts[-2:] == ("backend-architect", "journal.sqlite3")
    with Journal() as journal:
        assert journal.path == path
    assert path.is_file()


def test_no_request_is_kept_and_answers_take_little_room(tmp_path: Path) -> None:
    text = "".join(f'{{"key": "statement-{number}", "text": "{random.Random(number).randbytes(40).hex()}"}}' for number in range(80))
    model = Scripted()

    async def ask(journal: Journal) -> None:
        for number in range(40):
            await journal.append(f"{number:064x}", Answer(text=text + str(number), model="one", usage=USAGE), stage="requirements")
        await Journaled(model, journal).ask(question("MARKED-REQUEST", stage="requirements"))

    with Journal(tmp_path / "journal") as journal:
        asyncio.run(ask(journal))
    content = (tmp_path / "journal").read_bytes()
    assert len(content) < 1.2 * 40 * len(text)
    assert b"MARKED-REQUEST" not in content


def test_a_file_that_is_no_journal(tmp_path: Path) -> None:
    text, foreign, newer, folder = (tmp_path / name for name in ("text", "foreign", "newer", "folder"))
    text.write_bytes(b"notes\n" * 200)
    with sqlite3.connect(foreign) as file:
        file.execute("CREATE TABLE notes (text TEXT)")
    file.close()
    Journal(newer).close()
    with sqlite3.connect(newer) as file:
        file.execute("PRAGMA user_version = 2")
    file.close()
    folder.mkdir()
    before = foreign.read_bytes()
    messages = []
    for path in (text, foreign, newer, folder, text / "below"):
        with pytest.raises(OutputError) as error:
            Journal(path)
        messages.append(str(error.value).replace(str(tmp_path), ""))
    assert messages == [
        "the journal '/text' is damaged or not a journal (file is not a database): move it away, or run with --no-state",
        "'/foreign' is a database, but not a journal of backend-architect: name another file",
        "the journal '/newer' was written by a newer version of backend-architect: update it, or move the file away",
        "the journal '/folder' cannot be used: Is a directory",
        "the journal '/text/below' cannot be used: File exists",
    ]
    assert foreign.read_bytes() == before
    assert text.read_bytes() == b"notes\n" * 200


def test_a_journal_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        for number in range(20):
            asyncio.run(journal.append(f"{number:064x}", Answer(text=random.Random(number).randbytes(3000).hex())))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    with Journal(path) as journal:
        with pytest.raises(OutputError, match=r"^the journal '.*' is damaged or not a journal \(database disk image is malformed\): move it away"):
            journal.find("0" * 64)
        with pytest.raises(OutputError, match="is damaged"):
            asyncio.run(Journaled(Scripted(), journal).ask(question()))


def test_a_closed_journal_says_so(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.close()
    journal.close()
    with pytest.raises(OutputError, match=r"is closed$"):
        journal.begin(brief="", brief_sha256="", model="")


KILLED = """
import asyncio, os, sys
from pathlib import Path
from pydantic import BaseModel
from backend_architect.journal import Journal, Journaled
from backend_architect.models.protocol import Answer, Part, Question

class Verdict(BaseModel):
    ok: bool

log = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

class Model:
    name = "scripted:one"
    async def ask(self, question):
        os.write(log, f"asked {question.stage}\\n".encode())
        await asyncio.sleep(0.002)
        return Answer(text="x" * 5000 + question.stage)

async def main():
    with Journal(Path(sys.argv[1])) as journal:
        model = Journaled(Model(), journal)
        async def chain(name):
            for number in range(40):
                stage = f"{name}{number}"
                answer = await model.ask(Question(stage=stage, system="", parts=(Part(text=""),), answer=Verdict))
                assert answer.text == "x" * 5000 + stage
                os.write(log, f"used {stage}\\n".encode())
        await asyncio.gather(*map(chain, "abc"))

asyncio.run(main())
"""


def test_killed_at_any_moment_nothing_that_was_used_is_asked_again(tmp_path: Path) -> None:
    journal, log = tmp_path / "journal", tmp_path / "log"
    log.touch()
    chance = random.Random(7)
    kills = 0
    while True:
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(journal), str(log)], stderr=subprocess.PIPE)
        # Wait for a few more calls, then strike within the milliseconds around the next answers.
        goal = log.read_bytes().count(b"asked") + chance.randrange(1, 16)
        while process.poll() is None and log.read_bytes().count(b"asked") < goal:
            time.sleep(0.0005)
        time.sleep(chance.random() * 0.006)
        killed = process.poll() is None
        process.kill()
        _, complaint = process.communicate()
        assert killed or process.returncode == 0, complaint.decode()
        if not killed:
            break
        kills += 1
    used: set[str] = set()
    for line in log.read_text(encoding="utf-8").splitlines():
        word, stage = line.split()
        assert word == "used" or stage not in used, f"{stage} was answered and asked again"
        if word == "used":
            used.add(stage)
    assert used == {f"{name}{number}" for name in "abc" for number in range(40)}
    assert kills >= 5

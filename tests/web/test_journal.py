"""The journal tells of every change made to it, and the database refuses them."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from mizzle_web.config import house
from mizzle_web.journal import checker
from mizzle_web.journal.actions import SYSTEM, record
from mizzle_web.journal.chain import digest
from mizzle_web.journal.checker import Anchor, anchor, check, examine
from mizzle_web.journal.models import NOBODY, Entry, Head
from mizzle_web.page.refused import Refused

AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
N_TAMPERS = 10_000
LENGTH = 300


def chained(n):
    """A chain of so many entries, in memory; plain objects, which are quicker to copy than rows."""
    rng = random.Random(11)  # noqa: S311 - a fixed seed
    made, before = [], NOBODY
    for number in range(1, n + 1):
        entry = SimpleNamespace(
            number=number,
            at=AT + timedelta(seconds=number, microseconds=rng.randrange(10**6)),
            by=SYSTEM if number % 5 else f"{rng.getrandbits(128):032x}",
            verb=rng.choice(("member.added", "member.placed", "role.given")),
            thing=f"member:{rng.getrandbits(128):032x}",
            details={"n": number, "fields": ["name"], "unit": None} if number % 3 else {},
            before=before,
        )
        entry.digest = before = digest(entry)
        made.append(entry)
    return made


def rechained(entries, first):
    """The same entries with every hash from one on computed anew, as whoever owns the database could."""
    before = entries[first - 1].digest if first else NOBODY
    for place in range(first, len(entries)):
        entries[place] = SimpleNamespace(**vars(entries[place]) | {"before": before})
        entries[place].digest = before = digest(entries[place])


def altered(entry, rng):
    """The same entry with one field changed."""
    entry = copy.copy(entry)
    field = rng.choice(("number", "at", "by", "verb", "thing", "details", "before", "digest"))
    was = getattr(entry, field)
    if field == "number":
        entry.number = was + rng.choice((-1, 1, 1000))
    elif field == "at":
        entry.at = was + timedelta(microseconds=rng.choice((-1, 1, 10**9)))
    elif field == "details":
        entry.details = rng.choice((was | {"n": -1}, was | {"more": "x"}, {"other": 1}))
    else:
        place = rng.randrange(len(was))
        entry.__dict__[field] = was[:place] + ("0" if was[place] != "0" else "1") + was[place + 1 :]
    return entry


def tampered(entries, rng):
    """A chain that somebody has changed in one way, and whether they can be found without a head kept elsewhere."""
    chain, place = list(entries), rng.randrange(len(entries))
    way = rng.choice(("alter", "alter and sign", "remove", "swap", "repeat", "cut", "cut with head", "write anew"))
    if way.startswith("alter"):
        chain[place] = altered(chain[place], rng)
        if way == "alter and sign" and chain[place].digest == entries[place].digest:
            chain[place].digest = digest(chain[place])
    elif way == "remove":
        del chain[place]
    elif way == "swap":
        other = rng.choice([one for one in range(len(chain)) if one != place])
        chain[place], chain[other] = chain[other], chain[place]
    elif way == "repeat":
        chain.insert(rng.randrange(len(chain)), chain[place])
    elif way in ("cut", "cut with head"):
        del chain[place:]
    else:
        place = max(place, LENGTH - 40)  # hashing takes long, and it makes no difference where it begins
        chain[place] = SimpleNamespace(**vars(chain[place]) | {"verb": "nothing.happened"})
        rechained(chain, place)
    owns_head = way in ("cut with head", "write anew")
    last = chain[-1] if chain else None
    told = Anchor(last.number if last else 0, last.digest if last else NOBODY) if owns_head else None
    return way, chain, told


LATER = {
    "alter and sign": lambda first: (first, first + 1),  # the next one tells it
    "write anew": lambda _first: (LENGTH,),  # everything fits but the head that was kept
}
"""Ways in which the first entry that does not fit is not the first that was changed."""


def test_ten_thousand_changes_made_by_chance_are_all_found(monkeypatch):
    entries = chained(LENGTH)
    known = {id(entry): digest(entry) for entry in entries}  # so that only what was changed is hashed again
    monkeypatch.setattr(checker, "digest", lambda entry: known.get(id(entry)) or digest(entry))
    head = Anchor(LENGTH, entries[-1].digest)
    assert examine(entries, head=head, kept=head).is_intact
    rng = random.Random(2026)  # noqa: S311 - a fixed seed
    missed, misnamed, ways = [], [], set()
    for turn in range(N_TAMPERS):
        way, chain, own_head = tampered(entries, rng)
        ways.add(way)
        finding = examine(chain, head=own_head or head, kept=head)
        first = next((n for n, (a, b) in enumerate(zip(entries, chain, strict=False), 1) if a is not b), len(chain) + 1)
        if finding.is_intact:
            missed.append((turn, way))
        elif finding.broken_at not in LATER.get(way, lambda first: (first,))(first):
            misnamed.append((turn, way))
    assert (missed, misnamed) == ([], [])
    assert len(ways) == 8


def test_a_chain_that_was_cut_together_with_its_head_is_found_by_a_kept_head_alone():
    entries = chained(30)
    kept = Anchor(None, entries[-1].digest)
    cut, head = entries[:20], Anchor(20, entries[19].digest)
    assert examine(cut, head=head).is_intact
    finding = examine(cut, head=head, kept=kept)
    assert (finding.is_intact, finding.broken_at) == (False, 21)
    assert not examine(cut, head=head, kept=Anchor(30, entries[-1].digest)).is_intact
    assert not examine([], head=Anchor(0, NOBODY), kept=kept).is_intact


def test_a_head_kept_long_ago_still_fits_a_chain_that_grew_since():
    entries = chained(30)
    head = Anchor(30, entries[-1].digest)
    assert examine(entries, head=head, kept=Anchor(12, entries[11].digest)).is_intact
    assert examine(entries, head=head, kept=Anchor(None, entries[11].digest)).is_intact
    finding = examine(entries, head=head, kept=Anchor(12, entries[12].digest))
    assert (finding.broken_at, "12" in finding.reason) == (12, True)


def test_entries_written_while_the_check_runs_are_no_break():
    entries = chained(30)
    assert examine(entries, head=Anchor(20, entries[19].digest)).is_intact


def test_a_head_is_read_with_and_without_its_number():
    text = "AB" * 32
    assert anchor(f" 7:{text} ") == Anchor(7, text.lower())
    assert anchor(text) == Anchor(None, text.lower())
    assert anchor("  ") is None
    for wrong in ("abc", f"x:{text}", f"-1:{text}", text + "0"):
        with pytest.raises(Refused):
            anchor(wrong)


def fill(n):
    for number in range(n):
        record(by=SYSTEM, verb="member.added", thing=f"member:{number}", at=AT, details={"n": number, "tags": ("a", 1)})


@pytest.mark.django_db
def test_an_entry_means_the_same_after_it_was_stored_and_in_every_zone():
    somewhere = timezone(timedelta(hours=5, minutes=30))
    record(by=SYSTEM, verb="a.b", thing="c", at=AT.astimezone(somewhere), details={"é": [1, 2.5, None], "b": {"x": 0}})
    assert digest(Entry.objects.get()) == Entry.objects.get().digest
    assert check().is_intact


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET verb = 'nothing' WHERE number = 2",
        "DELETE FROM journal_entry WHERE number = 3",
        "DELETE FROM journal_entry",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(statement):
    fill(3)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert [entry.verb for entry in Entry.objects.all()] == ["member.added"] * 3
    assert check().is_intact


def without_triggers():
    """Do what whoever owns the database can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER journal_entry_no_update")
            cursor.execute("DROP TRIGGER journal_entry_no_delete")
        else:
            cursor.execute("DROP TRIGGER journal_entry_no_change ON journal_entry")


@pytest.mark.django_db
def test_the_check_walks_in_batches_and_asks_for_each_once(monkeypatch, django_assert_num_queries):
    fill(25)
    monkeypatch.setattr(checker, "BATCH", 10)
    with django_assert_num_queries(3):
        assert [entry.number for entry in checker.entries(batch=10)] == list(range(1, 26))
    assert check().number == 25


@pytest.mark.django_db
def test_the_check_of_the_database_names_the_first_entry_that_does_not_fit():
    fill(12)
    kept = anchor(check().head)
    without_triggers()
    Entry.objects.filter(number=7).update(by="somebody else")
    finding = check()
    assert (finding.broken_at, finding.number) == (7, 6)
    assert "Entry 7 was changed" in finding.reason
    Entry.objects.filter(number__gte=7).delete()
    assert (check().broken_at, check(kept=kept).broken_at) == (7, 7)
    Head.objects.update(number=6, digest=Entry.objects.get(number=6).digest)
    assert check().is_intact
    assert check(kept=kept).broken_at == 7


@pytest.mark.django_db
def test_an_entry_put_behind_the_end_without_the_head_is_found():
    fill(3)
    forged = Entry(number=4, at=AT, by=SYSTEM, verb="a.b", thing="c", details={}, before=Head.objects.get().digest)
    forged.digest = digest(forged)
    forged.save(force_insert=True)
    assert check().broken_at == 4


@pytest.mark.django_db(transaction=True)
def test_emptying_a_test_database_leaves_the_triggers_standing():
    """A test of this kind empties every table at its end; the one before this one, too."""
    fill(2)
    call_command("flush", interactive=False, verbosity=0)
    assert not Entry.objects.exists()
    fill(1)
    with pytest.raises(DatabaseError, match="append-only"):
        Entry.objects.all().delete()


class Words:
    command, act = "journal", "check"

    def __init__(self, head=""):
        self.head = head


@pytest.mark.django_db
def test_the_command_ends_with_0_or_1_and_names_the_entry(capsys):
    fill(5)
    kept = check().head
    assert house.run(Words(head=kept)) == 0
    assert kept in capsys.readouterr().out
    without_triggers()
    Entry.objects.filter(number=4).update(thing="member:x")
    assert house.run(Words()) == 1
    assert "Entry 4 was changed" in capsys.readouterr().out
    assert house.run(Words(head="nonsense")) == 2
    assert "64 characters" in capsys.readouterr().err

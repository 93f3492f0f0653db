"""One program at a time in a folder."""

import fcntl
import shutil

import pytest

from mizzle.alone import alone_in


def test_who_comes_second_is_told_or_waits_until_the_first_has_left(tmp_path):
    with alone_in(tmp_path / "new", wait=False), pytest.raises(BlockingIOError), alone_in(tmp_path / "new", wait=False):
        pass
    with alone_in(tmp_path / "new", wait=True):
        assert (tmp_path / "new").is_dir()


def test_a_folder_that_its_last_holder_took_away_is_made_anew(tmp_path, monkeypatch):
    folder = tmp_path / "held"
    lock, locked = fcntl.flock, []

    def slowly(file, how):
        if not locked:
            shutil.rmtree(folder)
        locked.append(how)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", slowly)
    with alone_in(folder, wait=True):
        assert folder.is_dir()
        assert len(locked) == 2
        with pytest.raises(BlockingIOError), alone_in(folder, wait=False):
            pass

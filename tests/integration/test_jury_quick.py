"""What a page of the jury asks of the database, and what is kept between pages: nothing of anybody's own."""

import errno
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from concours.kernel import db
from concours.kernel.settings import ROOT
from concours.kernel.web.state import State
from jury.operations import close_scoring
from tests.asked import asked_of, verbs
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import NOW
from tests.page import page

PHONE = "rh6jtww4gowdvtauwdryempks4"
WITHOUT_NUMPY = """
import sys
from pathlib import Path
import wsgi
from jury.operations import close_scoring
from tests.fakes.clock import FrozenClock
from tests.jury_room import JuryRoom
from tests.jury_session import NOW, score_all

wsgi.on_starting(None)
room = JuryRoom(Path(sys.argv[1]), sys.argv[2], FrozenClock(NOW))
found = [room.juror.get(f"/oeuvres/{room.panel.numbers[0]}").status_code]
with room.database.write() as session:
    score_all(session, room.panel, [9, 8, 7, 6, 5, 4])
    close_scoring(session, member_id=room.panel.secretary, now=NOW)
found.append(room.secretary.get("/classement").status_code)
print(found, sorted({"numpy", "scipy"} & set(sys.modules)))
"""


@pytest.fixture
def room(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> JuryRoom:
    return JuryRoom(tmp_path, sqlite_url, clock)


def test_a_work_s_page_and_a_saved_score_ask_little(room: JuryRoom) -> None:
    number, database = room.panel.numbers[0], cast("State", room.app.extensions["concours"]).database
    token = room.juror.get("/jeton").get_json()["token"]
    with asked_of(database) as asked:
        room.juror.get(f"/oeuvres/{number}")
    assert sorted(verbs(asked)) == ["BEGIN"] + ["SELECT"] * 5
    act = {"field": "form", "device": PHONE, "csrf_token": token}
    first = room.juror.post(f"/oeuvres/{number}/notes", data=act | {"value": "7", "seen": "", "counter": "1"})
    with asked_of(database) as asked:
        later = room.juror.post(f"/oeuvres/{number}/notes", data=act | {"value": "8", "seen": "7", "counter": "2"})
    assert [first.get_json()["outcome"], later.get_json()["points"]] == ["saved", {"form": 8}]
    # The event of the chain is heard twice: its table looks itself at what is added.
    assert sorted(verbs(asked)) == ["BEGIN", *["INSERT"] * 2, *["SELECT"] * 5, *["UPDATE"] * 2]


def test_a_score_that_the_disk_refuses_is_said_to_wait_and_comes_through_when_sent_again(
    room: JuryRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_file: int) -> None:
        raise OSError(errno.EIO, "the disk")

    token = room.juror.get("/jeton").get_json()["token"]
    act = {"field": "form", "device": PHONE, "csrf_token": token, "value": "7", "seen": "", "counter": "1"}
    with monkeypatch.context() as broken:
        broken.setattr(db, "_to_disk", fail)
        refused = room.juror.post(f"/oeuvres/{room.panel.numbers[0]}/notes", data=act)
    assert refused.status_code == 503
    assert "ne peut pas enregistrer pour le moment" in refused.get_json()["message"]
    again = room.juror.post(f"/oeuvres/{room.panel.numbers[0]}/notes", data=act)
    assert (again.status_code, again.get_json()["points"]) == (200, {"form": 7})


def test_what_is_drawn_once_holds_nothing_of_another_member(room: JuryRoom) -> None:
    address = f"/oeuvres/{room.panel.numbers[0]}"
    pages = [page(browser, address) for browser in (room.juror, room.other, room.juror)]
    assert ["Jure1" in each.text and "Jure2" not in each.text for each in pages] == [True, False, True]
    assert ["Jure2" in each.text and "Jure1" not in each.text for each in pages] == [False, True, False]
    tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', each.html)) for each in pages]
    assert [len(each) for each in tokens] == [1, 1, 1]
    assert not tokens[1] & (tokens[0] | tokens[2])
    room.other.post("/deconnexion", data={"csrf_token": tokens[1].pop()})
    assert page(room.other, address).path == "/connexion"


def test_what_a_member_may_do_is_read_anew_by_each_request(room: JuryRoom) -> None:
    address = f"/oeuvres/{room.panel.numbers[0]}"
    assert 'name="remark"' in page(room.juror, address).html
    with room.database.write() as session:
        close_scoring(session, member_id=room.panel.secretary, now=NOW)
    after = page(room.juror, address)
    assert 'name="remark"' not in after.html
    assert "L'évaluation est close" in after.text


@pytest.mark.full
def test_numpy_is_loaded_by_no_page_but_that_of_the_calibration(tmp_path: Path, sqlite_url: str) -> None:
    words = [sys.executable, "-c", WITHOUT_NUMPY, str(tmp_path), sqlite_url]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[200, 200] []", done.stderr

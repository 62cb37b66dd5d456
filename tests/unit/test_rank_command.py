"""`concours rank`: what it prints, and what it says of files that it cannot read."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from concours.cli import main
from tests.panels import panel, rounded


def rank(folder: Path, content: str | bytes, *words: str) -> Result:
    path = folder / "notes.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return CliRunner().invoke(main, ["rank", "--scores", str(path), *words])


def told(folder: Path, content: str, *words: str) -> dict[str, Any]:
    done = rank(folder, content, "--json", *words)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def as_csv(seed: int, **shape: Any) -> str:
    scores, _ = panel(seed, **shape)
    return "juror,work,score\n" + "".join(f"{s.juror},{s.work},{int(s.value)}\n" for s in rounded(scores))


def test_the_json_holds_ranking_ties_and_calibration(tmp_path: Path) -> None:
    found = told(tmp_path, as_csv(3, works=12, jurors=4), "--top", "3")
    assert set(found) == {
        *("ranking", "ties", "variance", "jurors", "works", "icc", "kendall_w", "top", "seed"),
    }
    assert set(found["variance"]) == {"work", "juror", "residual"}
    assert set(found["icc"]) == {"single", "average"}
    assert (found["top"], len(found["jurors"]), len(found["works"])) == (3, 4, 12)
    assert set(found["works"]["w0000"]) == {"mean", "estimate", "low", "high", "p_top"}
    assert [place["rank"] for place in found["ranking"]] == sorted(place["rank"] for place in found["ranking"])
    scores = {place["work"]: place["score"] for place in found["ranking"]}
    assert all(len({scores[work] for work in tie}) == 1 for tie in found["ties"])
    assert found["ties"]
    assert 0 < found["kendall_w"] < 1


def test_criteria_weigh_the_same_and_half_a_sheet_does_not_count(tmp_path: Path) -> None:
    rows = ["juror,work,criterion,score"]
    rows += [f"{j},{w},{c},{v}" for j in "ab" for w, v in (("x", 4), ("y", 7), ("z", 9)) for c in ("fond", "forme")]
    rows += ["c,x,fond,10", "c,y,fond,6.5", "c,y,forme,7.5"]
    done = rank(tmp_path, "\n".join(rows), "--json", "--top", "1")
    assert done.exit_code == 0
    assert "Fiche incomplète, qui ne compte pas : c, œuvre x." in done.stderr
    assert [(place["work"], place["score"]) for place in json.loads(done.stdout)["ranking"]] == [
        ("z", 9.0),
        ("y", 7.0),
        ("x", 4.0),
    ]


def test_equal_is_equal_where_floats_miss_it(tmp_path: Path) -> None:
    rows = "juror,work,score\na,x,0.1\nb,x,0.2\na,y,0.15\nb,y,0.15\na,z,0.9\nb,z,0.7\n"
    found = told(tmp_path, rows, "--top", "1")
    assert found["ties"] == [["x", "y"]]
    assert [place["rank"] for place in found["ranking"]] == [1, 2, 2]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffJuror;Work;Score\na;x;7,5\nb;x;8\na;y;3,25\nb;y;4\n",
        'juror,work,score\na,x,"7,5"\nb,x,8\na,y,"3,25"\nb,y,4\n',
        "score\twork\tjuror\r\n7.5\tx\ta\r\n8\tx\tb\r\n\r\n3.25\ty\ta\r\n4\ty\tb\r\n",
    ],
)
def test_commas_semicolons_tabs_and_any_order_of_columns_are_read(tmp_path: Path, content: str) -> None:
    assert told(tmp_path, content)["ranking"] == [
        {"rank": 1, "work": "x", "score": 7.75},
        {"rank": 2, "work": "y", "score": 3.625},
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "Le fichier est vide"),
        ("juror,work,score\n", "aucune note sous la ligne de titres"),
        ("juré,œuvre,note\na,x,1\n", "Colonnes attendues : juror, work, score"),
        ("juror,work,score,score\na,x,1,1\n", "Colonnes trouvées"),
        ("juror,work,score\na,x,7,5\n", "Ligne 2 : 4 cellules pour 3 colonnes"),
        ("juror,work,score\na,x\n", "Ligne 2 : 2 cellules pour 3 colonnes"),
        ('juror;work;score\na;x;"7,5"\nb;x;7.5\n', "Ligne 3 : des notes portent un point et d'autres une virgule"),
        ("juror;work;score\na;x;1.234,5\n", "n'est pas un nombre décimal"),
        ("juror,work,score\na,x,NaN\n", "« NaN » n'est pas un nombre"),
        ("juror,work,score\na,x,1e400\n", "n'est pas un nombre"),
        ("juror,work,score\n,x,1\n", "Ligne 2 : le juré ou l'œuvre manque"),
        ("juror,work,score\na,x,1\nb,x,2\na,x,1\n", "Lignes 2 et 4 : deux notes du même juré (a)"),
        ("juror,work,score\na,x,1\na,y,2\n", "Un seul juré"),
        ("juror,work,score\na,x,5\na,y,5\nb,x,5\nb,y,5\n", "Toutes les notes sont égales"),
        ("juror,work,score\na,x,5\nb,y,6\n", "ne se recoupent pas assez"),
        ("juror,work,criterion,score\na,x,c,5\nb,y,d,6\n", "Aucune fiche n'est complète"),
        ("juror,work,score\na,é,5\n".encode("latin-1"), "pas en UTF-8"),
        (b"juror,work,score\na,\0,5\n", "octets nuls"),
        ('juror,work,score\na,"x,5\n', "guillemets"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    done = rank(tmp_path, content, "--json")
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["rank", "--scores", str(tmp_path / "rien.csv")])
    assert done.exit_code == 2
    assert "ne peut pas être lu" in done.stderr


def test_without_json_people_read_a_table_and_sentences(tmp_path: Path) -> None:
    done = rank(tmp_path, as_csv(3, works=12, jurors=4), "--top", "3")
    assert done.exit_code == 0
    head, *rows = done.stdout.splitlines()
    assert head.split("  ")[0] == "Rang"
    assert "Intervalle à 95 %" in head
    assert rows[0].startswith("1 ")
    assert "tiennent pour" in done.stdout
    assert "ne peut donc pas changer l'ordre" in done.stdout

"""A question put to the driver as it is: the same answers, the same errors as by SQLAlchemy's own way."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from traceback import format_exception

import pytest
from sqlalchemy import Text, bindparam, cast, func, insert, literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from concours.accounts.models import Account, AuditEvent
from concours.kernel.db import Database
from concours.kernel.ids import new_id
from concours.kernel.questions import Change, Question, Writer, reader_of
from tests.fakes.clock import SOME_MORNING

_ACCOUNT, _AUDIT = Account.__table__, AuditEvent.__table__
_BY_EMAIL = Question(
    select(_ACCOUNT.c.email, _ACCOUNT.c.created_at, _ACCOUNT.c.role == "", literal("50 % : jamais"))
    .where(_ACCOUNT.c.email == bindparam("email"))
    .order_by(_ACCOUNT.c.email)
)
_DETAILS = Question(select(_AUDIT.c.details, cast(_AUDIT.c.details, Text), _AUDIT.c.position))
_MANY = Question(
    select(
        _ACCOUNT.c.email, _ACCOUNT.c.created_at, _ACCOUNT.c.role == "", func.nullif(_ACCOUNT.c.role, ""), literal(7)
    ),
    many=True,
)
_ADD = Change(_ACCOUNT.insert(), "id", "email", "role", "created_at")  # type: ignore[attr-defined]  # a table of columns
_NOWHERE = Question(select(text("1")).select_from(text("nowhere")).where(text("'secret' = :which")))
CANARY = "zephyrine.quatremere@ville.exemple.fr"


def add(database: Database, email: str, role: str = "") -> None:
    with database.write() as session:
        session.add(Account(email=email, role=role, created_at=SOME_MORNING.astimezone(timezone(timedelta(hours=2)))))


def test_cells_are_what_the_columns_mean(database: Database) -> None:
    add(database, "é'%@exemple.fr")
    add(database, "b@exemple.fr", "secretariat")
    with database.ask() as reader:
        assert reader.rows(_BY_EMAIL, email="é'%@exemple.fr") == [
            ("é'%@exemple.fr", SOME_MORNING, True, "50 % : jamais")
        ]
        assert reader.row(_BY_EMAIL, email="b@exemple.fr") == ("b@exemple.fr", SOME_MORNING, False, "50 % : jamais")
        assert reader.row(_BY_EMAIL, email="c@exemple.fr") is None
        (_, at, told, _), *_ = reader.rows(_BY_EMAIL, email="b@exemple.fr")
    assert (at.tzinfo is not None, told) == (True, False)


def test_what_is_stored_as_json_is_read_as_such(database: Database) -> None:
    event = {"position": 1, "at": SOME_MORNING, "actor": "command", "action": "x", "subject": "y"}
    with database.write() as session:
        session.execute(insert(AuditEvent), {**event, "details": {"nombre": 2}, "previous": "", "digest": new_id()})
    with database.ask() as reader:
        details, words, position = reader.rows(_DETAILS)[0]
    assert (details, position) == ({"nombre": 2}, 1)
    assert words.replace(" ", "") == '{"nombre":2}'


def test_within_a_session_it_reads_what_waits_to_be_written_where_that_is_wanted(database: Database) -> None:
    with database.write() as session:
        session.add(Account(email=CANARY, role="", created_at=SOME_MORNING))
        assert reader_of(session, written=False).row(_BY_EMAIL, email=CANARY) is None
        assert reader_of(session).row(_BY_EMAIL, email=CANARY) is not None
        session.rollback()
    with database.ask() as reader:
        assert reader.rows(_BY_EMAIL, email=CANARY) == []


def test_a_question_without_one_of_its_values_is_not_put(database: Database) -> None:
    add(database, CANARY)
    with pytest.raises((KeyError, DBAPIError)), database.ask() as reader:
        reader.rows(_BY_EMAIL)


def test_an_error_is_told_as_sqlalchemy_tells_it_and_without_the_values(database: Database) -> None:
    with pytest.raises(DBAPIError) as refusal, database.ask() as reader:
        reader.rows(_NOWHERE, which=CANARY)
    assert CANARY not in str(refusal.value)
    add(database, CANARY)
    with database.ask() as reader:
        assert reader.row(_BY_EMAIL, email=CANARY) is not None


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@127.0.0.1:9/nothing"])
def test_a_database_that_does_not_answer_is_told_as_such(url: str) -> None:
    database = Database(url)
    with pytest.raises(OperationalError), database.ask():
        pytest.fail("Nothing answers there.")


@pytest.mark.parametrize("system", ["postgresql"])
def test_a_connection_that_is_lost_is_not_used_again(database: Database) -> None:
    with database.ask() as reader:
        own = reader.rows(Question(select(text("pg_backend_pid()"))))[0][0]
        with database.write() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        with pytest.raises(OperationalError) as lost:
            reader.rows(_BY_EMAIL, email=CANARY)
    assert lost.value.connection_invalidated
    with database.ask() as reader:
        assert reader.rows(_BY_EMAIL, email=CANARY) == []


def test_a_session_that_begins_again_is_read_in_its_new_transaction(database: Database) -> None:
    with database.read() as session:
        assert reader_of(session).row(_BY_EMAIL, email=CANARY) is None
        session.rollback()
        add(database, CANARY)
        assert reader_of(session).row(_BY_EMAIL, email=CANARY) is not None


def test_many_rows_are_what_few_are(database: Database) -> None:
    with database.ask() as reader:
        assert reader.rows(_MANY) == []
    strange = "l'«\u202e\"\\ \U0001f642»@exemple.fr"
    add(database, strange)
    add(database, "b@exemple.fr", "secretariat")
    with database.ask() as reader:
        assert sorted(reader.rows(_MANY), key=lambda row: row[2]) == [
            ("b@exemple.fr", SOME_MORNING, False, "secretariat", 7),
            (strange, SOME_MORNING, True, None, 7),
        ]


def put(writer: Writer, email: str) -> None:
    writer.change(_ADD, id=new_id(), email=email, role="", created_at=SOME_MORNING)


def put_and_fail(writer: Writer, email: str) -> None:
    put(writer, email)
    raise LookupError


def test_what_is_changed_is_kept_when_the_block_ends_well_and_undone_otherwise(database: Database) -> None:
    with database.hold() as held, held.change() as writer:
        put(writer, "a@exemple.fr")
        assert writer.row(_BY_EMAIL, email="a@exemple.fr") is not None
    with pytest.raises(LookupError), database.hold() as held, held.change() as writer:
        put_and_fail(writer, "b@exemple.fr")
    with pytest.raises(IntegrityError), database.hold() as held, held.change() as writer:
        put(writer, "a@exemple.fr")
    # Nobody waits for what was undone.
    with database.hold() as held, held.change() as writer:
        put(writer, "c@exemple.fr")
    with database.ask() as reader:
        assert sorted(row[0] for row in reader.rows(_MANY)) == ["a@exemple.fr", "c@exemple.fr"]


def test_two_who_change_the_same_follow_one_another(database: Database) -> None:
    def add_one(_turn: int) -> None:
        with database.hold() as held, held.change() as writer:
            if writer.system == "postgresql":
                writer.rows(Question(select(func.pg_advisory_xact_lock(1))))
            count = len(writer.rows(_MANY))
            time.sleep(0.01)
            put(writer, f"{count}@exemple.fr")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(24)))
    with database.hold() as reader:
        assert {row[0] for row in reader.rows(_MANY)} == {f"{count}@exemple.fr" for count in range(24)}


@pytest.mark.parametrize("system", ["postgresql"])
def test_a_connection_that_is_lost_while_it_changes_something_is_told_and_not_used_again(database: Database) -> None:
    def lose(writer: Writer) -> None:
        own = writer.rows(Question(select(text("pg_backend_pid()"))))[0][0]
        put(writer, CANARY)
        with database.write() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})

    with pytest.raises(OperationalError) as lost, database.hold() as held, held.change() as writer:
        lose(writer)
    assert lost.value.connection_invalidated
    with database.hold() as held, held.change() as writer:
        put(writer, CANARY)
    with database.ask() as reader:
        assert [row[0] for row in reader.rows(_MANY)] == [CANARY]


def test_what_a_database_says_of_a_refused_row_quotes_nothing_of_it(database: Database) -> None:
    add(database, CANARY)
    with pytest.raises(IntegrityError) as refusal:
        add(database, CANARY)
    with pytest.raises(IntegrityError) as ours, database.hold() as held, held.change() as writer:
        put(writer, CANARY)
    for each in (refusal, ours):
        assert CANARY not in "".join(format_exception(each.value, chain=True)), "in what a log would hold"

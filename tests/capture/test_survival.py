"""Killed, stopped, stalled, doubled, outrun: what is committed in production is in the raw tables once, whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from signal import SIGKILL, SIGTERM, Signals
from time import monotonic, sleep

import psycopg2
import pytest

from app.errors import PlumblineError
from app.secrets import production_url, warehouse_url
from pipelines.capture import load, memory, origin, session, stream, watch
from pipelines.capture.session import open_warehouse
from pipelines.capture.turn import LOCK, AlreadyRead, TurnLost
from pipelines.machine_findings import kept_log
from pipelines.postgres import Cluster
from tests.capture.conftest import Pair, assert_equal, connect

pytestmark = pytest.mark.slow
ROWS = 12_000


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    give_up = monotonic() + seconds
    while not condition():
        assert monotonic() < give_up, "It did not come about."
        sleep(0.01)


@pytest.fixture(scope="module")
def big(pair: Pair) -> Pair:
    """A table of some 60 pieces of 64 KB each."""
    pair.do("create table big (id integer primary key, account integer, body text, kept text)",
            f"insert into big select g, g % 100, repeat(md5(g::text), 6), 'k' || g from generate_series(1, {ROWS}) g")
    pair.publish("big")
    return pair


class Storm(threading.Thread):
    """Random transactions, some rolled back, as several customers of production at once; each keeps two sums equal."""

    def __init__(self, pair: Pair, seed: int, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self.connection = connect(production_url(pair.settings))
        self.connection.autocommit = False
        self.dice = random.Random(seed)
        self.stopping = stopping
        self.done = 0

    def run(self) -> None:
        with closing(self.connection):
            while not self.stopping.is_set():
                with suppress(psycopg2.errors.UniqueViolation, psycopg2.errors.DeadlockDetected):
                    with self.connection, self.connection.cursor() as cursor:
                        for _ in range(self.dice.randint(1, 4)):
                            self.act(cursor)
                        if self.dice.random() < 0.1:
                            self.connection.rollback()
                    self.done += 1
                sleep(0.002)

    def act(self, cursor: object) -> None:
        one, other = self.dice.randint(1, ROWS), self.dice.randint(ROWS, 3 * ROWS)
        statement = self.dice.choice([
            "update big set account = account + 1 where id = {one}",
            "update big set body = repeat(md5(random()::text), 90) where id between {one} and {one} + 3",
            "delete from big where id = {one}",
            "insert into big values ({other}, 0, repeat('b', 200), repeat(md5(random()::text), 200))",
            "insert into big values ({one}, 0, 'again', 'again') on conflict (id) do update set body = 'upserted'",
            "update big set id = {other} where id = {one}",
            "update big set account = 7 where id between {other} and {other} + 20",
        ])  # fmt: skip
        cursor.execute(statement.format(one=one, other=other))  # type: ignore[attr-defined]


def test_killed_while_copying_under_a_storm_it_goes_on_and_both_are_equal(big: Pair) -> None:
    stopping = threading.Event()
    storms = [Storm(big, seed, stopping) for seed in range(3)]
    for storm in storms:
        storm.start()
    counts: list[int] = []
    for _ in range(3):
        before = pieces_done(big)
        program = big.program("--once", "--piece-kb", "64")
        until(lambda before=before, program=program: pieces_done(big) > before + 3 or program.poll() is not None)
        program.kill()
        program.wait()
        counts.append(pieces_done(big))
    assert counts == sorted(counts)
    assert counts[0] > 3
    assert big.raw("select to_regclass('raw_production.big')") == [(None,)], "Half a table is in sight."
    big.session(piece_bytes=2**16).run(once=True)
    stopping.set()
    for storm in storms:
        storm.join()
        assert storm.done > 20
    big.drain()
    assert_equal(big, "big", "id, account, body, kept")
    assert big.raw("select count(*) - count(distinct id) from raw_production.big") == [(0,)]


def pieces_done(pair: Pair) -> int:
    return int(pair.raw("select count(*) from portal.capture_piece where done_at is not null")[0][0])


def test_killed_while_applying_every_transaction_is_there_once_and_whole(big: Pair) -> None:
    """Each transaction moves one from an account to another, so that the sum never changes where none is half."""
    big.do("create table purse (id integer primary key, cents integer)",
           "insert into purse select g, 0 from generate_series(1, 50) g")
    big.publish("purse")
    big.drain()
    stopping = threading.Event()

    def move() -> None:
        dice = random.Random(7)
        with closing(connect(production_url(big.settings))) as connection, connection.cursor() as cursor:
            while not stopping.is_set():
                one, other = dice.randint(1, 50), dice.randint(1, 50)
                cursor.execute("begin; update purse set cents = cents - 1 where id = %s; "
                               "update purse set cents = cents + 1 where id = %s; commit", (one, other))  # fmt: skip

    mover = threading.Thread(target=move)
    mover.start()
    sums: set[int] = set()
    for _ in range(3):
        program = big.program()
        start = position(big)
        until(lambda start=start: position(big) > start)
        give_up = monotonic() + 0.7
        while monotonic() < give_up:
            sums |= {total for (total,) in big.raw("select sum(cents) from raw_production.purse")}
        program.kill()
        program.wait()
    stopping.set()
    mover.join()
    big.drain()
    assert sums == {0}
    assert_equal(big, "purse", "id, cents")


def position(pair: Pair) -> int:
    return memory.to_number(pair.raw("select confirmed_lsn::text from portal.capture")[0][0])


def test_production_may_stop_and_come_back(big: Pair) -> None:
    stopping = threading.Event()
    reader = big.session(stopping)
    ended: list[str] = []

    def serve() -> None:
        while not stopping.is_set():
            try:
                reader.run(once=False)
            except PlumblineError as error:
                ended.append(str(error))
                sleep(0.1)

    server = threading.Thread(target=serve)
    server.start()
    big.do("insert into big values (-1, 0, 'before', '')")
    until(lambda: big.raw("select 1 from raw_production.big where id = -1"))
    cluster = Cluster(big.settings, "production")
    cluster.stop()
    until(lambda: ended)
    cluster.start()
    big.owner = connect(production_url(big.settings))
    big.do("insert into big values (-2, 0, 'after', '')")
    until(lambda: big.raw("select 1 from raw_production.big where id = -2"))
    stopping.set()
    server.join()
    assert "Expected" in ended[0]


def test_there_is_one_reader_at_a_time_and_a_load_waits_for_the_one_that_reads(big: Pair) -> None:
    lock = f"select 1 from pg_locks where granted and (classid::bigint << 32) + objid::bigint = {LOCK}"
    until(lambda: not big.raw(lock))
    program = big.program()
    until(lambda: big.raw(lock))
    with pytest.raises(AlreadyRead, match="one reader at a time"):
        big.session().run(once=True, patience=0.2)
    big.do("insert into big values (-3, 0, 'waited for', '')")
    rows: dict[str, int] = {}
    assert load.pull(big.settings, rows) is None
    assert big.raw("select body from raw_production.big where id = -3") == [("waited for",)]
    assert rows["big"] >= 1
    assert rows["anchor"] == 0
    program.terminate()
    assert program.wait(30) == 0
    big.do("insert into big values (-4, 0, 'read by the load itself', '')")
    rows.clear()
    assert load.pull(big.settings, rows) is None
    assert rows["big"] == 1


def test_a_reader_misses_its_warehouse_though_production_is_quiet(big: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """It went on with the slot and without the lock, and each load fell short until production changed."""
    big.drain()
    monkeypatch.setattr(session, "LOOK_SECONDS", 0.2)
    killed = ("select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid) where granted "
              f"and (classid::bigint << 32) + objid::bigint = {LOCK} and backend_start < now() - interval '2 s'")
    killer = threading.Thread(target=until, args=(lambda: big.raw(killed),))
    killer.start()
    with pytest.raises(TurnLost, match="lock of the one reader"):
        big.session().run(once=False)
    killer.join()
    assert load.pull(big.settings, {}) is None


def test_what_kept_a_reader_is_over_though_production_is_quiet(big: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FEEDBACK_SECONDS", 0.5)
    big.drain()
    with closing(open_warehouse(big.settings)) as warehouse, warehouse:
        memory.note_error(warehouse, "Production does not answer.")
    stopping = threading.Event()
    reading = threading.Thread(target=big.session(stopping).run, kwargs={"once": False})
    reading.start()
    try:
        until(lambda: big.raw("select 1 from portal.capture where error is null and error_since is null"), 30)
    finally:
        stopping.set()
        reading.join()


def test_a_slot_that_the_reader_before_still_holds_for_a_moment_is_waited_for(big: Pair) -> None:
    big.drain()
    ((slot,),) = big.production("select slot_name from pg_replication_slots")
    holder = origin.connect(big.given().url, replication=True)
    options = {"proto_version": "1", "publication_names": "plumbline"}
    holder.cursor().start_replication(slot_name=slot, options=options, decode=False)
    until(lambda: big.production("select 1 from pg_replication_slots where active"))
    big.do("insert into big values (-6, 0, 'held', '')")
    ending = threading.Timer(1.5, holder.close)
    ending.start()
    big.drain()
    ending.join()
    assert big.raw("select body from raw_production.big where id = -6") == [("held",)]


def test_an_idle_reader_lets_production_throw_its_log_away(big: Pair) -> None:
    big.drain()
    before = big.production("select confirmed_flush_lsn from pg_replication_slots")
    big.do("create table noise (id integer)", "insert into noise select generate_series(1, 50000)")
    big.drain()
    big.do("drop table noise")
    query = f"select confirmed_flush_lsn > '{before[0][0]}'::pg_lsn from pg_replication_slots"
    assert big.production(query) == [(True,)]


def test_a_stalled_reader_is_told_before_it_fills_the_disk(big: Pair) -> None:
    big.drain()
    assert list(kept_log(big.settings)) == []
    big.do("create table noise (id integer, t text)",
           "insert into noise select g, repeat('x', 500) from generate_series(1, 40000) g")
    strict = big.settings.model_copy(update={"production_log_warn_gb": 0.005, "production_log_alarm_gb": 50.0})
    (warned,) = kept_log(strict)
    assert (warned.kind, warned.severity) == ("production_log", "watch")
    assert "nobody reads it" in str(warned.detail["found"])
    (alarmed,) = kept_log(strict.model_copy(update={"production_log_alarm_gb": 0.01}))
    assert alarmed.severity == "act"
    assert next(iter(kept_log(strict))).key == warned.key, "One outage is one alert."
    found = watch.look(big.settings)
    assert found is not None
    assert found.slot is not None
    assert found.slot.limit_bytes == 4 * 2**30
    assert found.lag_bytes > 5_000_000
    assert not found.slot.is_active
    big.do("drop table noise")


def test_a_lost_slot_is_told_and_all_is_copied_anew_while_the_old_rows_stay_in_sight(big: Pair) -> None:
    big.drain()
    big.kinds()
    big.do("delete from big where id = 77", "update big set body = 'while away' where id = 78",
           "insert into big values (-5, 1, 'while away', '')")  # fmt: skip
    slot = big.production("select slot_name from pg_replication_slots")[0][0]
    until(lambda: not big.production("select 1 from pg_replication_slots where active"))
    big.do(f"select pg_drop_replication_slot('{slot}')")
    (found,) = kept_log(big.settings)
    assert found.severity == "act"
    assert "no slot" in str(found.detail["found"])
    seen: set[int] = set()
    stopping = threading.Event()

    def count() -> None:
        with closing(open_warehouse(big.settings)) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            while not stopping.is_set():
                cursor.execute("select count(*) from raw_production.big")
                seen.update(total for (total,) in cursor.fetchall())

    counter = threading.Thread(target=count)
    counter.start()
    ((before,),) = big.raw("select count(*) from raw_production.big")
    big.drain()
    stopping.set()
    counter.join()
    assert min(seen) >= before
    assert_equal(big, "big", "id, account, body, kept")
    assert big.raw("select _sdc_deleted_at is not null from raw_production.big where id = 77") == [(True,)]
    assert ("*", "lost_slot") in big.kinds()
    assert len(big.production("select 1 from pg_replication_slots")) == 1


def test_a_warehouse_restored_from_an_older_backup_is_noticed_and_nothing_stays_missing(big: Pair) -> None:
    """A cold backup, as a copy of the server's folder; what production changed since then has left its log."""
    big.drain()
    big.kinds()
    cluster = Cluster(big.settings, "warehouse")
    kept = cluster.data.with_name("kept")
    ((before,),) = big.raw("select confirmed_lsn::text from portal.capture")
    big.warehouse.close()
    cluster.stop()
    subprocess.run(["cp", "-a", str(cluster.data), str(kept)], check=True)
    cluster.start()
    big.warehouse = connect(warehouse_url(big.settings))
    big.do("insert into big values (90001, 1, 'since the backup', '')", "delete from big where id = 90000",
           "update big set body = 'since the backup' where id = (select min(id) from big)")
    ahead = f"select confirmed_flush_lsn > '{before}' from pg_replication_slots where plugin = 'pgoutput'"
    until(lambda: big.drain() or big.production(ahead) == [(True,)])
    assert big.kinds() == []

    big.warehouse.close()
    cluster.stop()
    shutil.rmtree(cluster.data)
    kept.rename(cluster.data)
    cluster.start()
    big.warehouse = connect(warehouse_url(big.settings))
    assert big.raw("select count(*) from raw_production.big where id = 90001") == [(0,)]
    big.drain()
    assert_equal(big, "big", "id, account, body, kept")
    assert big.raw("select body from raw_production.big where id = 90001") == [("since the backup",)]
    [drift] = big.drifts
    assert (drift.stream, drift.kind) == ("*", "lost_slot")
    assert "restoring an older backup" in drift.found
    assert "copied anew" in drift.do


@pytest.mark.parametrize("signal", [SIGTERM, SIGKILL])
def test_production_is_never_told_more_than_is_stored_and_an_end_is_no_reason_to_copy_anew(
    big: Pair, signal: Signals
) -> None:
    """What production writes elsewhere moves its log on, of which psycopg2 tells more than it was asked to."""
    big.do("create table if not exists elsewhere (body text)")
    big.drain()
    big.kinds()
    made = big.raw("select generation from portal.capture")
    with closing(_Elsewhere(big)) as elsewhere, big.program() as reader:
        try:
            until(lambda: big.production("select 1 from pg_replication_slots where active"))
            for _ in range(100):
                ((told,),) = big.production("select max(confirmed_flush_lsn)::text from pg_replication_slots")
                assert big.raw(f"select confirmed_lsn >= '{told}' from portal.capture") == [(True,)]
                sleep(0.05)
            reader.send_signal(signal)
            reader.wait()
            elsewhere.insist()
        finally:
            reader.kill()
    big.drain()
    assert ("*", "lost_slot") not in big.kinds()
    assert big.raw("select generation from portal.capture") == made


class _Elsewhere(threading.Thread):
    """Writes into a table that is not published, until it is closed."""

    def __init__(self, pair: Pair) -> None:
        super().__init__(daemon=True)
        self.connection = connect(production_url(pair.settings))
        self.stopping = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.stopping.wait(0.02):
            with self.connection.cursor() as cursor:
                cursor.execute("insert into elsewhere select repeat('x', 500) from generate_series(1, 20)")

    def insist(self) -> None:
        """Fails where it no longer writes."""
        assert self.is_alive()

    def close(self) -> None:
        self.stopping.set()
        self.join()
        self.connection.close()


def test_a_raw_table_that_somebody_dropped_is_copied_again(big: Pair) -> None:
    with big.warehouse.cursor() as cursor:
        cursor.execute("drop table raw_production.purse")
    big.drain()
    assert_equal(big, "purse", "id, cents")

"""Statements that do more than read, what the database says to each, and a maker of selects that look for a way in."""

from __future__ import annotations

import random
from dataclasses import dataclass

DENIED, SYNTAX, UNKNOWN, READ_ONLY = "42501", "42601", "42883", "25006"


@dataclass(frozen=True)
class Hostile:
    """A statement; the codes by which Postgres refuses it to the login; or that it does nothing to anybody."""

    statement: str
    codes: tuple[str, ...] = (DENIED,)
    harmless: bool = False


HOSTILE = (
    Hostile("insert into core.fct_thing values (1, 2)"),
    Hostile("update core.fct_thing set id = 0"),
    Hostile("delete from core.fct_thing"),
    Hostile("truncate core.fct_thing"),
    Hostile("merge into core.fct_thing t using core.fct_thing s on t.id = s.id when matched then delete"),
    Hostile("with gone as (delete from core.fct_thing returning *) select * from gone"),
    Hostile("with new as (insert into core.fct_thing values (1, 2) returning *) select * from new"),
    Hostile("select * into core.mine from core.fct_thing"),
    Hostile("select * into temp mine from core.fct_thing"),
    Hostile("create table core.mine as select 1"),
    Hostile("create temp table mine (a int)"),
    Hostile("create table public.mine (a int)"),
    Hostile("create schema mine"),
    Hostile("create view core.mine as select 1"),
    Hostile("create function core.mine() returns int language sql as 'select 1'"),
    Hostile("create function pg_temp.mine() returns int language sql as 'select 1'"),
    Hostile("create extension dblink", (DENIED, "0A000", "58P01")),
    Hostile("create role mine"),
    Hostile("alter table core.fct_thing add column x int"),
    Hostile("alter role plumbline_analyst superuser"),
    Hostile("alter system set log_statement = 'all'"),
    Hostile("drop table core.fct_thing"),
    Hostile("drop schema core cascade"),
    Hostile("grant select on mart_sales.secret to plumbline_analyst"),
    Hostile("grant plumbline_sales to plumbline_analyst"),
    Hostile("set role plumbline_sales"),
    Hostile("set session authorization plumbline_sales"),
    Hostile("reset role", harmless=True),
    Hostile("set statement_timeout = 0", harmless=True),
    Hostile("begin", harmless=True),
    Hostile("notify nobody_listens", harmless=True),
    Hostile("copy core.fct_thing to '/tmp/mine'"),
    Hostile("copy (select 1) to program 'true'"),
    Hostile("copy core.fct_thing from program 'echo 1'"),
    Hostile("copy mart_sales.secret to stdout"),
    Hostile("do $$ begin perform pg_sleep(1); end $$"),
    Hostile("begin; lock table core.fct_thing in access exclusive mode"),
    Hostile("vacuum full mart_sales.secret"),
    Hostile("explain analyze delete from core.fct_thing"),
    Hostile("select * from core.fct_thing for update"),
    Hostile("select * from core.fct_thing for share"),
    Hostile("select 1; delete from core.fct_thing"),
    Hostile("select 1; set role plumbline_sales; select * from mart_sales.secret"),
    Hostile("select * from mart_sales.secret"),
    Hostile("select * from portal.person"),
    Hostile("select * from portal.sql_run"),
    Hostile("select * from portal.audit"),
    Hostile("select * from raw_stripe.anything", (DENIED, "42P01")),
    Hostile("select * from pg_authid"),
    Hostile("select * from pg_shadow"),
    Hostile("select * from pg_stat_activity"),
    Hostile("select * from pg_largeobject"),
    Hostile("select * from pg_statistic"),
    Hostile("select * from pg_hba_file_rules"),
    Hostile("select * from pg_file_settings"),
    Hostile("table mart_sales.secret"),
    Hostile("select set_config('role', 'plumbline_sales', true)"),
    Hostile("select set_config('statement_timeout', '0', false)"),
    Hostile("select pg_catalog.set_config('statement_timeout', '0', false)"),
    Hostile("select \"set_config\"('transaction_read_only', 'off', false)"),
    Hostile("select pg_sleep(3600)"),
    Hostile("select pg_sleep_for('1 hour')", (DENIED,)),
    Hostile("select pg_sleep_until('2999-01-01')", (DENIED,)),
    Hostile("select pg_terminate_backend(1)"),
    Hostile("select pg_cancel_backend(1)"),
    Hostile("select pg_advisory_lock(7305881166)"),
    Hostile("select pg_try_advisory_lock(7586200002)"),
    Hostile("select pg_advisory_xact_lock_shared(1, 2)"),
    Hostile("select pg_notify('plumbline_raw', 'stripe')"),
    Hostile("select pg_logical_emit_message(false, 'x', 'y')"),
    Hostile("select pg_export_snapshot()"),
    Hostile("select pg_stat_get_activity(null)"),
    Hostile("select pg_read_file('/etc/passwd')"),
    Hostile("select pg_read_binary_file('/etc/passwd')"),
    Hostile("select pg_ls_dir('/')"),
    Hostile("select pg_stat_file('/etc/passwd')"),
    Hostile("select pg_reload_conf()"),
    Hostile("select pg_switch_wal()"),
    Hostile("select pg_create_logical_replication_slot('mine', 'pgoutput')"),
    Hostile("select pg_drop_replication_slot('mine')"),
    Hostile("select pg_create_restore_point('mine')"),
    Hostile("select pg_stat_reset()"),
    Hostile("select pg_log_backend_memory_contexts(1)"),
    Hostile("select lo_import('/etc/passwd')"),
    Hostile("select lo_export(1, '/tmp/mine')"),
    Hostile("select lo_create(0)"),
    Hostile("select lo_from_bytea(0, 'x')"),
    Hostile("select lo_unlink(1)"),
    Hostile("select dblink('host=127.0.0.1', 'select 1')", (UNKNOWN,)),
    Hostile("select * from dblink('dbname=plumbline', 'select 1') as t (a int)", (UNKNOWN,)),
    Hostile("select run_command_on_workers('select 1')", (DENIED, UNKNOWN)),
    Hostile("select query_to_xml('select * from mart_sales.secret', true, true, '')"),
    Hostile("select table_to_xml('mart_sales.secret', true, true, '')", (DENIED,)),
    Hostile("select * from ts_stat('select word::tsvector from mart_sales.secret')"),
    Hostile("select nextval('portal.audit_audit_id_seq')"),
    Hostile("prepare mine as delete from core.fct_thing; execute mine"),
    Hostile("declare mine cursor for select * from mart_sales.secret", (DENIED, "25P01")),
    Hostile("comment on table core.fct_thing is 'mine'"),
    Hostile("refresh materialized view core.fct_thing", (DENIED, "42809")),
    Hostile("listen plumbline_raw", harmless=True),
    Hostile("discard all", harmless=True),
    Hostile("checkpoint", (DENIED,)),
    Hostile("load 'auto_explain'", (DENIED,)),
    Hostile("security label on table core.fct_thing is 'x'", (DENIED, "22023")),
)

GRANTED = ("core.fct_thing", "mart_finance.mrr_monthly", "(select 1 as id) one")
KEPT = ("mart_sales.secret", '"mart_sales"."secret"', "mart_sales . secret", "ONLY mart_sales.secret",
        'U&"mart\\005fsales".secret', "MART_SALES.SECRET")  # fmt: skip
COLUMNS = ("word", "amount", "*", "secret", "to_jsonb(secret)", "count(*)", "1", "t.*", "max(t::text)", "t::text",
           "row_to_json(t)", "string_agg(word, ',')", "max(amount)", "(t).word")  # fmt: skip
AROUND = (
    "{s}", "select * from ({s}) q", "with q as ({s}) select * from q", "select ({s} limit 1)", "{s} union all {s}",
    "select 1 from core.fct_thing where exists ({s})", "select case when exists ({s}) then 1/0 else 1 end",
    "with recursive q as ({s}) select * from q", "select array({s})", "select * from lateral ({s}) q",
    "select coalesce(({s} limit 1)::text, 'none')", "{s} -- {s}", "/* {s} */ {s}",
    "select $x$ {s} $x$ from core.fct_thing",
)  # fmt: skip


def generated(dice: random.Random) -> str:
    """A select, of something granted or of something kept from the analyst, in one of many dresses."""
    name = dice.choice(KEPT if dice.random() < 0.35 else GRANTED)
    join = f" cross join {dice.choice(KEPT + GRANTED)} u" if dice.random() < 0.15 else ""
    alias = "" if name.endswith(" one") else " t"
    where = dice.choice(("", "", " where word like 'C%'", " where amount > 0", " limit 3", " where true"))
    select = f"select {dice.choice(COLUMNS)} from {name}{alias}{join}{where}"
    around = dice.choice(AROUND)
    return around.replace("{s}", select)

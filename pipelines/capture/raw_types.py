"""Which raw column holds a value of which production type. Pure.

Raw types are as wide as they can be without changing a value, so that most changes of a type in production need none
here: every whole number is a bigint, every text a text. Instants are `timestamp without time zone` in UTC, as the
loader of the other sources makes them. What is not listed (enums, composites, ranges, types of extensions) is kept as
the text that PostgreSQL writes.
"""

from __future__ import annotations

TEXT, INSTANT, FLOAT = "text", "timestamp without time zone", "double precision"
_BUILT_IN = (
    # oid, oid of the array, name, raw type
    (16, 1000, "bool", "boolean"),
    (17, 1001, "bytea", "bytea"),
    (20, 1016, "int8", "bigint"),
    (21, 1005, "int2", "bigint"),
    (23, 1007, "int4", "bigint"),
    (26, 1028, "oid", "bigint"),
    (18, 1002, "char", TEXT),
    (19, 1003, "name", TEXT),
    (25, 1009, "text", TEXT),
    (1042, 1014, "bpchar", TEXT),
    (1043, 1015, "varchar", TEXT),
    (114, 199, "json", "json"),
    (3802, 3807, "jsonb", "jsonb"),
    (700, 1021, "float4", FLOAT),
    (701, 1022, "float8", FLOAT),
    (1700, 1231, "numeric", "numeric"),
    (1082, 1182, "date", "date"),
    (1083, 1183, "time", "time without time zone"),
    (1266, 1270, "timetz", "time with time zone"),
    (1114, 1115, "timestamp", INSTANT),
    (1184, 1185, "timestamptz", INSTANT),
    (1186, 1187, "interval", "interval"),
    (2950, 2951, "uuid", "uuid"),
    (869, 1041, "inet", "inet"),
    (650, 651, "cidr", "cidr"),
    (829, 1040, "macaddr", "macaddr"),
)
BY_OID = {oid: raw for oid, _, _, raw in _BUILT_IN} | {array: f"{raw}[]" for _, array, _, raw in _BUILT_IN}
BY_NAME = {name: raw for _, _, name, raw in _BUILT_IN} | {f"_{name}": f"{raw}[]" for _, _, name, raw in _BUILT_IN}
HOLDS = {"numeric": ("bigint",), INSTANT: ("date",)}
"""What else a raw type holds exactly, given as text."""
WIDER = {"bigint": "numeric", "date": INSTANT}
"""What a raw type can be widened to without changing what it holds."""
LONGEST_NAME = 63
SHORT = {INSTANT: "timestamp", FLOAT: "double", "time without time zone": "time", "time with time zone": "timetz"}


def raw_type(oid: int, schema: str = "", name: str = "") -> str:
    """The raw type for a production type.

    Args:
        oid: of the type.
        schema: of the type, or of the type that a domain rests on, where known.
        name: of it, where known.
    """
    if oid in BY_OID:
        return BY_OID[oid]
    return BY_NAME.get(name, TEXT) if schema == "pg_catalog" else TEXT


def holds(raw: str, wanted: str) -> bool:
    """Whether a raw column of the one type takes values of the other as they are."""
    return raw in (wanted, TEXT) or wanted in HOLDS.get(raw, ())


def widened(raw: str, wanted: str) -> str | None:
    """The type to which the raw column can be widened so that it holds the other too; None where there is none."""
    wider = WIDER.get(raw)
    return wider if wider is not None and holds(wider, wanted) else None


def column_for(name: str, wanted: str) -> str:
    """The name of a second column, beside one that cannot hold what came: `amount__text`."""
    suffix = "__" + SHORT.get(wanted, wanted).replace("[]", "_list").replace(" ", "_")
    kept = name.encode()[: LONGEST_NAME - len(suffix)].decode(errors="ignore")
    return kept + suffix

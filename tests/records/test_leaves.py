"""Leaves and trees: the digest made in SQL and the leaf read by COPY are of the same bytes, and the tree is RFC 6962's."""

import hashlib
from collections.abc import Iterator

import psycopg2.extensions
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from foundation.records import leaves, protection

pytestmark = pytest.mark.pg15
TYPES = {
    "a_bool": ("boolean", ["true", "false", "NULL"]),
    "a_smallint": ("smallint", ["-3", "0", "NULL"]),
    "an_int": ("integer", ["-2147483648", "7", "NULL"]),
    "a_bigint": ("bigint", ["9223372036854775807", "0", "NULL"]),
    "a_numeric": ("numeric(20,6)", ["5.45", "-0.000001", "NULL"]),
    "a_double": ("double precision", ["0.1::float8 + 0.2", "1e300", "NULL"]),
    "a_text": ("text", [r"E'tab\there\nline\\back\rcr\x08\x0b\x0c'", "'杭州 5.5 mm'", "''"]),
    "a_varchar": ("character varying(60)", [r"E'\\N'", "'  spaces  '", "NULL"]),
    "a_date": ("date", ["'2026-02-28'", "'0044-03-15 BC'", "NULL"]),
    "a_time": ("time without time zone", ["'23:59:59.999999'", "'00:00'", "NULL"]),
    "a_moment": ("timestamp with time zone", ["'2026-11-22 08:00:00.1+08'", "'1999-12-31 23:59:60+00'", "NULL"]),
    "an_interval": ("interval", ["'1 mon -3 days 04:05:06.7'", "'0'", "NULL"]),
    "a_uuid": ("uuid", ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'", "NULL"]),
    "a_json": ("jsonb", [r"""'{"b": "q\"\\ \n\t", "a": [1.50, null, "值"]}'""", "'[]'", "NULL"]),
    "bytes": ("bytea", [r"'\x5c0d0a09ff'", r"'\x'", "NULL"]),
    "an_inet": ("inet", ["'192.168.0.1'", "'10.0.0.0/8'", "NULL"]),
    "ints": ("bigint[]", ["'{1,NULL,-3}'", "'{}'", "NULL"]),
    "texts": ("text[]", [r"""ARRAY['a,b', 'q"uote', E'back\\slash', NULL, 'NULL']""", "'{}'", "NULL"]),
    "a_range": ("tstzrange", ["'[2026-01-01 00:00+00,)'", "'empty'", "NULL"]),
}


@pytest.fixture
def cursor(owner_connection: psycopg2.extensions.connection) -> Iterator[psycopg2.extensions.cursor]:
    """A table with every column type, in a transaction that is rolled back."""
    owner_connection.autocommit = False
    with owner_connection.cursor() as cursor:
        columns = ", ".join(f"{name} {kind}" for name, (kind, _values) in TYPES.items())
        cursor.execute(f"CREATE TABLE z_types (id bigint PRIMARY KEY, tx bigint, {columns})")
        cursor.execute(
            "CREATE TRIGGER arteria_stamp_tx BEFORE INSERT ON z_types FOR EACH ROW EXECUTE FUNCTION arteria_stamp_tx()"
        )
        for number in range(3):
            values = ", ".join(values[number] for _kind, values in TYPES.values())
            cursor.execute(f"INSERT INTO z_types VALUES ({3 - number}, 0, {values})")
        yield cursor
    owner_connection.rollback()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_the_acts_digest_is_that_of_the_copied_leaves_for_every_column_type(
    cursor: psycopg2.extensions.cursor, zone: str
) -> None:
    names = sorted([*TYPES, "id", "tx"])
    cursor.execute(
        "INSERT INTO records_leafformat (tx, table_name, key, columns, created_at) "
        "VALUES (0, 'z_types', 'id', to_jsonb(%s), now()) RETURNING id",
        [names],
    )
    (form,) = cursor.fetchone()
    cursor.execute(f"SET LOCAL TimeZone = '{zone}'; SET LOCAL DateStyle = 'German'")
    cursor.execute("SELECT arteria_act_digest(jsonb_build_object('z_types', %s))", [form])
    digest = bytes(cursor.fetchone()[0])
    assert digest == _expected(cursor, names)


def _expected(cursor: psycopg2.extensions.cursor, names: list[str]) -> bytes:
    for setting in leaves.PINNED_SETTINGS:
        cursor.execute(setting)
    found: list[tuple[int, bytes]] = []
    sink = leaves.LeafSink(lambda _tx, key, line: found.append((key, leaves.leaf_hash(line))))
    cursor.copy_expert(leaves.copy_query("z_types", names, "id"), sink)
    assert [key for key, _leaf in found] == [1, 2, 3]
    part = hashlib.sha256(b"".join(leaf for _key, leaf in found)).digest()
    return hashlib.sha256(hashlib.sha256(b"z_types").digest() + part).digest()


@pytest.mark.django_db
def test_no_sealed_table_has_a_column_type_that_was_not_tried() -> None:
    tables = [model._meta.db_table for model in protection.sealed_models()]
    with connection.cursor() as found:
        found.execute(
            "SELECT DISTINCT split_part(format_type(a.atttypid, NULL), '(', 1) FROM pg_attribute a "
            "WHERE a.attrelid = ANY (%s::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped",
            [tables],
        )
        used = {row[0] for row in found.fetchall()}
    assert used <= {kind.split("(")[0] for kind, _values in TYPES.values()}


class TestTree:
    def test_published_roots_of_rfc_6962(self) -> None:
        """The test data of Certificate Transparency: eight inputs, the roots of their first n."""
        inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
        roots = {
            0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        }
        hashed = [leaves.leaf_hash(bytes.fromhex(text)) for text in inputs]
        for count, root in roots.items():
            assert leaves.merkle_root(hashed[:count]).hex() == root

    @given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
    def test_every_leafs_path_leads_to_the_root(self, rows: list[bytes], data: st.DataObject) -> None:
        hashed = [leaves.leaf_hash(row) for row in rows]
        index = data.draw(st.integers(0, len(rows) - 1))
        value = hashed[index]
        for step in leaves.merkle_path(hashed, index):
            other = bytes.fromhex(step["hash"])
            value = leaves.node_hash(other, value) if step["side"] == "left" else leaves.node_hash(value, other)
        assert value == leaves.merkle_root(hashed)

    @given(st.lists(st.binary(max_size=8), min_size=2, max_size=20, unique=True), st.data())
    def test_another_order_is_another_root(self, rows: list[bytes], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(rows))
        same = leaves.merkle_root([leaves.leaf_hash(row) for row in rows]) == leaves.merkle_root(
            [leaves.leaf_hash(row) for row in shuffled]
        )
        assert same == (shuffled == rows)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(-5, 5), st.text("ab\\t", max_size=5)), max_size=8), st.data())
def test_the_stream_is_split_the_same_however_it_is_cut(rows: list[tuple[int, int, str]], data: st.DataObject) -> None:
    whole = "".join(f"{tx}\t{key}\t{text}\n" for tx, key, text in rows).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    found: list[tuple[int, int, str]] = []
    sink = leaves.LeafSink(lambda tx, key, line: found.append((tx, key, line.decode())))
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        sink.write(whole[start:end])
    assert found == rows

"""A map is a table that SQL reads: with pgvector SQL finds the nearest rows, without it the rest is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import localatlas
import numpy as np
import psycopg
import pytest
from atlas_plugin_postgres.sql_table import publish
from localatlas.cli import main
from localatlas.errors import InvalidOptionError
from psycopg import sql

pytestmark = pytest.mark.services
ROWS, WIDTH = 60, 8


def made(home: str, name: str, **options: Any) -> Any:
    """Build a map of 60 rows, one of them without a vector, in a home."""
    localatlas.configure(home=home)
    vectors = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
    rows = [{"key": f"k{row}", "kind": ("oak", "elm", "yew")[row % 3], "tall": row / 2} for row in range(ROWS)]
    dataset = localatlas.AtlasDataset(name, unique_id_field="key")
    dataset.add_data(rows, embeddings=vectors)
    built = dataset.create_index(indexed_field="kind", topic_model=False, progress=False, **options)
    built.tags.add("old", ids=["k1", "k2"])
    return built


@pytest.fixture
def connection(pgvector_server: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(pgvector_server, autocommit=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def plain_map(server: str) -> Any:
    """A map in a database that knows no pgvector."""
    return made(f"{server}&home=plain", "trees")


def nearest(connection: psycopg.Connection[Any], table: str, operator: str, query: np.ndarray, k: int) -> list[Any]:
    ordered = sql.SQL("SELECT key, embedding {} {} AS far FROM {} ORDER BY far LIMIT {}")
    name = sql.Identifier(*table.split("."))
    return connection.execute(ordered.format(sql.SQL(operator), str(query.tolist()), name, k)).fetchall()


@pytest.mark.parametrize(("metric", "operator"), [("cosine", "<=>"), ("euclidean", "<->")])
def test_sql_finds_the_rows_that_the_map_finds(
    pgvector_server: str, connection: psycopg.Connection[Any], metric: str, operator: str
) -> None:
    home = f"{pgvector_server}&home=near_{metric}"
    atlas_map = made(home, "trees", metric=metric)
    published = publish(atlas_map, home, "trees")
    assert (published.table, published.rows, published.indexed) == (f"near_{metric}.trees", ROWS, True)
    query = np.random.default_rng(1).normal(size=WIDTH).astype(np.float32)
    found, distances = atlas_map.embeddings.vector_search(queries=[query], k=5)
    in_sql = nearest(connection, published.table, operator, query, 5)
    assert [key for key, _ in in_sql] == found[0]
    assert [far for _, far in in_sql] == pytest.approx(distances[0], abs=1e-5)


def test_the_index_of_pgvector_answers(pgvector_server: str, connection: psycopg.Connection[Any]) -> None:
    home = f"{pgvector_server}&home=indexed"
    table = publish(made(home, "trees"), home, "trees").table
    connection.execute("SET enable_seqscan = off")
    asked = sql.SQL("EXPLAIN SELECT key FROM {} ORDER BY embedding <=> {} LIMIT 5")
    plan = connection.execute(asked.format(sql.Identifier(*table.split(".")), str([1.0] * WIDTH)))
    assert "Index Scan using" in " ".join(line for (line,) in plan.fetchall())


def test_every_map_of_a_home_with_pgvector_is_such_a_table(
    pgvector_server: str, connection: psycopg.Connection[Any]
) -> None:
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    atlas_map = made(f"{pgvector_server}&home=itself", "trees")
    ((number,),) = connection.execute("SELECT id FROM itself.datasets").fetchall()
    table = f"itself.map_{number}"
    count = sql.SQL("SELECT count(*), count(embedding) FROM {}").format(sql.Identifier(*table.split(".")))
    assert connection.execute(count).fetchone() == (ROWS, ROWS)
    atlas_map.dataset.add_data([{"key": "new", "kind": "oak", "tall": 1.0}], embeddings=np.ones((1, WIDTH)))
    atlas_map.dataset.update_indices(progress=False)
    assert connection.execute(count).fetchone() == (ROWS + 1, ROWS + 1)
    assert [key for key, _ in nearest(connection, table, "<=>", np.ones(WIDTH), 1)] == ["new"]
    atlas_map.dataset.delete()
    assert connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,)


def test_without_pgvector_a_table_has_the_rest(server: str, plain_map: Any) -> None:
    published = publish(plain_map, f"{server}&home=plain", "trees")
    assert (published.vectors, published.indexed) == ("real[]", False)
    with psycopg.connect(server) as opened:
        found = opened.execute("SELECT * FROM plain.trees WHERE key = 'k1'")
        columns = [column.name for column in found.description or []]
        (row,) = found.fetchall()
    told = dict(zip(columns, row, strict=True))
    assert (told["kind"], told["tall"], told["old"]) == ("elm", 0.5, True)
    places = plain_map.embeddings.projected.set_index("key").loc["k1"]
    assert (told["x"], told["y"]) == pytest.approx((places["x"], places["y"]))
    assert told["embedding"] == pytest.approx(plain_map.embeddings.latent[1].tolist())


def test_a_table_is_put_in_the_place_of_the_old_one(server: str, plain_map: Any) -> None:
    for _ in range(2):
        assert publish(plain_map, f"{server}&home=twice", "trees").rows == ROWS
    with psycopg.connect(server) as opened:
        names = opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'twice' AND tablename ~ 'tree|new'")
        assert names.fetchall() == [("trees",)]


def test_the_command_says_what_it_wrote(
    server: str, plain_map: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALATLAS_HOME", f"{server}&home=plain")
    localatlas.configure(home=f"{server}&home=plain")
    assert main(["sql-table", "trees"]) == 0
    said = capsys.readouterr().out
    assert "Wrote plain.trees: 60 rows, vectors as real[]." in said
    assert "CREATE EXTENSION vector" in said
    assert main(["sql-table", "trees", "--table", "No Name"]) == 1
    assert "'No Name' cannot name a table" in capsys.readouterr().err


def test_what_cannot_be_a_table_is_refused(server: str, plain_map: Any) -> None:
    with pytest.raises(InvalidOptionError, match="'1st' cannot name a table: use small letters"):
        publish(plain_map, server, "1st")
    with psycopg.connect(server, autocommit=True) as opened:
        opened.execute("CREATE SCHEMA IF NOT EXISTS plain")
        opened.execute("CREATE VIEW plain.taken AS SELECT 1 AS one")
    with pytest.raises(InvalidOptionError, match=r"plain\.taken is in the database already and holds no map"):
        publish(plain_map, f"{server}&home=plain", "taken")


@pytest.mark.parametrize("name", ["objects", "cells", "pieces", "versions", "datasets", "orders"])
def test_a_table_that_holds_no_map_is_left_alone(server: str, plain_map: Any, name: str) -> None:
    home = f"{server}&home=plain"
    with psycopg.connect(server, autocommit=True) as opened:
        opened.execute("CREATE TABLE IF NOT EXISTS plain.orders AS SELECT 1 AS number")
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("plain", name))
        before = opened.execute(count).fetchone()
        with pytest.raises(InvalidOptionError, match=rf"plain\.{name} is in the database already"):
            publish(plain_map, home, name)
        assert opened.execute(count).fetchone() == before


def test_deleting_a_dataset_leaves_a_table_of_its_maps_name_that_holds_no_map(server: str) -> None:
    home = f"{server}&home=deleting"
    localatlas.configure(home=home)
    dataset = localatlas.AtlasDataset("trees", unique_id_field="key")
    with psycopg.connect(server, autocommit=True) as opened:
        ((number,),) = opened.execute("SELECT id FROM deleting.datasets").fetchall()
        table = sql.Identifier("deleting", f"map_{number}")
        opened.execute(sql.SQL("CREATE TABLE {} AS SELECT 7 AS theirs").format(table))
        dataset.delete()
        assert opened.execute(sql.SQL("SELECT theirs FROM {}").format(table)).fetchone() == (7,)

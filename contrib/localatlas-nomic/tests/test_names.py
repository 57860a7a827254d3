from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import localatlas
import nomic
import pytest
from localatlas.errors import AtlasTypeError
from nomic import atlas, beside, left_out

SAME = [
    ("nomic", "localatlas"),
    ("nomic.embed", "localatlas.embed"),
    ("nomic.data_inference", "localatlas.data_inference"),
    ("nomic.dataset", "localatlas.dataset"),
    ("nomic.data_operations", "localatlas.data_operations"),
]
# What the SDK exports, module by module, and localatlas does not leave out.
SDK = {
    "nomic": {"AtlasDataset", "AtlasUser", "login"},
    "nomic.atlas": {"map_data", "map_embeddings", "map_text"},
    "nomic.embed": {"free_embedding_model", "image", "text"},
    "nomic.data_inference": {
        "NomicDuplicatesOptions",
        "NomicEmbedOptions",
        "NomicTopicOptions",
        "ProjectionOptions",
        "convert_pyarrow_schema_for_atlas",
    },
    "nomic.data_operations": {
        "AtlasMapData",
        "AtlasMapDuplicates",
        "AtlasMapEmbeddings",
        "AtlasMapTags",
        "AtlasMapTopics",
    },
    "nomic.dataset": {"AtlasClass", "AtlasDataset", "AtlasIndex", "AtlasProjection", "AtlasUser"},
    "nomic.cli": {"login"},
}
OF_ITS_OWN = {"AtlasClass", "convert_pyarrow_schema_for_atlas", "AtlasUser"}


def run(statement: str) -> None:
    exec(statement)  # noqa: S102  the statements are this file's own


@pytest.mark.parametrize("module", SDK)
def test_the_names_of_the_sdk_are_there(module: str) -> None:
    found = importlib.import_module(module)
    assert SDK[module] <= set(found.__all__)
    assert all(hasattr(found, name) for name in found.__all__)


@pytest.mark.parametrize(("here", "there"), SAME)
def test_every_name_is_the_very_object_of_localatlas(here: str, there: str) -> None:
    ours, theirs = importlib.import_module(here), importlib.import_module(there)
    for name in set(ours.__all__) - OF_ITS_OWN:
        assert getattr(ours, name) is getattr(theirs, name), name
    assert nomic.AtlasUser is localatlas.AtlasUser
    assert atlas.map_data is localatlas.atlas.map_data


def test_importing_the_package_is_enough_for_its_modules() -> None:
    code = "import nomic; nomic.atlas.map_data, nomic.embed.text, nomic.data_inference.NomicTopicOptions"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_a_name_that_nobody_knows_is_no_attribute() -> None:
    assert not hasattr(nomic, "no_such_name")
    with pytest.raises(ImportError, match="no_such_name"):
        run("from nomic import no_such_name")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("from nomic import NomicClient", "parsed on Nomic's servers"),
        ("from nomic import AtlasProject", "renamed it to AtlasDataset"),
        ("from nomic.client import NomicClient", "parsed on Nomic's servers"),
        ("from nomic.pl_callbacks import AtlasEmbeddingExplorer", "add_data"),
        ("from nomic.aws.sagemaker import embed_text", "on this machine"),
        ("from nomic.dataset import AtlasDataStream", "training data"),
    ],
)
def test_what_is_left_out_says_why(statement: str, why: str) -> None:
    with pytest.raises(ImportError, match=f"is left out of localatlas-nomic: .*{why}"):
        run(statement)


def test_every_reason_is_of_something_that_is_left_out() -> None:
    for name in left_out.REASONS:
        with pytest.raises(ImportError, match="left out"):
            run(f"import {name}" if name.rpartition(".")[2].islower() else f"import nomic.dataset; {name}")


@pytest.mark.parametrize(("name", "instead"), [("map_text", "indexed_field"), ("map_embeddings", "embeddings=")])
def test_functions_that_the_sdk_gave_up_name_map_data(name: str, instead: str) -> None:
    with pytest.raises(AtlasTypeError, match=f"{name} is gone.*map_data.*{instead}"):
        getattr(atlas, name)([[0.0]], name="a map")


def test_it_refuses_to_stand_beside_nomics_own(tmp_path: Path) -> None:
    metadata = tmp_path / f"{beside.OTHER}-3.9.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: {beside.OTHER}\nVersion: 3.9.0\n", encoding="utf-8")
    code = f"import sys; sys.path.append({str(tmp_path)!r}); import nomic"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ImportError: both localatlas-nomic and the distribution nomic 3.9.0 are installed" in done.stderr
    assert "pip uninstall nomic localatlas-nomic" in done.stderr


def test_it_imports_only_the_public_core() -> None:
    sources = Path(nomic.__file__).parent.glob("*.py")
    assert not [path for path in sources if "localatlas._" in path.read_text(encoding="utf-8")]

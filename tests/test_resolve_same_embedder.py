from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from localatlas import (
    AtlasDataset,
    embedders,
    resolve,
)
from localatlas.errors import (
    InvalidOptionError,
    ModelNotAvailableError,
    UnknownPluginError,
)
from localatlas.protocols.components import Modality
from reference import CountedWords


def index_made_by(dataset: AtlasDataset, **arguments: Any) -> Any:
    return dataset.create_index(progress=False, **arguments).record[0]


def test_the_embedder_of_an_index_is_found_again(dataset: AtlasDataset) -> None:
    record = index_made_by(dataset, indexed_field="text", embedding_model={"batch_size": 3})
    choice = resolve.same_embedder(record)
    assert choice.options["batch_size"] == 3
    assert resolve.fingerprint_of(choice) == record.embedder_fingerprint


def test_an_embedder_that_makes_other_vectors_now_is_refused(dataset: AtlasDataset) -> None:
    class Other(CountedWords):
        fingerprint = "counted-words-2"

    record = index_made_by(dataset, indexed_field="text")
    embedders.register("use-multilingual-v3", Other)
    with pytest.raises(ModelNotAvailableError, match=r"counted-words-1.*counted-words-2.* now.*create_index"):
        resolve.same_embedder(record)


def test_an_embedder_without_its_weights_is_refused(dataset: AtlasDataset) -> None:
    class Absent(CountedWords):
        def check(self) -> None:
            raise ModelNotAvailableError("the weights are gone")

    record = index_made_by(dataset, indexed_field="text")
    embedders.register("use-multilingual-v3", Absent)
    with pytest.raises(ModelNotAvailableError, match="the weights are gone"):
        resolve.same_embedder(record)
    record.plan.embedder.name = record.plan.embedder.distribution = "gone"
    with pytest.raises(UnknownPluginError, match="no embedder 'gone:gone'"):
        resolve.same_embedder(record)


def test_vectors_of_a_persons_own_have_no_embedder(components: str) -> None:
    dataset = AtlasDataset("vectors")
    dataset.add_data(data=[{"n": n} for n in range(8)], embeddings=np.eye(8, dtype=np.float32))
    record = index_made_by(dataset, topic_model=False)
    with pytest.raises(InvalidOptionError, match="vectors of your own.*vector_search"):
        resolve.same_embedder(record)


def test_an_embedder_of_another_modality_is_refused(components: str) -> None:
    class Pictures(CountedWords):
        modality: Modality = "image"

    embedders.register("pictures", Pictures)
    with pytest.raises(InvalidOptionError, match="embeds image, but this index is of modality 'text'"):
        resolve.embedder("pictures", "text")
    assert resolve.embedder("pictures", "image").entry.name == "pictures"

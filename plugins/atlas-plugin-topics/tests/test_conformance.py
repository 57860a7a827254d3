from atlas_plugin_topics import NomicTopic, Phrases
from localatlas.testing import conformance

test_modeler = conformance(NomicTopic)
test_labeler = conformance(Phrases)

"""Large maps for localatlas: the projector `nomic-project`, also under the names `-v1` and `-v2`."""

from atlas_plugin_nomic_project.options import NomicProjectOptions
from atlas_plugin_nomic_project.projector import NomicProject

__all__ = ["NomicProject", "NomicProjectOptions"]

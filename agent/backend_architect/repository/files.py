"""Which files of a code base may be seen, and their text: nothing ignored, generated, private, binary or outside."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from backend_architect.errors import RepositoryError
from backend_architect.expressions import expression
from backend_architect.text import one_line

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

LARGEST = 256 * 1024
"""Bytes of the largest file that is read."""

_MOST = 20_000
"""Files at most: beyond that an outline tells nothing more."""
_DEEPEST = 40
_IGNORE_BYTES = 64 * 1024

_FOLDERS = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        "node_modules",
        "bower_components",
        "jspm_packages",
        "vendor",
        ".venv",
        "venv",
        "virtualenv",
        "site-packages",
        "__pycache__",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".nox",
        ".eggs",
        ".hypothesis",
        "dist",
        "build",
        "out",
        "target",
        "obj",
        ".next",
        ".nuxt",
        ".svelte-kit",
        ".output",
        ".parcel-cache",
        ".turbo",
        "coverage",
        "htmlcov",
        ".nyc_output",
        ".gradle",
        ".idea",
        ".vscode",
        ".vs",
        ".terraform",
        ".serverless",
        ".aws-sam",
        ".cache",
        ".bundle",
        "pods",
        "deriveddata",
        ".dart_tool",
        ".ipynb_checkpoints",
        ".yarn",
        ".pnpm-store",
    ]
)
"""Names, in lower case, of folders that hold what others wrote or what is built."""

_LOCKS = frozenset(
    [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lockb",
        "bun.lock",
        "poetry.lock",
        "pipfile.lock",
        "uv.lock",
        "pdm.lock",
        "requirements.lock",
        "cargo.lock",
        "composer.lock",
        "gemfile.lock",
        "go.sum",
        "go.work.sum",
        "mix.lock",
        "pubspec.lock",
        "packages.lock.json",
        "gradle.lockfile",
        "flake.lock",
        ".ds_store",
        "thumbs.db",
    ]
)

_BINARY = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "bmp",
        "ico",
        "icns",
        "svg",
        "tif",
        "tiff",
        "psd",
        "ai",
        "eps",
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "odt",
        "ods",
        "zip",
        "gz",
        "tgz",
        "bz2",
        "xz",
        "zst",
        "7z",
        "rar",
        "tar",
        "jar",
        "war",
        "ear",
        "class",
        "pyc",
        "pyo",
        "pyd",
        "so",
        "dll",
        "dylib",
        "a",
        "o",
        "lib",
        "exe",
        "bin",
        "dat",
        "wasm",
        "woff",
        "woff2",
        "ttf",
        "otf",
        "eot",
        "mp3",
        "mp4",
        "m4a",
        "wav",
        "ogg",
        "flac",
        "avi",
        "mov",
        "mkv",
        "webm",
        "sqlite",
        "sqlite3",
        "db",
        "mdb",
        "parquet",
        "avro",
        "npy",
        "npz",
        "pkl",
        "pickle",
        "h5",
        "onnx",
        "pt",
        "pth",
        "safetensors",
        "gguf",
        "iso",
        "img",
        "dmg",
        "deb",
        "rpm",
        "apk",
        "ipa",
        "node",
        "map",
        "snap",
        "log",
    ]
)

# Whole files of secrets: their names are enough to leave them alone.
_PRIVATE = expression(
    r"(?i)\.env(?:rc)?(?:[._-].*)?|.*\.env(?:\..*)?|.*\.(?:pem|key|p8|p12|pfx|jks|keystore|kdbx|asc|gpg|ppk|tfvars|tfstate)(?:\..*)?"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)(?:\..*)?|\.(?:npmrc|yarnrc(?:\.yml)?|pypirc|netrc|pgpass|htpasswd|dockercfg|git-credentials|vault[-_]pass(?:word)?)"
    r"|(?:.*[._-])?(?:secrets?|credentials?|service[-_]?account)(?:[._-].*)?\.(?:json|ya?ml|toml|ini|cfg|conf|properties|txt|xml)|master\.key"
)
_EXAMPLE = expression(r"(?i)\.env\.(?:example|sample|template|dist)")


@dataclass(frozen=True)
class Files:
    """The files of a code base that may be seen."""

    folder: Path
    paths: tuple[str, ...]
    """Relative, with slashes; sorted, those of a folder before those of its folders."""
    cut: bool = False
    """Whether there are more."""

    def text(self, path: str) -> str | None:
        """Return a file's text with plain line ends, or None where it cannot be read as text."""
        data = content(self.folder, path)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            return None


def files(folder: Path) -> Files:
    """Return the files of a code base that may be seen, in an order that depends on nothing but their names.

    Raises:
        RepositoryError: If there is no such folder, or it cannot be read.
    """
    shown = repr(one_line(str(folder)))
    try:
        if not folder.is_dir():
            missing = "is not there" if not folder.exists() else "is no folder"
            raise RepositoryError(f"{shown} {missing}: name the folder of the existing code")
        with os.scandir(folder):
            pass
    except (OSError, ValueError) as error:
        raise RepositoryError(f"cannot read the existing code in {shown}: {getattr(error, 'strerror', None) or error}") from error
    found: list[str] = []
    for path in _below(folder, "", (), 0):
        if len(found) == _MOST:
            return Files(folder, tuple(found), cut=True)
        found.append(path)
    return Files(folder, tuple(found))


def private(name: str) -> bool:
    """Say whether a file of this name is one that holds secrets, which is never read; an example of one (`.env.example`) is none."""
    return bool(_PRIVATE.fullmatch(name)) and not _EXAMPLE.fullmatch(name)


def content(folder: Path, path: str) -> bytes | None:
    """Return the bytes of a regular file of text, or None: too large, binary, not readable, or behind a symbolic link."""
    if private(PurePosixPath(path).name) or linked(folder, path):
        return None
    try:
        # Neither following a link nor waiting for the writer of a pipe.
        descriptor = os.open(folder / path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
                return None
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    return None if len(data) > LARGEST or b"\0" in data else data


def linked(folder: Path, path: str) -> bool:
    """Say whether a path inside a folder is, or goes through, a symbolic link."""
    at = folder
    for part in PurePosixPath(path).parts:
        at = at / part
        if at.is_symlink():
            return True
    return False


def _below(folder: Path, prefix: str, ignores: tuple[tuple[str, GitIgnoreSpec], ...], depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder / prefix) as scanned:
            entries = sorted((entry for entry in scanned if _nameable(entry.name) and not entry.is_symlink()), key=lambda entry: entry.name)
    except OSError:
        return
    names = {entry.name for entry in entries}
    if depth and "pyvenv.cfg" in names:
        return
    if ".gitignore" in names and (spec := _ignore(folder, f"{prefix}.gitignore")) is not None:
        ignores = (*ignores, (prefix, spec))
    inner: list[str] = []
    for entry in entries:
        path = prefix + entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name.lower() not in _FOLDERS and not entry.name.endswith(".egg-info") and not _ignored(f"{path}/", ignores):
                    inner.append(f"{path}/")
            elif entry.is_file(follow_symlinks=False) and _telling(entry.name) and not _ignored(path, ignores):
                yield path
        except OSError:
            continue
    if depth < _DEEPEST:
        for path in inner:
            yield from _below(folder, path, ignores, depth + 1)


def _nameable(name: str) -> bool:
    # A name with invisible characters, or one that is no text, could only confuse.
    return one_line(name) == name and name.isprintable()


def _telling(name: str) -> bool:
    low = name.lower()
    return low not in _LOCKS and low.rpartition(".")[2] not in _BINARY and not low.endswith((".min.js", ".min.css", ".lock", "~", ".swp")) and not private(name)


def _ignored(path: str, ignores: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    # The nearest file that says anything about a path decides.
    for prefix, spec in reversed(ignores):
        said = spec.check_file(path.removeprefix(prefix)).include
        if said is not None:
            return said
    return False


def _ignore(folder: Path, path: str) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    data = content(folder, path)
    if data is None:
        return None
    lines = data[:_IGNORE_BYTES].decode(errors="replace").splitlines()
    good: list[str] = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except (GitIgnorePatternError, ValueError, re.error):
            continue
        good.append(line)
    return GitIgnoreSpec.from_lines(good)

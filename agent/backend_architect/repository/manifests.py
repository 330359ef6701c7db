"""The lines that matter of what a code base says about itself: name, versions, dependencies, commands, containers."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from backend_architect.expressions import expression

_MOST = 40
"""Dependencies named of one manifest."""


def manifest(path: str, text: str) -> tuple[str, ...] | None:
    """Return the telling lines of a manifest; None for any other file, nothing for one that cannot be read."""
    read = _reader(path.rpartition("/")[2].lower())
    if read is None:
        return None
    try:
        return tuple(line for line in read(text) if line.strip())
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        # Somebody's manifest may be anything.
        return ()


def _reader(name: str) -> Callable[[str], Iterable[str]] | None:
    readers: dict[str, Callable[[str], Iterable[str]]] = {
        "package.json": _package,
        "composer.json": _composer,
        "pyproject.toml": _pyproject,
        "cargo.toml": _cargo,
        "pipfile": _pipfile,
        "go.mod": _go,
        "pom.xml": _pom,
        "build.gradle": _gradle,
        "build.gradle.kts": _gradle,
        "gemfile": _gems,
        "procfile": _plain,
    }
    if name in readers:
        return readers[name]
    if name.startswith("requirements") and name.endswith((".txt", ".in")):
        return _requirements
    if name == "dockerfile" or name.startswith("dockerfile.") or name.endswith(".dockerfile"):
        return _docker
    if name.startswith(("docker-compose", "compose")) and name.endswith((".yml", ".yaml")):
        return _compose
    return _project if name.endswith(".csproj") else None


def _listed(title: str, items: Iterable[str]) -> str:
    names = list(items)
    more = f", and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{title}: {', '.join(names[:_MOST])}{more}" if names else ""


def _versions(title: str, found: Any) -> str:
    return _listed(title, (f"{name} {version}".strip() if isinstance(version, str) else str(name) for name, version in _dict(found).items()))


def _dict(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _package(text: str) -> Iterator[str]:
    data = _dict(json.loads(text))
    for name in ("name", "version", "type", "main", "packageManager"):
        if isinstance(data.get(name), str):
            yield f"{name}: {data[name]}"
    yield _versions("engines", data.get("engines"))
    yield _listed("workspaces", map(str, _list(data.get("workspaces"))))
    for name, command in _dict(data.get("scripts")).items():
        yield f"script {name}: {command}"
    yield _versions("dependencies", data.get("dependencies"))
    yield _versions("dev dependencies", data.get("devDependencies"))


def _composer(text: str) -> Iterator[str]:
    data = _dict(json.loads(text))
    yield _versions("require", data.get("require"))


def _pyproject(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    project, poetry = _dict(data.get("project")), _dict(_dict(data.get("tool")).get("poetry"))
    for part in (project, poetry):
        for name in ("name", "version", "requires-python"):
            if isinstance(part.get(name), str):
                yield f"{name}: {part[name]}"
        yield _versions("scripts", part.get("scripts"))
    yield _listed("dependencies", map(str, _list(project.get("dependencies"))))
    for group, names in (*_dict(project.get("optional-dependencies")).items(), *_dict(data.get("dependency-groups")).items()):
        yield _listed(f"dependencies ({group})", map(str, _list(names)))
    yield _versions("dependencies", poetry.get("dependencies"))
    for group, values in _dict(poetry.get("group")).items():
        yield _versions(f"dependencies ({group})", _dict(values).get("dependencies"))


def _cargo(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    package = _dict(data.get("package"))
    yield f"name: {package.get('name', '')} {package.get('edition', '')}".rstrip() if package else ""
    yield _listed("members", map(str, _list(_dict(data.get("workspace")).get("members"))))
    yield _versions("dependencies", data.get("dependencies"))


def _pipfile(text: str) -> Iterator[str]:
    data = tomllib.loads(text)
    yield _versions("packages", data.get("packages"))


_GO_REQUIRE = expression(r"(?m)^\s*(?:require\s+)?(?P<module>[\w.~-]+\.[\w.-]+/[\w./~-]+)\s+(?P<version>v\S+)(?P<indirect>\s*//\s*indirect)?")
_GO_HEAD = expression(r"(?m)^(?:module|go|toolchain)\s+\S+")


def _go(text: str) -> Iterator[str]:
    yield from _GO_HEAD.findall(text)
    yield _listed("require", (f"{match['module']} {match['version']}" for match in _GO_REQUIRE.finditer(text) if not match["indirect"]))


# By expressions: a parser would also expand entities.
_POM_PARENT = expression(r"<parent>\s*(?P<inside>[\s\S]{0,1000}?)</parent>")
_POM_DEPENDENCY = expression(r"<dependency>\s*(?P<inside>[\s\S]{0,1500}?)</dependency>")
_POM_TAG = expression(r"<(groupId|artifactId|version|scope)>\s*([^<]{1,120}?)\s*</\1>")
_POM_PROPERTY = expression(r"<((?:java|kotlin|maven\.compiler)[\w.]*)>\s*([^<]{1,60}?)\s*</\1>")


def _pom(text: str) -> Iterator[str]:
    def coordinates(inside: str) -> str:
        tags = dict(_POM_TAG.findall(inside))
        return ":".join(tags[name] for name in ("groupId", "artifactId", "version", "scope") if name in tags)

    if parent := _POM_PARENT.search(text):
        yield f"parent: {coordinates(parent['inside'])}"
    yield from (f"{name}: {value}" for name, value in _POM_PROPERTY.findall(text))
    yield _listed("dependencies", (coordinates(match["inside"]) for match in _POM_DEPENDENCY.finditer(text)))


_GRADLE = expression(
    r"(?m)^\s*(?:(?:implementation|api|compileOnly|runtimeOnly|annotationProcessor|kapt|developmentOnly|testImplementation)\b[ (].{1,160}"
    r"|(?:id|kotlin)\s*[( ]\s*[\"'].{1,120}|(?:sourceCompatibility|mainClass|group|version)\b.{1,120}|jvmToolchain.{1,60})$"
)


def _gradle(text: str) -> Iterator[str]:
    return (" ".join(line.split()) for line in _GRADLE.findall(text))


_GEM = expression(r"(?m)^\s*(?:gem|ruby)\s+[\"'].{1,120}$")


def _gems(text: str) -> Iterator[str]:
    return (" ".join(line.split()) for line in _GEM.findall(text))


def _plain(text: str) -> Iterator[str]:
    return (line for line in text.split("\n")[:_MOST])


def _requirements(text: str) -> Iterator[str]:
    lines = (line.split("#", 1)[0].split(";", 1)[0].split("--hash", 1)[0].strip(" \t\\") for line in text.split("\n"))
    yield _listed("requires", (line for line in lines if line and not line.startswith("-")))


_DOCKER = expression(r"(?im)^\s*(?:FROM|WORKDIR|EXPOSE|USER|CMD|ENTRYPOINT|HEALTHCHECK)\b[^\n]{0,200}")


def _docker(text: str) -> Iterator[str]:
    return (" ".join(line.split()) for line in _DOCKER.findall(text))


_REFERENCE = expression(
    r"(?i)<(?:PackageReference|ProjectReference)\s+Include=\"([^\"]{1,120})\"(?:\s+Version=\"([^\"]{1,40})\")?|<(TargetFramework)>([^<]{1,60})"
)


def _project(text: str) -> Iterator[str]:
    yield _listed("references", (" ".join(part for part in match if part) for match in _REFERENCE.findall(text)))


def _compose(text: str) -> Iterator[str]:
    import yaml

    try:
        data = _dict(yaml.safe_load(text))
    except yaml.YAMLError:
        return
    for name, service in _dict(data.get("services")).items():
        told = _dict(service)
        said = [f"image {told['image']}" if "image" in told else "", "built here" if "build" in told else ""]
        ports = [str(port) for port in _list(told.get("ports")) if isinstance(port, str | int)]
        said.append(f"ports {' '.join(ports)}" if ports else "")
        needed = told.get("depends_on")
        names = list(needed) if isinstance(needed, list | dict) else []
        said.append(f"depends on {' '.join(map(str, names))}" if names else "")
        yield f"service {name}: {', '.join(part for part in said if part)}"

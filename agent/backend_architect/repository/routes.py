"""Routes that existing code answers: read from the syntax tree of Python, by expressions elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backend_architect.expressions import expression
from backend_architect.repository.python import called, classes, constant, keyword, tree, unparsed

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def routes(path: str, text: str) -> tuple[str, ...]:
    """Return the routes of one file, each as `GET /orders list_orders`, in the order in which they stand there."""
    name = path.rpartition("/")[2]
    found: Iterator[str]
    match name.rpartition(".")[2]:
        case "py":
            found = _python(text)
        case "js" | "ts" | "mjs" | "cjs" | "mts" | "cts" | "jsx" | "tsx":
            found = _script(path, text)
        case "java" | "kt":
            found = _spring(text)
        case "go":
            found = _go(text)
        case "rb" if name == "routes.rb" or "/routes/" in f"/{path}":
            found = _rails(text)
        case _:
            return ()
    return tuple(dict.fromkeys(found))


# --- Python: FastAPI, Flask, Django ---------------------------------------------------------

_PYTHON_HINTS = (
    *(f".{method}(" for method in _METHODS),
    ".route(",
    ".register(",
    ".api_route(",
    ".websocket(",
    "urlpatterns",
    "include_router",
    "register_blueprint",
)
_HANDLER = expression(
    r"(?m)^\s*@\w[\w.]*\.(?:get|post|put|patch|delete|head|options|route|api_route|websocket)\(|urlpatterns|\.(?:include_router|register_blueprint|register)\("
)


def _python(text: str) -> Iterator[str]:
    if not any(hint in text for hint in _PYTHON_HINTS) or not _HANDLER.search(text) or (module := tree(text)) is None:
        return
    prefixes = {name: prefix for name, prefix in _prefixes(module)}
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for decorator in node.decorator_list:
                    yield from _decorated(decorator, node.name, prefixes)
            case ast.Assign(targets=[ast.Name(id="urlpatterns")], value=value):
                yield from _urlpatterns(value)
            case ast.AugAssign(target=ast.Name(id="urlpatterns"), value=value):
                yield from _urlpatterns(value)
            case ast.Call(func=ast.Attribute(attr="include_router" | "register_blueprint" | "mount")):
                prefix = constant(keyword(node, "prefix") or keyword(node, "url_prefix") or (node.args[0] if node.args else None))
                what = next((unparsed(argument) for argument in node.args if not isinstance(argument, ast.Constant)), "")
                yield f"mount {prefix or '/'} {what}"
            case ast.Call(func=ast.Attribute(attr="register"), args=[ast.Constant(value=str(prefix)), view, *_]):
                # Django REST framework's router.
                yield f"resource /{prefix.strip('/')} {unparsed(view)}"


def _prefixes(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the routers of a file and the path that each begins with."""
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if called(call) in ("APIRouter", "Blueprint"):
                yield name, constant(keyword(call, "prefix") or keyword(call, "url_prefix")) or ""


def _decorated(decorator: ast.expr, name: str, prefixes: dict[str, str]) -> Iterator[str]:
    match decorator:
        case ast.Call(func=ast.Attribute(value=owner, attr=attribute)) as call:
            pass
        case _:
            return
    path = constant(call.args[0] if call.args else keyword(call, "path") or keyword(call, "rule"))
    if path is None or not (path.startswith("/") or path == ""):
        return
    whole = (prefixes.get(owner.id, "") if isinstance(owner, ast.Name) else "") + path or "/"
    match attribute:
        case "route" | "api_route":
            listed = keyword(call, "methods")
            methods = [str(item.value) for item in listed.elts if isinstance(item, ast.Constant)] if isinstance(listed, ast.List | ast.Tuple | ast.Set) else []
            yield f"{'|'.join(methods) or 'GET'} {whole} {name}"
        case "websocket":
            yield f"WS {whole} {name}"
        case _ if attribute in _METHODS:
            yield f"{attribute.upper()} {whole} {name}"


def _urlpatterns(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        match node:
            case ast.Call(args=[ast.Constant(value=str(path)), view, *_]) if called(node) in ("path", "re_path", "url"):
                kind = "mount" if isinstance(view, ast.Call) and called(view) == "include" else "route"
                yield f"{kind} /{path.lstrip('/')} {unparsed(view)}"


# --- JavaScript and TypeScript: Express, Fastify, Nest, Next --------------------------------

_CALL = expression(
    r"\b(?P<owner>app|api|router|server|fastify|routes?|\w*(?:[rR]outer|[aA]pp|[rR]outes?|[sS]erver))\s*\.\s*(?P<method>get|post|put|patch|delete|head|options|all|use|route)"
    r"\s*(?:<[^>(]{0,200}>)?\(\s*(?P<quote>[\"'`])(?P<path>/[^\"'`\n]{0,200}|\*)(?P=quote)"
)
_CHAINED = expression(r"\.(get|post|put|patch|delete|all)\s*\(")
_FASTIFY = expression(
    r"\bmethod\s*:\s*(?:\[(?P<many>[^\]]{1,100})\]|[\"'](?P<one>[A-Z]+)[\"'])\s*,\s*(?:url|path)\s*:\s*[\"'`](?P<path>/[^\"'`\n]{0,200})[\"'`]"
)
_NEST = expression(
    r"@(?P<kind>Controller|Get|Post|Put|Patch|Delete|Head|All|Sse)\(\s*(?:\{[^}]{0,200}?path\s*:\s*)?(?:[\"'`](?P<path>[^\"'`\n]{0,200})[\"'`])?[^)\n]{0,200}\)"
    r"(?:\s*@[\w.]+\((?:[^()]|\([^()]*\))*\))*\s*(?:(?:public|async)\s+)*(?P<name>\w+)?"
)
_EXPORTED = expression(r"\bexport\s+(?:async\s+)?(?:function|const)\s+(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b")


def _script(path: str, text: str) -> Iterator[str]:
    text = _uncommented(text)
    for match in _CALL.finditer(text):
        method = match["method"]
        if method == "route":
            chained = text[match.end() : match.end() + 2_000].split(";", 1)[0]
            yield f"{'|'.join(dict.fromkeys(name.upper() for name in _CHAINED.findall(chained))) or 'route'} {match['path']}"
        else:
            yield f"{'mount' if method == 'use' else method.upper()} {match['path']}"
    for match in _FASTIFY.finditer(text):
        many = match["many"]
        yield f"{'|'.join(word.strip(chr(34) + chr(39) + ' ') for word in many.split(',')) if many else match['one']} {match['path']}"
    if "@Controller" in text:
        base = ""
        for match in _NEST.finditer(text):
            if match["kind"] == "Controller":
                base = (match["path"] or "").strip("/")
            else:
                whole = "/".join(part for part in (base, (match["path"] or "").strip("/")) if part)
                yield f"{match['kind'].upper()} /{whole} {match['name'] or ''}".rstrip()
    if path.rpartition("/")[2].startswith("route.") and "app/" in path:
        folders = path.rpartition("app/")[2].rpartition("/")[0].split("/")
        where = "/".join(folder for folder in folders if folder and not folder.startswith("("))
        for match in _EXPORTED.finditer(text):
            yield f"{match[1]} /{where}"


def _uncommented(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(("//", "* ", "/*")))


# --- Spring, Go, Rails ----------------------------------------------------------------------

_SPRING = expression(
    r"@(?P<kind>Request|Get|Post|Put|Patch|Delete)Mapping(?:\((?P<inside>(?:[^()\"]|\"[^\"\n]*\")*)\))?(?=(?P<rest>(?:[^;{]|\{[^}\n]*\}){0,600}))"
)
_QUOTED = expression(r"\"(/?[^\"\n]*)\"")
_REQUEST_METHOD = expression(r"RequestMethod\.(\w+)")
_DECLARED = expression(r"\b(?:class|interface)\s+\w+")
_JAVA_METHOD = expression(r"\b(\w+)\s*\(")


def _spring(text: str) -> Iterator[str]:
    if "Mapping" not in text:
        return
    base = ""
    text = _uncommented(text)
    for match in _SPRING.finditer(text):
        inside, rest = match["inside"] or "", match["rest"]
        # `produces = "application/json"` is no path.
        paths = [path for path in _QUOTED.findall(_without_others(inside)) if path.startswith("/") or "/" not in path] or [""]
        name = _JAVA_METHOD.search(_ANNOTATION.sub(" ", rest))
        declared = _DECLARED.search(rest)
        if match["kind"] == "Request" and declared and (name is None or declared.start() < name.start()):
            base = paths[0].strip("/")
            continue
        method = match["kind"].upper() if match["kind"] != "Request" else "|".join(_REQUEST_METHOD.findall(inside)) or "any"
        for path in paths:
            whole = "/".join(part for part in (base, path.strip("/")) if part)
            yield f"{method} /{whole} {name[1] if name else ''}".rstrip()


_ANNOTATION = expression(r"@\w+(?:\((?:[^()\"]|\"[^\"\n]*\")*\))?")
_OTHERS = expression(r"\b(?:produces|consumes|params|headers|name)\s*=\s*(?:\{[^}]*\}|\"[^\"\n]*\"|[\w.]+)")


def _without_others(inside: str) -> str:
    return _OTHERS.sub("", inside)


_GO = expression(
    r"\b(?P<owner>\w+)\.(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|Any|Get|Post|Put|Patch|Delete|Head|Options|HandleFunc|Handle|Mount|Route|Group|PathPrefix)"
    r"\(\s*\"(?P<path>(?:[A-Z]+ )?/[^\"\n]{0,200})\"(?:\s*,\s*(?P<handler>[\w.]+)(?=\s*[,)]))?"
)


def _go(text: str) -> Iterator[str]:
    for match in _GO.finditer(_uncommented(text)):
        verb, blank, rest = match["path"].partition(" ")
        handler = f" {match['handler']}" if match["handler"] else ""
        match match["method"]:
            case "Mount" | "Route" | "Group" | "PathPrefix":
                yield f"mount {match['path']}{handler}"
            case "HandleFunc" | "Handle":
                yield f"{verb if blank else 'any'} {rest if blank else match['path']}{handler}"
            case method:
                yield f"{method.upper()} {match['path']}{handler}"


_RAILS = expression(
    r"^(?P<in>[ \t]*)(?P<line>(?:resources?|get|post|put|patch|delete|match|root|mount|namespace|scope|devise_for|concern|member|collection)\b[^\n]{0,160})", 8
)


def _rails(text: str) -> Iterator[str]:
    for match in _RAILS.finditer(text):
        yield " ".join(match["line"].split(" #", 1)[0].split()).removesuffix(" do")


def views(path: str, text: str) -> tuple[str, ...]:
    """Return the class-based views of a Django file with the methods they answer: routes name only the class."""
    if not path.endswith(".py") or "View" not in text or (module := tree(text)) is None:
        return ()
    found: list[str] = []
    for node in classes(module):
        methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name in _METHODS]
        if methods and any("View" in unparsed(base) for base in node.bases):
            found.append(f"view {node.name} {'|'.join(name.upper() for name in methods)}")
    return tuple(found)

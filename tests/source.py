"""Our own source, parsed, for the tests that hold the house together."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

from tests.processes import ROOT

PACKAGES = sorted({path.relative_to(ROOT).parts[0] for path in ROOT.glob("*/apps.py")})
"""The packages of the product, the composition root among them."""


def modules(*, under: str = "") -> list[Path]:
    """Every module of the product as a path from the root, or of one folder of it."""
    roots = [under] if under else PACKAGES
    return [path.relative_to(ROOT) for root in roots for path in sorted((ROOT / root).rglob("*.py"))]


def found_in_modules(look: Callable[[ast.Module], Iterable[int]]) -> dict[str, list[int]]:
    """Module → the lines that `look` finds, of those modules in which it finds any."""
    found = {str(module): sorted(set(look(parsed(module)))) for module in modules()}
    return {module: lines for module, lines in found.items() if lines}


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text(), str(module))


def dotted(node: ast.expr) -> str:
    """`clock.now` of that expression; empty for anything but names between dots."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := dotted(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def texts_of(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of the strings of a module that are not docstrings; a value in an f-string is told as `?`."""
    passed_over = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed_over |= {id(part) for part in node.values}
            yield (
                node.lineno,
                "".join(str(getattr(part, "value", "")) if _is_text(part) else "?" for part in node.values),
            )
        elif _is_text(node) and id(node) not in passed_over:
            yield node.lineno, str(node.value)


def _has_docstring(node: ast.AST) -> TypeGuard[ast.Module]:
    body = getattr(node, "body", None)
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr)


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)

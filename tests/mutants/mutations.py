"""Every small change of a module's source: what a slip of the pen could make of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""What a comparison is exchanged for: its boundary, where it has one, and its opposite."""

OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}

CONNECTIVES: dict[type[ast.boolop], ast.boolop] = {ast.And: ast.Or(), ast.Or: ast.And()}

NEVER_RUN = frozenset({"annotation", "returns", "decorator_list", "type_params"})
"""Fields of a node in which nothing is computed that a test of behaviour could see."""

GUARDS = frozenset({"strict"})
"""Keywords that only refuse what no caller does: without them every right call behaves alike."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A module with one thing changed.

    Parameters
    ----------
    file
        Path of the module, relative to the tree's root.
    line
        Line in which the change begins, from 1.
    kind
        What sort of change it is, in a word or two.
    code
        That line as it was, without its indent.
    before, after
        What changed in it, as it was and as it is.
    source
        Text of the whole changed module.
    """

    file: str
    line: int
    kind: str
    code: str
    before: str
    after: str
    source: str


def mutations_of(file: str, source: str) -> list[Mutation]:
    """Return every mutation of a module, in the order of its lines.

    Parameters
    ----------
    file
        Path of the module, relative to the tree's root.
    source
        Its text.
    """
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found = [
        _spliced(file, source, starts, changed) for changed in _changes(ast.parse(source), returned="None")
    ]
    return sorted(found, key=lambda mutation: mutation.line)


@dataclass(frozen=True, slots=True)
class _Change:
    kind: str
    node: ast.expr
    instead: ast.expr
    dropped: ast.keyword | None = None


def _spliced(file: str, source: str, starts: list[int], change: _Change) -> Mutation:
    """Return the module with the text of one expression exchanged; positions of nodes count bytes."""
    old, text = change.node, source.encode()
    assert old.end_lineno is not None
    assert old.end_col_offset is not None
    first = starts[old.lineno - 1] + old.col_offset
    last = starts[old.end_lineno - 1] + old.end_col_offset
    changed = text[:first] + f"({ast.unparse(change.instead)})".encode() + text[last:]
    before, after = ast.unparse(old), ast.unparse(change.instead)
    line = old.lineno
    if change.dropped is not None:
        before, after, line = ast.unparse(change.dropped), "", change.dropped.lineno
    code = source.splitlines()[line - 1].strip()
    return Mutation(file, line, change.kind, code, before, after, changed.decode())


def _changes(node: ast.AST, returned: str) -> Iterator[_Change]:
    """Yield the changes of a node and of all it holds; ``returned`` is the function's return type."""
    if isinstance(node, ast.FunctionDef):
        returned = ast.unparse(node.returns) if node.returns else "None"
    if isinstance(node, ast.Return) and node.value is not None:
        yield from _of_return(node.value, returned)
    elif isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.BoolOp):
        connective = CONNECTIVES[type(node.op)]
        yield _Change("connective", node, ast.BoolOp(connective, node.values))
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield _Change("sign or not", node, node.operand)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    for name, value in ast.iter_fields(node):
        if name in NEVER_RUN or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            is_guard = isinstance(child, ast.keyword) and child.arg in GUARDS
            if isinstance(child, ast.AST) and not is_guard:
                yield from _changes(child, returned)


def _of_return(value: ast.expr, returned: str) -> Iterator[_Change]:
    if returned == "bool":
        yield _Change("return value", value, ast.UnaryOp(ast.Not(), value))
    elif not (isinstance(value, ast.Constant) and value.value is None):
        yield _Change("return value", value, ast.Constant(None))


def _of_comparison(node: ast.Compare) -> Iterator[_Change]:
    for place, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield _Change("comparison", node, ast.Compare(node.left, ops, node.comparators))


def _of_operation(node: ast.BinOp) -> Iterator[_Change]:
    if type(node.op) in OPERATIONS and not _is_text(node.left) and not _is_text(node.right):
        yield _Change("arithmetic", node, ast.BinOp(node.left, OPERATIONS[type(node.op)](), node.right))


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _of_constant(node: ast.Constant) -> Iterator[_Change]:
    """Yield another truth, the next whole number, twice the number, one for nothing."""
    value = node.value
    if isinstance(value, bool):
        yield _Change("constant", node, ast.Constant(not value))
    elif isinstance(value, int):
        yield _Change("constant", node, ast.Constant(value + 1))
    elif isinstance(value, float):
        yield _Change("constant", node, ast.Constant(2 * value or 1.0))


def _of_call(node: ast.Call) -> Iterator[_Change]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None and keyword.arg not in GUARDS:
            poorer = copy(node)
            poorer.keywords = [*node.keywords[:place], *node.keywords[place + 1 :]]
            yield _Change("dropped keyword", node, poorer, keyword)

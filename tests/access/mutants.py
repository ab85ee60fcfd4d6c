"""A module's functions with one small thing wrong each: a condition left out, turned round or
loosened. Made from the source itself, so that a rule added later has its mutants too."""

import ast
import copy
import inspect
from collections.abc import Iterator
from types import ModuleType

LOOSER = {"gt": "gte", "gte": "gt", "lt": "lte", "lte": "lt"}
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
}
CONDITIONS = ("Q", "filter", "exclude")


def others(node: ast.AST) -> Iterator[ast.AST]:
    """What a piece of code could have been by one slip."""
    match node:
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            yield from (node.left, node.right)
        case ast.UnaryOp(op=ast.Invert() | ast.Not()):
            yield node.operand
        case ast.BoolOp() if len(node.values) == 2:
            yield from node.values
        case ast.BoolOp():
            for place in range(len(node.values)):
                yield ast.BoolOp(node.op, node.values[:place] + node.values[place + 1 :])
        case ast.Compare(ops=[op]) if type(op) in TURNED:
            yield ast.Compare(node.left, [TURNED[type(op)]()], node.comparators)
        case ast.Call() if _name(node) in CONDITIONS:
            yield from _other_conditions(node)
        case ast.If():
            yield from (_tested(node, answer) for answer in (True, False))
        case ast.AugAssign():
            yield ast.Pass()
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.comprehension(ifs=[_, *_]):
            yield ast.comprehension(node.target, node.iter, [], 0)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _tested(node: ast.If, answer: bool) -> ast.If:
    return ast.If(ast.Constant(answer), node.body, node.orelse)


def _other_conditions(call: ast.Call) -> Iterator[ast.AST]:
    """A filter with one of its conditions left out, or its comparison one step looser."""
    for place in range(len(call.args)):
        yield ast.Call(call.func, call.args[:place] + call.args[place + 1 :], call.keywords)
    for place, given in enumerate(call.keywords):
        before, after = call.keywords[:place], call.keywords[place + 1 :]
        if isinstance(given.value, ast.Dict) and given.arg is None:
            for key in range(len(given.value.keys)):
                kept = copy.deepcopy(given)
                assert isinstance(kept.value, ast.Dict)
                del kept.value.keys[key], kept.value.values[key]
                yield ast.Call(call.func, call.args, [*before, kept, *after])
            continue
        yield ast.Call(call.func, call.args, [*before, *after])
        stem, _, lookup = (given.arg or "").rpartition("__")
        if lookup in LOOSER:
            looser = ast.keyword(f"{stem}__{LOOSER[lookup]}", given.value)
            yield ast.Call(call.func, call.args, [*before, looser, *after])
        if lookup == "isnull" and isinstance(given.value, ast.Constant):
            turned = ast.keyword(given.arg, ast.Constant(not given.value.value))
            yield ast.Call(call.func, call.args, [*before, turned, *after])


class _Slip(ast.NodeTransformer):
    """Makes the slip of a number, and says where it was."""

    def __init__(self, number: int) -> None:
        self.left, self.made = number, ""

    def visit(self, node: ast.AST) -> ast.AST:
        for other in others(node):
            if self.left == 0 and not self.made:
                self.made = f"{ast.unparse(node)}  →  {ast.unparse(other)}".replace("\n", " ")
                return ast.copy_location(copy.deepcopy(other), node)
            self.left -= 1
        return self.generic_visit(node) if not self.made else node


def mutants(module: ModuleType, functions: tuple[str, ...]) -> Iterator[tuple[str, ModuleType]]:
    """The module again and again, with one slip in one of its functions; and which."""
    tree = ast.parse(inspect.getsource(module))
    for name in functions:
        for number in range(1_000):
            mutant = copy.deepcopy(tree)
            function = _function(mutant, name)
            slip = _Slip(number)
            function.body = [slip.visit(line) for line in function.body]  # type: ignore[misc]
            if not slip.made:
                break
            made = ModuleType(f"{module.__name__}_mutant")
            ast.fix_missing_locations(mutant)
            exec(compile(mutant, f"{name}, {number}", "exec"), made.__dict__)
            yield f"{name}: {slip.made}", made


def _function(tree: ast.Module, name: str) -> ast.FunctionDef:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name]
    assert len(found) == 1, name
    return found[0]

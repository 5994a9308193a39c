# oracle: asserts
# stress: long
"""Syntax trees of sources and code of trees: nodes, positions, wrong trees, transformations, t-strings; eight threads."""

import ast
import threading


def node(source):
    return ast.parse(source).body[0]


def dump(source):
    return ast.dump(node(source))


assert dump("x += 1") == "AugAssign(target=Name(id='x', ctx=Store()), op=Add(), value=Constant(value=1))"
assert dump("del a.b, c[0]") == (
    "Delete(targets=[Attribute(value=Name(id='a', ctx=Load()), attr='b', ctx=Del()), "
    "Subscript(value=Name(id='c', ctx=Load()), slice=Constant(value=0), ctx=Del())])")
assert dump("f'a{b!r:>{c}}d' 'e'") == (
    "Expr(value=JoinedStr(values=[Constant(value='a'), FormattedValue(value=Name(id='b', ctx=Load()), conversion=114, "
    "format_spec=JoinedStr(values=[Constant(value='>'), FormattedValue(value=Name(id='c', ctx=Load()), conversion=-1)])), "
    "Constant(value='de')]))")
assert dump("t'{a}b'") == (
    "Expr(value=TemplateStr(values=[Interpolation(value=Name(id='a', ctx=Load()), str='a', conversion=-1), "
    "Constant(value='b')]))")


def place(item):
    return item.lineno, item.col_offset, item.end_lineno, item.end_col_offset


decorated = node("@a\n# c\n@b(1)\ndef f(*é: int): pass")
assert place(decorated) == (4, 0, 4, 21), place(decorated)
assert place(decorated.args.vararg) == (4, 7, 4, 14)
chain = node("if a:\n  b\nelif c:\n  d\nelse:\n  e\n")
assert place(chain) == (1, 0, 6, 3) and place(chain.orelse[0]) == (3, 0, 6, 3)
call = node("f(x for x in y)").value
assert place(call.args[0]) == (1, 1, 1, 15)

# Trees compile as their source does.
SOURCE = '''
"""doc"""
from math import floor as low
import collections.abc
def decorate(function): return function
@decorate
def f(a, /, b=2, *c, d=4, e, **g) -> "int":
    """inner"""
    nonlocal_ = 1
    def inner():
        nonlocal nonlocal_
        nonlocal_ += 1
        return nonlocal_
    try:
        assert a, "m"
        with open_(a) as x, open_(b): pass
    except* ValueError as error:
        raise
    finally:
        inner()
    for i, *rest in [(1, 2, 3)]:
        if i > 5: break
        elif not i: continue
    else:
        rest.append(f"{i!r:>{b}}{a=}")
    while False: pass
    return [a, b, c, d, e, g, nonlocal_, rest, {k: v for k, v in g.items()}, {*c}, (lambda z, *y: (z, y))(1, 2),
            x, 1 if a else 2, a < b <= 3, -d, not e, a and b or c, c[0:1, ::2] if c else c[0:], low(2.5), 1j, b"x", ...]
class open_:
    def __init__(self, n): self.n = n
    def __enter__(self): return self.n
    def __exit__(self, *r): return None
class C[T: int = bool](open_, metaclass=type):
    field: int = 3
    (other): str
    def method[*Ts, **P](self): return super().__enter__()
type Alias[K] = list[K]
def g(v):
    match v:
        case 0 | -1.5 | 2+3j: return "number"
        case "a" | None | True: return "literal"
        case [x, *rest, 5]: return x, rest
        case {"k": y, **rest} if y: return y, rest
        case open_(n=3) as o: return o.n
        case str() | bytes(): return "text"
        case _: return "other"
async def h():
    async with a as b: pass
    return [i async for i in b if await i]
def generator():
    got = yield 1
    yield from (got, 2)
result = f(1, e=5, q=6), C[int](7).method(), [g(v) for v in (0, -1.5, 2+3j, "a", None, [1, 2, 5], {"k": 1, "z": 2}, open_(3), "t", 9)], \\
    C.__annotations__, C.field, Alias.__name__, list(generator()), (n := 10), n, h.__name__, f.__doc__, f.__defaults__
'''


def run(code):
    namespace = {"__name__": "m"}
    exec(code, namespace)
    return repr(namespace["result"]), namespace["__doc__"]


direct = compile(SOURCE, "file", "exec")
tree = ast.parse(SOURCE, "file")
again = compile(tree, "file", "exec")
assert run(direct) == run(again), (run(direct), run(again))
assert run(compile(ast.parse(ast.unparse(tree)), "file", "exec")) == run(direct)


def functions(code):
    for constant in code.co_consts:
        if hasattr(constant, "co_lines"):
            # The parser says where a decorator's @ is, a tree does not.
            if constant.co_name != "__annotate__":
                yield constant.co_name, constant.co_firstlineno, {line for _, _, line in constant.co_lines()}
            yield from functions(constant)


assert list(functions(direct)) == list(functions(again))
assert eval(compile(ast.parse("1 + 2", mode="eval"), "f", "eval")) == 3

# Constants that source cannot write, positions that it cannot have.
def value(constant):
    return eval(compile(ast.fix_missing_locations(ast.Expression(ast.Constant(constant))), "f", "eval"))


for constant in (-5, 10 ** 50, -(10 ** 50), (1, (2.5, "x")), frozenset({1}), "\ud800", "\ufffd", -2.5, 1 + 2j, b"\xff", None, ...):
    assert value(constant) == constant and type(value(constant)) is type(constant), constant
assert str(value(float("nan"))) == "nan"


class Doubler(ast.NodeTransformer):
    def visit_Constant(self, found):
        return ast.copy_location(ast.Constant(found.value * 2), found)


changed = Doubler().visit(ast.parse("x = 21; y = 'ab'"))
namespace = {}
exec(compile(changed, "f", "exec"), namespace)
assert namespace["x"] == 42 and namespace["y"] == "abab"

code = compile(ast.Module([ast.Expr(ast.Name("missing", ast.Load(), lineno=70, col_offset=3), lineno=70, col_offset=3)]), "f", "exec")
try:
    exec(code)
except NameError as error:
    assert error.__traceback__.tb_next.tb_lineno == 70


# Wrong trees.
def fails(tree, mode="exec"):
    try:
        compile(tree, "f", mode)
    except (TypeError, ValueError, OverflowError) as error:
        return f"{type(error).__name__}: {error}"
    return None


here = dict(lineno=1, col_offset=0)
name = ast.Name("x", ast.Load(), **here)
assert fails(ast.Expression(ast.Name("x"))) == "TypeError: expected Module node, got Expression"
assert fails(ast.Module(5)) == 'TypeError: Module field "body" must be a list, not a int'
assert fails(ast.Module([None])) == "ValueError: None disallowed in statement list"
assert fails(ast.Expression(ast.Name("x")), "eval") == 'TypeError: required field "lineno" missing from expr'
assert fails(ast.Expression(ast.Name("x", ast.Store(), **here)), "eval") == (
    "ValueError: expression must have Load context but has Store instead")
assert fails(ast.Expression(ast.Name("None", ast.Load(), **here)), "eval") == (
    "ValueError: identifier field can't represent 'None' constant")
assert fails(ast.Expression(ast.Name(5, ast.Load(), **here)), "eval") == "TypeError: AST identifier must be of type str"
assert fails(ast.Expression(ast.Constant([1], **here)), "eval") == "TypeError: got an invalid type in Constant: list"
assert fails(ast.Module([ast.Assign([], name, **here)])) == "ValueError: empty targets on Assign"
assert fails(ast.Module([ast.Assign([ast.Constant(1, **here)], name, **here)])) == (
    "ValueError: expression which can't be assigned to in Store context")
assert fails(ast.Module([ast.If(name, [], **here)])) == "ValueError: empty body on If"
assert fails(ast.Expression(ast.Name("x", ast.Load(), lineno=3, col_offset=0, end_lineno=1)), "eval") == (
    "ValueError: AST node line range (3, 1) is not valid")
assert fails(ast.Expression(None), "eval") == "ValueError: field 'body' is required for Expression"
deep = name
for _ in range(100_000):
    deep = ast.UnaryOp(ast.USub(), deep, **here)
try:
    compile(ast.Expression(deep), "f", "eval")
except RecursionError:
    pass
else:
    raise AssertionError
while isinstance(deep, ast.UnaryOp):
    deep = deep.operand

# Eight threads parse and compile at once.
results = []
barrier = threading.Barrier(8)


def work():
    barrier.wait()
    for _ in range(3):
        own = ast.parse(SOURCE)
        results.append((run(compile(own, "f", "exec")), ast.dump(own, include_attributes=True)))


threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(results) == 24 and len(set(results)) == 1
print("ok")

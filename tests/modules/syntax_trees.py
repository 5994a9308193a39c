# oracle: asserts
"""ast: classes, fields, defaults, walking, changing and writing out of trees that the program makes itself."""

import ast
import copy
import pickle
import warnings

assert ast.Name._fields == ast.Name.__match_args__ == ("id", "ctx")
assert ast.Name._attributes == ("lineno", "col_offset", "end_lineno", "end_col_offset")
assert ast.Name.__mro__ == (ast.Name, ast.expr, ast.AST, object)
assert ast.Name._field_types == {"id": str, "ctx": ast.expr_context}
assert ast.If._field_types == {"test": ast.expr, "body": list[ast.stmt], "orelse": list[ast.stmt]}
assert ast.Return._field_types == {"value": ast.expr | None}
assert ast.FunctionDef.__doc__.startswith("FunctionDef(identifier name, arguments args, stmt* body")
assert ast.expr_context.__doc__ == "expr_context = Load | Store | Del"
assert ast.Name.__module__ == "ast" and repr(ast.Name) == "<class 'ast.Name'>"

name = ast.Name("a")
assert name.id == "a" and isinstance(name.ctx, ast.Load) and name.end_lineno is None
assert not hasattr(name, "lineno")
function = ast.FunctionDef("f", ast.arguments(), [])
assert function.decorator_list == [] and function.returns is None and "returns" not in vars(function)
assert ast.List([name]).elts is not ast.List().elts


def warned(make):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
    return [str(warning.message) for warning in caught]


assert warned(ast.Name) == [
    "Name.__init__ missing 1 required positional argument: 'id'. This will become an error in Python 3.15."
]
assert warned(lambda: ast.Name("a", other=1)) == [
    "Name.__init__ got an unexpected keyword argument 'other'. Support for arbitrary keyword arguments is deprecated"
    " and will be removed in Python 3.15."
]
for make, text in (
    (lambda: ast.Name("a", ast.Load(), 3), "Name constructor takes at most 2 positional arguments"),
    (lambda: ast.Name("a", id="b"), "Name got multiple values for argument 'id'"),
    (lambda: ast.AST(1), "AST constructor takes at most 0 positional arguments"),
    (lambda: name.__replace__(other=1), "Name.__replace__ got an unexpected keyword argument 'other'."),
):
    try:
        make()
    except TypeError as error:
        assert str(error) == text, error
    else:
        raise AssertionError(text)

tree = ast.Module(
    [
        ast.Assign([ast.Name("x", ast.Store())], ast.BinOp(ast.Constant(1), ast.Add(), ast.Name("y", ast.Load()))),
        ast.Expr(ast.Call(ast.Name("print", ast.Load()), [ast.Name("x", ast.Load())], [ast.keyword("end", ast.Constant(""))])),
    ],
    [],
)
ast.fix_missing_locations(tree)
assert ast.unparse(tree) == "x = 1 + y\nprint(x, end='')"
assert [type(node).__name__ for node in ast.walk(tree)][:3] == ["Module", "Assign", "Expr"]
assert ast.dump(tree.body[0]) == "Assign(targets=[Name(id='x', ctx=Store())], value=BinOp(left=Constant(value=1), op=Add(), right=Name(id='y', ctx=Load())))"
assert repr(tree.body[0].targets[0]) == "Name(id='x', ctx=Store())"
assert repr(ast.List([ast.Name("a"), ast.Name("b"), ast.Name("c")])) == (
    "List(elts=[Name(id='a', ctx=Load()), ..., Name(id='c', ctx=Load())], ctx=Load())"
)


class Renamer(ast.NodeTransformer):
    def visit_Name(self, node):
        return ast.copy_location(node.__replace__(id=node.id.upper()), node)


assert ast.unparse(Renamer().visit(copy.deepcopy(tree))) == "X = 1 + Y\nPRINT(X, end='')"
assert ast.unparse(tree).startswith("x")
assert ast.dump(pickle.loads(pickle.dumps(tree))) == ast.dump(tree)
assert tree.body[1].value.lineno == 1


class Own(ast.AST):
    _fields = ("first", "second")
    _field_types = {"first": int, "second": int | None}
    second = None


own = Own(1)
assert own.first == 1 and own.second is None
match tree:
    case ast.Module([ast.Assign([ast.Name(target)], _), *_], []):
        assert target == "x"
    case _:
        raise AssertionError
print("ok")

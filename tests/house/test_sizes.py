"""Budgets of style: files stop at 400 lines, functions at 70, half of the functions stay under ten."""

import ast
from statistics import median, quantiles

import pytest
from tree import product, python, read

FILE, FUNCTION = 400, 70
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def functions(source: str) -> list[tuple[str, int]]:
    nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(n.name, (n.end_lineno or n.lineno) - n.lineno + 1) for n in nodes]


@pytest.mark.parametrize("path", python(), ids=str)
def test_file_and_functions_stay_readable(path):
    source = read(path)
    assert source.count("\n") <= FILE, f"{path} is over {FILE} lines"
    assert not [f"{path}:{name} ({size})" for name, size in functions(source) if size > FUNCTION]
    assert path.stem not in NAMELESS


def test_the_typical_function_is_short():
    sizes = [size for path in product() for _, size in functions(read(path))]
    assert 4 <= median(sizes) <= 9
    assert quantiles(sizes, n=20)[-1] < 40


@pytest.mark.parametrize("path", product(), ids=str)
def test_every_module_says_what_it_is(path):
    source = read(path)
    assert not source.strip() or ast.get_docstring(ast.parse(source)), f"{path} has no docstring"

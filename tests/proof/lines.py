"""Counts the lines of the Python files of a project: all of them, and those that hold code.

A line holds code if it has a token that is no comment and no docstring.
"""

import ast
import io
import json
import sys
import tokenize
from pathlib import Path

IGNORED = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def code_lines(text: str) -> int:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in IGNORED:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                docstring = node.body[0]
                lines.difference_update(range(docstring.lineno, docstring.end_lineno + 1))
    return len(lines)


counts = {"files": 0, "lines": 0, "code": 0}
for path in Path(sys.argv[1]).rglob("*.py"):
    text = path.read_text(encoding="utf-8")
    counts["files"] += 1
    counts["lines"] += len(text.splitlines())
    counts["code"] += code_lines(text)
print(json.dumps(counts))

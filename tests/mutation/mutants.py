# SPDX-License-Identifier: Apache-2.0
"""Finds the places of a source that can be mutated, in Clang's syntax tree."""

import dataclasses
import re

from clang.cindex import CursorKind, Index, TranslationUnit, TypeKind

# What each operator is replaced by.
COMPARISONS = {
    "<": ["<=", ">="],
    "<=": ["<", ">"],
    ">": [">=", "<="],
    ">=": [">", "<"],
    "==": ["!="],
    "!=": ["=="],
}
ARITHMETIC = {
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*",
    "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "&",
}  # fmt: skip
ASSIGNMENTS = {operator + "=": other + "=" for operator, other in ARITHMETIC.items()}

# An operand that is a literal: what the comparison's other bound does not test already.
OTHER_BOUND = {"<": [-1], ">=": [-1], "<=": [1], ">": [1], "==": [1], "!=": [1]}

# Without these a program does the same, at another price.
SAME_WITHOUT = re.compile(r"\breserve\(|\bshrink_to_fit\(|\bstatic_cast<void>|\bassert\(|^\(void\)|__builtin_prefetch")
DEFAULTS = re.compile(r"(\{\}|nullptr|false|0|std::nullopt|\w*\(\)|\w+\{\})$")
INTEGER = re.compile(r"(0[xX][0-9a-fA-F']+|0[bB][01']+|[0-9][0-9']*)[uUlLzZ]*$")

FUNCTIONS = {
    CursorKind.FUNCTION_DECL,
    CursorKind.CXX_METHOD,
    CursorKind.CONSTRUCTOR,
    CursorKind.DESTRUCTOR,
    CursorKind.CONVERSION_FUNCTION,
    CursorKind.FUNCTION_TEMPLATE,
}
CONSTANT = {
    CursorKind.STATIC_ASSERT,
    CursorKind.ENUM_CONSTANT_DECL,
    CursorKind.TYPE_ALIAS_DECL,
    CursorKind.TYPE_ALIAS_TEMPLATE_DECL,
    CursorKind.TEMPLATE_NON_TYPE_PARAMETER,
    CursorKind.TEMPLATE_TYPE_PARAMETER,
    CursorKind.CONCEPT_DECL,
}
REMOVABLE = {
    CursorKind.CALL_EXPR,
    CursorKind.BINARY_OPERATOR,
    CursorKind.COMPOUND_ASSIGNMENT_OPERATOR,
    CursorKind.UNARY_OPERATOR,
    CursorKind.UNEXPOSED_EXPR,
    CursorKind.CXX_DELETE_EXPR,
    CursorKind.BREAK_STMT,
    CursorKind.CONTINUE_STMT,
}
NUMBERS = {kind for kind in TypeKind if TypeKind.BOOL.value <= kind.value <= TypeKind.LONGDOUBLE.value}
ARITHMETIC_TYPES = NUMBERS | {TypeKind.POINTER, TypeKind.DEPENDENT, TypeKind.ENUM, TypeKind.UNEXPOSED}


@dataclasses.dataclass
class Mutant:
    path: str
    line: int
    last_line: int
    function: str
    start: int  # offsets into the file
    end: int
    how: str  # "value", "truth" (of a condition), "remove" or "default" (a return without its value)
    original: str
    replacement: str
    number: int = 0
    occurrence: int = 1  # among those of a function that read the same

    @property
    def change(self):
        again = f" #{self.occurrence}" if self.occurrence > 1 else ""
        return f"{self.original} → {self.replacement}{again}"

    @property
    def key(self):
        return self.path, self.function, self.change


def plain(text):
    """On one line, without comments."""
    text = re.sub(r"//[^\n]*", " ", text)
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).strip()


def debug_only(text):
    """The ranges between `#ifndef NDEBUG` and what ends it."""
    pattern = re.compile(r"^#ifndef NDEBUG$.*?^#(?:else|endif)", re.MULTILINE | re.DOTALL)
    return [match.span() for match in pattern.finditer(text)]


def inner(cursor):
    """Without the parentheses and conversions around an expression."""
    while cursor.kind in (CursorKind.UNEXPOSED_EXPR, CursorKind.PAREN_EXPR):
        children = list(cursor.get_children())
        if len(children) != 1:
            break
        cursor = children[0]
    return cursor


class Finder:
    def __init__(self, path, text, unit):
        self.path = path
        self.text = text
        self.unit = unit
        self.found = []
        self.skipped = debug_only(text)
        for cursor in unit.cursor.get_children():
            if cursor.kind == CursorKind.MACRO_INSTANTIATION and self.is_here(cursor):
                self.skipped.append((cursor.extent.start.offset, cursor.extent.end.offset))

    def is_here(self, cursor):
        file = cursor.location.file
        return file is not None and file.name == self.unit.spelling

    def of(self, cursor):
        return self.text[cursor.extent.start.offset : cursor.extent.end.offset]

    def add(self, cursor, function, how, replacement):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        # A macro's expansion has the extent of the macro, and may have any other.
        if start >= end or any(start < last and first < end for first, last in self.skipped):
            inside = [(first, last) for first, last in self.skipped if start < last and first < end]
            if start >= end or any(first <= start or end <= last for first, last in inside):
                return
        if "\n#" in self.text[start:end]:
            return
        original = plain(self.text[start:end])
        line = self.text.count("\n", 0, start) + 1
        last_line = line + self.text.count("\n", start, end)
        self.found.append(Mutant(self.path, line, last_line, function, start, end, how, original, replacement))

    def all(self):
        for cursor in self.unit.cursor.get_children():
            if self.is_here(cursor):
                self.walk(cursor, None, "")
        known, times = set(), {}
        unique = []
        for mutant in sorted(self.found, key=lambda mutant: (mutant.start, -mutant.end)):
            same = (mutant.start, mutant.end, mutant.replacement)
            if same in known:
                continue
            known.add(same)
            times[mutant.key] = mutant.occurrence = times.get(mutant.key, 0) + 1
            unique.append(mutant)
        return unique

    def walk(self, cursor, parent, function, result=None):
        kind = cursor.kind
        if kind in CONSTANT or self.is_constant(cursor):
            return
        if kind.is_declaration() and not self.is_here(cursor):
            return  # included within `extern "C" {}`
        if kind in FUNCTIONS:
            owner = cursor.semantic_parent.spelling if cursor.semantic_parent is not None else ""
            is_member = cursor.semantic_parent.kind not in (CursorKind.NAMESPACE, CursorKind.TRANSLATION_UNIT)
            function = f"{owner}::{cursor.spelling}" if is_member else cursor.spelling
            result = cursor.result_type
        elif kind == CursorKind.LAMBDA_EXPR:
            result = None
        children = list(cursor.get_children())
        self.mutate(cursor, children, parent, function, result)
        for index, child in enumerate(children):
            if kind == CursorKind.CASE_STMT and index == 0:
                continue
            if kind == CursorKind.IF_STMT and index == 0 and re.match(r"if\s+constexpr", self.of(cursor)):
                continue
            self.walk(child, cursor, function, result)

    def is_constant(self, cursor):
        if cursor.kind not in FUNCTIONS and cursor.kind != CursorKind.VAR_DECL:
            return False
        words = self.text[cursor.extent.start.offset : cursor.location.offset]
        keywords = r"\bconsteval\b" if cursor.kind in FUNCTIONS else r"\b(constexpr|constinit)\b"
        return re.search(keywords, words) is not None

    def mutate(self, cursor, children, parent, function, result):
        kind = cursor.kind
        if kind == CursorKind.COMPOUND_STMT:
            self.statements(children, function)
        elif kind in (CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.FOR_STMT, CursorKind.CXX_FOR_RANGE_STMT):
            self.statements(children[1:] if kind == CursorKind.IF_STMT else children[-1:], function)
        elif kind in (CursorKind.CASE_STMT, CursorKind.DEFAULT_STMT):
            self.statements(children[-1:], function)
        if kind in (CursorKind.IF_STMT, CursorKind.WHILE_STMT, CursorKind.CONDITIONAL_OPERATOR) and children:
            self.condition(children[0], function)
        elif kind in (CursorKind.BINARY_OPERATOR, CursorKind.CALL_EXPR, CursorKind.UNEXPOSED_EXPR):
            self.binary(cursor, children, function)
        elif kind == CursorKind.COMPOUND_ASSIGNMENT_OPERATOR:
            self.assignment(cursor, children, function)
        elif kind == CursorKind.UNARY_OPERATOR:
            self.unary(cursor, children, function)
        elif kind == CursorKind.RETURN_STMT:
            self.returned(cursor, children, function, result)
        elif kind in (CursorKind.INTEGER_LITERAL, CursorKind.CHARACTER_LITERAL, CursorKind.CXX_BOOL_LITERAL_EXPR):
            self.literal(cursor, parent, function)

    def statements(self, cursors, function):
        for cursor in cursors:
            is_bare_return = cursor.kind == CursorKind.RETURN_STMT and self.of(cursor) == "return"
            text = self.of(cursor)
            if (cursor.kind in REMOVABLE or is_bare_return) and not SAME_WITHOUT.search(text):
                follows = re.match(r"\s*;", self.text[cursor.extent.end.offset :])
                if follows:
                    self.add(cursor, function, "remove", "(removed)")

    def condition(self, cursor, function):
        value = inner(cursor)
        if value.kind in (CursorKind.VAR_DECL, CursorKind.DECL_STMT, CursorKind.CXX_BOOL_LITERAL_EXPR):
            return
        if self.is_flipped_already(value) or not value.kind.is_expression():
            return
        self.add(cursor, function, "truth", f"!({plain(self.of(cursor))})")

    def operator(self, children):
        """The operator between two operands, or None."""
        if len(children) < 2:
            return None
        between = self.text[children[0].extent.end.offset : children[-1].extent.start.offset]
        return plain(between) or None

    def is_flipped_already(self, cursor):
        """Whether an expression is one whose truth other mutants change."""
        operator = self.operator(list(cursor.get_children()))
        if cursor.kind == CursorKind.UNARY_OPERATOR:
            return self.of(cursor).startswith("!")
        return operator in COMPARISONS or operator in ("&&", "||")

    def binary(self, cursor, children, function):
        operator = self.operator(children)
        if operator is None:
            return
        left, right = plain(self.of(children[0])), plain(self.of(children[-1]))
        if plain(self.of(cursor)) != plain(f"{self.of(children[0])} {operator} {self.of(children[-1])}"):
            return
        is_overloaded = cursor.kind != CursorKind.BINARY_OPERATOR
        if operator in COMPARISONS:
            others = COMPARISONS[operator]
            for other in others[-1:] if is_overloaded else others:
                self.add(cursor, function, "value", f"{left} {other} {right}")
        elif operator in ("&&", "||") and not is_overloaded:
            self.add(cursor, function, "truth", left)
            self.add(cursor, function, "truth", right)
        elif operator in ARITHMETIC and not is_overloaded:
            if cursor.type.get_canonical().kind not in ARITHMETIC_TYPES:
                return
            pointers = [child.type.get_canonical().kind == TypeKind.POINTER for child in (children[0], children[-1])]
            if all(pointers):
                return
            self.add(cursor, function, "value", f"{left} {ARITHMETIC[operator]} {right}")

    def assignment(self, cursor, children, function):
        operator = self.operator(children)
        if operator in ASSIGNMENTS and cursor.type.get_canonical().kind in ARITHMETIC_TYPES:
            left, right = plain(self.of(children[0])), plain(self.of(children[-1]))
            self.add(cursor, function, "value", f"{left} {ASSIGNMENTS[operator]} {right}")

    def unary(self, cursor, children, function):
        text = plain(self.of(cursor))
        operand = plain(self.of(children[0]))
        if text.startswith("!"):
            self.add(cursor, function, "truth", operand)
        elif text.startswith(("-", "~")) and not text.startswith("--"):
            self.add(cursor, function, "value", operand)
        for step, other in (("++", "--"), ("--", "++")):
            if text.startswith(step):
                self.add(cursor, function, "value", other + operand)
            elif text.endswith(step):
                self.add(cursor, function, "value", operand + other)

    def returned(self, cursor, children, function, result):
        if not children or result is None:
            return
        value = inner(children[0])
        text = plain(self.of(children[0]))
        kind = result.get_canonical().kind
        if kind == TypeKind.BOOL:
            if value.kind != CursorKind.CXX_BOOL_LITERAL_EXPR and not self.is_flipped_already(value):
                self.add(children[0], function, "truth", f"!({text})")
        elif kind not in (TypeKind.LVALUEREFERENCE, TypeKind.RVALUEREFERENCE, TypeKind.AUTO, TypeKind.VOID):
            if not DEFAULTS.match(text):
                self.add(cursor, function, "default", "return {}")

    def literal(self, cursor, parent, function):
        text = self.of(cursor)
        if cursor.kind == CursorKind.CXX_BOOL_LITERAL_EXPR:
            self.add(cursor, function, "value", "false" if text == "true" else "true")
        elif cursor.kind == CursorKind.CHARACTER_LITERAL:
            if text.startswith("'"):
                self.add(cursor, function, "value", "'\\x7f'")
        elif INTEGER.match(text):
            is_zero = int(INTEGER.match(text)[1].replace("'", ""), 0) == 0 if text != "0" else True
            steps = OTHER_BOUND.get(self.operator(list(parent.get_children())) or "", [1, -1])
            if parent.kind == CursorKind.UNARY_OPERATOR:
                steps = [1]
            for step in steps:
                if step > 0 or not is_zero:
                    self.add(cursor, function, "value", f"{text} {'+' if step > 0 else '-'} 1")


def find(root, path, arguments):
    """The mutants of a file, in order, and what Clang says about it."""
    options = TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
    unit = Index.create().parse(str(root / path), args=["-xc++", *arguments], options=options)
    errors = [str(problem) for problem in unit.diagnostics if problem.severity >= problem.Error]
    if errors:
        return [], errors
    # A byte is a character: Clang counts bytes.
    text = (root / path).read_bytes().decode("latin-1")
    return Finder(path, text, unit).all(), []

# SPDX-License-Identifier: MIT
"""Faults are put where they are meant to be, and told apart by the tests that find them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mutants.equivalent import Equivalent
from mutants.faults import faults_of, in_fixed_order, shares
from mutants.likeness import Likeness, about
from mutants.reached import Reached
from mutants.run import Outcome, Run
from mutants.source import Source

LARGEST = """\
#include <stdbool.h>
int largest(int a, int b);
bool is_small(int a);

/* not < in a comment */
int largest(int a, int b)
{
    if (a < b)
        return b;
    return a;
}

bool is_small(int a)
{
    return a + 0 < 10 || a == 10;
}
"""

TEST = """\
int largest(int a, int b);
int main(void)
{
    return largest(1, 2) == 2 && largest(3, 2) == 3 ? 0 : 1;
}
"""

MAKEFILE = """\
CC := gcc
.SECONDARY:
build/unit/%: tests/unit/test_%.c build/obj/common.a
\t@mkdir -p $(@D)
\t@$(CC) -o $@ $^
build/obj/common.a: build/obj/common/largest.o
\t@rm -f $@
\t@ar rcs $@ $^
build/obj/%.o: %.c
\t@mkdir -p $(@D)
\t@$(CC) -O0 -I. -c -o $@ $<
"""


EQUIVALENT = """\
# A comment

common/largest.c
- if (a < b)
+ if (a <= b)
They are the same.
"""


def changed(text: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.after) for fault in faults_of(Source("common/a.c", text))]


def body(statement: str, returning: str = "void") -> list[str]:
    return [after for _, after in changed(f"{returning} f(int a, int b)\n{{\n{statement}\n}}\n")]


def test_comparisons_are_turned() -> None:
    assert body("if (a < b) g(a);")[:1] == ["if (!(a < b)) g(a);"]
    assert "if (a <= b) g(a);" in body("if (a < b) g(a);")
    assert body("a = b == a;") == ["a = b != a;"]


def test_conditions_are_negated() -> None:
    assert "if (!(a)) g();" in body("if (a) g();")
    assert "while (!(a && b)) g();" in body("while (a && b) g();")
    assert "if (a) g();" in body("if (!a) g();")


def test_and_becomes_or() -> None:
    assert "a = a || b;" in body("a = a && b;")


def test_what_a_function_returns_is_inverted() -> None:
    assert body("return true;", "bool") == ["return false;"]
    assert "return !(g(a));" in body("return g(a);", "bool")
    assert body("return g(a);", "int") == []


def test_constants_are_off_by_one() -> None:
    assert body("a = 41;") == ["a = 42;"]
    assert body("a = '[';") == ["a = ']';"]
    assert changed("#define A_MAX (2 * 1024)\n") == [(1, "#define A_MAX (3 * 1024)"),
                                                      (1, "#define A_MAX (2 * 1025)")]


def test_calls_are_dropped_if_nothing_uses_their_result() -> None:
    assert body("g(a);") == [";"]
    assert ";" in body("if (a)\n    g(b);")
    assert body("free(a);") == body("a = g(b);") == []


def test_cases_are_dropped() -> None:
    assert "g();" in body("switch (a) {\ncase A: g();\n}")


def test_entries_of_tables_change() -> None:
    assert changed('static const struct a as[] = { { "a_code", true } };\n') == [
        (1, 'static const struct a as[] = { { "~a_code", true } };'),
        (1, 'static const struct a as[] = { { "a_code", false } };')]


def test_comments_texts_and_lengths_of_arrays_are_left_alone() -> None:
    assert body('char c[8]; // 1 < 2\n/* a && b */\na = "a < b";') == []


def test_the_place_of_a_fault_is_the_statement_that_is_executed_before_it() -> None:
    source = Source("common/a.c", """\
void f(int a)
{
    do g(); while (a < 1);
    switch (a) {
    case 2:
        h(3);
    }
    if (a == 4)
        g();
    else if (a == 5) {
        h(6);
    }
    struct a b = { { 7 } };
}
""")
    assert {fault.line: fault.statement for fault in faults_of(source)} == {
        3: "do g(); while (a < 1);", 5: "switch (a) {", 6: "h(3);", 8: "if (a == 4)",
        9: "if (a == 4)", 10: "if (a == 4)", 11: "h(6);", 13: "struct a b = { { 7 } };"}


def test_the_same_faults_are_chosen_whatever_else_changes() -> None:
    first = in_fixed_order(faults_of(Source("common/a.c", LARGEST)))
    longer = LARGEST.replace("/* not", "int g(void);\n\n/* not")
    again = in_fixed_order(faults_of(Source("common/a.c", longer)))
    assert [fault.after for fault in first] == [fault.after for fault in again]
    assert len({fault.line for fault in first[:2]}) == 2


def test_each_file_gets_its_share() -> None:
    assert shares({"a.c": 100, "b.c": 50, "c.c": 1}, 30) == {"a.c": 19, "b.c": 10, "c.c": 1}


def test_the_tests_that_are_tried_are_likely_or_execute_most_of_the_file() -> None:
    fault = faults_of(Source("common/largest.c", LARGEST))[0]
    reached = Reached(seconds={"a": 1, "b": 2, "c": 3, "d": 1})
    reached.add_places(("common/largest.c", line) for line in ("if (a < b)", "return a;", "g();"))
    for test, lines in (("a", ["if (a < b)"]), ("b", ["if (a < b)", "return a;"]),
                        ("c", ["if (a < b)", "g();"]), ("d", ["return a;", "g();"])):
        reached.add(test, (("common/largest.c", line) for line in lines))
    assert reached.selection(fault, []) == ["b", "c", "a"]
    assert reached.selection(fault, [], (0, 5)) == ["b", "c"]
    assert reached.selection(fault, ["c", "a"], (3, 2)) == ["c", "b"]


def test_a_test_is_like_what_shares_its_rarer_words(tmp_path: Path) -> None:
    file = tmp_path / "tests" / "test_x.py"
    file.parent.mkdir()
    file.write_text("""\
def test_a_tenant_is_forgotten(world):
    assert world.run("entra").code == 0
def test_descriptors(world):
    assert world.run("entra", name="ENTRA_TRACE").code == 0
""")
    tests = [f"tests/test_x.py::{name}" for name in
             ("test_a_tenant_is_forgotten", "test_descriptors[one]", "test_descriptors[two]")]
    likeness = Likeness(tmp_path, tests)
    assert likeness.rank("forget_tenant(world)", tests) == tests[:1]
    assert likeness.rank("two ENTRA_TRACE", tests) == [tests[2], tests[1]]
    source = Source("common/largest.c", LARGEST)
    words = about(faults_of(source)[0], source.text)
    assert "largest" in words and "if (a < b)" in words and "if (a == b)" not in words


def test_no_fault_is_equivalent_without_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "equivalent"
    file.write_text(EQUIVALENT.replace("They are the same.\n", ""))
    with pytest.raises(ValueError, match="no reason for a fault in common/largest.c"):
        Equivalent(file)


def test_a_fault_is_found_survives_or_is_never_executed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    reached = (Path(__file__).parent / "reached.h").read_text()
    for name, text in (("common/largest.c", LARGEST), ("tests/unit/test_largest.c", TEST),
                       ("Makefile", MAKEFILE), ("tests/mutants/equivalent", EQUIVALENT),
                       ("tests/mutants/reached.h", reached)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    run = Run(root, tmp_path)
    run.prepare()
    run.try_faults(100, [])
    outcomes = {(result.fault.before, result.fault.after): result.outcome
                for result in run.results}
    assert outcomes["if (a < b)", "if (!(a < b))"] == Outcome.UNIT
    assert outcomes["if (a < b)", "if (a <= b)"] == Outcome.EQUIVALENT
    small = "return a + 0 < 10 || a == 10;"
    assert outcomes[small, "return a + 1 < 10 || a == 10;"] == Outcome.UNREACHED
    assert (small, "return a - 0 < 10 || a == 10;") not in outcomes  # the same object
    assert (root / "common/largest.c").read_text() == LARGEST
    assert run.unused_equivalents() == []
    survived = len(run.results)
    run.try_again(list(run.results))
    assert {(result.fault.before, result.fault.after): result.outcome
            for result in run.results} == outcomes and len(run.results) == survived

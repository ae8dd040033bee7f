# SPDX-License-Identifier: MIT
"""Mutation tests: puts small faults into the sources, one at a time, and looks whether a test fails.

`source` reads C, `faults` lists what can be put into it and chooses, `reached` learns which test
executes which statement, `tree` builds a copy and runs tests on it, `equivalent` reads the list of
faults that no test could find, and `__main__` is the program.
"""

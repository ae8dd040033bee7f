# SPDX-License-Identifier: MIT
"""Whole jobs of the programs, in which every allocation and every system call fails once."""

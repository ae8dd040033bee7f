# SPDX-License-Identifier: MIT
# Mutation tests: small faults in copies of the sources, and whether a test finds each.
#
#   make mutants                              300 faults, evenly over all of the core
#   make mutants MUTANTS_TESTS=unit           with the unit tests alone
#   make mutants MUTANTS_AGAIN=1              what survived the last run; the rest counts as it was
#   make mutants MUTANTS=40 MUTANTS_ONLY='common/entra/url.c keyring/'

.PHONY: mutants
mutants:
	@PYTHONPATH=tests MUTANTS='$(MUTANTS)' MUTANTS_ONLY='$(MUTANTS_ONLY)' \
	    MUTANTS_JOBS='$(MUTANTS_JOBS)' MUTANTS_TESTS='$(MUTANTS_TESTS)' \
	    MUTANTS_AGAIN='$(MUTANTS_AGAIN)' $(PYTHON) -m mutants

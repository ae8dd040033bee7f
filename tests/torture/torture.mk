# SPDX-License-Identifier: MIT
# The torture: whole jobs of the programs, in which every allocation and system call fails once.
#
#   make torture                                    all of it, and a table
#   make torture ARGUMENTS='--flows "git store"'    one flow; more in tests/torture/torture.py

TORTURE       := $(BUILD)/torture
TORTURE_FILES := $(TORTURE)/allocations.so $(TORTURE)/system-calls

$(TORTURE)/allocations.so: tests/torture/allocations.c
$(TORTURE)/allocations.so: TORTURE_FLAGS := -fno-builtin -shared -fPIC
$(TORTURE)/system-calls: tests/torture/system_calls.c
$(TORTURE)/system-calls: TORTURE_FLAGS := -pthread
$(TORTURE_FILES):
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 -O2 $(WARN) $(WERROR) $(TORTURE_FLAGS) -o $@ $<

.PHONY: torture
torture: installed $(TORTURE_FILES)
	@PYTHONPATH=tests $(PYTHON) -m torture.torture --programs '$(abspath $(BUILD))/installed/bin' \
	    --build '$(abspath $(TORTURE))' $(ARGUMENTS)

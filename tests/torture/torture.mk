# SPDX-License-Identifier: MIT
# The torture: whole jobs of the programs, in which every allocation and system call fails once.
#
#   make torture                                    all of it, and a table
#   make torture ARGUMENTS='--flows "git store"'    one flow; more in tests/torture/torture.py

TORTURE       := $(BUILD)/torture
TORTURE_FILES := $(TORTURE)/allocations.so $(TORTURE)/system-calls

# That of common/base/memory.c.
MALLOC_VERSION = $(if $(filter aarch64%,$(shell $(CC) -dumpmachine)),GLIBC_2.17,GLIBC_2.2.5)

$(TORTURE)/allocations.so: tests/torture/allocations.c tests/torture/torture.mk
$(TORTURE)/allocations.so: TORTURE_FLAGS = -fno-builtin -shared -fPIC \
                                           -Wl,--version-script=$(TORTURE)/allocations.map
$(TORTURE)/system-calls: tests/torture/system_calls.c
$(TORTURE)/system-calls: TORTURE_FLAGS := -pthread
$(TORTURE_FILES):
	@mkdir -p $(@D)
	@echo '$(MALLOC_VERSION) { malloc; calloc; realloc; posix_memalign; };' >$(TORTURE)/allocations.map
	@$(CC) -std=gnu17 -O2 $(WARN) $(WERROR) $(TORTURE_FLAGS) -o $@ $(filter %.c,$^)

.PHONY: torture
torture: installed $(TORTURE_FILES)
	@PYTHONPATH=tests $(PYTHON) -m torture.torture --programs '$(abspath $(BUILD))/installed/bin' \
	    --build '$(abspath $(TORTURE))' $(ARGUMENTS)

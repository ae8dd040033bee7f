# SPDX-License-Identifier: MIT
# The torture: every allocation and every system call of whole jobs fails once.

TORTURE := $(BUILD)/torture

$(TORTURE)/allocations.so: tests/torture/allocations.c
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 -O2 $(WARN) -fno-builtin -shared -fPIC -o $@ $<

$(TORTURE)/system-calls: tests/torture/system_calls.c
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 -O2 $(WARN) -pthread -o $@ $<

.PHONY: torture
torture: installed $(TORTURE)/allocations.so $(TORTURE)/system-calls
	@PYTHONPATH=tests $(PYTHON) -m torture.torture --programs '$(abspath $(BUILD))/installed/bin' \
	    --build '$(abspath $(TORTURE))' $(ARGUMENTS)

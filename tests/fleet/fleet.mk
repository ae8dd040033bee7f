# SPDX-License-Identifier: MIT
# A fleet of machines that renew their tokens by the programs' own rules, in simulated time.
#
#   make fleet                                   100,000 machines: the table, and a plot of it
#   make fleet PICTURE=tests/fleet/fleet.svg     the plot in HACKING.md
#   make check-fleet                             a small fleet, in a second

FLEET         := $(BUILD)/fleet/fleet
FLEET_PICTURE  = $(or $(PICTURE),$(BUILD)/fleet/fleet.svg)

$(FLEET): $(call objects,$(wildcard tests/fleet/*.c)) $(BUILD)/obj/common.a
	@mkdir -p $(@D)
	@$(LINK) -pie -o $@ $^ $(JSON_LIBS) -lm

.PHONY: fleet check-fleet
fleet: $(FLEET)
	@status=0; $(FLEET) 100000 '$(BUILD)/fleet' >'$(BUILD)/fleet/table.md' || status=1; \
	if command -v gnuplot >/dev/null; then \
	    gnuplot -e "folder='$(BUILD)/fleet'" tests/fleet/fleet.gp >'$(BUILD)/fleet/plot.svg' && \
	    sed '1a <!-- SPDX-License-Identifier: MIT -->' '$(BUILD)/fleet/plot.svg' \
	        >'$(FLEET_PICTURE)' || status=1; \
	else \
	    echo "  no gnuplot: no plot"; \
	fi; \
	cat '$(BUILD)/fleet/table.md'; exit $$status

check-fleet: $(FLEET)
	@if $(FLEET) 5000 >$(FLEET).log; then echo "fleet: 10 passed, 0 failed"; else exit 1; fi

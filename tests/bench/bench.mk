# SPDX-License-Identifier: MIT
# The benchmark: the installed programs beside floors in C and other tools. Its table and its plot
# go to $(BUILD)/bench; no test depends on them.

BENCH         := $(BUILD)/bench
BENCH_FLOORS  := $(patsubst tests/bench/floors/%.c,$(BENCH)/%,$(wildcard tests/bench/floors/*.c))
bench_json_c_LIBS           = $(JSON_LIBS)
bench_keyctl_read_LIBS     := -lkeyutils
bench_libsecret_lookup_LIBS = $(SECRET_CFLAGS) $(SECRET_LIBS)

# git's own helper on libsecret, which Debian has as a source only.
GIT_LIBSECRET := $(wildcard /usr/share/doc/git/contrib/credential/libsecret/git-credential-libsecret.c)

$(BENCH)/launch: tests/bench/launch.c
$(BENCH_FLOORS): $(BENCH)/%: tests/bench/floors/%.c
$(BENCH)/launch $(BENCH_FLOORS):
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 -O2 $(WARN) -o $@ $< $(bench_$(@F)_LIBS)

$(BENCH)/git-credential-libsecret: $(GIT_LIBSECRET)
	@mkdir -p $(@D)
	@$(CC) -O2 $(SECRET_CFLAGS) -o $@ $< $(SECRET_LIBS)

.PHONY: bench bench-scale deps-bench
deps-bench:
	@$(call install_packages,$(PACKAGES) hyperfine gnuplot-nox golang-docker-credential-helpers \
	    python3-keyring)

# Keyrings with many items; some minutes, most of which GNOME Keyring takes.
bench-scale: installed
	@$(PYTHON) tests/bench/scale.py --programs '$(abspath $(BUILD))/installed/bin' \
	    --folder '$(abspath $(BENCH))'

bench: deps-bench
	@$(MAKE) -s --no-print-directory installed $(BENCH)/launch $(BENCH_FLOORS) \
	    $(if $(GIT_LIBSECRET),$(BENCH)/git-credential-libsecret)
	@$(PYTHON) tests/bench/bench.py --programs '$(abspath $(BUILD))/installed/bin' \
	    --folder '$(abspath $(BENCH))'

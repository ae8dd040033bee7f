# SPDX-License-Identifier: MIT
# Fuzzers: each fuzz_*.c is one libFuzzer program (clang) around one parser; its first inputs are in
# seeds/.
#
#   make fuzz           every one for FUZZ_SECONDS (60); what it learns stays in build/fuzz/corpus
#   make fuzz-url       one of them
#   make check-fuzz     FUZZ_RUNS inputs each, the same at every run; make check SANITIZE=1 does it

FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
FUZZ_RUNS    ?= 20000
FUZZ_OPTIONS := -max_len=8192 -timeout=10 -rss_limit_mb=1024 -verbosity=0

# What a target needs beside common.a.
fuzz_authority_SOURCES          := tests/fuzz/curl_reading.c
fuzz_device_code_answer_SOURCES := common/acquire/user/device_code_answer.c
fuzz_exec_info_SOURCES          := helpers/kubectl/exec_credential.c
fuzz_git_request_SOURCES        := helpers/git/git_bool.c helpers/git/git_request.c
fuzz_kubeconfig_SOURCES         := $(wildcard helpers/kubectl/kubeconfig/*.c)
fuzz_redaction_SOURCES          := common/acquire/base64url.c common/acquire/http/proxy.c \
                                   common/acquire/http/redaction.c
fuzz_redirect_SOURCES           := common/acquire/user/redirect.c
fuzz_sign_in_answer_SOURCES     := common/acquire/base64url.c common/acquire/user/sign_in_answer.c
fuzz_token_answer_SOURCES       := common/acquire/http/token_answer.c
fuzz_url_SOURCES                := tests/fuzz/curl_reading.c
FUZZ_LIBS = $(shell $(PKG_CONFIG) --libs libcurl libcrypto yaml-0.1)

ifdef SANITIZE
check: check-fuzz
endif

.PHONY: check-fuzz fuzz $(FUZZ_TARGETS:%=fuzz-%)
ifdef FUZZING

$(FUZZ_TARGETS:%=$(BUILD)/fuzz/%): $(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o \
                                   $$(call objects,$$(fuzz_%_SOURCES)) $(BUILD)/obj/common.a
	@mkdir -p $(@D)
	@$(LINK) -fsanitize=fuzzer -pie -o $@ $^ $(JSON_LIBS) $(FUZZ_LIBS)

$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/corpus/$*
	@printf '  FUZZ    %-20s for %s s\n' $* $(FUZZ_SECONDS)
	@$< $(FUZZ_OPTIONS) -artifact_prefix=$(BUILD)/$*- -max_total_time=$(FUZZ_SECONDS) \
	    -print_final_stats=1 \
	    $(BUILD)/corpus/$* tests/fuzz/seeds/$*

# A new corpus each time, or the next run would begin elsewhere.
.PHONY: $(FUZZ_TARGETS:%=check-fuzz-%)
$(FUZZ_TARGETS:%=check-fuzz-%): check-fuzz-%: $(BUILD)/fuzz/%
	@rm -rf $(BUILD)/fresh/$* && mkdir -p $(BUILD)/fresh/$*
	@if $< $(FUZZ_OPTIONS) -artifact_prefix=$(BUILD)/$*- -runs=$(FUZZ_RUNS) -seed=1 \
	    $(BUILD)/fresh/$* tests/fuzz/seeds/$* >$<.log 2>&1; then \
	    printf '  FUZZ    %-20s %s inputs\n' $* $(FUZZ_RUNS); \
	else \
	    printf '  FUZZ    %s fails\n' $*; tail -n 40 $<.log; exit 1; \
	fi
fuzz: $(FUZZ_TARGETS:%=fuzz-%)
check-fuzz: $(FUZZ_TARGETS:%=check-fuzz-%)

else

# Built apart: libFuzzer wants to see which way an input takes.
fuzz check-fuzz $(FUZZ_TARGETS:%=fuzz-%):
	@$(MAKE) --no-print-directory FUZZING=1 SANITIZE=1 BUILD=build/fuzz \
	    CFLAGS='$(CFLAGS) -fsanitize=fuzzer-no-link' $@

endif

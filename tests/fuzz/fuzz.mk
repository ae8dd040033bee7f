# SPDX-License-Identifier: MIT
# Fuzzers: each fuzz_*.c is one libFuzzer program (clang) around one parser. Its first inputs are in
# seeds/, the words of its grammar in dictionaries/.
#
#   make fuzz            every one for FUZZ_SECONDS (60), or until it has had FUZZ_INPUTS (10^8) in
#                        all; what it learns stays in build/fuzz/corpus
#   make fuzz-url        one of them
#   make check-fuzz      FUZZ_RUNS inputs each, the same at every run; make check SANITIZE=1 does it
#   make fuzz-minimize   the corpus becomes seeds: those that reach what no other does
#   make fuzz-coverage   a table: how many inputs each has had, and what they reach

FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
FUZZ_INPUTS  ?= 100000000
FUZZ_OPTIONS := -max_len=8192 -timeout=10 -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1

# What a target needs beside common.a.
fuzz_redaction_SOURCES          := common/acquire/base64url.c common/acquire/http/host_settings.c \
                                   common/acquire/http/proxy.c common/acquire/http/redaction.c
fuzz_authority_SOURCES          := tests/fuzz/curl_reading.c
fuzz_bash_line_SOURCES          := helpers/entra/completion/bash_line.c
fuzz_broker_answer_SOURCES      := $(broker_DIALECTS) common/acquire/base64url.c
fuzz_cargo_config_SOURCES       := helpers/entra/setup/cargo_config.c helpers/entra/setup/cargo_config_edit.c \
                                   helpers/entra/setup/cargo_config_others.c helpers/entra/setup/toml_string.c \
                                   helpers/entra/setup/toml_text.c helpers/kubectl/kubeconfig/edits.c
fuzz_cargo_request_SOURCES      := helpers/cargo/cargo_answer.c helpers/cargo/cargo_request.c
fuzz_certificate_SOURCES        := common/acquire/app/certificate.c common/acquire/app/key_store.c \
                                   common/acquire/app/thumbprint.c tests/fuzz/given_file.c
fuzz_curl_tools_SOURCES         := helpers/curl/bazel.c helpers/curl/goauth.c helpers/feed/feed_token.c
fuzz_device_code_answer_SOURCES := common/acquire/user/device_code_answer.c
fuzz_doctor_git_SOURCES         := helpers/entra/doctor/doctor_git.c \
                                   helpers/entra/doctor/doctor_git_network.c \
                                   helpers/entra/doctor/doctor_authority.c \
                                   helpers/entra/doctor/doctor_report.c \
                                   helpers/entra/setup/git_helper.c helpers/entra/setup/helper_program.c \
                                   helpers/entra/setup/git_rivals.c \
                                   helpers/entra/setup/git_settings.c helpers/git/git_bool.c \
                                   helpers/git/git_request.c helpers/git/git_tenant.c \
                                   helpers/git/git_network.c \
                                   tests/fuzz/doctor_stub.c tests/fuzz/setup_stub.c
fuzz_doctor_kubectl_SOURCES     := helpers/entra/doctor/doctor_kubectl.c \
                                   helpers/entra/doctor/doctor_report.c tests/fuzz/doctor_stub.c
fuzz_docker_config_SOURCES      := helpers/entra/setup/docker_config.c
fuzz_docker_login_SOURCES       := $(addprefix helpers/docker/docker_,login.c server.c)
fuzz_docker_server_SOURCES      := $(addprefix helpers/docker/docker_,answer.c server.c)
fuzz_exec_info_SOURCES          := helpers/kubectl/exec_credential.c
fuzz_federated_SOURCES          := common/acquire/app/federated.c common/acquire/http/retry.c \
                                   $(fuzz_redaction_SOURCES) tests/fuzz/answers.c \
                                   tests/fuzz/given_file.c
fuzz_git_claims_SOURCES         := helpers/git/git_claims.c tests/fuzz/memory_folder.c
fuzz_git_refusals_SOURCES       := helpers/git/git_refusals.c tests/fuzz/memory_folder.c
fuzz_git_config_SOURCES         := helpers/entra/setup/git_section.c \
                                   helpers/entra/setup/git_settings.c helpers/git/git_bool.c \
                                   helpers/entra/setup/git_helper.c helpers/entra/setup/helper_program.c tests/fuzz/setup_stub.c
fuzz_git_network_SOURCES        := helpers/git/git_network.c helpers/git/git_bool.c \
                                   helpers/entra/setup/git_settings.c
fuzz_git_request_SOURCES        := helpers/git/git_answer.c helpers/git/git_bool.c \
                                   helpers/git/git_request.c
fuzz_http_answer_SOURCES        := common/acquire/http/http.c common/acquire/http/http_failure.c \
                                   common/acquire/http/retry.c common/acquire/http/system_cas.c \
                                   common/acquire/http/tls_trust.c \
                                   common/acquire/app/thumbprint.c $(fuzz_redaction_SOURCES)
fuzz_keyring_request_SOURCES    := $(addprefix helpers/keyring/,keyring_answer.c keyring_request.c \
                                   provider_request.c)
fuzz_identity_request_SOURCES   := $(addprefix helpers/entra/run/,identity_request.c \
                                   run_environment.c run_variable.c)
fuzz_kubeconfig_SOURCES         := $(wildcard helpers/kubectl/kubeconfig/*.c)
fuzz_keyring_kernel_SOURCES     := keyring/kernel/module.c tests/fuzz/keyring_check.c
fuzz_keyring_runtime_SOURCES    := tests/fuzz/keyring_check.c tests/fuzz/memory_folder.c
fuzz_keyring_secret_service_SOURCES := $(addprefix keyring/secret_service/,module.c call.c \
                                       collections.c item.c search.c) tests/fuzz/keyring_check.c
fuzz_kubelogin_SOURCES          := $(wildcard helpers/kubectl/kubelogin*.c) \
                                   helpers/kubectl/pop_claims.c
fuzz_managed_identity_SOURCES   := $(wildcard common/acquire/identity/*.c) \
                                   $(fuzz_redaction_SOURCES) common/acquire/http/retry.c \
                                   common/acquire/http/token_answer.c tests/fuzz/answers.c
fuzz_nuget_message_SOURCES      := helpers/nuget/nuget_message.c
fuzz_pop_claims_SOURCES         := helpers/kubectl/pop_claims.c
fuzz_probe_SOURCES              := common/acquire/http/probe.c $(fuzz_redaction_SOURCES) \
                                   common/acquire/http/token_answer.c tests/fuzz/answers.c
fuzz_redirect_SOURCES           := $(fuzz_redaction_SOURCES) common/acquire/user/redirect.c
fuzz_registry_answer_SOURCES    := common/acquire/registry/registry_answer.c
fuzz_setting_line_SOURCES       := $(addprefix helpers/entra/setup/,setting_line.c toml_string.c \
                                   toml_text.c)
fuzz_settings_SOURCES           := helpers/entra/doctor/doctor_report.c tests/fuzz/given_file.c
fuzz_shared_error_SOURCES       := tests/fuzz/memory_folder.c
fuzz_sign_in_answer_SOURCES     := common/acquire/base64url.c common/acquire/user/sign_in_answer.c
fuzz_sign_in_page_SOURCES       := $(addprefix common/acquire/user/sign_in_page.,c html css)
fuzz_signing_job_SOURCES        := common/acquire/app/signing_job.c
fuzz_store_SOURCES              := tests/unit/shelf.c
fuzz_tenant_cache_SOURCES       := tests/fuzz/memory_folder.c
fuzz_token_answer_SOURCES       := common/acquire/http/token_answer.c
fuzz_url_SOURCES                := tests/fuzz/curl_reading.c
FUZZ_LIBS = $(shell $(PKG_CONFIG) --libs libcurl libssl libcrypto yaml-0.1)

# Functions that the target defines anew, as __wrap_NAME.
fuzz_folder := runtime_folder_open runtime_folder_open_own runtime_read runtime_read_open \
               runtime_remove runtime_write runtime_replace unlinkat readdir fstatfs
fuzz_certificate_WRAPS     := file_read
fuzz_doctor_git_WRAPS      := subprocess_ask
fuzz_doctor_kubectl_WRAPS  := $(fuzz_doctor_git_WRAPS)
fuzz_federated_WRAPS       := file_read poll
fuzz_git_claims_WRAPS      := $(fuzz_folder)
fuzz_git_network_WRAPS     := subprocess_ask
fuzz_git_refusals_WRAPS    := $(fuzz_folder)
fuzz_http_answer_WRAPS     := curl_easy_perform
fuzz_keyring_runtime_WRAPS := $(fuzz_folder)
fuzz_keyring_secret_service_WRAPS := g_dbus_connection_call g_dbus_connection_call_finish \
               secret_service_search_for_dbus_paths secret_service_search_for_dbus_paths_finish \
               secret_service_read_alias_dbus_path secret_service_read_alias_dbus_path_finish
fuzz_managed_identity_WRAPS := open poll
fuzz_probe_WRAPS           := poll
fuzz_settings_WRAPS        := file_read
fuzz_shared_error_WRAPS    := $(fuzz_folder)
fuzz_tenant_cache_WRAPS    := $(fuzz_folder)

# What a target is about in common.a, for make fuzz-coverage.
fuzz_account_ABOUT         := common/entra/account.c common/store/default_account.c
fuzz_authority_ABOUT       := common/entra/authority.c
fuzz_challenge_ABOUT       := common/entra/challenge.c
fuzz_claims_ABOUT          := common/entra/claims.c
fuzz_claims_demand_ABOUT   := common/entra/claims.c
fuzz_json_ABOUT            := common/base/json.c common/base/json_grammar.c common/base/json_text.c
fuzz_jwt_ABOUT             := common/entra/jwt.c
fuzz_keyring_runtime_ABOUT := keyring/runtime.c
fuzz_pop_key_ABOUT         := common/entra/pop_key.c
fuzz_registry_answer_ABOUT := common/entra/registry_token.c
fuzz_settings_ABOUT        := $(wildcard common/config/*.c)
fuzz_shared_error_ABOUT    := common/base/shared_error.c
fuzz_store_ABOUT           := $(addprefix common/store/,store.c token_store.c account_store.c \
                              client_secret_store.c stored_credentials.c)
fuzz_tenant_cache_ABOUT    := common/store/tenant_cache.c
fuzz_token_ABOUT           := common/entra/token.c
fuzz_url_ABOUT             := common/entra/url.c common/entra/url_segment.c
fuzz_url_typed_ABOUT       := common/entra/url_typed.c

# Inputs of check-fuzz: fewer where each takes longer.
FUZZ_RUNS ?= 8000
fuzz_certificate_RUNS            := 100
fuzz_http_answer_RUNS            := 1000
fuzz_keyring_secret_service_RUNS := 2000
fuzz_kubelogin_RUNS              := 2000
fuzz_settings_RUNS               := 2000
fuzz_sign_in_page_RUNS           := 1000

ifdef SANITIZE
check: check-fuzz
endif

.PHONY: check-fuzz fuzz fuzz-minimize fuzz-coverage $(FUZZ_TARGETS:%=fuzz-%)
ifdef FUZZING

FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/%)
FUZZ_ALL_LIBS := $(FUZZ_LIBS) $(SECRET_LIBS)

# json-c that shows which way an input takes, once `make fuzz` has built it.
FUZZ_JSON      := $(BUILD)/json-c/libjson-c.a
FUZZ_JSON_LIBS  = $(if $(wildcard $(FUZZ_JSON)),$(FUZZ_JSON),$(JSON_LIBS))

$(FUZZ_PROGRAMS): $(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(BUILD)/obj/tests/fuzz/fuzz.o \
                  $$(call objects,$$(fuzz_%_SOURCES)) $(BUILD)/obj/common.a
	@mkdir -p $(@D)
	@$(LINK) -fsanitize=fuzzer -pie $(patsubst %,-Wl$(comma)--wrap=%,time trace $(fuzz_$*_WRAPS)) \
	    -o $@ $^ $(FUZZ_JSON_LIBS) $(FUZZ_ALL_LIBS)

$(BUILD)/obj/tests/fuzz/fuzz_keyring_secret_service.o: DEFINE += $(SECRET_CFLAGS)

# Adds the executions in a log to those of earlier runs.
count_runs = mkdir -p $(BUILD)/counts && \
    echo $$(( $$(cat $(BUILD)/counts/$(1) 2>/dev/null || echo 0) + \
              $$(sed -n 's/^stat::number_of_executed_units: *//p' $(2)) )) >$(BUILD)/counts/$(1)

dictionary = $(addprefix -dict=,$(wildcard tests/fuzz/dictionaries/$(1).dict))

$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: $(BUILD)/fuzz/%
	@mkdir -p $(BUILD)/corpus/$*
	@had=$$(cat $(BUILD)/counts/$* 2>/dev/null || echo 0); \
	if [ $$had -ge $(FUZZ_INPUTS) ]; then \
	    printf '  FUZZ    %-22s has had %s inputs\n' $* $$had; exit 0; \
	fi; \
	if $< $(FUZZ_OPTIONS) $(call dictionary,$*) -artifact_prefix=$(BUILD)/$*- \
	    -max_total_time=$(FUZZ_SECONDS) -runs=$$(( $(FUZZ_INPUTS) - had )) \
	    $(BUILD)/corpus/$* tests/fuzz/seeds/$* >$<.log 2>&1; then \
	    $(call count_runs,$*,$<.log); \
	    printf '  FUZZ    %-22s %s inputs in all\n' $* $$(cat $(BUILD)/counts/$*); \
	else \
	    printf '  FUZZ    %s fails\n' $*; tail -n 40 $<.log; exit 1; \
	fi

# A new corpus each time, or the next run would begin elsewhere.
.PHONY: $(FUZZ_TARGETS:%=check-fuzz-%)
$(FUZZ_TARGETS:%=check-fuzz-%): check-fuzz-%: $(BUILD)/fuzz/%
	@rm -rf $(BUILD)/fresh/$* && mkdir -p $(BUILD)/fresh/$*
	@if $< $(FUZZ_OPTIONS) $(call dictionary,$*) -artifact_prefix=$(BUILD)/$*- \
	    -runs=$(or $(fuzz_$*_RUNS),$(FUZZ_RUNS)) -seed=1 \
	    $(BUILD)/fresh/$* tests/fuzz/seeds/$* >$<.log 2>&1; then \
	    $(call count_runs,$*,$<.log); \
	    printf '  FUZZ    %-22s %s inputs\n' $* $(or $(fuzz_$*_RUNS),$(FUZZ_RUNS)); \
	else \
	    printf '  FUZZ    %s fails\n' $*; tail -n 40 $<.log; exit 1; \
	fi
fuzz: $(FUZZ_TARGETS:%=fuzz-%)
check-fuzz: $(FUZZ_TARGETS:%=check-fuzz-%)

.PHONY: $(FUZZ_TARGETS:%=fuzz-minimize-%)
$(FUZZ_TARGETS:%=fuzz-minimize-%): fuzz-minimize-%: $(BUILD)/fuzz/%
	@tests/fuzz/minimize $< $(BUILD)/corpus/$* tests/fuzz/seeds/$*
fuzz-minimize: $(FUZZ_TARGETS:%=fuzz-minimize-%)

# Each target with what it is about. The corpus and the counts are those of build/fuzz.
FUZZ_CORPUS ?= $(BUILD)
fuzz-table: $(FUZZ_PROGRAMS)
	@printf '%s\n' $(foreach target,$(FUZZ_TARGETS),'$(target) \
	    $(strip $(filter-out tests/%,$(fuzz_$(target)_SOURCES)) $(fuzz_$(target)_ABOUT))') | \
	    tests/fuzz/table $(BUILD)/fuzz $(FUZZ_CORPUS)

else

# Built apart: libFuzzer wants to see which way an input takes.
FUZZ_MAKE = $(MAKE) --no-print-directory FUZZING=1 SANITIZE=1
fuzz $(FUZZ_TARGETS:%=fuzz-%): build/fuzz/json-c.tried
fuzz check-fuzz fuzz-minimize $(FUZZ_TARGETS:%=fuzz-%) $(FUZZ_TARGETS:%=check-fuzz-%):
	@+$(FUZZ_MAKE) BUILD=build/fuzz CFLAGS='$(CFLAGS) -fsanitize=fuzzer-no-link' $@

build/fuzz/json-c.tried:
	@tests/fuzz/make-json-c build/fuzz/json-c || [ $$? -eq 77 ]
	@touch $@

# clang's own coverage, which knows lines.
fuzz-coverage:
	@+$(FUZZ_MAKE) BUILD=build/fuzz/coverage FUZZ_CORPUS=build/fuzz \
	    CFLAGS='$(CFLAGS) -fprofile-instr-generate -fcoverage-mapping' fuzz-table

endif

# SPDX-License-Identifier: MIT
# Unit tests: each test_*.c is one cmocka program.
#
#   make check-unit        all of them; -k goes on after one that fails
#   make check-unit-url    one of them

UNIT_TESTS    := $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))
UNIT_PROGRAMS := $(UNIT_TESTS:%=$(BUILD)/unit/%)
CMOCKA_LIBS    = $(shell $(PKG_CONFIG) --libs cmocka)

# What brokers are asked and answer, without the bus.
broker_DIALECTS := $(addprefix common/acquire/broker/broker_,accounts.c answer.c check.c clients.c \
                       failure.c request.c)

# What a test needs beside common.a.
unit_account_store_SOURCES      := tests/unit/shelf.c
unit_arc_SOURCES                := common/acquire/identity/arc.c
unit_bash_line_SOURCES          := helpers/entra/completion/bash_line.c
unit_broker_accounts_SOURCES    := $(broker_DIALECTS) tests/unit/broker_case.c \
                                   common/acquire/base64url.c
unit_broker_answer_SOURCES      := $(unit_broker_accounts_SOURCES)
unit_broker_request_SOURCES     := $(unit_broker_accounts_SOURCES)
unit_cargo_config_SOURCES        := helpers/entra/setup/cargo_config.c helpers/entra/setup/cargo_config_edit.c \
                                   helpers/entra/setup/cargo_config_others.c helpers/entra/setup/toml_string.c \
                                   helpers/entra/setup/toml_text.c helpers/kubectl/kubeconfig/edits.c
unit_cargo_request_SOURCES       := helpers/cargo/cargo_answer.c helpers/cargo/cargo_request.c
unit_connections_SOURCES        := helpers/entra/run/endpoint/connections.c
unit_credential_check_SOURCES   := common/acquire/app/client_secret.c \
                                   common/acquire/app/credential_check.c \
                                   common/acquire/app/thumbprint.c
unit_curl_tools_SOURCES          := helpers/curl/bazel.c helpers/curl/goauth.c helpers/feed/feed_token.c
unit_device_code_answer_SOURCES := common/acquire/user/device_code_answer.c
unit_discovery_SOURCES          := common/acquire/http/discovery.c
unit_docker_SOURCES             := $(addprefix helpers/docker/docker_,answer.c login.c server.c)
unit_docker_config_SOURCES      := helpers/entra/setup/docker_config.c
unit_exec_credential_SOURCES    := helpers/kubectl/exec_credential.c
unit_feed_token_SOURCES         := helpers/feed/feed_token.c
unit_git_claims_SOURCES         := helpers/git/git_claims.c
unit_git_refusals_SOURCES       := helpers/git/git_refusals.c
unit_git_helper_SOURCES         := helpers/entra/setup/git_helper.c helpers/entra/setup/helper_program.c
unit_git_request_SOURCES        := helpers/git/git_answer.c helpers/git/git_bool.c \
                                   helpers/git/git_request.c
unit_keyring_request_SOURCES    := $(addprefix helpers/keyring/,keyring_answer.c keyring_request.c \
                                   provider_request.c)
unit_setting_line_SOURCES       := $(addprefix helpers/entra/setup/,setting_line.c toml_string.c \
                                   toml_text.c)
unit_sign_in_page_SOURCES       := $(addprefix common/acquire/user/sign_in_page.,c html css)
unit_grants_SOURCES             := common/acquire/app/client_credentials.c \
                                   common/acquire/app/client_secret.c \
                                   common/acquire/base64url.c common/acquire/http/host_settings.c \
                                   common/acquire/http/proxy.c \
                                   common/acquire/http/redaction.c common/acquire/http/retry.c \
                                   common/acquire/http/token_answer.c common/acquire/http/token_endpoint.c \
                                   common/acquire/user/browser.c common/acquire/user/device_code.c \
                                   common/acquire/user/device_code_answer.c common/acquire/user/redirect.c \
                                   common/acquire/user/refresh.c common/acquire/user/sign_in_answer.c \
                                   common/acquire/user/sign_in_browser.c \
                                   common/acquire/user/sign_in_result.c $(unit_sign_in_page_SOURCES)
unit_nuget_message_SOURCES      := helpers/nuget/nuget_message.c
unit_replace_file_SOURCES       := $(addprefix helpers/entra/setup/,file_access.c file_backup.c \
                                   replace_file.c)
unit_user_file_SOURCES          := $(unit_replace_file_SOURCES) helpers/entra/setup/user_file.c
unit_redaction_SOURCES          := common/acquire/base64url.c common/acquire/http/host_settings.c \
                                   common/acquire/http/proxy.c common/acquire/http/redaction.c
unit_http_SOURCES               := $(unit_redaction_SOURCES) common/acquire/app/thumbprint.c \
                                   common/acquire/http/http.c common/acquire/http/http_failure.c \
                                   common/acquire/http/system_cas.c common/acquire/http/tls_trust.c
unit_http_failure_SOURCES       := common/acquire/http/http_failure.c
unit_identity_request_SOURCES   := helpers/entra/run/identity_request.c
unit_run_environment_SOURCES    := helpers/entra/run/run_environment.c
unit_run_variable_SOURCES       := $(addprefix helpers/entra/run/,run_environment.c run_variable.c)
unit_key_store_SOURCES          := common/acquire/app/key_store.c
unit_keyring_kernel_SOURCES     := keyring/kernel/module.c
unit_signer_SOURCES             := $(addprefix common/acquire/app/,certificate.c client_assertion.c \
                                       key_store.c signer.c signing_job.c) common/acquire/base64url.c
unit_signing_job_SOURCES        := common/acquire/app/signing_job.c
unit_stored_credentials_SOURCES := tests/unit/shelf.c
unit_user_tokens_SOURCES        := tests/unit/shelf.c
unit_memory_SOURCES             := common/base/memory.c
unit_peer_SOURCES               := common/acquire/user/peer.c
unit_pop_SOURCES                := common/acquire/base64url.c common/pop/pop.c
unit_pop_claims_SOURCES         := helpers/kubectl/pop_claims.c
unit_redirect_SOURCES           := $(unit_redaction_SOURCES) common/acquire/user/redirect.c
unit_registry_answer_SOURCES    := common/acquire/registry/registry_answer.c
unit_sign_in_answer_SOURCES     := common/acquire/base64url.c common/acquire/user/sign_in_answer.c
unit_token_answer_SOURCES       := common/acquire/http/token_answer.c
unit_token_candidates_SOURCES   := tests/unit/shelf.c
unit_token_claims_SOURCES       := helpers/entra/token_claims.c
unit_token_endpoint_SOURCES     := $(unit_redaction_SOURCES) common/acquire/http/retry.c \
                                   common/acquire/http/token_answer.c common/acquire/http/token_endpoint.c
unit_typed_SOURCES              := $(filter-out helpers/main.c,$(entra_SOURCES))
unit_url_curl_SOURCES           := tests/fuzz/curl_reading.c
unit_http_LIBS                   = $(ACQUIRE_LIBS)
unit_http_failure_LIBS           = $(ACQUIRE_LIBS)
unit_redaction_LIBS              = $(shell $(PKG_CONFIG) --libs libcrypto)
unit_broker_accounts_LIBS        = $(unit_redaction_LIBS)
unit_broker_answer_LIBS          = $(unit_redaction_LIBS)
unit_broker_request_LIBS         = $(unit_redaction_LIBS)
unit_credential_check_LIBS       = $(unit_redaction_LIBS)
unit_redirect_LIBS               = $(unit_redaction_LIBS)
unit_pop_LIBS                    = $(unit_redaction_LIBS)
unit_sign_in_page_LIBS           = $(unit_redaction_LIBS)
unit_sign_in_answer_LIBS         = $(shell $(PKG_CONFIG) --libs libcrypto)
unit_url_curl_LIBS               = $(shell $(PKG_CONFIG) --libs libcurl)
# Functions of the C library have other names where files and times are made wide (WIDE).
wide_clock_gettime := __clock_gettime64
wide_fstatfs       := fstatfs64
wide_open          := open64
wide_stat          := __stat64_time64
wide_time          := __time64
wrap_wide           = $(if $(WIDE),-Wl$(comma)--wrap=$(wide_$(1)) \
                          -Wl$(comma)--defsym=__wrap_$(wide_$(1))=__wrap_$(1),-Wl$(comma)--wrap=$(1))
# The test inspects memory as it is freed.
unit_secret_LIBS                := -Wl,--wrap=free
# What a descriptor takes is the test's.
unit_output_LIBS                := -Wl,--wrap=write
# The other process is the test's.
unit_signer_LIBS                 = $(unit_redaction_LIBS) -Wl,--wrap=subprocess_start
# The device is the test's.
unit_key_store_LIBS              = $(unit_redaction_LIBS) \
    -Wl,--wrap=OSSL_PROVIDER_try_load,--wrap=OSSL_PROVIDER_unload,--wrap=OSSL_STORE_open_ex \
    -Wl,--wrap=OSSL_STORE_load,--wrap=OSSL_STORE_eof,--wrap=OSSL_STORE_error,--wrap=OSSL_STORE_close
# The test counts what is wiped.
unit_keyring_LIBS               := -Wl,--wrap=secret_free
# The test says whether there is a runtime folder.
unit_once_a_boot_LIBS           := -Wl,--wrap=runtime_folder_open
# Another process does something at the worst moment.
unit_runtime_folder_LIBS        := -Wl,--wrap=renameat
# The test says what kind of file system, namespace or file there is.
unit_keyring_runtime_LIBS       := $(call wrap_wide,fstatfs)
unit_keyring_kernel_LIBS        := $(call wrap_wide,stat)
unit_arc_LIBS                   := $(call wrap_wide,open)
unit_git_refusals_LIBS          := $(call wrap_wide,time)
# The clock is the test's; or nothing waits: the test does what happens in the meantime.
unit_deadline_LIBS              := $(call wrap_wide,clock_gettime)
unit_grants_LIBS                 = $(unit_deadline_LIBS) -Wl,--wrap=poll $(unit_redaction_LIBS)
unit_single_flight_LIBS         := -Wl,--wrap=poll
unit_user_tokens_LIBS           := -Wl,--wrap=poll
unit_tokens_LIBS                := -Wl,--wrap=poll
unit_token_endpoint_LIBS         = -Wl,--wrap=poll $(unit_redaction_LIBS)

.PHONY: check-unit $(UNIT_TESTS:%=check-unit-%)
check-unit: $(UNIT_TESTS:%=check-unit-%)

$(UNIT_PROGRAMS): $(BUILD)/unit/%: $(BUILD)/obj/tests/unit/test_%.o \
                  $(BUILD)/obj/tests/unit/support.o $$(call objects,$$(unit_%_SOURCES)) \
                  $(BUILD)/obj/common.a
	@mkdir -p $(@D)
	@$(LINK) -pie -o $@ $^ $(CMOCKA_LIBS) $(JSON_LIBS) $(unit_$*_LIBS)

# Of what cmocka says, its count where all is well; where not, all but the tests that passed. In one
# write, so that programs side by side do not mix their lines.
$(UNIT_TESTS:%=check-unit-%): check-unit-%: $(BUILD)/unit/%
	@if $< >$<.log 2>&1; then \
	    printf '  UNIT    %-20s %s\n' $* "$$(grep -o '\[  PASSED  \].*' $<.log)"; \
	else \
	    printf '  UNIT    %s fails\n%s\n' $* "$$(awk '\
	        /^\[ RUN/ { run = $$0; next } \
	        /^\[ +OK/ { run = ""; next } \
	        run != "" { print run; run = "" } \
	        { print } \
	        END { if (run != "") print run }' $<.log)"; \
	    exit 1; \
	fi

# SPDX-License-Identifier: MIT
# entra-credential-helpers
#
#   make            build             make check             every test
#   make install    DESTDIR, PREFIX   make check SANITIZE=1  the same under ASan and UBSan
#   make uninstall
#   make demo       the main job      make fuzz, make soak   the same for as long as you like
#   make bench      how fast it is    make mutants           how good tests are
#   make clean                        make torture           all that can fail, once
#                                     make fleet             how many machines share an authority
#
#   make build-deps   installs Debian's packages for building
#   make demo-deps    those for the demo too
#   make deps         those for testing too
#
#   make check-unit-url                                           one unit test
#   make check-integration TESTS=tests/integration/test_curl.py   one file of integration tests
#   make check-integration TESTS='-k throttled -n 0'              any arguments of pytest
#   make check-man                                                the manual pages
#   make compile_commands.json                                    for clangd and other editors' tools

VERSION := 0.1.0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
MODULEDIR  ?= $(PREFIX)/lib/entra
MANDIR     ?= $(PREFIX)/share/man
UNITDIR    ?= $(PREFIX)/lib/systemd/system
BASHDIR    ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR     ?= $(PREFIX)/share/zsh/site-functions
FISHDIR    ?= $(PREFIX)/share/fish/vendor_completions.d
PYTHON     ?= /usr/bin/python3
INSTALL    ?= install
STRIP      ?= strip
PKG_CONFIG ?= pkg-config

# Sanitizers by clang, whose runtime lets programs open modules by $ORIGIN.
ifdef SANITIZE
CC     := clang
BUILD  ?= build/sanitize
HARDEN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
          -DENTRA_SANITIZE
STRIP  :=
else
BUILD  ?= build
# Those of the flags that the compiler takes: each belongs to some architectures or compilers only.
supported = $(shell for flag in $(1); do \
    $(CC) -Werror $$flag -S -x c -o /dev/null /dev/null 2>/dev/null && echo $$flag; done)
# Small: what a warm answer takes is loading, not computing. C without exceptions is never unwound.
HARDEN := -Os -fno-asynchronous-unwind-tables -fno-unwind-tables -U_FORTIFY_SOURCE \
          -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
          $(call supported,-fstack-clash-protection -fcf-protection -mbranch-protection=standard)
LINK_HARDEN := -Wl,-z,relro,-z,now,-z,noexecstack
# Packed relative relocations are a tenth of the size. The loader takes them since glibc 2.36.
LINK_SMALL  := $(shell printf '%b' '\043include <features.h>\n\043if __GLIBC_PREREQ(2, 36)\n' \
    'int main(void) { return 0; }\n\043endif\n' | \
    $(CC) -Wl,-z,pack-relative-relocs -x c -o /dev/null - 2>/dev/null && \
    echo -Wl,-z,pack-relative-relocs)
endif

WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wformat=2 -Wvla
# Warnings are errors in the checks only: what a newer compiler warns of must not keep users from
# building. No object depends on this, so going from make to make check compiles nothing twice.
WERROR   := $(if $(filter check check-%,$(MAKECMDGOALS)),-Werror)
# Large files and times after 2038 on machines with 32 bits.
WIDE     := $(shell $(CC) -dM -E -x c /dev/null 2>/dev/null | grep -qx '\#define __SIZEOF_LONG__ 4' && \
              echo -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64)
comma    := ,
DEFINE   := -I. $(WIDE) -DENTRA_VERSION='"$(VERSION)"'
COMPILE   = $(CC) $(DEFINE) -std=gnu17 $(WARN) $(HARDEN) -fPIC -fvisibility=hidden \
            -ffunction-sections -fdata-sections $(CPPFLAGS) $(CFLAGS)
LINK      = $(COMPILE) $(LINK_HARDEN) $(LINK_SMALL) -Wl,--gc-sections -Wl,--as-needed $(LDFLAGS)

JSON_LIBS      = $(shell $(PKG_CONFIG) --libs json-c)
ACQUIRE_LIBS   = $(shell $(PKG_CONFIG) --libs libcurl libssl libcrypto)
SECRET_CFLAGS  = $(shell $(PKG_CONFIG) --cflags libsecret-1)
YAML_LIBS      = $(shell $(PKG_CONFIG) --libs yaml-0.1)
HTTPD_LIBS     = $(shell $(PKG_CONFIG) --libs libmicrohttpd)
SECRET_LIBS    = $(shell $(PKG_CONFIG) --libs libsecret-1)

# ---- what is built ----

# One program; the helpers are links to it (helpers/main.c).
HELPERS  := git-credential-entra exec-credential-entra curl-credential-entra \
            cargo-credential-entra docker-credential-entra keyring-credential-entra \
            nuget-plugin-entra
MODULES  := entra-acquire.so entra-broker.so entra-pop.so entra-kubeconfig.so entra-endpoint.so \
            entra-keyring-secret-service.so entra-keyring-kernel.so

# The shells whose scripts complete command lines.
COMPLETIONS := bash zsh fish

# In the programs alone: modules must use the program's malloc.
MEMORY   := common/base/memory.c
COMMON   := $(filter-out $(MEMORY),$(wildcard common/base/*.c common/entra/*.c common/tokens/*.c \
                common/config/*.c common/store/*.c keyring/*.c) helpers/program.c helpers/document.c \
                helpers/host_tool.c)
entra_SOURCES                 := helpers/main.c helpers/entra-sign.c helpers/programs.c \
                                 $(addprefix helpers/kubectl/kubeconfig/,edits.c login.c) \
                                 $(wildcard helpers/*/*.c helpers/entra/*/*.c) \
                                 $(COMPLETIONS:%=helpers/entra/completion/entra.%)
entra-acquire.so_SOURCES      := $(filter-out common/acquire/broker/%, \
                                     $(wildcard $(addprefix common/acquire/,*.c */*.c */*.html */*.css)))
entra-pop.so_SOURCES          := $(wildcard common/pop/*.c) common/acquire/base64url.c
entra-broker.so_SOURCES       := $(wildcard common/acquire/broker/*.c common/bus/*.c)
entra-keyring-secret-service.so_SOURCES := $(wildcard keyring/secret_service/*.c common/bus/*.c)
entra-keyring-kernel.so_SOURCES := $(wildcard keyring/kernel/*.c)
entra-kubeconfig.so_SOURCES   := $(wildcard helpers/kubectl/kubeconfig/*.c)
entra-endpoint.so_SOURCES     := $(wildcard helpers/entra/run/endpoint/*.c)

entra-acquire.so_LIBS                = $(ACQUIRE_LIBS)
entra-pop.so_LIBS                    = $(shell $(PKG_CONFIG) --libs libcrypto)
entra-broker.so_LIBS                 = $(shell $(PKG_CONFIG) --libs gio-2.0)
entra-keyring-secret-service.so_LIBS = $(SECRET_LIBS)
entra-keyring-kernel.so_LIBS         = -lkeyutils
entra-kubeconfig.so_LIBS             = $(YAML_LIBS)
entra-endpoint.so_LIBS               = $(HTTPD_LIBS)
GIO_CFLAGS                           = $(shell $(PKG_CONFIG) --cflags gio-2.0)
$(BUILD)/obj/keyring/secret_service/%.o: DEFINE += $(SECRET_CFLAGS)
$(BUILD)/obj/common/bus/%.o $(BUILD)/obj/common/acquire/broker/%.o: DEFINE += $(GIO_CFLAGS)

objects = $(patsubst %,$(BUILD)/obj/%.o,$(patsubst %.c,%,$(1)))

PROGRAM       := $(BUILD)/bin/entra
HELPER_FILES  := $(HELPERS:%=$(BUILD)/bin/%)
MODULE_FILES  := $(MODULES:%=$(BUILD)/lib/entra/%)

.PHONY: all check-places install uninstall installed deps build-deps demo-deps check check-man \
        check-integration check-peers soak demo screenshots clean
all: $(PROGRAM) $(HELPER_FILES) $(MODULE_FILES)

.SECONDEXPANSION:
$(PROGRAM): $(call objects,$(MEMORY) $(entra_SOURCES)) $(BUILD)/obj/common.a
	@mkdir -p $(@D)
	@echo "  LINK    entra"
	@$(LINK) -pie -o $@ $^ $(JSON_LIBS)

$(HELPER_FILES): $(PROGRAM)
	@ln -sf entra $@

$(MODULE_FILES): $(BUILD)/lib/entra/%: $$(call objects,$$(%_SOURCES)) $(BUILD)/obj/common.a
	@mkdir -p $(@D)
	@echo "  MODULE  $*"
	@$(LINK) -shared -Wl,-Bsymbolic $(MODULE_UNDEFINED) -o $@ $^ $($*_LIBS) \
	    $(JSON_LIBS)

# A sanitizer's runtime is in the program, so a module leaves those symbols undefined.
MODULE_UNDEFINED = $(if $(SANITIZE),,-Wl,-z,defs)

$(BUILD)/obj/common.a: $(call objects,$(COMMON))
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/obj/%.o: %.c $(BUILD)/obj/flags | $(BUILD)/obj/headers
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(COMPILE) $(WERROR) -MMD -MP -c -o $@ $<

# A text is an array of the file's name: page.html is page_html, without its license and, if it is for
# browsers, its indentation.
TEXTS := $(wildcard common/acquire/user/*.html common/acquire/user/*.css \
             $(COMPLETIONS:%=helpers/entra/completion/entra.%))
$(TEXTS:%=$(BUILD)/obj/%.o): $(BUILD)/obj/%.o: % $(BUILD)/obj/flags | $(BUILD)/obj/headers
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@{ echo 'const char $(subst .,_,$(<F))[] ='; \
	    sed -e '/SPDX-License-Identifier/d' -e 's/["\\]/\\&/g' \
	        -e 's/^$(if $(filter %.html %.css,$<), *)/"/' -e 's/$$/\\n"/' $<; \
	    echo ';'; } | $(COMPILE) -x c -c -o $@ -


# Objects are built again if the flags or the compiler change.
FLAGS := $(LINK)
$(BUILD)/obj/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' > $@
FORCE:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# ---- installing ----

PAGES := $(wildcard man/*.[1-8])
UNITS := $(wildcard packaging/systemd/*)
# STRIP= keeps the symbols, for packages that put them elsewhere.
STRIPPED := $(if $(STRIP),-s --strip-program='$(STRIP)')

# The shell gets them within quotation marks of both kinds, and uninstall needs to find the same ones.
PLACES := BINDIR MODULEDIR MANDIR UNITDIR BASHDIR ZSHDIR FISHDIR
check_marks = $(foreach mark,' " ` $$,$(if $(findstring $(mark),$($(1))), \
    $(error $(1) has a $(mark), which the shell would take for its own)))
check_absolute = $(if $(filter-out /%,$(firstword $($(1)))),$(error $(1) is no absolute path: $($(1))))
check-places:
	$(foreach place,DESTDIR $(PLACES),$(call check_marks,$(place)))
	$(foreach place,$(PLACES),$(call check_absolute,$(place)))

install: check-places all
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MODULEDIR)'
	$(INSTALL) $(STRIPPED) -m 755 $(PROGRAM) '$(DESTDIR)$(BINDIR)'
	for helper in $(HELPERS); do ln -sf entra "$(DESTDIR)$(BINDIR)/$$helper" || exit 1; done
	$(INSTALL) $(STRIPPED) -m 644 $(MODULE_FILES) '$(DESTDIR)$(MODULEDIR)'
	$(INSTALL) -m 755 packaging/before-removal '$(DESTDIR)$(MODULEDIR)'
	for page in $(PAGES); do \
	    section="$(MANDIR)/man$${page##*.}"; \
	    $(INSTALL) -d "$(DESTDIR)$$section" && sed 's|/usr/bin/|$(BINDIR)/|' "$$page" | \
	        $(INSTALL) -m 644 /dev/stdin "$(DESTDIR)$$section/$${page##*/}" || exit 1; \
	done
	$(INSTALL) -d '$(DESTDIR)$(UNITDIR)'
	for unit in $(UNITS); do \
	    sed 's|/usr/bin/|$(BINDIR)/|' "$$unit" | \
	        $(INSTALL) -m 644 /dev/stdin "$(DESTDIR)$(UNITDIR)/$${unit##*/}" || exit 1; \
	done
	$(INSTALL) -d '$(DESTDIR)$(BASHDIR)' '$(DESTDIR)$(ZSHDIR)' '$(DESTDIR)$(FISHDIR)'
	$(call completion,bash) | $(INSTALL) -m 644 /dev/stdin '$(DESTDIR)$(BASHDIR)/entra'
	$(call completion,zsh) | $(INSTALL) -m 644 /dev/stdin '$(DESTDIR)$(ZSHDIR)/_entra'
	$(call completion,fish) | $(INSTALL) -m 644 /dev/stdin '$(DESTDIR)$(FISHDIR)/entra.fish'
	for helper in $(HELPERS); do \
	    ln -sf entra "$(DESTDIR)$(BASHDIR)/$$helper" && \
	    ln -sf entra.fish "$(DESTDIR)$(FISHDIR)/$$helper.fish" || exit 1; \
	done

# What `entra completion` prints. bash and fish look for a file with the name of the program, zsh for
# one that has it in its first line. The program itself may be for another machine.
completion = sed -e '/SPDX-License-Identifier/d' -e 's/@PROGRAMS@/entra $(HELPERS)/' \
    helpers/entra/completion/entra.$(1)

# Removes what install puts there, whatever that is: another installation tells. What was set up for
# all users of this machine goes first.
uninstall: check-places all
	@$(if $(DESTDIR),,[ ! -x '$(MODULEDIR)/before-removal' ] || '$(MODULEDIR)/before-removal')
	@rm -rf '$(BUILD)/uninstall'.$$PPID
	@$(MAKE) --no-print-directory -s install DESTDIR='$(abspath $(BUILD))/uninstall'.$$PPID >/dev/null
	@cd '$(BUILD)/uninstall'.$$PPID && find . ! -type d -printf '%P\n' | while read -r file; do \
	    echo "rm -f '$(DESTDIR)/$$file'" && rm -f "$(DESTDIR)/$$file" || exit 1; \
	done
	@rm -rf '$(BUILD)/uninstall'.$$PPID
	@[ ! -d '$(DESTDIR)$(MODULEDIR)' ] || rmdir --ignore-fail-on-non-empty '$(DESTDIR)$(MODULEDIR)'

# What tests and demo run: an installation in the build folder.
installed: all
	@$(MAKE) --no-print-directory -s install DESTDIR= PREFIX='$(abspath $(BUILD))/installed' \
	    BINDIR='$(abspath $(BUILD))/installed/bin' MODULEDIR='$(abspath $(BUILD))/installed/lib/entra' \
	    UNITDIR='$(abspath $(BUILD))/installed/lib/systemd/system' \
    MANDIR='$(abspath $(BUILD))/installed/share/man' \
	    BASHDIR='$(abspath $(BUILD))/installed/share/bash-completion/completions' \
	    ZSHDIR='$(abspath $(BUILD))/installed/share/zsh/site-functions' \
	    FISHDIR='$(abspath $(BUILD))/installed/share/fish/vendor_completions.d'

# ---- Debian's packages ----

# Which package has which header. That one is missing is said once, before anything is compiled.
HEADERS := libc6-dev:stdlib.h libcurl4-openssl-dev:curl/curl.h libssl-dev:openssl/ssl.h \
           libjson-c-dev:json-c/json.h libsecret-1-dev:libsecret/secret.h \
           libglib2.0-dev:gio/gio.h libkeyutils-dev:keyutils.h libyaml-dev:yaml.h \
           libmicrohttpd-dev:microhttpd.h

BUILD_PACKAGES := gcc make pkgconf $(foreach header,$(HEADERS),$(firstword $(subst :, ,$(header))))

DEMO_PACKAGES := curl dbus-daemon git gnome-keyring python3-authlib python3-cryptography \
                 python3-flask python3-gi python3-jwt python3-requests

# kubectl comes from elsewhere on many machines, and Debian's package would be in its way.
DEMO_PACKAGES += $(if $(shell command -v kubectl),,kubernetes-client)

TEST_PACKAGES := acl bash-completion clang clang-format clang-tidy cmake cppcheck dbus-bin docker-registry fish git-lfs iproute2 keyutils \
                 libclang-rt-dev libcmocka-dev libsecret-tools llvm mandoc mariadb-client openssl patch perl postgresql \
                 procps python3-pytest python3-pytest-xdist rpm shellcheck skopeo strace swtpm tpm2-openssl tpm2-tools \
                 util-linux valgrind xdg-utils zsh

PACKAGES := $(BUILD_PACKAGES) $(DEMO_PACKAGES) $(TEST_PACKAGES)

# Tests drive a real browser, and are skipped where there is none to be had.
BROWSER_PACKAGES := chromium chromium-driver python3-selenium

# Likewise for other desktops' keyrings.
DESKTOP_PACKAGES := keepassxc libkf5wallet-bin libqca-qt5-2-plugins

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Installs those of $(1) that are missing.
install_packages = missing=; for package in $(1); do \
	    dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || \
	        missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] || { echo "  INSTALL$$missing"; $(SUDO) apt-get -qq update && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
	        install $$missing >/dev/null; }

build-deps:
	@$(call install_packages,$(BUILD_PACKAGES))

demo-deps:
	@$(call install_packages,$(BUILD_PACKAGES) $(DEMO_PACKAGES))

deps:
	@$(call install_packages,$(PACKAGES))
	@$(call install_packages,$(BROWSER_PACKAGES)) || echo "  no Chromium: its tests are skipped"
	@$(call install_packages,$(DESKTOP_PACKAGES)) || \
	    echo "  no KWallet or KeePassXC: their tests are skipped"

$(BUILD)/obj/headers:
	@mkdir -p $(@D)
	@missing=; \
	command -v $(firstword $(CC)) >/dev/null || missing=' gcc'; \
	command -v $(PKG_CONFIG) >/dev/null || missing="$$missing pkgconf"; \
	secret=$$($(PKG_CONFIG) --cflags libsecret-1 2>/dev/null); \
	[ -n "$$missing" ] || for header in $(HEADERS); do \
	    echo "#include <$${header#*:}>" | $(COMPILE) $$secret -E -o /dev/null -x c - 2>/dev/null || \
	        missing="$$missing $${header%%:*}"; \
	done; \
	[ -z "$$missing" ] || { \
	    echo "Building needs these packages of Debian too (make build-deps installs them):$$missing" >&2; \
	    exit 1; }
	@touch $@

# ---- testing ----

include tests/unit/unit.mk
include tests/fuzz/fuzz.mk
include tests/bench/bench.mk
include tests/fleet/fleet.mk
include tests/mutants/mutants.mk
include tests/systems/systems.mk
include tests/torture/torture.mk
include packaging/packaging.mk

check: check-unit check-fleet check-man check-integration

check-man: installed
	@man/check '$(abspath $(BUILD))/installed/bin'

# Real daemons, servers and host tools around the installed programs. LeakSanitizer is told of what
# GIO keeps for good, and looks no further than it takes to see whose it is.
PYTEST = ENTRA_PROGRAMS='$(abspath $(BUILD))/installed/bin' PYTHONPATH=tests \
         ENTRA_TORTURE='$(abspath $(TORTURE))' \
         ASAN_OPTIONS=malloc_context_size=6 \
         LSAN_OPTIONS=suppressions='$(abspath tests/lsan.supp)':print_suppressions=0 \
         $(PYTHON) -m pytest -q -p no:cacheprovider

TESTS ?= tests
check-integration: installed $(TORTURE_FILES)
	@tests/peers/fetch build/peers
	@$(PYTEST) -n 6 --dist loadgroup $(TESTS)

# Azure's kubelogin beside ours, on the same calls and files, and other people's clients;
# KUBELOGIN_TABLE=FILE appends the rows of the table in HACKING.md to a file.
check-peers: installed
	@tests/peers/fetch build/peers kubelogin himmelblau sso_mib python pnpm crane oras docker \
	    rclone azurite azure_python azure_javascript azure_go azure_java azure_rust azure_cli
	@$(if $(KUBELOGIN_TABLE),KUBELOGIN_TABLE='$(KUBELOGIN_TABLE)') $(PYTEST) \
	    $(if $(KUBELOGIN_TABLE),-n 0,-n 2) tests/integration/test_kubelogin_beside.py \
	    tests/integration/test_broker_peers.py tests/integration/test_cargo_real.py \
	    tests/integration/test_keyring_peers.py tests/integration/test_curl_tools.py \
	    tests/integration/test_npm.py tests/integration/test_docker_peers.py \
	    tests/integration/test_run_peers.py

# Minutes of everything at once, where make check has seconds of it. It tells what it counted.
SOAK_SECONDS ?= 180
soak: installed
	@ENTRA_SOAK_SECONDS=$(SOAK_SECONDS) $(PYTEST) -s tests/integration/test_soak.py

# A thousand processes that want the same token, where make check has 200.
CROWD ?= 1000
check-crowd: installed
	@ulimit -n "$$(ulimit -H -n)"; ENTRA_TESTS_CROWD=$(CROWD) $(PYTEST) --durations=1 \
	    tests/integration/test_busy_keyring.py -k crowd

# PICTURE=tests/demo/demo.svg draws the picture in README.md.
demo: demo-deps
	@$(MAKE) --no-print-directory installed
	@$(PYTHON) tests/demo/demo.py --programs '$(abspath $(BUILD))/installed/bin' \
	    $(if $(PICTURE),--picture '$(PICTURE)')

# The pages of a sign-in as pictures; it needs Chromium.
screenshots: installed
	@$(PYTHON) tests/demo/screenshots.py --programs '$(abspath $(BUILD))/installed/bin' \
	    --folder '$(abspath $(BUILD))/screenshots' $(SCREENSHOTS)

# What make would run for each object, those of the fuzzers included.
compile_commands.json: FORCE
	@mkdir -p build
	@$(MAKE) --no-print-directory -nB all $(UNIT_PROGRAMS) $(FLEET) >build/commands
	@$(MAKE) --no-print-directory -nB FUZZING=1 SANITIZE=1 BUILD=build/fuzz \
	    $(FUZZ_TARGETS:%=build/fuzz/fuzz/%) | grep ' tests/fuzz/[^ ]*$$' >>build/commands
	@sed -nE -e '/ -c -o [^ ]+ [^ ]+\.c$$/!d' -e 's/[\"]/\\&/g' \
	    -e 's|^.* ([^ ]+)$$|{ "directory": "$(CURDIR)", "file": "\1", "command": "&" }|p' \
	    build/commands | sed -e '1s/^/[ /' -e '1!s/^/, /' -e '$$a ]' >$@

clean:
	rm -rf build compile_commands.json

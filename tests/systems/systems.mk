# SPDX-License-Identifier: MIT
# The tests on other Debian systems than this machine's; see tests/systems/check. The first run makes
# their root file systems, which takes a while, root and some GB. It is no part of make check.
#
#   make check-systems
#   make check-systems SYSTEMS='trixie sid-arm64' SYSTEMS_FOLDER=/var/tmp/systems
#   make check-systems-package    Debian's package alone, which is a part of it (check-package)

SYSTEMS         ?= bookworm bookworm-i386 trixie sid trixie-arm64
SYSTEMS_FOLDER  ?= build/systems
# What the tests there use beside PACKAGES, without what only other checks and fuzzers use.
# KWallet and OpenSSL's provider for smart cards have other names in each release, or are not there.
SYSTEM_PACKAGES := $(filter-out clang clang-% cmake cppcheck libclang-% llvm rpm valgrind,$(PACKAGES)) \
                   kubernetes-client kwallet6 libkf5wallet-bin libqca-qt5-2-plugins \
                   libqca-qt6-plugins keepassxc opensc pkcs11-provider softhsm2

# What builds and tries Debian's package.
PACKAGE_PACKAGES := arch-test autopkgtest dpkg-dev mmdebstrap piuparts sbuild systemd-container uidmap

.PHONY: check-systems check-systems-package
check-systems:
	@$(call install_packages,bubblewrap qemu-user-static $(PACKAGE_PACKAGES))
	@$(MAKE) --no-print-directory -s dsc
	@tests/systems/check '$(SYSTEMS_FOLDER)' '$(SYSTEMS)' '$(sort $(SYSTEM_PACKAGES))'

check-systems-package:
	@$(call install_packages,$(PACKAGE_PACKAGES))
	@$(MAKE) --no-print-directory -s dsc
	@status=0; for system in $(SYSTEMS); do \
	    echo "  PACKAGE $$system" && tests/systems/check-package '$(SYSTEMS_FOLDER)' $$system || status=1; \
	done; exit $$status

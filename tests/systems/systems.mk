# SPDX-License-Identifier: MIT
# The tests on other Debian systems than this machine's; see tests/systems/check. The first run makes
# their root file systems, which takes a while, root and some GB. It is no part of make check.
#
#   make check-systems
#   make check-systems SYSTEMS='trixie sid-arm64' SYSTEMS_FOLDER=/var/tmp/systems

SYSTEMS         ?= bookworm bookworm-i386 trixie sid trixie-arm64
SYSTEMS_FOLDER  ?= build/systems
# What the tests there use beside PACKAGES, without what only the static checks and fuzzers use.
# KWallet and OpenSSL's provider for smart cards have other names in each release, or are not there.
SYSTEM_PACKAGES := $(filter-out clang clang-% cmake cppcheck libclang-% llvm valgrind,$(PACKAGES)) \
                   kubernetes-client kwallet6 libkf5wallet-bin libqca-qt5-2-plugins \
                   libqca-qt6-plugins keepassxc opensc pkcs11-provider softhsm2

.PHONY: check-systems
check-systems:
	@$(call install_packages,arch-test bubblewrap mmdebstrap qemu-user-static)
	@tests/systems/check '$(SYSTEMS_FOLDER)' '$(SYSTEMS)' '$(sort $(SYSTEM_PACKAGES))'

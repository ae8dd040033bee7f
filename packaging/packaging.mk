# SPDX-License-Identifier: MIT
# Archives and packages, all from the files that git has:
#
#   make dist      build/dist/entra-credential-helpers-VERSION.tar.gz, the same bytes each time
#   make deb       build/deb/*.deb, from that archive

NAME := entra-credential-helpers-$(VERSION)
DIST := build/dist/$(NAME).tar.gz

.PHONY: dist deb
dist: $(DIST)

# The files of the commit, or of an archive like this one. The time of all files is that of the
# commit, or SOURCE_DATE_EPOCH, so that the archive depends on nothing else.
SOURCE_FILES = $(if $(wildcard .git),git ls-files,find . -type f -not -path './build/*' | cut -c 3-)
SOURCE_DATE_EPOCH ?= $(if $(wildcard .git),$(shell git log -1 --format=%ct),$(shell stat -c %Y Makefile))

$(DIST): FORCE
	@mkdir -p $(@D)
	@$(SOURCE_FILES) | LC_ALL=C sort >$(@D)/files
	@tar --create --file $(@D)/$(NAME).tar --format=gnu --owner=0 --group=0 --numeric-owner \
	    --mode=u=rwX,go=rX --mtime='@$(SOURCE_DATE_EPOCH)' --transform='s|^|$(NAME)/|S' \
	    --no-recursion --files-from $(@D)/files
	@gzip --no-name --best --force $(@D)/$(NAME).tar
	@echo "  DIST    $@"

# Debian wants its own folder beside the sources, not in them.
ORIG := build/deb/entra-credential-helpers_$(VERSION).orig.tar
deb: $(DIST)
	@rm -rf build/deb && mkdir -p build/deb
	@gzip --decompress --stdout $(DIST) >$(ORIG)
	@tar -C build/deb -xf $(ORIG)
	@tar --file $(ORIG) --delete $(NAME)/debian && gzip --no-name $(ORIG)
	@echo "  DEB     $(NAME)"
	@cd build/deb/$(NAME) && dpkg-buildpackage --unsigned-source --unsigned-changes >../build.log 2>&1 || \
	    { tail -n 50 ../build.log >&2; exit 1; }
	@ls build/deb/*.deb

# SPDX-License-Identifier: MIT
# Archives and packages, all from the files that git has:
#
#   make dist      build/dist/entra-credential-helpers-VERSION.tar.gz, the same bytes each time, with
#                  an SBOM
#   make dsc       build/deb/*.dsc, Debian's source package, from that archive
#   make deb       build/deb/*.deb, from that source package
#   make rpm       build/rpm/RPMS/, likewise

NAME := entra-credential-helpers-$(VERSION)
DIST := build/dist/$(NAME).tar.gz

.PHONY: dist dsc deb rpm
dist: $(DIST)

# The files of the commit, or of an archive like this one. The time of all files is that of the
# commit, or SOURCE_DATE_EPOCH, so that the archive depends on nothing else.
SBOM := entra-credential-helpers.spdx.json
SOURCE_FILES = { $(if $(wildcard .git),git ls-files,find . -type f -not -path './build/*' | cut -c 3-); } | \
               grep -vx $(SBOM) | LC_ALL=C sort
SOURCE_DATE_EPOCH ?= $(if $(wildcard .git),$(shell git log -1 --format=%ct),$(shell stat -c %Y Makefile))

$(DIST): FORCE
	@mkdir -p $(@D)
	@$(SOURCE_FILES) >$(@D)/files
	@packaging/sbom $(VERSION) $(SOURCE_DATE_EPOCH) <$(@D)/files >$(@D)/$(SBOM)
	@tar --create --file $(@D)/$(NAME).tar --format=gnu --owner=0 --group=0 --numeric-owner \
	    --mode=u=rwX,go=rX --mtime='@$(SOURCE_DATE_EPOCH)' --transform='s|^|$(NAME)/|S' \
	    --no-recursion --files-from $(@D)/files --directory $(@D) $(SBOM)
	@gzip --no-name --best --force $(@D)/$(NAME).tar
	@echo "  DIST    $@"

# Debian wants its own folder beside the sources, not in them.
ORIG := build/deb/entra-credential-helpers_$(VERSION).orig.tar
dsc: $(DIST)
	@rm -rf build/deb && mkdir -p build/deb
	@gzip --decompress --stdout $(DIST) >$(ORIG)
	@tar -C build/deb -xf $(ORIG)
	@tar --file $(ORIG) --delete $(NAME)/debian && gzip --no-name $(ORIG)
	@echo "  DSC     $(NAME)"
	@cd build/deb && dpkg-source --build $(NAME) >source.log 2>&1 || { cat source.log >&2; exit 1; }

deb: dsc
	@echo "  DEB     $(NAME)"
	@cd build/deb/$(NAME) && dpkg-buildpackage --build=binary --unsigned-changes >../build.log 2>&1 || \
	    { tail -n 50 ../build.log >&2; exit 1; }
	@ls build/deb/*.deb

# Fedora's names of what it takes to build are not known to Debian's rpm.
rpm: $(DIST)
	@rm -rf build/rpm && mkdir -p build/rpm/SOURCES && cp $(DIST) build/rpm/SOURCES
	@echo "  RPM     $(NAME)"
	@rpmbuild -ba --nodeps --define '_topdir $(CURDIR)/build/rpm' --define 'dist %{nil}' \
	    packaging/entra-credential-helpers.spec >build/rpm/build.log 2>&1 || \
	    { tail -n 50 build/rpm/build.log >&2; exit 1; }
	@find build/rpm -name '*.rpm'

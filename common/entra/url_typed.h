/* SPDX-License-Identifier: MIT */
/*
 * A URL that a user typed or pasted. Unlike url_parse, this takes the user name that git's URLs
 * have, such as that of Azure DevOps' Clone button, https://contoso@dev.azure.com/contoso/..., and
 * says what to do about a text that cannot be used. Nothing here shows a user name or a password,
 * which may be a token in disguise.
 */
#ifndef COMMON_ENTRA_URL_TYPED_H
#define COMMON_ENTRA_URL_TYPED_H

#include <stdbool.h>

#include "common/base/cleanup.h"
#include "common/base/error.h"
#include "common/entra/url.h"

struct url_typed {
    char *text;     /* the URL without the user name; owned */
    char *username; /* decoded; owned; NULL: there is none */
};

/* Takes the text apart. A text that is not a URL is left as it is. The caller clears *ret_typed
 * with url_typed_clear. Fails with ERROR_USAGE if there is a password. */
bool url_typed_split(const char *typed, struct url_typed *ret_typed, struct error *error);

/* As url_typed_split, and parses the rest (url_parse). Fails with ERROR_USAGE, and a hint if it is
 * known what was meant. */
bool url_typed_parse(const char *typed, struct url_typed *ret_typed, struct url *ret_url,
                     struct error *error);

/* Says what to do about a text that url_parse has refused, as far as that is known. Always returns
 * false. */
bool url_typed_hint(const char *typed, struct error *error);

/* Whether the text has a password in front of a host: ada:PASSWORD@example.com, perhaps with a
 * scheme. */
bool url_typed_has_password(const char *typed);

/* A value, which may be a URL, in a form that is safe to show: as it is, or without its password in
 * *room. */
const char *url_typed_safe(const char *typed, struct url_shown *room);

/* A word of a command line, which may be a URL, in a form that is safe to show: a URL, or a text
 * with a password in front of a host, as url_shown has it; another text is cut after 40 bytes. */
struct url_shown url_typed_shown(const char *typed);

void url_typed_clear(struct url_typed *typed);
#define auto_url_typed CLEANUP(url_typed_clear)

#endif

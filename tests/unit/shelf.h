/* SPDX-License-Identifier: MIT */
/*
 * A keyring in memory that stores any number of items. Its name is kernel, so that keyring_open
 * uses it if the test's module_load returns shelf_module.
 */
#ifndef TESTS_UNIT_SHELF_H
#define TESTS_UNIT_SHELF_H

#include "keyring/kernel.h"
#include "keyring/keyring.h"

extern struct keyring_module shelf_module;

/* Whether every call fails; reset by shelf_clear, which also removes all items. */
extern bool shelf_fails;
void shelf_clear(void);

/* The number of items of a kind. */
size_t shelf_count(const char *kind);

/* The record of the first item of a kind with this attribute; NULL if there is none. Valid until
 * the item changes. */
const char *shelf_record(const char *kind, const char *attribute, const char *value);

/* Overwrites every record of a kind, and of a user name unless that is NULL, with text. */
void shelf_garble(const char *kind, const char *username, const char *text);

#endif

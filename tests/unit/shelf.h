/* SPDX-License-Identifier: MIT */
/*
 * A keyring in memory that has a place for every key. It is called `kernel`, so that keyring_open
 * finds it where the test's module_load gives shelf_module.
 */
#ifndef TESTS_UNIT_SHELF_H
#define TESTS_UNIT_SHELF_H

#include "keyring/kernel.h"
#include "keyring/keyring.h"

extern struct keyring_module shelf_module;

/* Whether it answers; it does after shelf_clear, which empties it. */
extern bool shelf_fails;
void shelf_clear(void);

/* How many items it has of a kind. */
size_t shelf_count(const char *kind);

/* The record of the first item of a kind whose attribute is this; NULL: there is none. Good until
 * that item changes. */
const char *shelf_record(const char *kind, const char *attribute, const char *value);

/* Puts text in the place of every record of a kind. */
void shelf_garble(const char *kind, const char *text);

#endif

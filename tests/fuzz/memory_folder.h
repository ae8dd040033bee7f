/* SPDX-License-Identifier: MIT */
/*
 * A runtime folder of one file, in memory: what runtime_read and the others of runtime_folder.h
 * find and leave there, under whatever name. Linked with --wrap for each of them, unlinkat and
 * readdir.
 */
#ifndef TESTS_FUZZ_MEMORY_FOLDER_H
#define TESTS_FUZZ_MEMORY_FOLDER_H

#include "common/base/secret.h"

/* Puts a file there. */
void memory_folder_put(const char *bytes, size_t length);

/* The file; NULL if it has been removed. The folder owns it. */
const struct secret *memory_folder_file(void);

#endif

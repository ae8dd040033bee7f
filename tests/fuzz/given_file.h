/* SPDX-License-Identifier: MIT */
/*
 * The file that file_read returns, whatever its name. Linked with --wrap=file_read.
 */
#ifndef TESTS_FUZZ_GIVEN_FILE_H
#define TESTS_FUZZ_GIVEN_FILE_H

#include "common/base/secret.h"

/* Not owned; must outlive the calls. */
extern const struct secret *given_file;

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A run of one of entra doctor's checks, whose report is kept and checked: what it prints is fit to
 * be shown. The programs that the check runs print the input. Linked with --wrap=subprocess_ask.
 */
#ifndef TESTS_FUZZ_DOCTOR_STUB_H
#define TESTS_FUZZ_DOCTOR_STUB_H

#include "helpers/entra/doctor/doctor.h"

/* Runs the check; output is what git or kubectl prints. */
void doctor_stub_run(const char *name, void (*check)(struct doctor *doctor),
                     const struct secret *output, int status);

#endif

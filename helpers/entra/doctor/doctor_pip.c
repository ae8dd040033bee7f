/* SPDX-License-Identifier: MIT */
/* The check pip: whether pip runs our helper as keyring. */
#define _GNU_SOURCE
#include <string.h>

#include "common/base/environment.h"
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/keyring_link.h"
#include "helpers/entra/setup/keyring_user.h"

/* Whether pip runs keyring even if it must not ask its user. */
static bool runs_keyring(const struct setting_file *file)
{
    const char *variable = environment(keyring_users[KEYRING_USER_PIP].variable);
    return variable != NULL ? strcmp(variable, "subprocess") == 0
                            : file->state == SETTING_OURS || file->state == SETTING_SAME;
}

/* What setup did is undone in part: the link, or its place in PATH. */
static void fail_without_link(struct doctor *doctor, const struct keyring_link *link)
{
    struct error error = { 0 };
    error_set(&error, ERROR_USAGE,
              "pip is set up, but the keyring that it runs is not ours: %.300s",
              link->first != NULL ? link->first : "there is none in PATH");
    error_hint(&error, "Run 'entra setup pip', which says what is in the way.");
    doctor_fail(doctor, &error);
}

void doctor_pip(struct doctor *doctor)
{
    struct error error = { 0 };
    auto_keyring_link struct keyring_link link = { 0 };
    auto_setting_file struct setting_file file = { 0 };
    keyring_link_find(&link);
    if (!keyring_user_read(KEYRING_USER_PIP, &file, &error))
        doctor_fail(doctor, &error);
    else if (link.is_ours && runs_keyring(&file))
        doctor_ok(doctor, "pip and uv run our helper as keyring: %s", link.first);
    else if (link.is_ours)
        doctor_skip(doctor, "keyring is our helper, but pip is not told to run it (see 'entra "
                            "setup pip')");
    else if (file.state == SETTING_OURS)
        fail_without_link(doctor, &link);
    else
        doctor_skip(doctor, "pip does not run our helper (see 'entra setup pip')");
}

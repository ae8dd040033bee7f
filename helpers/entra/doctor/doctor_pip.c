/* SPDX-License-Identifier: MIT */
/* The check pip: whether pip, and uv if it is here, run our helper as keyring. */
#define _GNU_SOURCE
#include "helpers/entra/doctor/doctor.h"
#include "helpers/entra/setup/keyring_link.h"
#include "helpers/entra/setup/keyring_rivals.h"
#include "helpers/entra/setup/keyring_user.h"

/* What setup did is undone in part: the link, or its place in PATH. */
static void fail_without_link(struct doctor *doctor, const char *name,
                              const struct keyring_link *link)
{
    struct error error = { 0 };
    error_set(&error, ERROR_USAGE, "%s is set up, but the keyring that it runs is not ours: %.300s",
              name, link->first != NULL ? link->first : "there is none in PATH");
    error_hint(&error, "Run 'entra setup pip', which says what is in the way.");
    doctor_fail(doctor, &error);
}

static void fail_of_rival(void *doctor, const char *text, const char *advice)
{
    struct error error = { 0 };
    error_set(&error, ERROR_USAGE, "%s", text);
    error_hint(&error, "%s", advice);
    doctor_fail(doctor, &error);
}

/* A program that runs keyring, which is our helper, if it is told to. */
static void check_settings(struct doctor *doctor, enum keyring_user_name user, bool is_set_up,
                           const struct keyring_link *link)
{
    const char *name = keyring_users[user].name;
    bool is_told = keyring_rivals_let_run(user);
    bool is_wanted = is_told || is_set_up;
    size_t rivals = is_wanted ? keyring_rivals_each(user, fail_of_rival, doctor) : 0;
    if (is_told && rivals == 0)
        doctor_ok(doctor, "%s runs our helper as keyring: %s", name, link->first);
    else if (!is_wanted)
        doctor_skip(doctor,
                    "keyring is our helper, but %s is not told to run it (see 'entra setup "
                    "pip')",
                    name);
}

static void check_program(struct doctor *doctor, enum keyring_user_name user,
                          const struct keyring_link *link)
{
    struct error error = { 0 };
    auto_setting_file struct setting_file file = { 0 };
    const char *name = keyring_users[user].name;
    if (!keyring_user_read(user, &file, &error))
        doctor_fail(doctor, &error);
    else if (user != KEYRING_USER_PIP && !file.exists && !doctor_finds_program(name))
        return;
    else if (link->is_ours)
        check_settings(doctor, user, file.state == SETTING_OURS, link);
    else if (file.state == SETTING_OURS)
        fail_without_link(doctor, name, link);
    else
        doctor_skip(doctor, "%s does not run our helper (see 'entra setup pip')", name);
}

void doctor_pip(struct doctor *doctor)
{
    auto_keyring_link struct keyring_link link = { 0 };
    keyring_link_find(&link);
    for (enum keyring_user_name i = 0; i < KEYRING_USERS; i++)
        check_program(doctor, i, &link);
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/output.h"
#include "helpers/document.h"

#define INDENT 2

/* Says whose sign-in counts now, where that of another program did. How to sign in depends on the
 * cloud and the folder, among others, which exec-credential-entra knows. */
static void report_sign_in(const char *path, const char *user, const char *login)
{
    static const struct {
        const char *login, *program;
    } others[] = { { "azurecli", "az" }, { "azd", "azd" } };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (strcmp(login, others[i].login) == 0)
            output_paragraph(
                "", INDENT,
                "%s: the sign-in of %s is not used for the user '%s', who signs in once, for "
                "git, kubectl and curl: kubectl asks for that, or says how",
                path, others[i].program, user);
}

/* Prints what became of a user, whose name may be anything. */
static void print_user(const struct kubeconfig_report *report, size_t user)
{
    const char *path = report->target->path;
    const char *name = report->module->name(report->target->file, user);
    autofree char *login = report->module->login(report->changed, user);
    bool is_kept = login != NULL && report->login != NULL && strcmp(login, report->login) != 0;
    if (report->is_removal) {
        output_paragraph("", INDENT, "%s: the user '%s' no longer uses exec-credential-entra", path,
                         name);
        return;
    }
    output_paragraph("", INDENT, "%s: the user '%s' now uses exec-credential-entra%s%s", path, name,
                     is_kept ? " and keeps its login " : "", is_kept ? login : "");
    if (login != NULL)
        report_sign_in(path, name, login);
}

static void add_user(const struct kubeconfig_report *report, size_t user)
{
    json_object *object = json_object_new_object();
    autofree char *login = report->module->login(report->changed, user);
    document_add(object, "file", report->target->path);
    document_add(object, "user", report->module->name(report->target->file, user));
    document_add(object, "login", login);
    document_add(object, "backup", report->backup[0] != '\0' ? report->backup : NULL);
    document_append("users", object);
}

static void each_user(const struct kubeconfig_report *report,
                      void visit(const struct kubeconfig_report *report, size_t user))
{
    for (size_t i = 0; i < report->module->count(report->target->file); i++)
        if (report->target->users[i] == KUBECONFIG_CONVERTED)
            visit(report, i);
}

void kubeconfig_report_text(const struct kubeconfig_report *report)
{
    each_user(report, print_user);
    output_paragraph("", INDENT, "%s: %s is kept as %s", report->target->path,
                     report->is_removal ? "the file as it was before" : "the original",
                     report->backup);
}

void kubeconfig_report_json(const struct kubeconfig_report *report)
{
    each_user(report, add_user);
}

/* People read it, or it is a patch. */
bool kubeconfig_report_diff(const struct kubeconfig_target *target, struct error *error)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    edits_print_diff(&target->edits, target->text, target->path, stream);
    fclose(stream);
    bool printed = isatty(STDOUT_FILENO) ? fputs(text, stdout) != EOF : output_data(text, length);
    free(text);
    return printed || output_fail(error);
}

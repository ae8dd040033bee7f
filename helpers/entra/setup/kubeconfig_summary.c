/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/kubeconfig_summary.h"

#include <stdio.h>

#include "common/base/array.h"
#include "common/base/cleanup.h"
#include "common/base/output.h"
#include "common/base/report.h"
#include "common/entra/error_report.h"

void summary_count(struct summary *summary, enum kubeconfig_outcome outcome)
{
    summary->counts[outcome]++;
}

/* The only problem is the program's error. Several are warnings. */
void summary_add_problem(struct summary *summary, const struct error *why)
{
    if (summary->problems == 0)
        summary->first = *why;
    if (summary->problems == 1 && !summary->is_plan)
        error_warn(&summary->first);
    if (summary->problems > 0 && !summary->is_plan)
        error_warn(why);
    summary->problems++;
}

static const char *users(size_t count)
{
    return count == 1 ? "user" : "users";
}

/* Why users are left that are no problem: "1 user already uses exec-credential-entra; ...". The
 * caller frees the text. */
static char *describe_rest(const struct summary *summary)
{
    static const struct {
        enum kubeconfig_outcome outcome;
        const char *one, *several;
    } reasons[] = {
        { KUBECONFIG_ALREADY, "already uses exec-credential-entra",
          "already use exec-credential-entra" },
        { KUBECONFIG_OTHERWISE, "uses exec-credential-entra with other options",
          "use exec-credential-entra with other options" },
        { KUBECONFIG_OWN, "has a certificate, token or password of its own",
          "have a certificate, token or password of their own" },
        { KUBECONFIG_OTHER, "does not authenticate by Entra", "do not authenticate by Entra" },
    };
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
        size_t count = summary->counts[reasons[i].outcome];
        if (count > 0)
            fprintf(stream, "; %zu %s %s", count, users(count),
                    count == 1 ? reasons[i].one : reasons[i].several);
    }
    fclose(stream);
    return text;
}

static void say_what_was_done(const struct summary *summary)
{
    size_t changed = summary->counts[KUBECONFIG_CONVERTED];
    autofree char *rest = describe_rest(summary);
    if (changed > 0 && summary->is_json)
        return;
    if (changed > 0 && !summary->is_dry_run) /* whose stdout is a patch */
        output_paragraph("", 2, "%zu %s changed%s.", changed, users(changed), rest);
    else if (changed == 0 && summary->problems > 0 && summary->context == NULL && rest[0] != '\0')
        notice("No other user needs a change%s.", rest);
    else if (changed > 0 || summary->problems > 0)
        return;
    else if (summary->is_removal && summary->context != NULL)
        notice("The user of the context '%s' does not use exec-credential-entra.",
               summary->context);
    else if (summary->is_removal)
        notice("kubectl is not set up: no user uses exec-credential-entra.");
    else if (summary->context != NULL)
        notice("The user of the context '%s' already uses exec-credential-entra with these "
               "options.",
               summary->context);
    else
        notice(
            "No user needs a change%s. To change one that already uses exec-credential-entra, or "
            "has a certificate, token or password of its own, name its context with --context.",
            rest);
}

bool summary_finish(const struct summary *summary, struct error *error)
{
    say_what_was_done(summary);
    if (summary->problems == 0)
        return true;
    if (summary->problems == 1) {
        *error = summary->first;
        return false;
    }
    error_set(error, summary->first.kind, "%zu users or files are left unchanged",
              summary->problems);
    return error_hint(error, "The warnings say why.");
}

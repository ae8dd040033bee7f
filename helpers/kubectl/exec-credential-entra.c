/* SPDX-License-Identifier: MIT */
/* exec-credential-entra: the exec credential plugin for kubectl and other client-go programs. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/shell_line.h"
#include "common/base/user.h"
#include "common/config/config.h"
#include "common/entra/url.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/entra.h"
#include "helpers/host_tool.h"
#include "helpers/kubectl/exec_credential.h"
#include "helpers/kubectl/kubelogin.h"
#include "helpers/kubectl/kubelogin_remove.h"
#include "helpers/programs.h"

/* A client that takes whatever is on stderr for a failure would refuse the token for a warning. */
static void trace_warning(const char *code, const char *text, const char *advice)
{
    (void)code;
    trace("warning: %s%s%s", text, advice[0] != '\0' ? ". " : "", advice);
}

/* Some clients, such as the JavaScript one, do not set KUBERNETES_EXEC_INFO. kubelogin answers them
 * all the same, so a kubelogin call is answered with the defaults. */
static bool read_info(const struct options *options, bool is_kubelogin_call, struct exec_info *info,
                      struct error *error)
{
    const char *text = getenv("KUBERNETES_EXEC_INFO");
    if (text != NULL && (text[0] != '\0' || !is_kubelogin_call))
        return exec_info_parse(text, strlen(text), info, error);
    if (is_kubelogin_call) {
        *info = exec_info_default();
        return true;
    }
    error_set(error, ERROR_USAGE,
              "KUBERNETES_EXEC_INFO is not set; kubectl and other Kubernetes clients set it when "
              "they run this program");
    struct shell_line line = { "" };
    struct options same = *options;
    if (same.api == NULL && same.resource == NULL && same.scope_count == 0)
        same.api = "AKS";
    options_each(&same, OPTION_OF_REQUEST, shell_line_add, &line);
    return error_hint(error,
                      "Make this program users[].user.exec.command in the kubeconfig. To get a "
                      "token by hand, run 'entra token%s'.",
                      line.text);
}

static bool request(const struct kubelogin *kubelogin, struct token_candidates *candidates,
                    struct error *error)
{
    auto_config struct config *config =
        config_load(&kubelogin->options, &kubelogin->context, error);
    return config != NULL && config_request(config, "AKS", candidates, error) &&
           (kubelogin->pop_host == NULL ||
            token_candidates_bind(candidates, kubelogin->pop_host, error));
}

static bool make_candidates(struct kubelogin *kubelogin, struct token_candidates *candidates,
                            struct error *error)
{
    if (!request(kubelogin, candidates, error))
        return kubelogin_explain_request(kubelogin, candidates, error);
    bool is_any_user = candidates->items[0].for_user && !kubelogin->context.for_user;
    if (!is_any_user || !kubelogin_drop_client_of_variable(kubelogin))
        return true;
    token_candidates_clear(candidates);
    return request(kubelogin, candidates, error);
}

static bool answer_with_token(struct kubelogin *kubelogin, const struct exec_info *info,
                              struct error *error)
{
    auto_token_candidates struct token_candidates candidates = { 0 };
    auto_tokens_result struct tokens_result result = { 0 };
    struct tokens tokens;
    if (!make_candidates(kubelogin, &candidates, error))
        return false;
    if (info->server != NULL)
        token_candidates_set_host(&candidates, url_shown(info->server).text, NULL);
    const struct token_request *first = &candidates.items[0];
    const char *wanted = first->api != NULL ? first->api : first->scope;
    if (!tokens_open(&tokens, &kubelogin->options, error))
        return error_wanted(error, "no token for %.200s", wanted);
    tokens.may_ask = info->interactive ? user_is_present : NULL; /* spec.interactive */
    if (!tokens_get(&tokens, &candidates, &result, error)) {
        kubelogin_explain(kubelogin, error);
        return error_wanted(error, "no token for %.200s", wanted);
    }

    auto_secret struct secret *credential = exec_credential_format(info, &result.token);
    return host_tool_write(credential, error);
}

static bool answer_kubectl(const struct options *options, int count, char **operands,
                           struct error *error)
{
    auto_exec_info struct exec_info info = { 0 };
    auto_kubelogin struct kubelogin kubelogin = { .has_word = count > 0 };
    if (!kubelogin_check_operands(count, operands, error) ||
        !read_info(options, kubelogin_is_called(&kubelogin, options), &info, error))
        return false;
    if (info.wants_silence)
        reporting.on_warning = trace_warning;
    if (!kubelogin_read(&kubelogin, options, info.config, error))
        return false;
    kubelogin_trace(&kubelogin);
    return kubelogin_apply(&kubelogin, options, error) &&
           answer_with_token(&kubelogin, &info, error);
}

/* kubelogin's other commands. */
static const struct command commands[] = {
    { "remove-tokens", &kubelogin_remove, "remove the tokens for AKS from the keyring" },
    { "remove-cache-dir", &kubelogin_remove, "the newer name of remove-tokens" },
    { "convert-kubeconfig", &entra_setup_kubectl, "the same as 'entra setup kubectl'" },
    { .name = NULL },
};

const struct program exec_credential_program = {
    .name = "exec-credential-entra",
    .usage = "[get-token] [OPTION]...",
    .summary = "Gives kubectl and other client-go programs a Microsoft Entra token, by default\n"
               "for AKS. Also takes the options of kubelogin, and its other commands.",
    .examples = "entra setup kubectl\n"
                "entra token --api AKS",
    .make_options = kubelogin_options,
    .common = OPTIONS_ALL,
    .commands = commands,
    .operand = "=get-token",
    .run = answer_kubectl,
};

/* kubelogin shows its help if it is called by hand with nothing, or with the word help. */
static bool wants_help(int argc, char **argv)
{
    bool is_kubelogin = strncmp(program_invocation_short_name, "kubelogin", 9) == 0;
    return argc > 1 ? strcmp(argv[1], "help") == 0
                    : is_kubelogin && getenv("KUBERNETES_EXEC_INFO") == NULL;
}

int exec_credential_entra(int argc, char **argv)
{
    int used = 0;
    const struct program *program =
        program_find(&exec_credential_program, argc - 1, argv + 1, &used);
    if (wants_help(argc, argv)) {
        static char help[] = "--help";
        return program_main(2, (char *[]){ argv[0], help, NULL }, program);
    }
    return program_main(argc - used, argv + used, program);
}

/* SPDX-License-Identifier: MIT */
/* exec-credential-entra: the exec credential plugin for kubectl and other client-go programs. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/program.h"
#include "common/base/user.h"
#include "common/config/config.h"
#include "common/tokens/tokens.h"
#include "helpers/kubectl/exec_credential.h"
#include "helpers/kubectl/kubelogin.h"

/* Some clients, such as the JavaScript one, do not set KUBERNETES_EXEC_INFO. kubelogin answers them
 * all the same, so a kubelogin call is answered with the defaults. */
static bool read_info(struct exec_info *info, const struct options *options, struct error *error)
{
    const char *text = getenv("KUBERNETES_EXEC_INFO");
    if (text != NULL)
        return exec_info_parse(text, strlen(text), info, error);
    if (kubelogin_is_called(options)) {
        *info = exec_info_default();
        return true;
    }
    error_set(error, ERROR_USAGE,
              "KUBERNETES_EXEC_INFO is not set; kubectl and other Kubernetes clients set it when "
              "they run this program");
    return error_hint(error, "Make this program users[].user.exec.command in the kubeconfig. To "
                             "get a token by hand, run 'entra token --api AKS'.");
}

static bool make_request(const struct options *options, const struct kubelogin *kubelogin,
                         struct token_request *request, struct error *error)
{
    auto_config struct config *config = config_load(options, error);
    if (config == NULL)
        return false;
    bool made = config_request(config, options, "AKS", request, error);
    bool user_needed = made ? request->for_user : error->kind == ERROR_SIGN_IN;
    return kubelogin_check(kubelogin, user_needed && !options->for_user, error) && made;
}

static bool answer(const struct options *options, const struct kubelogin *kubelogin,
                   const struct exec_info *info, struct error *error)
{
    auto_token_request struct token_request request = { 0 };
    auto_token struct token token = { 0 };
    struct tokens tokens;
    if (!make_request(options, kubelogin, &request, error))
        return false;
    request.may_ask = info->interactive ? user_is_present : NULL; /* spec.interactive */
    if (!tokens_open(&tokens, options, error) || !tokens_get(&tokens, &request, &token, error))
        return error_wanted(error, "no token for %.200s",
                            request.api != NULL ? request.api : request.scope);

    auto_secret struct secret *credential = exec_credential_format(info, &token);
    if (credential == NULL)
        return error_no_memory(error);
    return secret_write(credential, STDOUT_FILENO) ||
           error_set(error, ERROR_OTHER, "cannot write to stdout: %s", strerror(errno));
}

static bool answer_kubectl(const struct options *given, int count, char **operands,
                           struct error *error)
{
    auto_exec_info struct exec_info info = { 0 };
    auto_kubelogin struct kubelogin kubelogin = { 0 };
    struct options options = *given;
    if (!kubelogin_check_operands(count, operands, error) || !read_info(&info, given, error) ||
        !kubelogin_read(&kubelogin, given, info.config, error))
        return false;
    kubelogin_trace(&kubelogin);
    return kubelogin_apply(&kubelogin, &options, error) &&
           answer(&options, &kubelogin, &info, error);
}

int main(int argc, char **argv)
{
    return program_main(
        argc, argv,
        &(struct program){
            .usage = "exec-credential-entra [get-token] [OPTION]...",
            .summary = "Gives kubectl and other client-go programs a Microsoft Entra token, by "
                       "default\nfor AKS. Also takes the options of kubelogin. See "
                       "exec-credential-entra(1).",
            .options = kubelogin_options(),
            .run = answer_kubectl });
}

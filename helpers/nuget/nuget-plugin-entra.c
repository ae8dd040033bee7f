/* SPDX-License-Identifier: MIT */
/* nuget-plugin-entra: an authentication plugin of NuGet, which finds it by its name in PATH. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/line_reader.h"
#include "common/base/text.h"
#include "common/base/user.h"
#include "common/entra/error_report.h"
#include "helpers/feed/feed_token.h"
#include "helpers/nuget/nuget_message.h"
#include "helpers/nuget/nuget_output.h"
#include "helpers/programs.h"

/* How often to look whether NuGet still runs, if it keeps its end of the pipe open. */
#define IDLE_MILLISECONDS 60000

#define SUCCESS   "{\"ResponseCode\":\"Success\"}"
#define NOT_FOUND "{\"ResponseCode\":\"NotFound\"}"
#define ERROR     "{\"ResponseCode\":\"Error\"}"
#define HANDSHAKE "{\"ResponseCode\":\"Success\",\"ProtocolVersion\":\"2.0.0\"}"

/* The indices of our own options in options->own. */
enum own_option {
    PLUGIN,
};

struct session {
    const struct options *options;
    int64_t nuget; /* its process; 0: not known */
    bool is_over;
};

static bool reply(const struct nuget_message *request, const char *payload, struct error *error)
{
    auto_secret struct secret *line = nuget_reply(request, "Response", payload);
    return nuget_output_send(line, error);
}

/* NuGet shows it among its own messages. It is no error: that would fail a restore for which
 * another plugin, asked next, has credentials. */
static void show_warning(const char *code, const char *text, const char *advice)
{
    struct error unused;
    autofree char *whole = text_format("%s%s%s", text, advice[0] != '\0' ? ". " : "", advice);
    auto_secret struct secret *line = nuget_log("Warning", whole);
    (void)code;
    nuget_output_send(line, &unused);
}

/* The least level that NuGet shows by default, and at which Microsoft's plugin has its prompts. */
static void show_prompt(const char *text)
{
    struct error unused;
    auto_secret struct secret *line = nuget_log("Minimal", text);
    nuget_output_send(line, &unused);
}

/* ---- the requests ---- */

/* NuGet closes the conversation if the versions do not fit. */
static bool shake_hands(struct session *session, const struct nuget_message *request,
                        struct error *error)
{
    (void)session;
    return reply(request, nuget_handshake_fits(request) ? HANDSHAKE : ERROR, error);
}

static bool note_process(struct session *session, const struct nuget_message *request,
                         struct error *error)
{
    if (!json_int64(request->payload, "ProcessId", &session->nuget))
        session->nuget = 0;
    return reply(request, SUCCESS, error);
}

static bool acknowledge(struct session *session, const struct nuget_message *request,
                        struct error *error)
{
    (void)session;
    return reply(request, SUCCESS, error);
}

/* Credentials are for any source; there is nothing that this plugin does for a certain one. */
static bool claim(struct session *session, const struct nuget_message *request, struct error *error)
{
    bool is_for_source = json_string(request->payload, "PackageSourceRepository") != NULL;
    (void)session;
    return reply(request, is_for_source ? "{\"Claims\":[]}" : "{\"Claims\":[\"Authentication\"]}",
                 error);
}

/* NotFound has NuGet say that it may help to use --interactive. Either way, it asks the next plugin
 * (PluginManager's ProviderNotApplicable). */
static const char *refusal(enum config_match match, const struct error *why)
{
    if (match == CONFIG_NO_MATCH)
        return ERROR;
    error_warn(why);
    return why->kind == ERROR_SIGN_IN ? NOT_FOUND : ERROR;
}

static bool give_credentials(struct session *session, const struct nuget_message *request,
                             struct error *error)
{
    const char *uri = json_string(request->payload, "Uri");
    struct error why = { 0 };
    auto_feed_token struct feed_token token = { 0 };
    const struct feed feed = {
        .url = uri != NULL ? uri : "",
        .is_refused = nuget_message_flag(request, "IsRetry"),
        .may_ask = nuget_message_flag(request, "IsNonInteractive") ? NULL : user_is_present,
        .sign_in = nuget_message_flag(request, "CanShowDialog") ? SIGN_IN_AUTO : SIGN_IN_DEVICE_CODE
    };
    deadline_begin();
    nuget_progress_begin(request);
    enum config_match match = feed_token_get(session->options, &feed, &token, &why);
    nuget_progress_end();
    if (match != CONFIG_MATCH)
        return reply(request, refusal(match, &why), error);
    auto_secret struct secret *line = nuget_reply_token(request, &token.result.token);
    return nuget_output_send(line, error);
}

static bool close_session(struct session *session, const struct nuget_message *request,
                          struct error *error)
{
    (void)request, (void)error;
    session->is_over = true;
    return true;
}

static const struct method {
    const char *name;
    bool (*run)(struct session *session, const struct nuget_message *request, struct error *error);
} methods[] = {
    { "Handshake", shake_hands },
    { "MonitorNuGetProcessExit", note_process },
    { "Initialize", acknowledge },
    { "GetOperationClaims", claim },
    { "SetLogLevel", acknowledge },
    { "SetCredentials", acknowledge }, /* of a proxy; ours is configured as for all programs */
    { "GetAuthenticationCredentials", give_credentials },
    { "Close", close_session },
};

static bool answer(struct session *session, const struct nuget_message *request,
                   struct error *error)
{
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
        if (strcmp(request->method, methods[i].name) == 0)
            return methods[i].run(session, request, error);
    auto_secret struct secret *fault =
        nuget_reply(request, "Fault", "{\"Message\":\"this plugin has no such method\"}");
    return nuget_output_send(fault, error);
}

/* ---- the answers to our own ---- */

/* What NuGet says of a message that it was to show does not matter. */
static bool take_answer(const struct nuget_message *message, struct error *error)
{
    const char *code = json_string(message->payload, "ResponseCode");
    bool is_handshake = strcmp(message->method, "Handshake") == 0;
    if (message->type == NUGET_FAULT)
        return error_set(error, ERROR_OTHER, "NuGet reports a fault in the conversation");
    return !is_handshake || (code != NULL && strcmp(code, "Success") == 0) ||
           error_set(error, ERROR_OTHER, "NuGet does not speak version 2.0.0 of the protocol");
}

/* ---- the program ---- */

static bool take_line(struct session *session, const struct secret *line, struct error *error)
{
    auto_nuget_message struct nuget_message message = { 0 };
    if (!nuget_message_parse(line->bytes, line->length, &message, error))
        return false;
    if (message.type == NUGET_REQUEST)
        return answer(session, &message, error);
    return message.type == NUGET_OTHER || take_answer(&message, error);
}

static bool is_gone(const struct session *session)
{
    return session->nuget > 1 && session->nuget <= INT32_MAX &&
           kill((pid_t)session->nuget, 0) != 0 && errno == ESRCH;
}

/* Always returns false, with errno said. */
static bool fail_to_read(struct error *error)
{
    if (errno == EMSGSIZE)
        return error_set(error, ERROR_OTHER, "NuGet's message is longer than %d bytes",
                         NUGET_LINE_MAX);
    if (errno == ENODATA)
        return error_set(error, ERROR_OTHER, "NuGet's message ends in the middle of a line");
    return error_set(error, ERROR_OTHER, "NuGet's message cannot be read: %s", strerror(errno));
}

/* Until NuGet says Close, closes stdin or is gone: it keeps plugins for as long as it runs. */
static bool converse(struct session *session, struct error *error)
{
    auto_line_reader struct line_reader reader = {
        .fd = STDIN_FILENO,
        .max = NUGET_LINE_MAX,
        .idle = IDLE_MILLISECONDS,
        .limit = (int64_t)tokens_timeout(session->options) * 1000,
    };
    while (!session->is_over) {
        auto_secret struct secret *line = NULL;
        enum line_end end = line_reader_next(&reader, &line);
        if (end == LINE_NONE)
            return true;
        if (end == LINE_FAILED && errno == ETIMEDOUT && reader.filled == 0) {
            session->is_over = is_gone(session);
            continue;
        }
        if (end == LINE_FAILED)
            return fail_to_read(error);
        if (!take_line(session, line, error))
            return false;
    }
    return true;
}

static bool answer_nuget(const struct options *options, int count, char **operands,
                         struct error *error)
{
    struct session session = { .options = options };
    if (count > 0)
        return program_fail_operand(operands[0], error);
    if (options->own[PLUGIN] == NULL) {
        error_set(error, ERROR_USAGE, "NuGet runs this program, with -Plugin");
        return error_hint(error, "To see whether NuGet finds it, run 'entra setup nuget'.");
    }
    reporting.on_warning = show_warning;
    reporting.on_prompt = show_prompt;
    auto_secret struct secret *handshake = nuget_request(
        "Handshake", "{\"ProtocolVersion\":\"2.0.0\",\"MinimumProtocolVersion\":\"2.0.0\"}");
    return nuget_output_send(handshake, error) && converse(&session, error);
}

static const struct option_spec own_options[] = {
    { "plugin", NULL, "answer NuGet, which gives this option as -Plugin", OPTION_OWN_FLAG,
      OPTION_OWN(PLUGIN), 0 },
    { .name = NULL },
};

const struct program nuget_plugin_program = {
    .name = "nuget-plugin-entra",
    .usage = "-Plugin",
    .summary = "Gives NuGet a Microsoft Entra token for feeds of Azure Artifacts and others that\n"
               "accept one. NuGet 6.13 and later (the .NET SDK 9.0.200) find it in PATH.",
    .examples = "entra setup nuget\n"
                "dotnet restore --interactive",
    .options = own_options,
    .common = OPTIONS_ALL,
    .run = answer_nuget,
};

/* -Plugin is the only argument of NuGet's, and in its own form. */
int nuget_plugin_entra(int argc, char **argv)
{
    static char plugin[] = "--plugin";
    if (argc == 2 && strcmp(argv[1], "-Plugin") == 0)
        argv[1] = plugin;
    return program_main(argc, argv, &nuget_plugin_program);
}

/* SPDX-License-Identifier: MIT */
/* Messages of NuGet's to a plugin. */
#include "helpers/nuget/nuget_message.h"
#include "tests/fuzz/fuzz.h"

static const char *const flags[] = { "IsRetry", "IsNonInteractive", "CanShowDialog" };

/* What is answered is one line, with the same ID and method. */
static void check_answer(const struct nuget_message *request)
{
    struct error error = { 0 };
    auto_nuget_message struct nuget_message answer = { 0 };
    auto_secret struct secret *line = nuget_reply(request, "Response", "{\"IsRetry\":true}");
    HOLDS(memchr(line->bytes, '\n', line->length) == line->bytes + line->length - 1);
    HOLDS(nuget_message_parse(line->bytes, line->length, &answer, &error));
    HOLDS(answer.type == NUGET_RESPONSE && nuget_message_flag(&answer, "IsRetry"));
    HOLDS(strcmp(answer.request_id, request->request_id) == 0);
    HOLDS(strcmp(answer.method, request->method) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_nuget_message struct nuget_message message = { 0 };
    struct error error = { 0 };
    autofree char *line = fuzz_copy(data, size, 0);
    if (!nuget_message_parse(line, size, &message, &error)) {
        fuzz_check_error(&error);
        return 0;
    }
    HOLDS(message.request_id[0] != '\0' && strlen(message.request_id) <= NUGET_REQUEST_ID_MAX);
    HOLDS(message.payload != NULL || !nuget_handshake_fits(&message));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        HOLDS(message.payload != NULL || !nuget_message_flag(&message, flags[i]));
    check_answer(&message);
    return 0;
}

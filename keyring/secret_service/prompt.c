/* SPDX-License-Identifier: MIT */
#include "keyring/secret_service/prompt.h"

#define SECRET_API_SUBJECT_TO_CHANGE
#include <libsecret/secret.h>
#include <stdlib.h>

#include "common/base/environment.h"
#include "common/base/runtime_folder.h"
#include "common/base/shared_error.h"

/* How long no process prompts again. */
#define DISMISSED_SECONDS 60

typedef SecretService PromptService;
typedef SecretServiceClass PromptServiceClass;
/* NOLINTNEXTLINE(performance-no-int-to-ptr): GLib's macro */
G_DEFINE_TYPE(PromptService, prompt_service, SECRET_TYPE_SERVICE)

static struct runtime_name prompt_name(const char *ending)
{
    const char *const texts[] = { "unlock", "secret-service", NULL };
    return runtime_name(ending, texts);
}

bool prompt_is_allowed(void)
{
    struct error unused;
    return (environment("DISPLAY") != NULL || environment("WAYLAND_DISPLAY") != NULL) &&
           !shared_error_read(prompt_name("dismissed").text, 0, &unused);
}

bool prompt_take_turn(struct single_flight *flight, int64_t deadline)
{
    return single_flight_join(flight, prompt_name("prompt").text, deadline) == SINGLE_FLIGHT_LEADER;
}

static void begin_prompt(SecretService *self, SecretPrompt *prompt, const GVariantType *type,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    if (prompt_is_allowed()) {
        SECRET_SERVICE_CLASS(prompt_service_parent_class)
            ->prompt_async(self, prompt, type, cancellable, callback, data);
        return;
    }
    GTask *task = g_task_new(self, cancellable, callback, data);
    g_task_set_source_tag(task, begin_prompt);
    g_task_return_new_error(task, SECRET_ERROR, SECRET_ERROR_IS_LOCKED, "locked");
    g_object_unref(task);
}

/* Whether the prompt was dismissed: there is no answer, or one that names no unlocked object. */
static bool is_dismissed(GVariant *answer)
{
    return answer == NULL ||
           (g_variant_is_container(answer) && g_variant_n_children(answer) == 0) ||
           (g_variant_is_of_type(answer, G_VARIANT_TYPE_OBJECT_PATH) &&
            g_str_equal(g_variant_get_string(answer, NULL), "/"));
}

static GVariant *finish_prompt(SecretService *self, GAsyncResult *result, GError **reason)
{
    if (g_async_result_is_tagged(result, begin_prompt))
        return g_task_propagate_pointer(G_TASK(result), reason);
    GVariant *answer =
        SECRET_SERVICE_CLASS(prompt_service_parent_class)->prompt_finish(self, result, reason);
    struct error dismissed = { 0 };
    error_set(&dismissed, ERROR_KEYRING, "the prompt to unlock the keyring was dismissed");
    if (is_dismissed(answer))
        shared_error_post(prompt_name("dismissed").text, &dismissed, DISMISSED_SECONDS);
    return answer;
}

static void prompt_service_class_init(PromptServiceClass *class)
{
    class->prompt_async = begin_prompt;
    class->prompt_finish = finish_prompt;
}

static void prompt_service_init(PromptService *self)
{
    (void)self;
}

#include "helpers/git_person.h"

#include <string.h>
#include <strings.h>

#include "common/command.h"
#include "common/deadline.h"
#include "common/error.h"
#include "common/person.h"
#include "helpers/git_bool.h"

#define GIT_MILLISECONDS 5000
#define VALUE_MAX        256

/* never is Git Credential Manager's own word. A variable that is empty says no too. */
static bool says_no(const char *value)
{
    return git_bool_is_no(value) || strcasecmp(value, "never") == 0;
}

static bool git_is_interactive(void)
{
    char *const command[] = { "git", "config", "--get", "credential.interactive", NULL };
    struct error unused;
    int status = 0;
    auto_secret struct secret *value =
        command_run(command, VALUE_MAX, deadline_in(GIT_MILLISECONDS), &status, &unused);
    if (value == NULL || status != 0)
        return true; /* it is not set */
    value->bytes[strcspn(value->bytes, "\n")] = '\0';
    return !says_no(value->bytes);
}

bool git_may_ask(void)
{
    const char *prompt = getenv("GIT_TERMINAL_PROMPT");
    if (prompt != NULL && says_no(prompt))
        return false;
    return person_is_there() && git_is_interactive();
}

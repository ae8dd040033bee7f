#define _GNU_SOURCE
#include "helpers/kubeconfig/convert.h"

#include <string.h>

#include "helpers/kubeconfig/exec_text.h"

#define WORDS_MAX (KUBECONFIG_ARGS + 16)

static const char *newline_of(const struct kubeconfig *file)
{
    const char *newline = memchr(file->yaml.text, '\n', file->yaml.length);
    return newline != NULL && newline > file->yaml.text && newline[-1] == '\r' ? "\r\n" : "\n";
}

/* Adds an edit; the text may be NULL for want of memory. */
static bool add(struct edits *edits, struct span span, char *text, const char *user,
                struct error *error)
{
    char *name = user != NULL ? strdup(user) : NULL;
    return edits_add(edits, span, text, name) || error_no_memory(error);
}

/* Another scalar in a scalar's place, in quotes where it was. */
static bool replace_scalar(const struct kubeconfig *file, const yaml_node_t *node, const char *text,
                           const char *user, struct edits *edits, struct error *error)
{
    bool quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return add(edits, yaml_span(&file->yaml, node), exec_text_quote(text, quoted), user, error);
}

/* ---- kubelogin's arguments ---- */

/* The value of --login MODE, --login=MODE, -l MODE or -lMODE, and the item that it is in; skip is
 * how many of its bytes stand before the mode. */
struct login_argument {
    const char *mode; /* NULL: there is none */
    yaml_node_t *item;
    size_t skip;
};

static struct login_argument find_login(const struct yaml *yaml, const yaml_node_t *args)
{
    struct login_argument found = { 0 };
    const char *word;
    for (size_t i = 0; (word = yaml_scalar(yaml_item(yaml, args, i))) != NULL; i++) {
        bool apart = strcmp(word, "--login") == 0 || strcmp(word, "-l") == 0;
        size_t skip = apart                               ? 0
                      : strncmp(word, "--login=", 8) == 0 ? 8
                      : strncmp(word, "-l=", 3) == 0      ? 3
                      : word[0] == '-' && word[1] == 'l'  ? 2
                                                          : SIZE_MAX;
        if (skip == SIZE_MAX)
            continue;
        found.item = yaml_item(yaml, args, apart ? i + 1 : i);
        found.mode = yaml_scalar(found.item);
        found.mode = found.mode != NULL ? found.mode + skip : NULL;
        found.skip = skip;
    }
    return found;
}

/* What exec-credential-entra would refuse at every call. */
static bool check_argument(const char *user, const char *word, struct error *error)
{
    static const struct {
        const char *flag;
        const char *hint;
    } refused[] = {
        { "--client-secret", "Take it out of the file, and keep it with 'entra secret set'." },
        { "--client-certificate-password",
          "Take it out of the file; AZURE_CLIENT_CERTIFICATE_PASSWORD may have it." },
        { "--password", "Take it out of the file, and convert with --login devicecode." },
        { "--pop-enabled", "Proof of possession is kubelogin's alone." },
        { "--pop-claims", "Proof of possession is kubelogin's alone." },
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        size_t length = strlen(refused[i].flag);
        if (strncmp(word, refused[i].flag, length) != 0 ||
            (word[length] != '\0' && word[length] != '=') || strcmp(word + length, "=false") == 0)
            continue;
        error_set(error, ERROR_USAGE, "the user '%.80s' cannot be converted: %s stands in its args",
                  user, refused[i].flag);
        return error_hint(error, "%s", refused[i].hint);
    }
    return true;
}

static bool check_login(const struct user *user, const struct login_argument *login,
                        const struct kubeconfig_wish *wish, struct error *error)
{
    static const char *const others[] = { "azurecli", "azd", "ropc" };
    for (size_t i = 0; wish->login == NULL && login->mode != NULL && i < 3; i++)
        if (strcmp(login->mode, others[i]) == 0) {
            error_set(error, ERROR_USAGE,
                      "the user '%.80s' cannot be converted: there is no --login %s", user->name,
                      others[i]);
            return error_hint(error, "Say which it is to be: --login devicecode, interactive, spn, "
                                     "msi or workloadidentity.");
        }
    return true;
}

static bool check_arguments(const struct kubeconfig *file, const struct user *user,
                            const struct kubeconfig_wish *wish, struct error *error)
{
    const char *word;
    struct login_argument login = find_login(&file->yaml, user->args);
    for (size_t i = 0; (word = yaml_scalar(yaml_item(&file->yaml, user->args, i))) != NULL; i++)
        if (!check_argument(user->name, word, error))
            return false;
    return check_login(user, &login, wish, error);
}

/* A text with the mode in place of what stands after skip bytes. */
static bool replace_mode(const struct kubeconfig *file, const struct login_argument *login,
                         const char *mode, const char *user, struct edits *edits,
                         struct error *error)
{
    autofree char *text = NULL;
    if (asprintf(&text, "%.*s%s", (int)login->skip, yaml_scalar(login->item), mode) < 0) {
        text = NULL;
        return error_no_memory(error);
    }
    return replace_scalar(file, login->item, text, user, edits, error);
}

/* --login MODE as the first of the arguments, but for get-token. What stands there is not written
 * anew: it may be a secret, which nobody is shown. */
static bool insert_mode(const struct kubeconfig *file, const struct user *user,
                        const yaml_node_t *first, const char *mode, struct edits *edits,
                        struct error *error)
{
    bool before = strcmp(yaml_scalar(first), "get-token") != 0;
    const char *const words[] = { "--login", mode, NULL };
    struct span span = yaml_span(&file->yaml, first);
    struct exec_text form = { .args = words,
                              .flow = yaml_is_flow(user->args),
                              .column = user->args->start_mark.column,
                              .newline = newline_of(file) };
    *(before ? &span.end : &span.start) = before ? span.start : span.end;
    return add(edits, span, exec_text_items(&form, before), user->name, error);
}

/* Arguments for a user that has none: in place of an empty list, or before the command. */
static bool add_mode(const struct kubeconfig *file, const struct user *user, const char *mode,
                     struct edits *edits, struct error *error)
{
    const yaml_node_t *command = yaml_find(&file->yaml, user->exec.value, "command").key;
    struct span span = yaml_span(&file->yaml, user->args != NULL ? user->args : command);
    autofree char *quoted = exec_text_quote(mode, true);
    char *text = NULL;
    int length = -1;
    if (quoted != NULL && user->args != NULL)
        length = asprintf(&text, "%s[\"--login\", %s]", span.start == span.end ? " " : "", quoted);
    else if (quoted != NULL && yaml_is_flow(user->exec.value))
        length = asprintf(&text, "\"args\": [\"--login\", %s], ", quoted);
    else if (quoted != NULL)
        length = asprintf(&text, "args: [\"--login\", %s]%s%*s", quoted, newline_of(file),
                          (int)command->start_mark.column, "");
    if (user->args == NULL)
        span.end = span.start;
    return add(edits, span, length >= 0 ? text : NULL, user->name, error);
}

static bool change_login(const struct kubeconfig *file, const struct user *user, const char *mode,
                         struct edits *edits, struct error *error)
{
    struct login_argument login = find_login(&file->yaml, user->args);
    if (mode == NULL || (login.mode != NULL && strcmp(login.mode, mode) == 0))
        return true;
    const yaml_node_t *first = yaml_item(&file->yaml, user->args, 0);
    if (login.mode == NULL && yaml_scalar(first) != NULL)
        return insert_mode(file, user, first, mode, edits, error);
    if (login.mode == NULL)
        return add_mode(file, user, mode, edits, error);
    return replace_mode(file, &login, mode, user->name, edits, error);
}

/* One word changes, and the hint for whoever lacks the program. */
static bool convert_kubelogin(const struct kubeconfig *file, const struct user *user,
                              const struct kubeconfig_wish *wish, struct edits *edits,
                              struct error *error)
{
    const yaml_node_t *command = yaml_find(&file->yaml, user->exec.value, "command").value;
    const yaml_node_t *hint = yaml_find(&file->yaml, user->exec.value, "installHint").value;
    if (!check_arguments(file, user, wish, error) ||
        !replace_scalar(file, command, OUR_PROGRAM, user->name, edits, error))
        return false;
    if (yaml_scalar(hint) != NULL && strstr(yaml_scalar(hint), "kubelogin") != NULL &&
        !add(edits, yaml_span(&file->yaml, hint), exec_text_quote(INSTALL_HINT, true), NULL, error))
        return false;
    return change_login(file, user, wish->login, edits, error);
}

/* ---- users that are made anew ---- */

struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

/* An option and its value, where there is one. The last place stays NULL. */
static void put_option(struct words *words, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0' || words->count + 3 > WORDS_MAX)
        return;
    words->items[words->count++] = name;
    words->items[words->count++] = value;
}

static void put_wishes(struct words *words, const struct kubeconfig_wish *wish)
{
    for (size_t i = 0; wish->args[i] != NULL && words->count + 2 <= WORDS_MAX; i++)
        words->items[words->count++] = wish->args[i];
}

/* What the azure auth-provider was told, in the words that kubelogin has for it. */
static void put_provider(const struct kubeconfig *file, const struct user *user, const char *login,
                         struct words *words)
{
    const struct yaml *yaml = &file->yaml;
    const yaml_node_t *config = yaml_find(yaml, user->provider.value, "config").value;
    const char *mode = yaml_text(yaml, config, "config-mode");
    bool person = strcmp(login, "devicecode") == 0 || strcmp(login, "interactive") == 0;
    put_option(words, "--login", login);
    put_option(words, "--server-id", yaml_text(yaml, config, "apiserver-id"));
    if (person) /* it is a client for persons; an app has an id of its own */
        put_option(words, "--client-id", yaml_text(yaml, config, "client-id"));
    put_option(words, "--tenant-id", yaml_text(yaml, config, "tenant-id"));
    put_option(words, "--environment", yaml_text(yaml, config, "environment"));
    if (mode == NULL || mode[0] == '\0' || strcmp(mode, "0") == 0)
        words->items[words->count++] = "--legacy";
}

static char *format_exec(const struct kubeconfig *file, const struct words *words, bool flow,
                         size_t column)
{
    struct exec_text form = {
        .args = words->items, .flow = flow, .column = column, .newline = newline_of(file)
    };
    return exec_text_format(&form);
}

static bool convert_provider(const struct kubeconfig *file, const struct user *user,
                             const struct kubeconfig_wish *wish, struct edits *edits,
                             struct error *error)
{
    struct words words = { { "get-token" }, 1 };
    const yaml_node_t *key = user->provider.key;
    struct span span = yaml_span(&file->yaml, key);
    put_provider(file, user, wish->login != NULL ? wish->login : "devicecode", &words);
    put_wishes(&words, wish);
    span.end = yaml_span(&file->yaml, user->provider.value).end;
    return add(edits, span,
               format_exec(file, &words, yaml_is_flow(user->pair.value), key->start_mark.column),
               user->name, error);
}

/* Text before and after other text, which is freed. NULL if there is no memory or text is NULL. */
static char *surround(const char *before, char *text, const char *after)
{
    char *whole = NULL;
    if (text != NULL && asprintf(&whole, "%s%s%s", before, text, after) < 0)
        whole = NULL;
    free(text);
    return whole;
}

/* The text on a line of its own, at a column; likewise. */
static char *surround_with_line(const char *newline, size_t column, char *text)
{
    char *whole = NULL;
    if (text != NULL && asprintf(&whole, "%s%*s%s", newline, (int)column, "", text) < 0)
        whole = NULL;
    free(text);
    return whole;
}

/* The whole of the user; the backup has what was there. In brackets where its entry is in some,
 * else a block, below "user:" where there was none. */
static bool replace_user(const struct kubeconfig *file, const struct user *user,
                         const struct words *words, struct edits *edits, struct error *error)
{
    const yaml_node_t *node = user->pair.value;
    bool is_block = node->type == YAML_MAPPING_NODE && !yaml_is_flow(node);
    size_t column = is_block ? node->start_mark.column : user->pair.key->start_mark.column + 2;
    char *text = format_exec(file, words, user->entry_is_flow, column);
    if (user->entry_is_flow)
        text = surround("{", text, "}");
    else if (!is_block)
        text = surround_with_line(newline_of(file), column, text);
    return add(edits, yaml_span(&file->yaml, node), text, user->name, error);
}

static bool convert_plain(const struct kubeconfig *file, const struct user *user,
                          const struct kubeconfig_wish *wish, struct edits *edits,
                          struct error *error)
{
    struct words words = { { "get-token" }, 1 };
    if (user->pair.value == NULL)
        return error_set(error, ERROR_USAGE, "the user '%.80s' has no \"user:\"", user->name);
    put_option(&words, "--login", wish->login);
    put_wishes(&words, wish);
    return replace_user(file, user, &words, edits, error);
}

bool convert_user(const struct kubeconfig *file, const struct user *user,
                  const struct kubeconfig_wish *wish, struct edits *edits, struct error *error)
{
    switch (user->kind) {
    case USER_OURS:
        return change_login(file, user, wish->login, edits, error);
    case USER_KUBELOGIN:
        return convert_kubelogin(file, user, wish, edits, error);
    case USER_AUTH_PROVIDER:
        return convert_provider(file, user, wish, edits, error);
    case USER_BARE:
    case USER_STATIC:
        return convert_plain(file, user, wish, edits, error);
    case USER_OTHER:
        break;
    }
    error_set(error, ERROR_USAGE, "the user '%.80s' has its credentials from elsewhere",
              user->name);
    return error_hint(error, "Only kubelogin, the azure auth-provider and credentials in the file "
                             "itself are converted.");
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/sign_in_browser.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/acquire/user/sign_in_page.h"
#include "common/acquire/user/sign_in_result.h"
#include "common/base/cleanup.h"
#include "common/base/text.h"

static char *copy(const char *text)
{
    return text != NULL ? strdup(text) : NULL;
}

struct sign_in_browser *sign_in_browser_new(int connection, const struct token_request *request)
{
    struct sign_in_browser *browser = calloc(1, sizeof *browser);
    *browser = (struct sign_in_browser){
        .connection = connection,
        .requested = copy(request->username != NULL ? request->username : request->account),
        .api = copy(request->api != NULL ? request->api : request->scope),
        .host = copy(request->host),
    };
    return browser;
}

/* Returns the message as a sentence, without the authority's ids at its end, which have lines of
 * their own. The caller frees it. */
static char *sentence_of(const struct error *error)
{
    autofree char *ids = text_format(" (%s", error->oauth_error);
    const char *end = error->correlation_id[0] != '\0' ? strstr(error->message, ids) : NULL;
    size_t length = end != NULL ? (size_t)(end - error->message) : strlen(error->message);
    bool has_stop = length > 0 && strchr(".!?", error->message[length - 1]) != NULL;
    char *sentence = text_format("%.*s%s", (int)length, error->message, has_stop ? "" : ".");
    if (memchr(sentence, '@', strcspn(sentence, " ")) == NULL) /* it begins with no account */
        sentence[0] = (char)toupper((unsigned char)sentence[0]);
    return sentence;
}

static void describe_failure(const struct sign_in_browser *browser, const struct error *error,
                             struct sign_in_page *page)
{
    bool is_other = strcmp(error->code, SIGN_IN_OTHER_ACCOUNT) == 0;
    page->mark = SIGN_IN_PAGE_REFUSED;
    page->title = is_other ? "Wrong account" : "Sign-in failed";
    if (is_other && strcasecmp(browser->requested, browser->account) != 0) {
        page->requested = browser->requested;
        page->other = browser->account;
    } else {
        page->account = browser->account != NULL ? browser->account : browser->requested;
    }
    page->code = error->oauth_error[0] != '\0' ? error->code : NULL;
    page->correlation_id = error->correlation_id;
    page->time = error->timestamp;
    page->end = "You can close this tab. The program says the same.";
}

static void release(struct sign_in_browser *browser)
{
    close(browser->connection);
    free(browser->requested);
    free(browser->account);
    free(browser->api);
    free(browser->host);
    free(browser);
}

void sign_in_browser_answer(struct sign_in_browser *browser, enum sign_in_end end,
                            const struct error *error, const char *advice)
{
    struct sign_in_page page = { .api = browser->api, .host = browser->host };
    autofree char *sentence = end != SIGN_IN_DONE ? sentence_of(error) : NULL;
    if (end == SIGN_IN_DONE) {
        page.mark = SIGN_IN_PAGE_DONE;
        page.title = "You are signed in";
        page.text = "You can close this tab.";
        page.account = browser->account;
    } else {
        describe_failure(browser, error, &page);
        page.text = sentence;
        page.advice = advice;
    }
    if (end == SIGN_IN_GOES_ON) {
        page.mark = SIGN_IN_PAGE_NOTICE;
        page.title = "Sign in once more";
        page.text = "The authority refuses the client that asked, so another one asks. Sign in on "
                    "the page that opens now.";
        page.advice = NULL;
        page.end = "You can close this tab.";
    }
    sign_in_page_send(browser->connection, 200, "", &page);
    release(browser);
}

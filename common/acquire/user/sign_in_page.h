/* SPDX-License-Identifier: MIT */
/*
 * The small pages that the loopback listener shows in the user's browser: how the sign-in ended, or
 * why a request is not the one that it waits for. sign_in_page.html is what they look like; of its
 * lines, those without a value are left out.
 *
 *     char *response = sign_in_page_response(200, "", &(struct sign_in_page){
 *         .mark = SIGN_IN_PAGE_DONE, .title = "You are signed in", .account = account->username });
 *
 * A page has no script and loads nothing, and the browser is told to allow neither (Content
 * Security Policy Level 3).
 */
#ifndef COMMON_ACQUIRE_USER_SIGN_IN_PAGE_H
#define COMMON_ACQUIRE_USER_SIGN_IN_PAGE_H

/* The mark at the top: classes of sign_in_page.css. */
#define SIGN_IN_PAGE_DONE    "done"
#define SIGN_IN_PAGE_REFUSED "refused"
#define SIGN_IN_PAGE_NOTICE  "notice"

/* Of a text, at most so many bytes are shown; no error has more. */
#define SIGN_IN_PAGE_TEXT_MAX 2560

/* Plain text in UTF-8, any of which may come from outside. What is NULL or "" is not on the page.
 */
struct sign_in_page {
    const char *mark;
    const char *title;
    const char *text; /* what has happened */
    const char *account;
    const char *requested, *other; /* instead: the account that was wanted, and who signed in */
    const char *api, *host;        /* what the sign-in is for */
    const char *advice;
    const char *code, *correlation_id, *time; /* of the authority's refusal */
    const char *end;                          /* the last line */
};

/* The whole HTTP response with the page. header is a further line of the head with its CR LF, or
 * "". The caller frees the result. */
char *sign_in_page_response(int status, const char *header, const struct sign_in_page *page);

/* Sends that response to a socket that does not block, as its last one. */
void sign_in_page_send(int fd, int status, const char *header, const struct sign_in_page *page);

#endif

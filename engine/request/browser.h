/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a browser says of itself: the user agent and its client hints, read
 * into families and versions. These are claims; whether they agree is for
 * the rules to say.
 */
#ifndef WB_REQUEST_BROWSER_H
#define WB_REQUEST_BROWSER_H

#include <stdint.h>

#include "base/text.h"
#include "base/view.h"

struct browser {
    struct view family;   /* NONE: not recognised */
    struct view platform; /* NONE: not recognised */
    struct view engine;   /* NONE: not recognised */
    uint64_t major, engine_major;
    bool has_major, has_engine_major;
    bool mobile;
};

/* Views are of literals. */
void browser_read(struct browser *browser, struct view user_agent);

/* A user agent as far as it is read. */
struct browser_reading {
    struct browser browser;
    size_t product, engine; /* places in browser.c's tables */
    bool safari;
    bool closed;         /* up to the end of a comment */
    struct view comment; /* the first one, without parentheses */
    size_t size;         /* bytes that are read */
};

/* Reads what user agents begin with, which stays where it is. False: what
 * follows cannot be read by itself, as it does not end with a comment. */
bool browser_begin(struct browser_reading *reading, struct view beginning);
/* Reads the rest of one that begins so. */
void browser_end(struct browser *browser, const struct browser_reading *reading,
                 struct view user_agent);

struct hints {
    bool has_major; /* there was a brand "Chromium" with a version */
    uint64_t major;
};

/* Sec-CH-UA: writes the brands without GREASE, joined with ',' (`brands`
 * needs the header's size; NULL: none are wanted). False if it is not such a
 * list. */
bool hints_read(struct hints *hints, struct view sec_ch_ua,
                struct text *brands);
/* The same for two questions without reading the list: Chromium's version,
 * and whether one brand is made up. */
bool hints_chromium(struct view sec_ch_ua, uint64_t *major);
bool hints_grease(struct view sec_ch_ua);
/* The text of an sf-string without escapes; VIEW_NONE if it is none. */
struct view hints_unquote(struct view value);
/* browser.platform's name of what Sec-CH-UA-Platform says, unquoted;
 * VIEW_NONE if no browser is known to say it. */
struct view hints_platform(struct view unquoted);

#endif

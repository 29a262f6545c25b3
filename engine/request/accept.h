/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of Accept and Accept-Encoding: what a client asks for, in a word,
 * without the lists that every version of a browser writes anew.
 */
#ifndef WB_REQUEST_ACCEPT_H
#define WB_REQUEST_ACCEPT_H

#include "base/view.h"

/* By the first type: page, image, style, media, json, any, other. A literal
 * of static life. */
struct view accept_kind(struct view accept);
/* The best coding: zstd, br, gzip (deflate is as good), identity; other if
 * one is named that no browser of today offers. A literal of static life. */
struct view encoding_kind(struct view accept_encoding);

#endif

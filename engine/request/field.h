/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of fields: every fact of a request that a rule, a tier or a rate
 * may name. One row feeds the enum, the loader, `weighbridge fields` and
 * weighbridge-rules(5). A name that ends in '.' takes a parameter.
 *
 *   X(enum, name, type, folds, doc)    folds: literals compare without case
 */
#ifndef WB_REQUEST_FIELD_H
#define WB_REQUEST_FIELD_H

#include "base/view.h"

enum field_type {
    FIELD_TYPE_TEXT,
    FIELD_TYPE_NUMBER,
    FIELD_TYPE_AMOUNT,
    FIELD_TYPE_BOOL,
    FIELD_TYPE_ADDRESS,
    FIELD_TYPE_LABEL
};

#define FIELD_TABLE(X)                                                         \
    X(METHOD, "method", TEXT, true, "request method, as sent")                 \
    X(SCHEME, "scheme", TEXT, true, "http or https, as the client used it")    \
    X(HOST, "host", TEXT, true, "host name, without port and trailing dot")    \
    X(SITE, "site", TEXT, true, "id of the site that the host belongs to")     \
    X(PATH, "path", TEXT, false, "canonical path")                             \
    X(RAW_PATH, "raw-path", TEXT, false, "path as sent, without the query")    \
    X(PATH_AMBIGUOUS, "path-ambiguous", BOOL, true,                            \
      "servers may read this path in different ways")                          \
    X(QUERY, "query", TEXT, false, "what follows the first '?', as sent")      \
    X(QUERY_NAME, "query.", TEXT, false, "first query field of that name")     \
    X(HTTP_VERSION, "http-version", TEXT, true, "1.0, 1.1, 2 or 3")            \
    X(USER_AGENT, "user-agent", TEXT, true, "the User-Agent header")           \
    X(HEADER, "header.", TEXT, true, "a header; its lines joined with ', '")   \
    X(HEADER_COUNT, "header-count", NUMBER, true, "number of header lines")    \
    X(HEADER_ORDER, "header-order", TEXT, true,                                \
      "header names in order, lower case, joined with ','")                    \
    X(HEADER_SHAPE, "header-shape", TEXT, true,                                \
      "16 hex digits: a hash of the header names in order")                    \
    X(COOKIE, "cookie.", TEXT, true, "first cookie of that name")              \
    X(CLIENT_IP, "client-ip", ADDRESS, true, "address of the client")          \
    X(COUNTRY, "country", TEXT, true, "ISO 3166 code of the client address")   \
    X(ASN, "asn", NUMBER, true, "autonomous system number of the address")     \
    X(AS_ORG, "as-org", TEXT, true, "organisation of the autonomous system")   \
    X(WBA_STATE, "wba.state", TEXT, true,                                      \
      "verified, invalid, expired, unknown-key or replayed: Web Bot Auth")     \
    X(WBA_AGENT, "wba.agent", TEXT, true, "whose key signed the request")      \
    X(WBA_KEY, "wba.key", TEXT, false, "thumbprint of the key that signed it") \
    X(ROBOTS, "robots", TEXT, true,                                            \
      "allowed or disallowed, by the site's robots.txt, for this user agent")  \
    X(JA3, "ja3", TEXT, true, "JA3 fingerprint, from a trusted proxy")         \
    X(JA4, "ja4", TEXT, true, "JA4 fingerprint, from a trusted proxy")         \
    X(UA_FAMILY, "ua.family", TEXT, true,                                      \
      "chrome, firefox, safari, edge, opera, samsung; from the user agent")    \
    X(UA_MAJOR, "ua.major", NUMBER, true, "major version of that browser")     \
    X(UA_PLATFORM, "ua.platform", TEXT, true,                                  \
      "windows, macos, linux, android, ios, chromeos; from the user agent")    \
    X(UA_MOBILE, "ua.mobile", BOOL, true, "the user agent says Mobile")        \
    X(UA_ENGINE, "ua.engine", TEXT, true,                                      \
      "blink, webkit, gecko, trident, edgehtml, presto; from the user agent")  \
    X(UA_ENGINE_MAJOR, "ua.engine-major", NUMBER, true,                        \
      "its major version: Chromium's, AppleWebKit's, rv: of gecko")            \
    X(CH_BRANDS, "ch.brands", TEXT, true,                                      \
      "brands of Sec-CH-UA without GREASE, joined with ','")                   \
    X(CH_MAJOR, "ch.major", NUMBER, true, "Chromium's version in Sec-CH-UA")   \
    X(CH_PLATFORM, "ch.platform", TEXT, true, "Sec-CH-UA-Platform, unquoted")  \
    X(CH_MOBILE, "ch.mobile", BOOL, true, "Sec-CH-UA-Mobile")                  \
    X(CH_GREASE, "ch.grease", BOOL, true,                                      \
      "Sec-CH-UA holds a made-up brand, as every Chromium's does")             \
    X(CH_SAME_MAJOR, "ch.same-major", BOOL, true,                              \
      "Sec-CH-UA and the user agent name one version of Chromium")             \
    X(CH_SAME_PLATFORM, "ch.same-platform", BOOL, true,                        \
      "Sec-CH-UA-Platform and the user agent name one platform")               \
    X(ACCEPT_KIND, "accept-kind", TEXT, true,                                  \
      "what Accept asks for first: page, image, style, media, json, any, "     \
      "other")                                                                 \
    X(ENCODING_KIND, "encoding-kind", TEXT, true,                              \
      "best coding of Accept-Encoding: identity, gzip, br, zstd; or other")    \
    X(LABEL, "label", LABEL, true, "labels that rules gave")                   \
    X(SCORE, "score", NUMBER, true, "sum of scores, 0 to 100")                 \
    X(CLASS, "class", TEXT, true, "human, suspect, agent or unknown")          \
    X(RATE, "rate.", NUMBER, true, "requests in the window, this included")    \
    X(PAYMENT_STATE, "payment.state", TEXT, true,                              \
      "none, malformed or present")                                            \
    X(PAYMENT_PROTOCOL, "payment.protocol", TEXT, true, "x402, ...")           \
    X(PAYMENT_VERSION, "payment.version", NUMBER, true, "protocol version")    \
    X(PAYMENT_SCHEME, "payment.scheme", TEXT, true, "exact, ...")              \
    X(PAYMENT_NETWORK, "payment.network", TEXT, true, "CAIP-2 network")        \
    X(PAYMENT_PAYER, "payment.payer", TEXT, true, "who claims to pay")         \
    X(PAYMENT_AMOUNT, "payment.amount", AMOUNT, true, "atomic units offered")  \
    X(TRANSPORT, "transport", TEXT, true,                                      \
      "what brought the request: nginx, forward-auth, json, log, ...")

enum field {
#define FIELD_ENUM(id, name, type, folds, doc) FIELD_##id,
    FIELD_TABLE(FIELD_ENUM)
#undef FIELD_ENUM
        FIELD_COUNT
};

struct field_row {
    const char *name;
    enum field_type type;
    bool folds;
    bool takes_parameter;
    const char *doc;
};

extern const struct field_row field_rows[FIELD_COUNT];

/* Fields of the request's signature, whose values may change once what was
 * seen before is asked for: rules on them wait for that, as for rates. */
static inline bool field_is_of_signature(enum field field)
{
    return field == FIELD_WBA_STATE || field == FIELD_WBA_AGENT ||
           field == FIELD_WBA_KEY;
}

/* Fields that compare what two headers say. */
static inline bool field_is_joint(enum field field)
{
    return field == FIELD_CH_SAME_MAJOR || field == FIELD_CH_SAME_PLATFORM;
}

/* The field of "header.accept" and its parameter ("accept", a view into
 * name); FIELD_COUNT if there is none. */
enum field field_find(struct view name, struct view *parameter);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decision ids: 128 bits, 32 hex digits.
 */
#include "base/hash.h"
#include "steps.h"

/* Serving: bytes of a stream cipher under the request's own key, so that
 * nobody can guess another's decision id. The key is made for the first id:
 * processes may have been forked from one that had made the request. */
static void id_of_stream(struct wb_request *r, uint64_t id[2])
{
    size_t at = r->id_count++ % DECISION_IDS;
    if (r->id_count == 1) {
        hash_random(r->id_key, sizeof r->id_key);
    }
    if (at == 0) {
        hash_stream(r->ids, sizeof r->ids, r->id_key,
                    r->id_count / DECISION_IDS);
    }
    memcpy(id, r->ids[at], sizeof r->ids[at]);
}

/* Replay: a hash of the input, so that equal input gives equal output. */
static void id_of_input(const struct request *f, uint64_t id[2])
{
    static const unsigned char key[16] = "decision";
    const struct view facts[] = {f->method, f->host, f->target, f->client_ip,
                                 f->id};
    uint64_t sum[3] = {(uint64_t)f->time, f->header_count, 0};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        sum[0] = sum[0] * UINT64_C(0x9E3779B97F4A7C15) + hash_table(facts[i]);
    }
    for (size_t i = 0; i < f->header_count; i++) {
        sum[1] = (sum[1] ^ hash_table(f->headers[i].name)) *
                     UINT64_C(0x9E3779B97F4A7C15) +
                 hash_table(f->headers[i].value);
    }
    id[0] = hash_sip(key, view_of((const char *)sum, sizeof sum));
    sum[2] = 1;
    id[1] = hash_sip(key, view_of((const char *)sum, sizeof sum));
}

void decision_take_id(struct wb_request *r, const unsigned char id[16])
{
    memcpy(r->id, id, sizeof r->id);
    struct text text = text_in(r->id_text, sizeof r->id_text);
    text_add_hex(&text, r->id, sizeof r->id);
    r->id_text[32] = '\0';
}

void decision_make_id(struct wb_request *r)
{
    uint64_t id[2];
    if (r->state && !r->state->replay) {
        id_of_stream(r, id);
    } else {
        id_of_input(&r->facts, id);
    }
    decision_take_id(r, (const unsigned char *)id);
}

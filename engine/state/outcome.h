/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of a payment that was let through, told by who sees the gate's
 * answers. An outcome names a decision, and acts only while that decision
 * holds the claim. A claim's fate:
 *
 *                ┌─ settled ──► SETTLED: final, and the claim is proven
 *   (none) ──────┼─ failed ───► FAILED: held still, until settled, released
 *                ├─ pending ──► PENDING: held still, until settled or failed
 *                └─ released ─► gone: the payment may pass again
 */
#ifndef WB_STATE_OUTCOME_H
#define WB_STATE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

/* Who pays: chain id (big-endian) and address of an account that signed for
 * itself. */
#define CLAIM_PAYER 28

enum claim_fate {
    FATE_NONE,
    FATE_SETTLED,
    FATE_FAILED,
    FATE_PENDING,
    FATE_RELEASED /* never kept */
};

enum outcome_result {
    OUTCOME_DONE,       /* the claim changed */
    OUTCOME_REPEATED,   /* it was so already */
    OUTCOME_REFUSED,    /* settled, or pending and to be released: it stays */
    OUTCOME_UNKNOWN,    /* that decision holds no claim */
    OUTCOME_UNAVAILABLE /* the store is lost: tell it again */
};

/* One key of a claim, its identity or its payment-identifier, as it is
 * kept. */
struct claim_half_kept {
    bool proven;
    bool identifier;
    unsigned char key[32];
    unsigned char content[32];
    unsigned char decision[16];
    unsigned char ask[16];            /* zero: none */
    unsigned char payer[CLAIM_PAYER]; /* all 0: none that is sure */
    uint8_t fate;                     /* enum claim_fate */
    uint64_t amount;
    int64_t claimed_at;
    int64_t expires;
};

/* One outcome under way; owned by the caller, as a claim_call is. */
struct outcome_call {
    unsigned char decision[16];
    enum claim_fate fate; /* what became of it; not FATE_NONE */
    int64_t now;
    void (*wake)(void *arg);
    void *arg;
    /* the answer: */
    enum outcome_result result;
    bool proven;                      /* DONE: the claim was, before this */
    uint64_t amount;                  /* DONE: of the claim */
    unsigned char payer[CLAIM_PAYER]; /* DONE: of the claim */
    /* the store's: */
    void *next;
    struct outcome_half {
        bool there;
        bool was_proven;
        struct claim_half_kept half; /* as it is now */
    } halves[2];                     /* identity, identifier */
};

#endif

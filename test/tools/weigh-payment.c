/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses and judges payment headers as a script on stdin says, for tests:
 *
 *   now SECONDS             the clock
 *   strict on|off           judge against the offers (on)
 *   offer NETWORK ASSET PAY_TO AMOUNT    one more; `offer none`: none
 *   domain NAME|VERSION     EIP-712 domain of the last offer's asset
 *   gate [VERSION...]       the versions that the gate takes; none: all
 *   max-header-bytes N
 *   max-lifetime SECONDS
 *   workspace BYTES
 *   known NAME...           only these headers were captured
 *   host NAME               of the request
 *   header NAME VALUE       one more; VALUE to the end of the line
 *   judge                   prints one line; headers are forgotten
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "payment/signature.h"

#define SECOND INT64_C(1000000)
#define LINE_MAX ((size_t)1 << 20)
#define OFFERS_MAX 8
#define KNOWN_MAX 16

struct script {
    struct request request;
    struct payment_settings settings;
    struct offer offers[OFFERS_MAX];
    size_t offer_count;
    unsigned char domains[OFFERS_MAX][32];
    bool strict;
    int64_t now;
    struct view known[KNOWN_MAX];
    struct arena *text;      /* of lines that are kept */
    struct arena *workspace; /* of payment_parse */
};

static uint64_t number(struct view v)
{
    unsigned long long n;

    if (!view_to_u64(v, &n)) {
        fprintf(stderr, "weigh-payment: no number: %.*s\n", VIEW_ARG(v));
        exit(2);
    }
    return n;
}

static void print(const char *key, struct view v)
{
    printf(" %s=%.*s", key, (int)(v.size ? v.size : 1), v.size ? v.at : "-");
}

static void print_hash(const char *key, const unsigned char hash[32])
{
    char room[17];
    struct text text = text_in(room, sizeof(room));

    text_add_hex(&text, hash, 8);
    print(key, text_view(&text));
}

static void print_payment(const struct payment *p)
{
    char room[AMOUNT_TEXT];
    struct text amount = text_in(room, sizeof(room));
    struct payment_slots slots;

    if (p->has_amount) {
        amount_write(&amount, &p->amount);
    }
    payment_fill_slots(p, &slots);
    printf(" slots=%s version=%u", slots.filled ? slots.state : "unknown",
           p->version);
    print("header", p->header);
    print("scheme", p->scheme);
    print("network", p->network);
    print("asset", p->asset);
    print("pay_to", p->pay_to);
    print("payer", p->payer);
    print("amount", text_view(&amount));
    printf(" after=%llu before=%llu timeout=%llu",
           (unsigned long long)p->valid_after,
           (unsigned long long)p->valid_before,
           (unsigned long long)p->max_timeout);
    print("identifier", p->identifier);
    print("quote", p->quote);
    print_hash("identity", p->identity);
    print_hash("content", p->content);
}

static void judge(struct script *s)
{
    struct payment payment;
    struct judgement judgement;

    arena_reset(s->workspace);
    payment_parse(&s->request, &s->settings, s->workspace, &payment);
    judgement = payment_judge(&payment, &s->settings, s->offers, s->offer_count,
                              s->strict, s->now);
    printf("state=%s reason=%s offer=%zu", payment_states[judgement.state].name,
           judgement.reason ? judgement.reason : "-", judgement.offer);
    print_payment(&payment);
    if (s->offer_count > 0) {
        printf(" proof=%s", payment_proof_names[signature_check(
                                &payment, &s->offers[judgement.offer])]);
    }
    printf(" expires=%lld\n",
           (long long)(payment_claim_expiry(&payment, &s->settings, s->now) /
                       SECOND));
    fflush(stdout);
    request_clear(&s->request);
    arena_reset(s->text);
}

static void set_workspace(struct script *s, size_t size)
{
    arena_free(s->workspace);
    s->workspace = arena_new_fixed(size);
    if (!s->workspace) {
        exit(2);
    }
}

static void add_offer(struct script *s, struct view rest)
{
    struct offer *offer = &s->offers[s->offer_count];

    if (view_equal(rest, VIEW("none"))) {
        s->offer_count = 0;
        return;
    }
    /* Offers outlive the line; a test's few are never freed. */
    rest = view_text(strdup(rest.at));
    offer->network = view_cut(&rest, ' ');
    offer->asset = view_cut(&rest, ' ');
    offer->pay_to = view_cut(&rest, ' ');
    offer->decimals = 6;
    if (s->offer_count == OFFERS_MAX ||
        !amount_from_digits(rest, &offer->amount)) {
        exit(2);
    }
    s->offer_count++;
}

static void set_domain(struct script *s, struct view rest)
{
    struct view name = view_cut(&rest, '|');
    struct offer *offer;

    if (s->offer_count == 0) {
        exit(2);
    }
    offer = &s->offers[s->offer_count - 1];
    offer->domain = s->domains[s->offer_count - 1];
    if (!signature_domain(offer->network, offer->asset, name, rest,
                          s->domains[s->offer_count - 1])) {
        exit(2);
    }
}

static void set_known(struct script *s, struct view rest)
{
    s->request.headers_limited = true;
    s->request.headers_known = s->known;
    rest = arena_copy(s->text, rest);
    while (rest.at && s->request.headers_known_count < KNOWN_MAX) {
        s->known[s->request.headers_known_count++] = view_cut(&rest, ' ');
    }
}

static void set_gate(struct script *s, struct view rest)
{
    s->settings.gate_versions = 0;
    while (rest.at && rest.size > 0) {
        s->settings.gate_versions |= 1u << number(view_cut(&rest, ' '));
    }
}

static bool run_line(struct script *s, struct view line)
{
    struct view rest = line;
    struct view word = view_cut(&rest, ' ');

    if (view_equal(word, VIEW("header"))) {
        struct view value = arena_copy(s->text, rest);
        struct view name = view_cut(&value, ' ');

        return request_add_header(&s->request, name,
                                  value.at ? value : VIEW(""));
    }
    if (view_equal(word, VIEW("host"))) {
        s->request.host_name = arena_copy(s->text, rest);
    } else if (view_equal(word, VIEW("judge"))) {
        judge(s);
    } else if (view_equal(word, VIEW("now"))) {
        s->now = (int64_t)number(rest) * SECOND;
    } else if (view_equal(word, VIEW("strict"))) {
        s->strict = view_equal(rest, VIEW("on"));
    } else if (view_equal(word, VIEW("offer"))) {
        add_offer(s, rest);
    } else if (view_equal(word, VIEW("domain"))) {
        set_domain(s, rest);
    } else if (view_equal(word, VIEW("gate"))) {
        set_gate(s, rest);
    } else if (view_equal(word, VIEW("max-header-bytes"))) {
        s->settings.max_header_bytes = number(rest);
    } else if (view_equal(word, VIEW("max-lifetime"))) {
        s->settings.max_lifetime = (int64_t)number(rest) * SECOND;
    } else if (view_equal(word, VIEW("workspace"))) {
        set_workspace(s, number(rest));
    } else if (view_equal(word, VIEW("known"))) {
        set_known(s, rest);
    } else {
        return false;
    }
    return true;
}

int main(void)
{
    static struct script s;
    static char line[LINE_MAX];

    s.text = arena_new();
    s.strict = true;
    set_workspace(&s, 256 * 1024);
    payment_settings_default(&s.settings);
    request_clear(&s.request);
    if (!hash_start() || !s.text) {
        return 2;
    }
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (!run_line(&s, view_text(line))) {
            fprintf(stderr, "weigh-payment: cannot do: %.80s\n", line);
            return 2;
        }
    }
    arena_free(s.text);
    arena_free(s.workspace);
    return 0;
}

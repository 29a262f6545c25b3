/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as they usually come, so that loading can tell which tests are
 * seldom true: a rule is best woken by what these do not have, and a group
 * is best settled by what most of them do. They guide the order of work
 * only; no answer depends on them.
 *
 *   truth of a test, rule or label: two masks with a bit for each request,
 *   where it is true and where it is false; elsewhere it is unknown
 */
#include "classify/draft_load.h"

#define WORKSPACE ((size_t)32 * 1024)
#define HITS 64

#define CHROME_HINTS(platform, mobile)                                         \
    "sec-ch-ua: \"Chromium\";v=\"141\", \"Not?A_Brand\";v=\"8\", "             \
    "\"Google Chrome\";v=\"141\"\n"                                            \
    "sec-ch-ua-mobile: " mobile "\n"                                           \
    "sec-ch-ua-platform: \"" platform "\"\n"
#define CHROME(system, mobile)                                                 \
    "user-agent: Mozilla/5.0 (" system ") AppleWebKit/537.36 (KHTML, like "    \
    "Gecko) Chrome/141.0.0.0 " mobile "Safari/537.36\n"
#define SAFARI(system, mobile)                                                 \
    "user-agent: Mozilla/5.0 (" system ") AppleWebKit/605.1.15 (KHTML, like "  \
    "Gecko) Version/18.6 " mobile "\n"
#define FIREFOX(system)                                                        \
    "user-agent: Mozilla/5.0 (" system "; rv:143.0) Gecko/20100101 "           \
    "Firefox/143.0\n"
#define CHROME_PAGE                                                            \
    "accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/"     \
    "avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;"   \
    "q=0.7\n"
#define FIREFOX_PAGE                                                           \
    "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q="     \
    "0.8\n"
#define ENGLISH "accept-language: en-US,en;q=0.9\n"
#define ENCODINGS "accept-encoding: gzip, deflate, br, zstd\n"
#define FETCH(site, mode, dest)                                                \
    "sec-fetch-site: " site "\n"                                               \
    "sec-fetch-mode: " mode "\n"                                               \
    "sec-fetch-dest: " dest "\n"
#define UPGRADE "upgrade-insecure-requests: 1\n"
#define NAVIGATES FETCH("none", "navigate", "document") "sec-fetch-user: ?1\n"
#define WINDOWS "Windows NT 10.0; Win64; x64"
#define MAC "Macintosh; Intel Mac OS X 10_15_7"
#define REFERER "referer: https://www.example.com/\n"
#define COOKIE "cookie: session=0123456789abcdef\n"

static const struct {
    const char *scheme, *version, *target;
    const char *headers; /* one a line, in order */
    bool logged;         /* only user agent and referer were kept */
} usual[] = {
    {"https", "2", "/",
     CHROME_HINTS("Windows", "?0") UPGRADE CHROME(WINDOWS, "")
         CHROME_PAGE NAVIGATES ENCODINGS ENGLISH "priority: u=0, i\n",
     false},
    {"https", "1.1", "/section/article-1?page=2",
     "host: www.example.com\nconnection: keep-alive\n" CHROME_HINTS(
         "Android", "?1") UPGRADE CHROME("Linux; Android 10; K", "Mobile ")
         CHROME_PAGE NAVIGATES REFERER ENCODINGS ENGLISH COOKIE,
     false},
    {"https", "2", "/api/items.json",
     CHROME_HINTS("macOS", "?0") CHROME(MAC, "") "accept: */*\n" FETCH(
         "same-origin", "cors", "empty") REFERER ENCODINGS ENGLISH COOKIE,
     false},
    {"https", "2", "/images/photo.jpg",
     CHROME_HINTS("Windows", "?0") CHROME(
         WINDOWS, "") "accept: image/avif,image/webp,image/apng,image/svg+xml,"
                      "image/*,*/*;q=0.8\n" FETCH("same-origin", "no-cors",
                                                  "image")
                          REFERER ENCODINGS ENGLISH COOKIE
     "if-modified-since: Thu, 01 Jan "
     "2026 00:00:00 GMT\n",
     false},
    {"https", "2", "/section/article-2",
     FIREFOX("X11; Linux x86_64")
         FIREFOX_PAGE ENGLISH ENCODINGS UPGRADE NAVIGATES
     "priority: u=0, i\nte: trailers\n",
     false},
    {"https", "1.1", "/script.js",
     "host: www.example.com\n" FIREFOX(
         WINDOWS) "accept: */*\n" ENGLISH ENCODINGS
                  "connection: keep-alive\n" REFERER COOKIE FETCH(
                      "same-origin", "no-cors", "script"),
     false},
    {"https", "2", "/",
     "sec-fetch-dest: document\n" SAFARI(
         "iPhone; CPU iPhone OS 18_6 like Mac OS X",
         "Mobile/15E148 Safari/604.1") FIREFOX_PAGE
     "sec-fetch-site: none\nsec-fetch-mode: navigate\n" ENGLISH
     "priority: u=0, i\naccept-encoding: gzip, deflate, br\n",
     false},
    {"https", "2", "/style.css",
     "accept: text/css,*/*;q=0.1\n" FETCH("same-origin", "no-cors", "style")
         REFERER SAFARI(MAC, "Safari/605.1.15") ENGLISH
     "accept-encoding: gzip, deflate, br\n" COOKIE,
     false},
    {"http", "1.1", "/",
     "host: www.example.com\nconnection: keep-alive\n" UPGRADE CHROME(
         WINDOWS, "") CHROME_PAGE "accept-encoding: gzip, deflate\n" ENGLISH,
     false},
    {"https", "1.1", "/section/article-3",
     "host: www.example.com\nuser-agent: Mozilla/5.0 (compatible; spider/1.0; "
     "+https://www.example.com/about)\naccept: */*\n"
     "accept-encoding: gzip, deflate\n",
     false},
    {"https", "1.1", "/section/article-4?page=3", CHROME(WINDOWS, "") REFERER,
     true},
    {"https", "1.1", "/", FIREFOX("X11; Linux x86_64"), true},
};
_Static_assert(sizeof(usual) / sizeof(usual[0]) == USUAL_REQUESTS,
               "every usual request has its bit");

/* ---- values ---- */

static const struct view logged_headers[] = {{"user-agent", 10},
                                             {"referer", 7}};

static void make_request(struct request *r, size_t i)
{
    struct view rest = view_text(usual[i].headers);

    request_clear(r);
    r->method = VIEW("GET");
    r->scheme = view_text(usual[i].scheme);
    r->http_version = view_text(usual[i].version);
    r->host = VIEW("www.example.com");
    r->target = view_text(usual[i].target);
    r->client_ip = VIEW("192.0.2.1");
    r->transport = VIEW("http");
    r->country = VIEW("US");
    r->as_org = VIEW("Example");
    r->asn = 64496;
    r->has_asn = true;
    r->order_kept = !usual[i].logged;
    if (usual[i].logged) {
        r->headers_limited = true;
        r->headers_known = logged_headers;
        r->headers_known_count = 2;
    }
    while (rest.size > 0) {
        struct view value = view_cut(&rest, '\n');
        struct view name = view_cut(&value, ':');

        request_add_header(r, name, view_trim(value));
    }
    r->payment = (struct payment_slots){.filled = true, .state = "none"};
}

/* What the engine writes while it weighs, as it mostly is. */
static void put_own(const struct plan *plan, struct value *values)
{
    for (size_t i = 0; i < plan_slots(plan); i++) {
        switch (plan_slot_at(plan, i)->field) {
        case FIELD_RATE:
            values[i] = (struct value){.state = VALUE_PRESENT, .number = 1};
            break;
        case FIELD_SCORE:
            values[i] = (struct value){.state = VALUE_PRESENT, .number = 0};
            break;
        case FIELD_CLASS:
            values[i] =
                (struct value){.state = VALUE_PRESENT, .text = VIEW("human")};
            break;
        case FIELD_WBA_STATE:
        case FIELD_WBA_AGENT:
        case FIELD_WBA_KEY:
            values[i].state = VALUE_ABSENT;
            break;
        default:
            break;
        }
    }
}

/* ---- tests ---- */

struct usual_work {
    struct rules *rules;
    const struct program *program;
    struct value *values;
    uint32_t bit;
};

static void mark_found(struct usual_work *w, const struct automaton *a,
                       struct view value, const struct automaton_hit *hit)
{
    for (uint32_t at = hit->output; at != AUTOMATON_NONE;
         at = a->outputs[at].link) {
        const struct output *output = &a->outputs[at];

        for (uint32_t i = 0; i < output->count; i++) {
            const struct mark *mark = &a->marks[output->first + i];

            if (literal_stands(mark->test, value, hit->end, output->length)) {
                w->rules->atoms[mark->atom].usual.yes |= w->bit;
            }
        }
    }
}

static void find_literals(struct usual_work *w, const struct image_slot *slot,
                          struct view value)
{
    struct automaton_hit hits[HITS];
    struct automaton_pass pass;

    for (int i = 0; i < 2; i++) {
        if (slot->automata[i] == IMAGE_NONE) {
            continue;
        }
        automaton_start(&pass, &w->program->automata[slot->automata[i]], value);
        while (!automaton_done(&pass)) {
            size_t count = automaton_find(&pass, hits, HITS);

            for (size_t k = 0; k < count; k++) {
                mark_found(w, pass.automaton, value, &hits[k]);
            }
        }
    }
    for (uint32_t i = 0; i < slot->empties.count && !value.size; i++) {
        uint32_t atom = w->program->empties[slot->empties.first + i];

        w->rules->atoms[atom].usual.yes |= w->bit;
    }
}

static bool number_lies_in(const struct draft_atom *atom, uint64_t number)
{
    for (size_t i = 0; i < atom->range_count; i++) {
        if (atom->numbers[i].low <= number && number <= atom->numbers[i].high) {
            return true;
        }
    }
    return false;
}

/* Literals are found already; sets, amounts and expressions stay open. */
static void judge_present(const struct usual_work *w, struct draft_atom *atom,
                          const struct value *value)
{
    bool yes = false;

    switch (atom->atom.kind) {
    case OP_LITERAL:
        yes = atom->usual.yes & w->bit;
        break;
    case OP_NUMBER:
        yes = number_lies_in(atom, value->number);
        break;
    case OP_ADDRESS:
        yes = address_set_holds(atom->networks, value->address);
        break;
    case OP_GLOB:
        yes = glob_fits(&atom->glob, value->text);
        break;
    case OP_MATCHES:
        if (atom->atom.needs == IMAGE_NONE ||
            w->rules->atoms[atom->atom.needs].usual.yes & w->bit) {
            return;
        }
        break;
    default:
        return;
    }
    if (yes) {
        atom->usual.yes |= w->bit;
    } else {
        atom->usual.no |= w->bit;
    }
}

/* Instructions, about: of an automaton's pass, and of looking at a rule. */
#define PASS_START 80
#define PASS_BYTE 6
#define RULE_LOOK 90

static void judge(struct usual_work *w)
{
    const struct plan *plan = w->rules->plan;

    for (size_t i = 0; i < plan_slots(plan); i++) {
        if (w->values[i].state == VALUE_PRESENT && w->values[i].text.at) {
            find_literals(w, &w->program->slots[i], w->values[i].text);
            w->rules->slot_prices[i] +=
                PASS_START + PASS_BYTE * (unsigned)w->values[i].text.size;
        }
        w->rules->usual_states[3 * i + w->values[i].state] |= w->bit;
    }
    for (size_t i = 0; i < w->rules->atom_keys.count; i++) {
        struct draft_atom *atom = &w->rules->atoms[i];
        const struct value *value = &w->values[atom->atom.slot];

        if (value->state == VALUE_PRESENT) {
            judge_present(w, atom, value);
        } else if (value->state == VALUE_ABSENT) {
            atom->usual.no |= w->bit;
        }
    }
}

/* All literals of a slot share the price of its pass. */
static bool share_prices(struct rules *rules, struct arena *arena)
{
    size_t slots = plan_slots(rules->plan);
    unsigned *sharers = arena_array(arena, slots + 1, sizeof(*sharers));

    for (size_t i = 0; i < rules->atom_keys.count && sharers; i++) {
        const struct atom *atom = &rules->atoms[i].atom;

        sharers[atom->slot] += atom->kind == OP_LITERAL;
    }
    for (size_t i = 0; i < slots && sharers; i++) {
        if (sharers[i] > 0) {
            rules->slot_prices[i] = rules->slot_prices[i] * 1000 /
                                    (RULE_LOOK * USUAL_REQUESTS) / sharers[i];
        }
    }
    return sharers;
}

bool usual_weigh_tests(struct rules *rules, const struct program *program)
{
    static const struct request empty;
    struct arena *arena = arena_new(), *workspace = arena_new_fixed(WORKSPACE);
    size_t slots = plan_slots(rules->plan);
    struct usual_work w = {.rules = rules, .program = program};
    struct request *request = arena ? arena_alloc(arena, sizeof(empty)) : NULL;
    bool good, cut;

    w.values =
        request ? arena_array(arena, slots + 1, sizeof(*w.values)) : NULL;
    rules->usual_states =
        arena_array(rules->arena, 3 * slots + 1, sizeof(uint32_t));
    rules->slot_prices =
        arena_array(rules->arena, slots + 1, sizeof(*rules->slot_prices));
    good = w.values && workspace && rules->usual_states && rules->slot_prices;
    for (size_t i = 0; i < USUAL_REQUESTS && good; i++) {
        arena_reset(workspace);
        make_request(request, i);
        good = request_prepare(request, workspace);
        facts_fill(rules->plan, request, w.values, workspace, &cut);
        put_own(rules->plan, w.values);
        w.bit = UINT32_C(1) << i;
        judge(&w);
    }
    good = good && share_prices(rules, arena);
    arena_free(arena);
    arena_free(workspace);
    return good;
}

/* ---- conditions ---- */

static struct usual turned(struct usual u)
{
    return (struct usual){u.no, u.yes};
}

static struct usual label_usual(const struct rules *rules,
                                const struct label_test *test)
{
    struct usual all = {0, USUAL_ALL};

    for (size_t i = 0; i < test->label_count; i++) {
        const struct draft_label *label = &rules->draft_labels[test->labels[i]];

        for (size_t g = 0; g < label->count; g++) {
            all.yes |= label->givers[g]->usual.yes;
            all.no &= label->givers[g]->usual.no;
        }
    }
    return all;
}

struct usual usual_truth(const struct rules *rules,
                         const struct draft_node *node)
{
    const uint32_t *states = rules->usual_states;
    struct usual all;

    switch (node->kind) {
    case DRAFT_ALL:
        all = (struct usual){USUAL_ALL, 0};
        for (const struct draft_node *n = node->first; n; n = n->next) {
            struct usual one = usual_truth(rules, n);

            all = (struct usual){all.yes & one.yes, all.no | one.no};
        }
        return all;
    case DRAFT_ANY:
        all = (struct usual){0, USUAL_ALL};
        for (const struct draft_node *n = node->first; n; n = n->next) {
            struct usual one = usual_truth(rules, n);

            all = (struct usual){all.yes | one.yes, all.no & one.no};
        }
        return all;
    case DRAFT_NOT:
        return turned(usual_truth(rules, node->first));
    case DRAFT_ATOM:
        return rules->atoms[node->index].usual;
    case DRAFT_PRESENT:
        return (struct usual){states[3 * node->index + VALUE_PRESENT],
                              states[3 * node->index + VALUE_ABSENT]};
    case DRAFT_ABSENT:
        return (struct usual){states[3 * node->index + VALUE_ABSENT],
                              states[3 * node->index + VALUE_PRESENT]};
    case DRAFT_LABEL:
        return label_usual(rules, node->label);
    case DRAFT_FIXED:
        break;
    }
    return (struct usual){node->fixed == TRUTH_TRUE ? USUAL_ALL : 0,
                          node->fixed == TRUTH_FALSE ? USUAL_ALL : 0};
}

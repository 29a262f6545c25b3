/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Freezes the draft: labels and order first, then flat arrays that name each
 * other by number (image.h), then the program's own check and the examples.
 * Regular expressions are compiled here, so that a draft that fails owns
 * none.
 */
#include "classify/draft_load.h"

#define DIRECT_MAX 4

struct freezing {
    struct rules *rules;
    struct program *program;
    struct draft_rule **by_rank;
    size_t rank_count;
    struct image_slot *slots;
    struct atom *atoms;
    struct image_label *labels;
    struct image_rule *image_rules;
    struct image_rank *ranks;
    struct span *label_raises; /* by label: it and its groups, in `raised` */
    uint32_t *raised;
};

static void *array(struct freezing *f, size_t count, size_t size)
{
    return arena_array(f->rules->arena, count + 1, size);
}

/* ---- slots, rates, sets ---- */

static enum slot_time slot_time(enum field field)
{
    switch (field) {
    case FIELD_RATE:
    case FIELD_WBA_STATE:
    case FIELD_WBA_AGENT:
    case FIELD_WBA_KEY:
        return SLOT_RATE;
    case FIELD_SCORE:
        return SLOT_SCORE;
    case FIELD_CLASS:
        return SLOT_CLASS;
    default:
        return SLOT_EARLY;
    }
}

static bool freeze_slots(struct freezing *f)
{
    size_t count = plan_slots(f->rules->plan);
    uint32_t *rate_of_slot = array(f, count, sizeof(*rate_of_slot));

    f->slots = array(f, count, sizeof(*f->slots));
    if (!f->slots || !rate_of_slot) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct slot *slot = plan_slot_at(f->rules->plan, i);
        size_t rate = SIZE_MAX;

        f->slots[i].time = slot_time(slot->field);
        f->slots[i].automata[0] = IMAGE_NONE;
        f->slots[i].automata[1] = IMAGE_NONE;
        if (slot->field == FIELD_RATE) {
            rate = names_find(&f->rules->rate_names, slot->parameter);
        }
        rate_of_slot[i] = rate == SIZE_MAX ? IMAGE_NONE : (uint32_t)rate;
    }
    f->program->slots = f->slots;
    f->program->slot_count = (uint32_t)count;
    f->program->rate_of_slot = rate_of_slot;
    f->program->user_agent_slot = (uint32_t)f->rules->user_agent_slot;
    return true;
}

static bool same_parts(const struct rate_info *a, const struct rate_info *b)
{
    return a->slot_count == b->slot_count &&
           !memcmp(a->slots, b->slots, a->slot_count * sizeof(*a->slots));
}

static bool freeze_rates(struct freezing *f)
{
    size_t count = f->rules->rate_names.count;
    struct rate_info *rates = array(f, count, sizeof(*rates));

    for (size_t i = 0; i < count && rates; i++) {
        rates[i] = f->rules->rates[i].info;
        rates[i].again = i > 0 && same_parts(&rates[i], &rates[i - 1]);
    }
    f->program->rates = rates;
    f->program->rate_count = (uint32_t)count;
    return rates;
}

static bool freeze_sets(struct freezing *f)
{
    const struct rules_options *options = &f->rules->options;
    size_t count = f->rules->set_names.count;
    struct image_set *sets = array(f, count, sizeof(*sets));

    for (size_t i = 0; i < count && sets; i++) {
        sets[i].name = f->rules->set_names.items[i];
        if (i < options->set_count) {
            sets[i].set = options->sets[i].set;
            sets[i].fresh_until = options->sets[i].fresh_until;
        }
    }
    f->program->sets = sets;
    f->program->set_count = (uint32_t)count;
    return sets;
}

/* ---- atoms ---- */

/* How much of each the atoms hold. */
struct atom_sizes {
    size_t texts, numbers, amounts, networks, globs, regexes;
};

static struct atom_sizes measure(const struct rules *rules)
{
    struct atom_sizes sizes = {0};

    for (size_t i = 0; i < rules->atom_keys.count; i++) {
        const struct draft_atom *atom = &rules->atoms[i];

        sizes.texts += atom->operand_count;
        sizes.numbers += atom->atom.kind == OP_NUMBER ? atom->range_count : 0;
        sizes.amounts += atom->atom.kind == OP_AMOUNT ? atom->range_count : 0;
        sizes.networks += atom->atom.kind == OP_ADDRESS;
        sizes.globs += atom->atom.kind == OP_GLOB;
        sizes.regexes += atom->atom.kind == OP_MATCHES;
    }
    return sizes;
}

struct atom_room {
    struct atom *atoms;
    struct needle *texts;
    struct number_range *numbers;
    struct amount_range *amounts;
    const struct address_set **networks;
    struct glob *globs;
};

static bool add_regex(struct freezing *f, const struct draft_atom *draft,
                      struct atom *atom)
{
    struct regex_error error;
    struct regex *regex =
        regex_new(draft->operands[0], f->rules->options.jit, &error);

    if (!regex) {
        return false;
    }
    atom->index = f->program->regex_count;
    f->program->regexes[f->program->regex_count++] = regex;
    return true;
}

/* A class is one of four: which of them make the atom true? */
static unsigned char classes_of(const struct draft_atom *draft)
{
    unsigned char classes = 0;

    for (size_t i = 0; i < draft->operand_count; i++) {
        for (unsigned c = CLASS_HUMAN; c <= CLASS_UNKNOWN; c++) {
            if (view_equal_fold(draft->operands[i], class_names[c])) {
                classes |= (unsigned char)(1u << c);
            }
        }
    }
    return classes;
}

static bool freeze_atom(struct freezing *f, const struct draft_atom *draft,
                        struct atom_room *room)
{
    struct program *p = f->program;
    struct atom *atom = &room->atoms[p->atom_count++];

    *atom = draft->atom;
    atom->operands =
        (struct span){p->text_count, (uint32_t)draft->operand_count};
    for (size_t i = 0; i < draft->operand_count; i++) {
        room->texts[p->text_count++] = needle_of(draft->operands[i]);
    }
    switch (atom->kind) {
    case OP_LITERAL:
        if (atom->test == LITERAL_IS &&
            plan_slot_at(f->rules->plan, atom->slot)->field == FIELD_CLASS) {
            atom->classes = classes_of(draft);
        }
        break;
    case OP_NUMBER:
        atom->ranges =
            (struct span){p->number_range_count, (uint32_t)draft->range_count};
        memcpy(room->numbers + p->number_range_count, draft->numbers,
               draft->range_count * sizeof(*room->numbers));
        p->number_range_count += (uint32_t)draft->range_count;
        break;
    case OP_AMOUNT:
        atom->ranges =
            (struct span){p->amount_range_count, (uint32_t)draft->range_count};
        memcpy(room->amounts + p->amount_range_count, draft->amounts,
               draft->range_count * sizeof(*room->amounts));
        p->amount_range_count += (uint32_t)draft->range_count;
        break;
    case OP_ADDRESS:
        atom->index = p->network_count;
        room->networks[p->network_count++] = draft->networks;
        break;
    case OP_GLOB:
        atom->index = p->glob_count;
        room->globs[p->glob_count++] = draft->glob;
        break;
    case OP_MATCHES:
        return add_regex(f, draft, atom);
    default:
        break;
    }
    return true;
}

static bool freeze_atoms(struct freezing *f)
{
    struct atom_sizes sizes = measure(f->rules);
    struct program *p = f->program;
    struct atom_room room = {
        .atoms = array(f, f->rules->atom_keys.count, sizeof(struct atom)),
        .texts = array(f, sizes.texts, sizeof(struct needle)),
        .numbers = array(f, sizes.numbers, sizeof(struct number_range)),
        .amounts = array(f, sizes.amounts, sizeof(struct amount_range)),
        .networks =
            array(f, sizes.networks, sizeof(const struct address_set *)),
        .globs = array(f, sizes.globs, sizeof(struct glob))};

    p->regexes = array(f, sizes.regexes, sizeof(struct regex *));
    if (!room.atoms || !room.texts || !room.numbers || !room.amounts ||
        !room.networks || !room.globs || !p->regexes) {
        return false;
    }
    p->atoms = room.atoms;
    f->atoms = room.atoms;
    p->texts = room.texts;
    p->number_ranges = room.numbers;
    p->amount_ranges = room.amounts;
    p->networks = room.networks;
    p->globs = room.globs;
    for (size_t i = 0; i < f->rules->atom_keys.count; i++) {
        if (!freeze_atom(f, &f->rules->atoms[i], &room)) {
            return false;
        }
    }
    return true;
}

/* ---- labels ---- */

static bool freeze_labels(struct freezing *f)
{
    struct program *p = f->program;

    p->label_count = (uint32_t)f->rules->label_count;
    p->label_and_group_count = (uint32_t)f->rules->labels.count;
    p->limit_label = 0;
    f->labels = array(f, p->label_and_group_count, sizeof(*f->labels));
    for (uint32_t i = 0; i < p->label_and_group_count && f->labels; i++) {
        f->labels[i].name = f->rules->labels.items[i];
    }
    p->labels = f->labels;
    return f->labels;
}

/* By label: itself, then the groups that it is in. */
static bool list_raised(struct freezing *f)
{
    const struct draft_label *all = f->rules->draft_labels;
    size_t count = f->rules->labels.count, labels = f->rules->label_count;
    size_t sum = labels;
    uint32_t at = 0;

    f->label_raises = array(f, labels, sizeof(*f->label_raises));
    for (size_t g = labels; g < count; g++) {
        sum += all[g].member_count;
    }
    f->raised = array(f, sum, sizeof(*f->raised));
    if (!f->label_raises || !f->raised || sum > UINT32_MAX / 2) {
        return false;
    }
    for (size_t i = 0; i < labels; i++) {
        f->label_raises[i].count = 1;
    }
    for (size_t g = labels; g < count; g++) {
        for (size_t m = 0; m < all[g].member_count; m++) {
            f->label_raises[all[g].members[m]].count++;
        }
    }
    for (size_t i = 0; i < labels; i++) {
        f->label_raises[i].first = at;
        at += f->label_raises[i].count;
        f->raised[f->label_raises[i].first] = (uint32_t)i;
        f->label_raises[i].count = 1;
    }
    for (size_t g = labels; g < count; g++) {
        for (size_t m = 0; m < all[g].member_count; m++) {
            struct span *span = &f->label_raises[all[g].members[m]];

            f->raised[span->first + span->count++] = (uint32_t)g;
        }
    }
    return true;
}

/* ---- rules ---- */

static void find_agent(struct image_rule *rule)
{
    static const struct view prefixes[AGENT_KEYS] = {
        [AGENT_NAME] = {"agent:name:", 11},
        [AGENT_ORG] = {"agent:org:", 10},
        [AGENT_CATEGORY] = {"agent:category:", 15}};

    for (int k = 0; k < AGENT_KEYS; k++) {
        for (size_t i = 0; i < rule->info.label_count; i++) {
            struct view label = rule->info.labels[i];

            if (view_starts(label, prefixes[k])) {
                rule->agent[k] = view_of(label.at + prefixes[k].size,
                                         label.size - prefixes[k].size);
                break;
            }
        }
    }
}

static size_t count_raises(const struct freezing *f,
                           const struct draft_rule *rule)
{
    size_t count = 0;

    for (size_t i = 0; i < rule->info.label_count; i++) {
        size_t label = names_find(&f->rules->labels, rule->info.labels[i]);

        count += f->label_raises[label].count;
    }
    return count;
}

static void put_raises(struct freezing *f, struct span own, uint32_t *raises)
{
    memcpy(raises + f->program->raise_count, f->raised + own.first,
           own.count * sizeof(*raises));
    f->program->raise_count += own.count;
}

static bool freeze_raises(struct freezing *f)
{
    struct program *p = f->program;
    size_t sum = f->label_raises[0].count;
    uint32_t *raises;

    for (size_t i = 0; i < f->rank_count; i++) {
        sum += count_raises(f, f->by_rank[i]);
    }
    raises = array(f, sum, sizeof(*raises));
    if (!raises || sum > UINT32_MAX / 2) {
        return false;
    }
    p->raises = raises;
    put_raises(f, f->label_raises[0], raises);
    p->limit_raises = (struct span){0, p->raise_count};
    for (size_t i = 0; i < f->rank_count; i++) {
        const struct rule_info *info = &f->by_rank[i]->info;
        uint32_t first = p->raise_count;

        for (size_t j = 0; j < info->label_count; j++) {
            size_t label = names_find(&f->rules->labels, info->labels[j]);

            put_raises(f, f->label_raises[label], raises);
        }
        f->ranks[i].raises = (struct span){first, p->raise_count - first};
    }
    return true;
}

static bool freeze_rules(struct freezing *f)
{
    struct program *p = f->program;
    size_t count = f->rules->rule_ids.count;

    f->image_rules = array(f, count, sizeof(*f->image_rules));
    f->ranks = array(f, f->rank_count, sizeof(*f->ranks));
    if (!f->image_rules || !f->ranks) {
        return false;
    }
    for (const struct draft_rule *r = f->rules->first; r; r = r->next) {
        struct image_rule *rule = &f->image_rules[r->number];

        rule->info = r->info;
        rule->off = r->off;
        rule->rank = r->off ? IMAGE_NONE : r->rank;
        find_agent(rule);
    }
    for (size_t i = 0; i < f->rank_count; i++) {
        f->ranks[i].rule = f->by_rank[i]->number;
        f->ranks[i].counted = f->by_rank[i]->info.counted;
        p->stateless += !f->by_rank[i]->rated && !f->by_rank[i]->late;
        p->scored += !f->by_rank[i]->late;
    }
    p->rules = f->image_rules;
    p->rule_count = (uint32_t)count;
    p->ranks = f->ranks;
    p->rank_count = (uint32_t)f->rank_count;
    return true;
}

static bool freeze_code(struct freezing *f)
{
    struct program *p = f->program;
    struct code code = {.arena = f->rules->arena};
    uint32_t *conditions =
        array(f, f->rules->condition_count, sizeof(*conditions));

    if (!conditions) {
        return false;
    }
    for (size_t i = 0; i < f->rank_count; i++) {
        f->ranks[i].code = code_condition(&code, f->rules, f->by_rank[i]->when,
                                          f->ranks[i].counted);
    }
    for (size_t i = 0; i < f->rules->condition_count; i++) {
        conditions[i] = code_condition(&code, f->rules,
                                       f->rules->conditions[i].when, false);
    }
    p->code = code.words;
    p->code_size = (uint32_t)code.count;
    p->conditions = conditions;
    p->condition_count = (uint32_t)f->rules->condition_count;
    return !code.failed;
}

/* A slot none of whose literals wakes a rule is scanned only when a rule
 * asks for one. */
static void mark_lazy(struct freezing *f)
{
    const struct program *p = f->program;

    for (uint32_t i = 0; i < p->slot_count; i++) {
        f->slots[i].lazy = true;
    }
    for (uint32_t i = 0; i < p->atom_count; i++) {
        if (p->atom_wakes[i].count > 0 && p->atoms[i].kind == OP_LITERAL) {
            f->slots[p->atoms[i].slot].lazy = false;
        }
    }
}

/* Few and short literals on a lazy slot are cheaper to search for than a
 * pass is. */
static void mark_direct(struct freezing *f)
{
    const struct program *p = f->program;

    for (uint32_t i = 0; i < p->atom_count; i++) {
        struct atom *atom = &f->atoms[i];

        atom->eager = atom->kind == OP_LITERAL && !f->slots[atom->slot].lazy &&
                      f->slots[atom->slot].time == SLOT_EARLY;
        atom->direct = atom->kind == OP_LITERAL && f->slots[atom->slot].lazy &&
                       atom->operands.count <= DIRECT_MAX;
        for (uint32_t j = 0; j < atom->operands.count && atom->direct; j++) {
            atom->direct =
                p->texts[atom->operands.first + j].text.size <= NEEDLE_MAX;
        }
    }
}

/* Nothing is to be done for an early slot that only answers when asked. */
static bool is_idle(const struct image_slot *slot)
{
    return slot->time == SLOT_EARLY && !slot->wakes[0].count &&
           !slot->wakes[1].count && !slot->wakes[2].count && slot->lazy &&
           !slot->indexed;
}

/* Slots by time. */
static bool order_slots(struct freezing *f)
{
    struct program *p = f->program;
    uint32_t *order = array(f, p->slot_count, sizeof(*order));
    uint32_t count = 0;

    mark_lazy(f);
    mark_direct(f);
    for (int time = 0; time < SLOT_TIMES && order; time++) {
        p->timed[time].first = count;
        for (uint32_t i = 0; i < p->slot_count; i++) {
            if (f->slots[i].time == (enum slot_time)time &&
                !is_idle(&f->slots[i])) {
                order[count++] = i;
            }
        }
        p->timed[time].count = count - p->timed[time].first;
    }
    p->slot_order = order;
    return order;
}

/* ---- all ---- */

static bool small_enough(const struct rules *rules)
{
    return rules->atom_keys.count < OPERAND_MAX &&
           rules->labels.count < OPERAND_MAX &&
           plan_slots(rules->plan) < OPERAND_MAX / 4 &&
           rules->rule_ids.count < OPERAND_MAX &&
           rules->condition_count < OPERAND_MAX;
}

static bool freeze(struct freezing *f)
{
    struct program *p = f->program;
    struct wake_room room;

    p->plan = f->rules->plan;
    p->band_suspect = f->rules->options.band_suspect;
    p->band_agent = f->rules->options.band_agent;
    p->no_prefilter = f->rules->options.no_prefilter;
    if (!freeze_slots(f) || !freeze_rates(f) || !freeze_sets(f) ||
        !freeze_atoms(f) || !freeze_labels(f) || !list_raised(f) ||
        !freeze_rules(f) || !freeze_raises(f)) {
        return false;
    }
    room = (struct wake_room){f->slots, f->labels, f->image_rules, f->ranks};
    return automata_make(f->rules, p, f->slots) &&
           usual_weigh_tests(f->rules, p) &&
           wakes_make(f->rules, p, f->by_rank, &room) &&
           indexes_make(f->rules, p, f->slots) && order_slots(f) &&
           freeze_code(f);
}

static bool check(struct rules *rules, const struct program *program)
{
    const char *wrong = program_verify(program);

    if (wrong) {
        rules_refuse(rules, (struct place){0}, RULE_INTERNAL, NULL,
                     "the compiled program is wrong: %s", wrong);
    }
    return !wrong;
}

/* Frees what a failed compilation made. */
static struct program *give_up(struct rules *rules, struct program *program)
{
    program_free(program);
    rules->program = NULL;
    return NULL;
}

struct program *rules_compile(struct rules *rules)
{
    struct freezing f = {.rules = rules};
    size_t before;
    bool good = !rules->broken && retired_settle(rules) && rates_check(rules);

    good = good && labels_resolve(rules);
    f.by_rank = array(&f, rules->rule_ids.count, sizeof(*f.by_rank));
    f.program = arena_alloc(rules->arena, sizeof(*f.program));
    if (!f.by_rank || !f.program) {
        rules_no_memory(rules);
        return NULL;
    }
    good = good && rules_order(rules, f.by_rank, &f.rank_count);
    if (!good || problems_errors(rules->problems) > 0) {
        return NULL;
    }
    if (!small_enough(rules)) {
        rules_refuse(rules, (struct place){0}, RULE_SIZE, NULL,
                     "the rules are more than a program can number");
        return NULL;
    }
    rules->program = f.program;
    before = problems_errors(rules->problems);
    if (!plan_close(rules->plan) || !freeze(&f)) {
        rules_no_memory(rules);
        return give_up(rules, f.program);
    }
    if (!check(rules, f.program) || !examples_check(rules) ||
        problems_errors(rules->problems) > before) {
        return give_up(rules, f.program);
    }
    return f.program;
}

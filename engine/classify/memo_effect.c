/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effect of a text: what is found in it. Of user agents what they begin
 * with, up to their last ')', is remembered besides, as their stem: where build
 * numbers make each of them new, few stems are.
 *
 *   Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)
 *   `-- stem: literals found, the automata's states, the browser so far --'
 *    Chrome/156.0.7204.49 Safari/537.36
 *    `-- read anew, from there on -----'
 *
 * The automata stop before the ')', which is looked at by tests on the byte
 * behind a word. A stem is worked out when it is met again: whoever varies
 * it pays for no more than its bytes.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "classify/memo.h"

#define STEM_MAX 160
#define STEM_ATOMS 32

struct stem {
    enum { STEM_NEW, STEM_KNOWN, STEM_USELESS } state;
    uint32_t size; /* 0: free */
    uint32_t atom_count;
    uint32_t atoms[STEM_ATOMS]; /* that are true of it */
    uint32_t states[2];         /* of the slot's automata, before the ')' */
    struct browser_reading browser;
    char text[STEM_MAX];
};

/* ---- stems ---- */

bool memo_make_stems(struct memo *memo, size_t count)
{
    const struct program *p = memo->program;

    for (int i = 0; i < 2; i++) {
        uint32_t number = p->slots[p->user_agent_slot].automata[i];

        if (number != IMAGE_NONE && p->automata[number].reach != REACH_WHOLE) {
            return true;
        }
    }
    memo->stems = calloc(count, sizeof(*memo->stems));
    memo->stem_count = count;
    return memo->stems != NULL;
}

/* No atom is worked out before a key is made, nor after it. */
static void open_atoms(struct evaluation *e)
{
    for (uint32_t i = 0; i < e->touched_atoms.count; i++) {
        e->atoms[e->touched_atoms.items[i]] = ATOM_OPEN;
    }
    e->touched_atoms.count = 0;
}

/* Up to the last ')'; 0: there is none, or it is not worth while. */
static size_t stem_size(struct view agent)
{
    for (size_t i = agent.size; i >= 16; i -= 16) {
        unsigned found =
            sixteen_bits(sixteen_is(sixteen_at(agent.at + i - 16), ')'));

        if (found) {
            return i + 16 - (size_t)__builtin_clz(found);
        }
    }
    return 0;
}

static void work_out(struct evaluation *e, struct stem *stem)
{
    struct touched *found = &e->touched_atoms;
    struct view text = view_of(stem->text, stem->size);

    stem->state = STEM_USELESS;
    stem->states[0] = stem->states[1] = 0;
    weighing_look_on(e, e->program->user_agent_slot, text, 0, stem->size - 1,
                     stem->states);
    if (browser_begin(&stem->browser, text) && found->count <= STEM_ATOMS) {
        stem->state = STEM_KNOWN;
        stem->atom_count = found->count;
        memcpy(stem->atoms, found->items, found->count * sizeof(*stem->atoms));
    }
    open_atoms(e);
}

bool memo_seek_stem(struct memo *memo, struct view agent)
{
    size_t size = memo->stems ? stem_size(agent) : 0;
    struct view text = view_of(agent.at, size);
    struct stem *stem;

    memo->stem = NULL;
    if (size == 0 || size > STEM_MAX) {
        return false;
    }
    stem = &memo->stems[hash_table(text) & (memo->stem_count - 1)];
    if (!view_equal(view_of(stem->text, stem->size), text)) {
        stem->state = STEM_NEW;
        stem->size = (uint32_t)size;
        memcpy(stem->text, text.at, size);
        return true;
    }
    memo->stem = stem;
    return false;
}

void memo_take_stem(struct evaluation *e, struct view agent)
{
    struct stem *stem = e->memo->stem;

    if (stem && stem->state == STEM_NEW) {
        work_out(e, stem);
    }
    if (stem && stem->state == STEM_USELESS) {
        e->memo->stem = NULL;
    } else if (stem && !e->fill->has_browser) {
        browser_end(&e->fill->browser, &stem->browser, agent);
        e->fill->has_browser = true;
    }
}

static void look_behind_stem(struct evaluation *e, struct view agent)
{
    const struct stem *stem = e->memo->stem;
    uint32_t states[2] = {stem->states[0], stem->states[1]};

    for (uint32_t i = 0; i < stem->atom_count; i++) {
        weighing_set_atom(e, stem->atoms[i], TRUTH_TRUE);
    }
    weighing_look_on(e, e->program->user_agent_slot, agent, stem->size - 1,
                     agent.size, states);
}

/* ---- effects ---- */

/* A glob fits only where its literal, if it has one, was found. */
static void look_for_globs(struct evaluation *e, const struct keyed_slot *keyed)
{
    const struct program *p = e->program;

    for (uint32_t i = 0; i < keyed->glob_count; i++) {
        const struct atom *atom = &p->atoms[keyed->globs[i]];

        if ((atom->needs == IMAGE_NONE || e->atoms[atom->needs] != ATOM_OPEN) &&
            glob_fits(&p->globs[atom->index], e->values[keyed->slot].text)) {
            weighing_set_atom(e, keyed->globs[i], TRUTH_TRUE);
        }
    }
}

uint32_t memo_effect(struct evaluation *e, const struct keyed_slot *keyed)
{
    const struct touched *found = &e->touched_atoms;
    uint32_t effect;

    if (keyed->slot == e->program->user_agent_slot && e->memo->stem) {
        look_behind_stem(e, e->values[keyed->slot].text);
    } else {
        weighing_look_through(e, keyed->slot);
    }
    look_for_globs(e, keyed);
    effect = memo_number_set(e->memo, found->items, found->count, e->atoms);
    open_atoms(e);
    return effect;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template -> text. See snippet.h for the language.
 */
#include <string.h>

#include "base/text.h"
#include "cli/snippet.h"

typedef const char *names(const struct wb_engine *engine, size_t i);

struct writing {
    const struct wb_engine *engine;
    const char *sidecar;
    FILE *out;
};

static void write_view(const struct writing *w, struct view view)
{
    fwrite(view.at, 1, view.size, w->out);
}

static void write_folded(const struct writing *w, const char *name, char dash)
{
    for (; *name; name++) {
        fputc(*name == '-' ? dash : ascii_lower(*name), w->out);
    }
}

/* "[::1]:8402", "127.0.0.1:8402": of what stands before the last colon. */
static int host_size(const char *address)
{
    const char *colon = strrchr(address, ':');
    return colon ? (int)(colon - address) : 0;
}

/* False: no such word, which then stands for itself. */
static bool write_word(const struct writing *w, struct view word,
                       const char *name)
{
    if (view_equal(word, VIEW("sidecar"))) {
        fputs(w->sidecar, w->out);
    } else if (view_equal(word, VIEW("host"))) {
        fprintf(w->out, "%.*s", host_size(w->sidecar), w->sidecar);
    } else if (view_equal(word, VIEW("port"))) {
        fputs(w->sidecar + host_size(w->sidecar) + 1, w->out);
    } else if (name && view_equal(word, VIEW("name"))) {
        fputs(name, w->out);
    } else if (name && view_equal(word, VIEW("lower"))) {
        write_folded(w, name, '-');
    } else if (name && view_equal(word, VIEW("snake"))) {
        write_folded(w, name, '_');
    } else {
        return false;
    }
    return true;
}

static size_t find(struct view text, struct view what)
{
    const char *at =
        text.size ? memmem(text.at, text.size, what.at, what.size) : NULL;
    return at ? (size_t)(at - text.at) : text.size;
}

static struct view after(struct view text, size_t n)
{
    return view_of(text.at + n, text.size - n);
}

static void write_text(const struct writing *w, struct view text,
                       const char *name)
{
    while (text.size) {
        size_t open = find(text, VIEW("{{"));
        write_view(w, view_of(text.at, open));
        text = after(text, open);
        size_t close = find(text, VIEW("}}"));
        if (close == text.size) {
            write_view(w, text);
            return;
        }
        struct view word = view_of(text.at + 2, close - 2);
        /* "{http.header.{{name}}}" has its own braces outside */
        if (write_word(w, word, name)) {
            text = after(text, close + 2);
        } else {
            write_view(w, view_of(text.at, 1));
            text = after(text, 1);
        }
    }
}

static struct view line_of(struct view text)
{
    size_t end = find(text, VIEW("\n"));
    return view_of(text.at, end < text.size ? end + 1 : end);
}

void snippet_write(const struct shipped_file *file,
                   const struct wb_engine *engine, const char *sidecar,
                   FILE *out)
{
    const struct {
        struct view line;
        names *each;
    } loops[] = {{VIEW("%%each header\n"), wb_engine_header_name},
                 {VIEW("%%each payment\n"), wb_engine_payment_name}};
    struct writing w = {engine, sidecar, out};
    struct view text = view_of(file->start, (size_t)(file->end - file->start));
    while (text.size) {
        struct view line = line_of(text);
        names *each = NULL;
        for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
            each = view_equal(line, loops[i].line) ? loops[i].each : each;
        }
        text = after(text, line.size);
        if (!each) {
            write_text(&w, line, NULL);
            continue;
        }
        size_t end = find(text, VIEW("%%end\n"));
        for (size_t i = 0; each(engine, i); i++) {
            write_text(&w, view_of(text.at, end), each(engine, i));
        }
        text = after(text, end);
        text = after(text, line_of(text).size);
    }
}

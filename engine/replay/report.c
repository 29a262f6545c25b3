/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary of a replay as a page of text; see summary.h. Names come from
 * the configuration, which was checked: they are safe on a terminal.
 */
#include "replay/block.h"
#include "replay/summary.h"

/* Agents that are shown. */
#define AGENTS_SHOWN 20

static unsigned long long number(uint64_t n)
{
    return n;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0.0;
}

static void add_time(FILE *out, const char *before, int64_t time)
{
    char room[40];
    struct text text = text_in(room, sizeof room);

    text_add_time(&text, time);
    fprintf(out, "%s%.*s", before, (int)text.size, text.at);
}

static void lines_report(const struct tally *tally, const char *mode, FILE *out)
{
    uint64_t unreadable = tally_unreadable(tally);

    fprintf(out, "%llu lines: %llu requests, %llu unreadable",
            number(tally->read + unreadable), number(tally->read),
            number(unreadable));
    fprintf(out, "; mode %s\n", mode);
    for (int i = LINE_FINE + 1; i < LINE_FAULTS; i++) {
        if (tally->faults[i] > 0) {
            fprintf(out, "  %llu %s\n", number(tally->faults[i]),
                    line_fault_text((enum line_fault)i));
        }
    }
    if (tally->timed) {
        add_time(out, "from ", tally->first);
        add_time(out, " to ", tally->last);
        fputc('\n', out);
    }
}

static void classes_report(const struct tally *tally, FILE *out)
{
    bool bytes = false;

    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        bytes |= tally->bytes[i] > 0;
    }
    fprintf(out, "\n%-24s %12s %8s%s\n", "class", "requests", "share",
            bytes ? "            bytes" : "");
    for (size_t i = 0; i < TALLY_CLASSES; i++) {
        fprintf(out, "%-24s %12llu %7.2f%%", tally_classes[i],
                number(tally->classes[i]),
                share(tally->classes[i], tally->read));
        if (bytes) {
            fprintf(out, " %16llu", number(tally->bytes[i]));
        }
        fputc('\n', out);
    }
}

static void table_report(const char *title, const struct table *table,
                         uint64_t whole, size_t most, FILE *out)
{
    if (table->count == 0) {
        return;
    }
    fprintf(out, "\n%-24s %12s %8s\n", title, "requests", "share");
    for (size_t i = 0; i < table->count && i < most; i++) {
        const struct row *row = &table->rows[i];
        fprintf(out, "%-24.*s %12llu %7.2f%%\n", VIEW_ARG(row->name),
                number(row->requests), share(row->requests, whole));
    }
    if (table->count > most) {
        fprintf(out, "and %zu more\n", table->count - most);
    }
}

static void routes_report(const struct table *table, FILE *out)
{
    if (table->count == 0) {
        return;
    }
    fprintf(out, "\n%-24s %12s %12s  %s\n", "route", "requests", "charged",
            "asked for, in atomic units");
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        char room[AMOUNT_TEXT];
        struct text amount = text_in(room, sizeof room);
        amount_write(&amount, &row->amount);
        fprintf(out, "%-24.*s %12llu %12llu", VIEW_ARG(row->name),
                number(row->requests), number(row->charged));
        if (row->overflow) {
            fprintf(out, "  too much to count");
        } else if (row->charged > 0) {
            fprintf(out, "  %.*s of %.*s", (int)amount.size, amount.at,
                    VIEW_ARG(row->asset));
        }
        fputc('\n', out);
    }
}

static void confusion_report(const struct tally *tally, FILE *out)
{
    if (tally->labelled == 0) {
        return;
    }
    fprintf(out, "\n%-24s", "labelled as, by class");
    for (size_t k = 0; k < TALLY_CLASSES; k++) {
        fprintf(out, " %10s", tally_classes[k]);
    }
    fputc('\n', out);
    for (size_t i = 0; i < TALLY_LABELS; i++) {
        fprintf(out, "%-24s", tally_labels[i]);
        for (size_t k = 0; k < TALLY_CLASSES; k++) {
            fprintf(out, " %10llu", number(tally->confusion[i][k]));
        }
        fputc('\n', out);
    }
}

bool report_write(const struct tally *tally, const char *mode, FILE *out)
{
    lines_report(tally, mode, out);
    classes_report(tally, out);
    fprintf(out, "\n%-24s %12s %8s\n", "action", "requests", "share");
    fprintf(out, "%-24s %12llu %7.2f%%\n", "allow", number(tally->allowed),
            share(tally->allowed, tally->read));
    fprintf(out, "%-24s %12llu %7.2f%%\n", "reject", number(tally->rejected),
            share(tally->rejected, tally->read));
    table_report("payment", &tally->payments, tally->read, SIZE_MAX, out);
    table_report("agent", &tally->agents, tally->read, AGENTS_SHOWN, out);
    if (tally->sites.count > 1) {
        table_report("site", &tally->sites, tally->read, SIZE_MAX, out);
    }
    routes_report(&tally->routes, out);
    confusion_report(tally, out);
    return !ferror(out);
}

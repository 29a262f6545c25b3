/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many units a request asks for. Nothing here reads as fewer than an
 * origin may serve: digits only, without a leading zero, once.
 */
#include "pricing/units.h"

#include "pricing/policy.h"

size_t steps_find(const struct rebate *steps, size_t count, uint64_t n)
{
    size_t found = 0;
    while (found < count && steps[found].from <= n) {
        found++;
    }
    return found;
}

/* 0: not a number, or one that could be read in two ways. */
static uint64_t read_number(struct view v)
{
    unsigned long long n;
    if (v.size == 0 || v.at[0] == '0' || !view_to_u64(v, &n)) {
        return 0;
    }
    return n;
}

static uint64_t in_query(const struct units *units,
                         const struct request *request)
{
    struct view value;
    if (!request->target.at || request->path.ambiguous ||
        query_goes_on(request->target) ||
        !query_single(request->path.query, units->query, &value)) {
        return 0;
    }
    return read_number(value);
}

static uint64_t in_header(const struct units *units,
                          const struct request *request)
{
    const struct header *header = request_header(request, units->header);
    if (!header || request_header_lines(request, units->header) != 1) {
        return 0;
    }
    return read_number(view_trim(header->value));
}

uint64_t units_count(const struct units *units, const struct request *request)
{
    uint64_t n =
        units->query.at ? in_query(units, request) : in_header(units, request);
    if (n == 0) {
        return units->dearest;
    }
    return n < units->most ? n : units->most;
}

uint64_t units_factor(const struct units *units, uint64_t count)
{
    size_t step = steps_find(units->steps, units->step_count, count);
    return step ? units->steps[step - 1].factor : FACTOR_ONE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our labels beside those of AWS WAF Bot Control, as one table: the profile
 * aws-waf writes theirs in headers, routes in AWS' form ask for theirs in
 * conditions.
 */
#ifndef WB_AWS_LABELS_H
#define WB_AWS_LABELS_H

/* Their label below awswaf:managed:aws:bot-control:, and a condition of ours
 * that holds when theirs would. */
struct aws_label {
    const char *theirs, *ours;
};
extern const struct aws_label aws_labels[]; /* theirs NULL ends */

/* A category of ours and the name of theirs. The first of ours is what the
 * header says, all of theirs are what a condition means. */
struct aws_category {
    const char *ours, *theirs;
};
extern const struct aws_category aws_categories[]; /* ours NULL ends */

#endif

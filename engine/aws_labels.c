/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table. What Bot Control calls a bot is, here, whatever is of class
 * agent: it sees names only, we see more. Labels of theirs that nothing of
 * ours stands for (advertising, email clients, webhooks, developer
 * platforms) are in no row: a condition on them never holds.
 */
#include "aws_labels.h"

#include <stddef.h>

#define AUTOMATED "{ label: agent:category:automated-browser }"

const struct aws_label aws_labels[] = {
    {"bot:verified", "{ label: agent:verified }"},
    {"bot:unverified", "{ class: agent, not: { label: agent:verified } }"},
    {"bot:user_triggered:verified",
     "{ all: [{ label: agent:verified }, "
     "{ label: agent:category:ai-assistant }] }"},
    {"bot:web_bot_auth:verified", "{ label: agent:wba:verified }"},
    {"bot:web_bot_auth:invalid", "{ label: agent:wba:invalid }"},
    {"bot:web_bot_auth:expired", "{ label: agent:wba:expired }"},
    {"bot:web_bot_auth:unknown_bot", "{ label: agent:wba:unknown-key }"},
    /* as AWS' own pages of good practice write them */
    {"web_bot_auth:verified", "{ label: agent:wba:verified }"},
    {"web_bot_auth:invalid", "{ label: agent:wba:invalid }"},
    {"web_bot_auth:expired", "{ label: agent:wba:expired }"},
    {"web_bot_auth:unknown_bot", "{ label: agent:wba:unknown-key }"},
    {"signal:automated_browser", AUTOMATED},
    {"targeted:signal:automated_browser", AUTOMATED},
    {"targeted:signal:browser_inconsistency",
     "{ label: signal:header-contradiction }"},
    {"signal:non_browser_user_agent",
     "{ not: { user-agent: { starts-with: Mozilla/ } } }"},
    {"signal:known_bot_data_center", "{ label: signal:hosting }"},
    {"signal:cloud_service_provider:aws", "{ label: signal:hosting:aws }"},
    {"signal:cloud_service_provider:gcp", "{ label: signal:hosting:google }"},
    {"signal:cloud_service_provider:azure", "{ label: signal:hosting:azure }"},
    {"signal:cloud_service_provider:oracle",
     "{ label: signal:hosting:oracle }"},
    {NULL, NULL},
};

const struct aws_category aws_categories[] = {
    {"ai-training", "ai"},
    {"ai-search", "ai"},
    {"ai-assistant", "ai"},
    {"search", "search_engine"},
    {"feed-reader", "content_fetcher"},
    {"social-preview", "social_media"},
    {"social-preview", "page_preview"},
    {"archiver", "archiver"},
    {"seo", "seo"},
    {"automated-browser", "scraping_framework"},
    {"http-library", "http_library"},
    {"scanner", "security"},
    {"monitor", "monitoring"},
    {"other", "miscellaneous"},
    {NULL, NULL},
};

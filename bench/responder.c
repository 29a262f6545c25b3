/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sidecar is measured against: libmicrohttpd with one epoll thread
 * that reads each request's headers, decides nothing, and answers 200 with
 * as many fresh headers as an allow of the sidecar has. bench/sidecar runs
 * both.
 *
 *   responder PORT      serves on 127.0.0.1 until it is killed; without a
 *                       port it says so and ends
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const headers[][2] = {
    {"X-Agent-Class", "agent"},
    {"X-Agent-Score", "100"},
    {"X-Agent-Name", "gptbot"},
    {"X-Agent-Category", "ai-training"},
    {"X-Agent-Org", "openai"},
    {"X-Agent-Labels", "agent:category:ai-training,agent:name:gptbot,"
                       "agent:org:openai,signal:self-declared"},
    {"X-Price-Action", "charge"},
    {"X-Price", "0.03"},
    {"X-Price-Amount", "30000"},
    {"X-Price-Currency", "USDC"},
    {"X-Price-Asset", "0x036CbD53842c5426634e7929541eC2318f3dCF7e"},
    {"X-Price-Network", "eip155:84532"},
    {"X-Price-Pay-To", "0x000000000000000000000000000000000000dEaD"},
    {"X-Price-Route", "everything"},
    {"X-Price-Tier", "2"},
    {"X-Price-Offers", "-"},
    {"X-Price-Demand", "-"},
    {"X-Price-Quote", "-"},
    {"X-Payment-State", "none"},
    {"X-Payment-Forward", "0"},
    {"X-Payment-Payer", "-"},
    {"X-Weighbridge-Decision", "9adeba158cf108e0df0ea46d56f6aa24"},
    {"X-Weighbridge-Mode", "enforce"},
    {"X-Weighbridge-Would", "-"},
};

static volatile size_t bytes_read;

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind,
                                 const char *name, size_t name_size,
                                 const char *value, size_t value_size)
{
    size_t *bytes = context;

    (void)kind, (void)name, (void)value;
    *bytes += name_size + value_size;
    return MHD_YES;
}

static enum MHD_Result answer(struct MHD_Connection *connection)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result;

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    }
    result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *context,
                                  struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *size, void **state)
{
    static char seen;
    size_t bytes = 0;

    (void)context, (void)url, (void)method, (void)version, (void)data,
        (void)size;
    if (*state == NULL) {
        *state = &seen; /* an answer in the first call ends the connection */
        return MHD_YES;
    }
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &bytes);
    bytes_read = bytes;
    return answer(connection);
}

int main(int count, char **arguments)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    if (count != 2) {
        puts("see bench/sidecar, which runs it");
        return 0;
    }
    address.sin_port = htons((unsigned short)atoi(arguments[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL,
                         on_request, NULL, MHD_OPTION_SOCK_ADDR, &address,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536,
                         MHD_OPTION_END) == NULL) {
        perror("responder");
        return 2;
    }
    pause();
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keccak-256 as Ethereum uses it: Keccak-f[1600] with a rate of 136 bytes and
 * the padding of the competition's submission (0x01 ... 0x80), from the
 * published specification (keccak.team). A lane is 64 bits, little-endian;
 * lane x, y of the cube is lane[x + 5 * y].
 */
#include "base/hash.h"

#define RATE 136
#define ROUNDS 24

static const uint64_t round_constant[ROUNDS] = {
    UINT64_C(0x0000000000000001), UINT64_C(0x0000000000008082),
    UINT64_C(0x800000000000808a), UINT64_C(0x8000000080008000),
    UINT64_C(0x000000000000808b), UINT64_C(0x0000000080000001),
    UINT64_C(0x8000000080008081), UINT64_C(0x8000000000008009),
    UINT64_C(0x000000000000008a), UINT64_C(0x0000000000000088),
    UINT64_C(0x0000000080008009), UINT64_C(0x000000008000000a),
    UINT64_C(0x000000008000808b), UINT64_C(0x800000000000008b),
    UINT64_C(0x8000000000008089), UINT64_C(0x8000000000008003),
    UINT64_C(0x8000000000008002), UINT64_C(0x8000000000000080),
    UINT64_C(0x000000000000800a), UINT64_C(0x800000008000000a),
    UINT64_C(0x8000000080008081), UINT64_C(0x8000000000008080),
    UINT64_C(0x0000000080000001), UINT64_C(0x8000000080008008),
};

static inline uint64_t turn(uint64_t lane, unsigned n)
{
    return lane << n | lane >> (64 - n);
}

static inline uint64_t parity(const uint64_t lane[25], unsigned x)
{
    return lane[x] ^ lane[x + 5] ^ lane[x + 10] ^ lane[x + 15] ^ lane[x + 20];
}

static inline void mix_column(uint64_t lane[25], unsigned x, uint64_t d)
{
    lane[x] ^= d;
    lane[x + 5] ^= d;
    lane[x + 10] ^= d;
    lane[x + 15] ^= d;
    lane[x + 20] ^= d;
}

/* theta: each column takes the parity of its two neighbours. Here and below
 * the steps are written out, since not every compiler unrolls loops. */
static inline void mix_columns(uint64_t lane[25])
{
    uint64_t p0 = parity(lane, 0);
    uint64_t p1 = parity(lane, 1);
    uint64_t p2 = parity(lane, 2);
    uint64_t p3 = parity(lane, 3);
    uint64_t p4 = parity(lane, 4);

    mix_column(lane, 0, p4 ^ turn(p1, 1));
    mix_column(lane, 1, p0 ^ turn(p2, 1));
    mix_column(lane, 2, p1 ^ turn(p3, 1));
    mix_column(lane, 3, p2 ^ turn(p4, 1));
    mix_column(lane, 4, p3 ^ turn(p0, 1));
}

/* rho and pi: each lane is turned and moved to its new place. */
static inline void move_lanes(const uint64_t from[25], uint64_t to[25])
{
    to[0] = from[0];
    to[1] = turn(from[6], 44);
    to[2] = turn(from[12], 43);
    to[3] = turn(from[18], 21);
    to[4] = turn(from[24], 14);
    to[5] = turn(from[3], 28);
    to[6] = turn(from[9], 20);
    to[7] = turn(from[10], 3);
    to[8] = turn(from[16], 45);
    to[9] = turn(from[22], 61);
    to[10] = turn(from[1], 1);
    to[11] = turn(from[7], 6);
    to[12] = turn(from[13], 25);
    to[13] = turn(from[19], 8);
    to[14] = turn(from[20], 18);
    to[15] = turn(from[4], 27);
    to[16] = turn(from[5], 36);
    to[17] = turn(from[11], 10);
    to[18] = turn(from[17], 15);
    to[19] = turn(from[23], 56);
    to[20] = turn(from[2], 62);
    to[21] = turn(from[8], 55);
    to[22] = turn(from[14], 39);
    to[23] = turn(from[15], 41);
    to[24] = turn(from[21], 2);
}

/* chi: the one step that is not linear. */
static inline void mix_row(const uint64_t from[5], uint64_t to[5])
{
    to[0] = from[0] ^ (~from[1] & from[2]);
    to[1] = from[1] ^ (~from[2] & from[3]);
    to[2] = from[2] ^ (~from[3] & from[4]);
    to[3] = from[3] ^ (~from[4] & from[0]);
    to[4] = from[4] ^ (~from[0] & from[1]);
}

static void permute(uint64_t lane[25])
{
    uint64_t moved[25];

    for (unsigned round = 0; round < ROUNDS; round++) {
        mix_columns(lane);
        move_lanes(lane, moved);
        mix_row(moved, lane);
        mix_row(moved + 5, lane + 5);
        mix_row(moved + 10, lane + 10);
        mix_row(moved + 15, lane + 15);
        mix_row(moved + 20, lane + 20);
        lane[0] ^= round_constant[round];
    }
}

static void absorb(uint64_t lane[25], const unsigned char block[RATE])
{
    for (unsigned i = 0; i < RATE / 8; i++) {
        uint64_t word = 0;

        for (unsigned b = 8; b > 0; b--) {
            word = word << 8 | block[8 * i + b - 1];
        }
        lane[i] ^= word;
    }
    permute(lane);
}

void hash_keccak256(unsigned char out[32], struct view v)
{
    uint64_t lane[25] = {0};
    unsigned char last[RATE] = {0};
    size_t at = 0;

    for (; v.size - at >= RATE; at += RATE) {
        absorb(lane, (const unsigned char *)v.at + at);
    }
    if (at < v.size) {
        memcpy(last, v.at + at, v.size - at);
    }
    last[v.size - at] ^= 0x01;
    last[RATE - 1] ^= 0x80;
    absorb(lane, last);
    for (unsigned i = 0; i < 32; i++) {
        out[i] = (unsigned char)(lane[i / 8] >> (8 * (i % 8)) & 0xff);
    }
}

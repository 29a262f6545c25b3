/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes: answers known from their publications, and pieces like the whole. */
#include "base/hash.h"

#include "base/text.h"
#include "guard.h"
#include "tap.h"

static void is_hash(const unsigned char hash[32], const char *wanted,
                    const char *name)
{
    char room[64];
    struct text t = text_in(room, sizeof(room));

    text_add_hex(&t, hash, 32);
    is_view(text_view(&t), wanted, "%s", name);
}

/* FIPS 180-4 examples. */
static void sha(void)
{
    unsigned char out[32];
    unsigned char pieces[32];
    struct sha256 s;

    hash_sha256(out, VIEW("abc"));
    is_hash(out,
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad",
            "SHA-256 of abc");
    hash_sha256(out, VIEW_NONE);
    is_hash(out,
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855",
            "SHA-256 of nothing");
    hash_sha256(out, VIEW("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomn"
                          "opnopq"));
    is_hash(out,
            "248d6a61d20638b8e5c026930c3e6039"
            "a33ce45964ff2167f6ecedd419db06c1",
            "SHA-256 of two blocks");
    sha256_start(&s);
    sha256_add(&s, VIEW("abcdbcdecdefdefgefghfghighijhijkijkljkl"));
    sha256_add(&s, VIEW_NONE);
    sha256_add(&s, VIEW("mklmnlmnomnopnopq"));
    sha256_end(&s, pieces);
    ok(!memcmp(out, pieces, 32), "SHA-256 in pieces");
}

/* The first answers of the reference implementation's table: key 00..0f,
 * input 00, 00 01, ... of growing length. */
static void sip(void)
{
    static const uint64_t wanted[] = {
        UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd),
        UINT64_C(0x0d6c8009d9a94f5a), UINT64_C(0x85676696d7fb7e2d)};
    unsigned char key[16];
    char input[16];
    bool fine = true;

    for (unsigned i = 0; i < 16; i++) {
        key[i] = (unsigned char)i;
        input[i] = (char)i;
    }
    for (size_t n = 0; n < 4; n++) {
        fine &= hash_sip(key, view_of(input, n)) == wanted[n];
    }
    ok(fine, "SipHash-2-4 of 0 to 3 bytes");
    ok(hash_sip(key, view_of(input, 15)) == UINT64_C(0xa129ca6149be45e5),
       "SipHash-2-4 of 15 bytes, as in the paper");
    ok(hash_sip(key, VIEW_NONE) == wanted[0], "SipHash-2-4 of no value");
}

static void keccak(void)
{
    struct guard g = guard_new(4096);
    unsigned char out[32];
    char *a = guard_end(&g, 4096);

    hash_keccak256(out, VIEW_NONE);
    is_hash(out,
            "c5d2460186f7233c927e7db2dcc703c0"
            "e500b653ca82273b7bfad8045d85a470",
            "keccak-256 of nothing: Ethereum's empty hash");
    hash_keccak256(out, guard_view(&g, VIEW("abc")));
    is_hash(out,
            "4e03657aea45a94fc7d47ba826c8d667"
            "c0d1e6e33a64a036ec44f58fa12d6c45",
            "keccak-256 of abc");
    hash_keccak256(out, VIEW("Transfer(address,address,uint256)"));
    is_hash(out,
            "ddf252ad1be2c89b69c2b068fc378daa"
            "952ba7f163c4a11628f55a4df523b3ef",
            "keccak-256 of ERC-20's Transfer event");
    hash_keccak256(out, VIEW("TransferWithAuthorization(address from,address "
                             "to,uint256 value,uint256 validAfter,uint256 "
                             "validBefore,bytes32 nonce)"));
    is_hash(out,
            "7c7c6cdb67a18743f49ec6fa9b35f50d"
            "52ed05cbed4cc592e13b44501c1a2267",
            "keccak-256 of EIP-3009's type: two blocks");
    memset(a, 'a', 4096);
    hash_keccak256(out, view_of(a + 4096 - 135, 135));
    is_hash(out,
            "34367dc248bbd832f4e3e69dfaac2f92"
            "638bd0bbd18f2912ba4ef454919cf446",
            "keccak-256 of 135 a: one byte of padding");
    hash_keccak256(out, view_of(a + 4096 - 136, 136));
    is_hash(out,
            "a6c4d403279fe3e0af03729caada8374"
            "b5ca54d8065329a3ebcaeb4b60aa386e",
            "keccak-256 of 136 a: a block of padding");
    guard_free(&g);
}

static void table(void)
{
    struct guard g = guard_new(64);
    char bytes[64] = {0};
    unsigned same = 0;

    for (size_t n = 0; n < 64; n++) {
        uint64_t hash = hash_table(guard_view(&g, view_of(bytes, n)));

        for (size_t m = 0; m < n; m++) {
            same += hash_table(view_of(bytes, m)) == hash;
        }
        for (size_t i = 0; i < n; i++) {
            bytes[i] = 1;
            same += hash_table(view_of(bytes, n)) == hash;
            bytes[i] = 0;
        }
    }
    is_number(same, 0, "length and each byte change the table's hash");
    ok(hash_table(VIEW_NONE) == hash_table(VIEW("")), "nothing is nothing");
    guard_free(&g);
}

static void random_bytes(void)
{
    unsigned char a[32] = {0}, b[32] = {0};

    hash_random(a, sizeof(a));
    hash_random(b, sizeof(b));
    ok(memcmp(a, b, sizeof(a)) != 0, "random bytes differ");
}

int main(void)
{
    ok(hash_start() && hash_start(), "starts, and again");
    sha();
    sip();
    keccak();
    table();
    random_bytes();
    return tap_end();
}

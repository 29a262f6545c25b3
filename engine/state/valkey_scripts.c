/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server does as one act: scripts, each loaded on connecting and run
 * by its digest. valkey_words.c says what lies where.
 *
 * Claiming looks at both slots of up to two keys and sets two. It is SET NX
 * GET in effect: whoever stands is told, and one's own claim, come twice
 * after a lost answer, is one's own.
 */
#include "state/valkey.h"

#ifdef WITH_HIREDIS

/* KEYS: decision, slot, other slot [, the same of the identifier]
 *       [, the payer's lockout] [, the rival's decision]
 * ARGV: "1" when proven, record, milliseconds, time or "", the decision's
 *       keys, "1" with a rival: another decision that who asks holds it for
 * Answers "t" and the decision: taken; else "n" or "i" and the record that
 * stands, "l" and the lockout, or "s": the rival's was not released. */
static const char claim[] =
    "local function rival(mine, other)\n"
    "  local v = redis.call('GET', mine)\n"
    "  if v then return v end\n"
    "  v = redis.call('GET', other)\n"
    "  if v and (ARGV[1] == '0' or\n"
    "      string.sub(v, 17, 48) == string.sub(ARGV[2], 17, 48)) then\n"
    "    return v\n"
    "  end\n"
    "end\n"
    "local function is_own(v)\n"
    "  return string.sub(v, 1, 16) == string.sub(ARGV[2], 1, 16)\n"
    "end\n"
    "local v\n"
    "local n = #KEYS\n"
    "local held = false\n"
    "if ARGV[6] == '1' then\n"
    "  held = redis.call('GET', KEYS[n]) ~= '-'\n"
    "  n = n - 1\n"
    "end\n"
    "if ARGV[4] ~= '' then\n"
    "  v = redis.call('GET', KEYS[n])\n"
    "  if v and string.sub(v, 1, 8) > ARGV[4] then return 'l' .. v end\n"
    "  n = n - 1\n"
    "end\n"
    "if held then return 's' end\n"
    "if n == 5 then\n"
    "  v = rival(KEYS[4], KEYS[5])\n"
    "  if v and not is_own(v) then return 'n' .. v end\n"
    "end\n"
    "v = rival(KEYS[2], KEYS[3])\n"
    "if v and not is_own(v) then return 'i' .. v end\n"
    "redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[3])\n"
    "redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])\n"
    "if n == 5 then\n"
    "  redis.call('SET', KEYS[4], ARGV[2], 'PX', ARGV[3])\n"
    "end\n"
    "return 't' .. string.sub(ARGV[2], 1, 16)\n";

/* KEYS: decision, slots; ARGV: decision. Deletes what is that decision's;
 * where nothing is, its name stays: it was released, or moved. */
static const char withdraw[] =
    "for i = 2, #KEYS do\n"
    "  local v = redis.call('GET', KEYS[i])\n"
    "  if v and string.sub(v, 1, 16) == ARGV[1] then\n"
    "    redis.call('DEL', KEYS[1], KEYS[i])\n"
    "  end\n"
    "end\n"
    "return 0\n";

/* KEYS: decision, slot; ARGV: record, milliseconds, the decision's keys or
 * "". Puts a claim in where nothing stands; answers 1: it was released. */
static const char push[] =
    "if redis.call('GET', KEYS[1]) == '-' then return 1 end\n"
    "redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])\n"
    "if ARGV[3] ~= '' then\n"
    "  redis.call('SET', KEYS[1], ARGV[3], 'NX', 'PX', ARGV[2])\n"
    "end\n"
    "return 0\n";

/* KEYS: decision; ARGV: decision, fate, prefix. Answers nil: it holds no
 * claim; else "d" done, "r" repeated or "x" refused, the slot's letter, and
 * the record. The fates and what may follow them are outcome.h's. What was
 * settled moves to the proven slot if that is free. */
static const char outcome[] =
    "local keys = redis.call('GET', KEYS[1])\n"
    "if not keys or #keys < 32 then return false end\n"
    "local function find(kind, key)\n"
    "  for _, slot in ipairs({'p', 'u'}) do\n"
    "    local at = ARGV[3] .. kind .. slot .. ':' .. key\n"
    "    local v = redis.call('GET', at)\n"
    "    if v and string.sub(v, 1, 16) == ARGV[1] then\n"
    "      return at, v, slot\n"
    "    end\n"
    "  end\n"
    "end\n"
    "local told = tonumber(ARGV[2])\n"
    "local function act(kind, key)\n"
    "  local at, v, slot = find(kind, key)\n"
    "  if not at then return end\n"
    "  if told == 4 then redis.call('DEL', at) return end\n"
    "  v = string.sub(v, 1, -2) .. string.char(told)\n"
    "  local proven = ARGV[3] .. kind .. 'p:' .. key\n"
    "  if told == 1 and slot == 'u' and redis.call('EXISTS', proven) == 0\n"
    "  then\n"
    "    redis.call('RENAME', at, proven)\n"
    "    at = proven\n"
    "  end\n"
    "  redis.call('SET', at, v, 'KEEPTTL')\n"
    "end\n"
    "local at, v, slot = find('i', string.sub(keys, 1, 32))\n"
    "if not at then return false end\n"
    "local now = string.byte(v, -1)\n"
    "if now == told then return 'r' .. slot .. v end\n"
    "if now == 1 or (now == 3 and told == 4) or (now == 2 and told == 3) then\n"
    "  return 'x' .. slot .. v\n"
    "end\n"
    "act('i', string.sub(keys, 1, 32))\n"
    "if #keys == 64 then act('n', string.sub(keys, 33, 64)) end\n"
    "if told == 4 then redis.call('SET', KEYS[1], '-', 'KEEPTTL') end\n"
    "return 'd' .. slot .. v\n";

/* KEYS: a lockout, the set of their keys
 * ARGV: value, milliseconds, expiry, its key, "1" when it is known what
 *       stands, and that
 * Answers nil: put; else what stands: another than was known, or, when
 * nothing was, one of a later failure. */
static const char lock[] =
    "local v = redis.call('GET', KEYS[1]) or ''\n"
    "if ARGV[5] == '1' then\n"
    "  if v ~= ARGV[6] then return v end\n"
    "elseif string.sub(v, 9, 16) > string.sub(ARGV[1], 9, 16) then\n"
    "  return v\n"
    "end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
    "redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])\n"
    "return false\n";

/* KEYS: a lockout; ARGV: a lockout that is over. It stays as such until the
 * other would have gone, so that no node that knew it tells it anew.
 * Answers how many were lifted. */
static const char lift[] =
    "local v = redis.call('GET', KEYS[1])\n"
    "local function end_and_failures(of)\n"
    "  return string.sub(of, 1, 8) .. string.sub(of, 17)\n"
    "end\n"
    "if not v or end_and_failures(v) == end_and_failures(ARGV[1]) then\n"
    "  return 0\n"
    "end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')\n"
    "return 1\n";

/* KEYS: the set of their keys; ARGV: milliseconds now, what precedes a key,
 * how many at most. Answers keys and values, those that last longest. */
static const char lockouts[] =
    "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])\n"
    "local out = {}\n"
    "local keys = redis.call('ZREVRANGE', KEYS[1], 0, ARGV[3] - 1)\n"
    "for _, key in ipairs(keys) do\n"
    "  local v = redis.call('GET', ARGV[2] .. key)\n"
    "  if v and #v == 20 then out[#out + 1] = key .. v end\n"
    "end\n"
    "return table.concat(out)\n";

const char *const valkey_scripts[SCRIPTS] = {
    [SCRIPT_CLAIM] = claim,       [SCRIPT_WITHDRAW] = withdraw,
    [SCRIPT_OUTCOME] = outcome,   [SCRIPT_PUSH] = push,
    [SCRIPT_LOCK] = lock,         [SCRIPT_LIFT] = lift,
    [SCRIPT_LOCKOUTS] = lockouts,
};

#endif

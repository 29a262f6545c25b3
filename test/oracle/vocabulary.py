# SPDX-License-Identifier: Apache-2.0
"""What random packs and requests are made of. One vocabulary per pack, drawn
from small alphabets so that literals hit often, overlap, and are prefixes and
suffixes of each other; rules and requests of a pack draw from the same one.
"""

HEADERS = ["accept", "x-a", "x-b", "sec-fetch-mode", "referer",
           "accept-language"]
PARAMETERS = ["a", "b", "id", "A"]
COOKIES = ["a", "sid", "B"]
METHODS = ["GET", "POST", "HEAD", "get", "PURGE"]
HOSTS = ["example.com", "www.example.com", "shop.example.com",
         "Example.COM", "a.test"]
COUNTRIES = ["AA", "QM", "QN", "ZZ"]
ORGANISATIONS = ["Example Net", "example net 2", "Net"]
ADDRESSES = ["192.0.2.1", "192.0.2.128", "192.0.2.255", "198.51.100.7",
             "203.0.113.9", "2001:db8::1", "2001:db8:0:1::5",
             "2001:db8:ffff::"]
NETWORKS = ["192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25",
            "192.0.2.1/32", "198.51.100.0/24", "0.0.0.0/0", "::/0",
            "2001:db8::/32", "2001:db8::/64", "2001:db8:0:1::/64",
            "203.0.113.8/29"]
NUMBERS = [0, 1, 2, 3, 4, 5, 7, 8, 10, 60, 64496, 64500, 65551, 4294967295,
           18446744073709551615]
ALPHABETS = ["ab", "abAB", "aAb-", "ab0 ", "abc.", "bot", "aé", "xy/", "a_b"]
ODD = [b"\x01", b"\x7f", b"\x80", b"\xff", b"\xc3\xa9", b"\t", b"\xe9"]
# The last two are words of the language: quoted, they are ordinary text.
FIXED = ["bot", "Bot", "robot", "CUBOT", "bots", "GPTBot", "gpt", "é", "É",
         "present", "absent"]


class Vocabulary:
    """The literals of one pack."""

    def __init__(self, rng):
        self.rng = rng
        self.alphabet = rng.choice(ALPHABETS)
        pool = {self.random_word() for _ in range(rng.randint(3, 6))}
        pool.update(rng.sample(FIXED, 2))
        for word in sorted(pool):
            self.relatives(word, pool)
        pool.discard("")
        self.literals = sorted(pool)
        self.plain = [word for word in self.literals
                      if word.isascii() and word.isalnum()] or ["bot"]
        self.sets = {name: rng.random() < 0.7 for name in ("s1", "s2")}
        self.members = {name: {address for address in ADDRESSES
                               if rng.random() < 0.5} for name in self.sets}

    def random_word(self):
        return "".join(self.rng.choice(self.alphabet)
                       for _ in range(self.rng.randint(1, 5)))

    def relatives(self, word, pool):
        """Prefixes, suffixes, extensions and other cases of a literal."""
        rng = self.rng
        if rng.random() < 0.4:
            pool.add(word[:rng.randint(1, len(word))])
        if rng.random() < 0.4:
            pool.add(word[rng.randint(0, len(word) - 1):])
        if rng.random() < 0.3:
            pool.add(word + rng.choice(self.alphabet))
        if rng.random() < 0.3:
            pool.add(rng.choice(self.alphabet) + word)
        if rng.random() < 0.3:
            pool.add(word.swapcase())

    def literal(self):
        return self.rng.choice(self.literals)

    def some(self, choices, most=4):
        """One to `most` different ones."""
        return self.rng.sample(choices,
                               self.rng.randint(1, min(most, len(choices))))

    def recase(self, word):
        return self.rng.choice([word, word, word.upper(), word.lower(),
                                word.swapcase()])

    # What requests hold.

    def value(self):
        """Bytes that hold some literals, with other bytes between them."""
        rng = self.rng
        if rng.random() < 0.04:
            return b""
        parts = []
        for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4, 6])):
            kind = rng.random()
            if kind < 0.70:
                parts.append(self.recase(self.literal()).encode())
            elif kind < 0.80:
                parts.append(self.random_word().encode())
            elif kind < 0.97:
                parts.append(rng.choice([b" ", b"-", b"/", b".", b"(",
                                         b";", b"x", b"0", b", "]))
            else:
                parts.append(rng.choice(ODD))
        return b"".join(parts)

    def target(self):
        """A request target: mostly a simple path, sometimes an odd one."""
        rng = self.rng
        segments = []
        for _ in range(rng.randint(1, 3)):
            if rng.random() < 0.15:
                segments.append(rng.choice(["a", "b", "", "A"]))
            else:
                segments.append(self.recase(rng.choice(self.plain)))
        if rng.random() < 0.08:
            at = rng.randint(0, len(segments))
            segments.insert(at, rng.choice([".", "..", "%41b", "a%7eb",
                                            "%c3%a9", "a%2fb"]))
        path = "/" + "/".join(segments)
        while "//" in path and rng.random() < 0.9:
            path = path.replace("//", "/")
        if rng.random() < 0.02:
            path += rng.choice(["/%zz", ";a=1", "%5c", "/%2e%2e/a", "\\a",
                                "%252e", "/."])
        if rng.random() < 0.6:
            path += "?" + self.query()
        return path.encode()

    def query(self):
        rng = self.rng
        pairs = []
        for _ in range(rng.randint(0, 3)):
            name = rng.choice(PARAMETERS)
            value = self.recase(self.literal())
            value = value.replace(" ", rng.choice(["+", "%20"]))
            if rng.random() < 0.3 and value:
                value = value.replace(value[0], self.escaped(value[0]), 1)
            value = value.replace("#", "").replace("?", "")
            pairs.append(rng.choice(["%s=%s", "%s=%s", "%s=%s", "%s=%s%%",
                                     "%s=+%s%%20"]) % (name, value)
                         if rng.random() < 0.9 else name)
        return "&".join(pairs)

    def escaped(self, char):
        form = self.rng.choice(["%%%02x", "%%%02X"])
        return "".join(form % byte for byte in char.encode())

    def cookie(self):
        pairs = []
        for _ in range(self.rng.randint(1, 3)):
            value = self.recase(self.rng.choice(self.plain))
            if self.rng.random() < 0.1:
                value = ""
            pairs.append("%s=%s" % (self.rng.choice(COOKIES), value))
        return "; ".join(pairs).encode()

    # What rules hold.

    def glob(self):
        rng = self.rng
        parts = []
        for _ in range(rng.randint(1, 4)):
            parts.append(rng.choice(["*", "?", "**", self.literal(),
                                     self.literal(), "/"]))
        return "".join(parts)

    def path_glob(self):
        rng = self.rng
        parts = []
        for _ in range(rng.randint(1, 3)):
            parts.append("/" + "".join(rng.choice(
                ["*", "?", "**", rng.choice(self.plain),
                 rng.choice(self.plain)])
                for _ in range(rng.randint(1, 2))))
        return "".join(parts)

    def path_literal(self):
        rng = self.rng
        parts = [rng.choice(self.plain) for _ in range(rng.randint(1, 2))]
        return rng.choice(["/", "/", ""]) + "/".join(parts)

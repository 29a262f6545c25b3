# SPDX-License-Identifier: Apache-2.0
r"""Random regular expressions that PCRE2 and Python's re (on bytes) read
alike. They are built to mislead whoever looks for required literals:
optional parts, alternatives, look-arounds, classes of one, repeats of zero.

PCRE2 10.42 misses some of their matches unless PCRE2_NO_START_OPTIMIZE is
set: its start optimisation trips over look-aheads and over groups repeated
no times, and its JIT over groups with an empty last alternative, such as
(?:aa|aa|robot|){2}\d*obot on "robot". With it set, both agree.

At most one unbounded repeat each and no nested ones, so that on the short
values of the random requests no match limit is ever met.
"""
import re


def escape(text):
    return re.sub(r"([^A-Za-z0-9é É_/-])", r"\\\1", text)


class RegexMaker:
    def __init__(self, rng, vocabulary):
        self.rng = rng
        self.words = vocabulary
        self.unbounded = False

    def make(self):
        """A pattern."""
        rng = self.rng
        self.unbounded = False
        pattern = self.sequence(rng.randint(1, 3), 2)
        if rng.random() < 0.2:
            pattern += "|" + self.sequence(rng.randint(1, 2), 1)
        elif rng.random() < 0.2:
            pattern = "^" + pattern
        elif rng.random() < 0.2:
            pattern += "$"
        if rng.random() < 0.25:
            pattern = "(?i)" + pattern
        return pattern

    def make_with(self):
        """(pattern, literal): the literal is in every match. An anchor
        of other parts around it, never optional, never case-folded."""
        rng = self.rng
        self.unbounded = False
        literal = self.words.literal()
        before = self.sequence(1, 1) if rng.random() < 0.6 else ""
        after = self.sequence(1, 1) if rng.random() < 0.6 else ""
        return before + "(?:" + escape(literal) + ")" + after, literal

    def sequence(self, count, depth):
        return "".join(self.part(depth) for _ in range(count))

    def part(self, depth):
        rng = self.rng
        kind = rng.random()
        if kind < 0.45 or depth == 0:
            return escape(self.words.literal())
        if kind < 0.60:
            return self.atom() + self.repeat()
        if kind < 0.78:
            return self.group(depth) + self.small_repeat()
        if kind < 0.84:
            return "(?%s%s)" % (rng.choice(["=", "!", "<=", "<!"]),
                                escape(self.words.literal()))
        if kind < 0.88:
            return r"\b"
        if kind < 0.92:
            return "(?i:%s)" % escape(self.words.literal())
        if kind < 0.94:
            return "(?#%s)" % rng.choice(self.words.plain)
        literal = self.words.literal()
        return escape(literal) + self.small_repeat()

    def group(self, depth):
        rng = self.rng
        options = [self.sequence(rng.randint(1, 2), depth - 1)
                   for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.15:
            options.append("")
        return rng.choice(["(?:", "(?:", "("]) + "|".join(options) + ")"

    def atom(self):
        char = escape(self.rng.choice(self.words.alphabet))
        return self.rng.choice([
            ".", r"\d", r"\w", r"\W", "[" + char + "]", "[^" + char + "]",
            "[a-c]", "[A-Z0-9]", char, r"\x62", r"\."])

    def repeat(self):
        if not self.unbounded and self.rng.random() < 0.4:
            self.unbounded = True
            return self.rng.choice(["*", "+", "*?", "{1,}"])
        return self.small_repeat()

    def small_repeat(self):
        return self.rng.choice(["", "", "", "?", "{2}", "{0,2}", "{1,2}",
                                "{0}", "??"])

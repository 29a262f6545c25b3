#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes an access log in the combined format: the same bytes for the same
arguments, anywhere.

  generate.py LINES [SEED] [clean]

Browsers, crawlers and libraries with rotating versions, from documentation
addresses, mostly in order of time. Unless "clean": about one line in 200 is
odd (binary, cut, too long, no request, escapes of both servers, CRLF).
"""
import sys


class Numbers:
    """A linear congruential generator: the same everywhere, and fast."""

    def __init__(self, seed):
        self.state = seed * 2862933555777941757 + 3037000493

    def below(self, n):
        self.state = (self.state * 6364136223846793005
                      + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.state >> 33) % n

    def of(self, items):
        return items[self.below(len(items))]


BROWSERS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Chrome/{a}.0.{b}.{c} Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.{d} Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{a}.0) Gecko/20100101 Firefox/{a}.0",
    "Mozilla/5.0 (Linux; Android 1{d}; K) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/{a}.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{d} like Mac OS X) "
    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{d} Mobile/15E148 "
    "Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Chrome/{a}.0.0.0 Safari/537.36 Edg/{a}.0.{b}.{c}",
]
AGENTS = [
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; "
    "GPTBot/1.{d}; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; ClaudeBot/1.{d}; +claudebot@example.com)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; "
    "+http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm)",
    "CCBot/2.{d} (https://commoncrawl.org/faq/)",
    "python-requests/2.{c}.{d}",
    "curl/8.{d}.{d}",
    "Go-http-client/1.1",
    "node",
    "axios/1.{d}.{d}",
    "-",
]
PATHS = ["/", "/premium/{b}", "/api/v1/items/{b}?page={d}", "/robots.txt",
         "/static/{c}.css", "/articles/{b}-a-title-of-an-article",
         "/search?q=weigh+bridge+{b}", "/images/{b}/{c}.jpg"]
REFERERS = ["-", "-", "https://www.example.com/", "https://example.org/{b}",
            "https://search.example.net/?q={c}"]
METHODS = ["GET"] * 17 + ["HEAD", "POST", "OPTIONS"]
STATUSES = [200] * 16 + [301, 304, 404, 402]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
ODD = [
    "",
    "\x00\x01\xff binary \x1b[31m",
    '{ip} - - [{time}] "\\x16\\x03\\x01\\x02" 400 157 "-" "-"',
    '{ip} - - [{time}] "-" 408 0 "-" "-"',
    '{ip} - - [{time}] "GET / HTTP/1.1" 200 1 "-" "cut off here',
    '{ip} - - [99/Xxx/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "x"',
    '{ip} - a b [c] [{time}] "GET /u HTTP/1.1" 200 1 "-" "x"',
    '{ip} - - [{time}] "GET /a\\"b\\x22 c HTTP/1.1" 200 1 "-" "q\\"\\\\"',
    '{ip} - - [{time}] "GET /crlf HTTP/1.1" 200 1 "-" "curl/8.0"\r',
    '2001:db8::{d} - - [{time}] "GET /v6 HTTP/2.0" 200 1 "-" "curl/8.0"',
    '{ip} - - [{time}] "GET /common HTTP/1.0" 200 -',
    '{ip} - - [{time}] "GET /raw\x00\xfe HTTP/1.1" 200 1 "-" "\xff\x00"',
    '{ip} - - [{time}] "GET /long HTTP/1.1" 200 1 "-" "' + "x" * 70000 + '"',
]


def stamp(second):
    """From 21 November 2026 on; the days of one month are enough."""
    day = 21 + second // 86400 % 9
    return "%02d/%s/2026:%02d:%02d:%02d +0000" % (
        day, MONTHS[10], second // 3600 % 24, second // 60 % 60, second % 60)


def line(numbers, second, clean):
    n = {"a": 90 + numbers.below(50), "b": numbers.below(9000),
         "c": numbers.below(300), "d": numbers.below(10)}
    n["time"] = stamp(second)
    kind = numbers.below(3)
    host = numbers.below(250) + 1
    n["ip"] = ("192.0.2.%d", "198.51.100.%d", "203.0.113.%d")[kind] % host
    if not clean and numbers.below(200) == 0:
        text = numbers.of(ODD)
        for key, value in n.items():
            text = text.replace("{%s}" % key, str(value))
        return text
    agent = numbers.of(BROWSERS if numbers.below(5) < 3 else AGENTS)
    return '%s - - [%s] "%s %s HTTP/%s" %d %d "%s" "%s"' % (
        n["ip"], n["time"], numbers.of(METHODS),
        numbers.of(PATHS).format(**n), numbers.of(["1.1", "1.1", "2.0"]),
        numbers.of(STATUSES), numbers.below(60000),
        numbers.of(REFERERS).format(**n), agent.format(**n))


def main():
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    clean = sys.argv[3:] == ["clean"]
    numbers = Numbers(seed)
    out = sys.stdout.buffer
    second = 0
    for _ in range(count):
        second += numbers.below(8) == 0
        at = second - (numbers.below(4) if numbers.below(10) == 0 else 0)
        text = line(numbers, max(at, 0), clean)
        out.write(text.encode("latin-1") + b"\n")


main()

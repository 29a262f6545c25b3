# SPDX-License-Identifier: Apache-2.0
"""The facts of one request record, as slots: (PRESENT, value), (ABSENT, None)
or (UNKNOWN, None). Text is bytes, numbers are int, addresses are ipaddress
objects, booleans are bool.

Two keys of a record exist for tests only: `rates` {"NAME": 5} and `in_sets`
{"NAME": true}; a name that they do not give is unknown.

Left out (always unknown here): ua.*, ch.*, header-shape, accept-kind,
encoding-kind, payment.*, site.
"""
import base64
import ipaddress
import re

PRESENT, ABSENT, UNKNOWN = "present", "absent", "unknown"
NOTHING = (ABSENT, None)
NOT_KNOWN = (UNKNOWN, None)

UNRESERVED = (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              b"0123456789-._~")

# What a paid retry adds: no part of count and order.
OF_RETRY = (b"payment-signature", b"x-payment",
            b"access-control-expose-headers")

# field -> kind of value
FIELDS = {
    "method": "text", "scheme": "text", "host": "text", "site": "text",
    "path": "text", "raw-path": "text", "path-ambiguous": "boolean",
    "query": "text", "http-version": "text", "user-agent": "text",
    "header-count": "number", "header-order": "text",
    "client-ip": "address", "country": "text", "asn": "number",
    "as-org": "text", "ja3": "text", "ja4": "text", "label": "label",
    "score": "number", "class": "text", "transport": "text",
    "payment.protocol": "text", "payment.version": "number",
    "payment.scheme": "text", "payment.network": "text",
    "payment.payer": "text", "payment.amount": "number",
    "payment.state": "text", "ua.family": "text", "ua.major": "number",
    "ua.platform": "text", "ua.mobile": "boolean",
    "ch.brands": "text", "ch.major": "number", "ch.platform": "text",
    "ch.mobile": "boolean", "header-shape": "text",
    "robots": "text", "wba.state": "text", "wba.agent": "text", "wba.key": "text",
    "ua.engine": "text", "ua.engine-major": "number",
    "ch.grease": "boolean", "ch.same-major": "boolean", "ch.same-platform": "boolean",
    "accept-kind": "text", "encoding-kind": "text",
}
FAMILIES = {"header.": "text", "query.": "text", "cookie.": "text",
            "rate.": "number"}


def field_kind(name):
    """The kind of a field's value, or None if there is no such field."""
    if name in FIELDS:
        return FIELDS[name]
    for prefix, kind in FAMILIES.items():
        if name.startswith(prefix) and len(name) > len(prefix):
            return kind
    return None


def left_out(name):
    """True for fields that the oracle does not compute."""
    return (name.startswith(("ua.", "ch.", "payment.", "wba."))
            or name in ("header-shape", "robots", "accept-kind", "encoding-kind",
                        "site"))


def case_sensitive(name):
    return (name in ("path", "raw-path", "query")
            or name.startswith("query."))


def octets(value):
    """The bytes of a record's value: a string or {"b64": ...}."""
    if isinstance(value, dict):
        return base64.b64decode(value["b64"])
    if isinstance(value, str):
        return value.encode("utf-8")
    return str(value).encode("ascii")


def header_lines(record):
    """[(name in lower case, value)] in the order sent."""
    headers = record.get("headers", [])
    if isinstance(headers, dict):
        headers = [(name, value) for name, value in headers.items()]
    return [(octets(name).lower(), octets(value))
            for name, value in headers]


# --- paths -------------------------------------------------------------------

def cut_target(target):
    """Request target -> (path, query or None); a fragment is dropped."""
    target = target.split(b"#", 1)[0]
    if b"?" in target:
        path, query = target.split(b"?", 1)
        return path, query
    return target, None


def decode_unreserved(path):
    def one(match):
        byte = bytes([int(match.group(1), 16)])
        return byte if byte in UNRESERVED else match.group(0).upper()
    return re.sub(rb"%([0-9A-Fa-f]{2})", one, path)


def resolve_dots(path):
    """Dot segments go as in RFC 3986 5.2.4; empty segments stay."""
    if not path.startswith(b"/"):
        return path
    kept = []
    segments = path[1:].split(b"/")
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == b"." or segment == b"..":
            if segment == b".." and kept:
                kept.pop()
            if last:
                kept.append(b"")
        else:
            kept.append(segment)
    return b"/" + b"/".join(kept)


def canonical_path(path):
    return resolve_dots(decode_unreserved(path))


def decode_once(path):
    return re.sub(rb"%([0-9A-Fa-f]{2})",
                  lambda match: bytes([int(match.group(1), 16)]), path)


def holds_nested_escape(path):
    """True if decoding an escaped '%' uncovers an escape: %252F, %25%32F."""
    for match in re.finditer(rb"%25", path):
        after = decode_once(path[match.end():])
        if re.match(rb"[uU].|[0-9A-Fa-f]{2}", after, re.DOTALL):
            return True
    return False


# UTF-8 that lax decoders take for ASCII: overlong forms, and the full-width
# forms of % . / ; and the backslash.
LAX_UTF8 = re.compile(
    rb"[\xc0\xc1]|\xe0[\x80\x81][\x80-\xbf]"
    rb"|\xf0\x80[\x80\x81][\x80-\xbf]|\xef\xbc[\x85\x8e\x8f\x9b\xbc]")


def path_is_ambiguous(path):
    """True if some origin may serve another path than the canonical one."""
    if not path.startswith(b"/"):
        return True
    if b"\\" in path or b";" in path or b"//" in path:
        return True
    if re.search(rb"[\x00-\x1f\x7f]", path):
        return True
    if re.search(rb"%(?![0-9A-Fa-f]{2})", path) or holds_nested_escape(path):
        return True
    for escape in re.findall(rb"%([0-9A-Fa-f]{2})", path):
        byte = int(escape, 16)
        if byte < 32 or byte == 127 or byte in b"/\\;.?#":
            return True
    if re.search(rb"(\.| |%20)(/|\Z)", path):
        return True
    return LAX_UTF8.search(decode_once(path)) is not None


# --- names and values within one text ----------------------------------------

def first_cookie(lines, name):
    for line in lines:
        for pair in line.split(b";"):
            key, equals, value = pair.strip(b" \t").partition(b"=")
            if equals and key == name:
                return (PRESENT, value)
    return NOTHING


def first_parameter(query, name):
    for pair in query.split(b"&"):
        key, _, value = pair.partition(b"=")
        if key == name and pair:
            return (PRESENT, value)
    return NOTHING


def bare_host(host):
    """Without port and trailing dot, in lower case."""
    host = re.sub(rb":[0-9]*\Z", b"", host.lower())
    return host[:-1] if host.endswith(b".") else host


def parse_address(text):
    """An address; an IPv4 address inside IPv6 is folded. None if bad."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


class Facts:
    """The slots of one record, each computed when first asked for."""

    def __init__(self, record):
        self.record = record
        self.headers = header_lines(record)
        known = record.get("headers_known")
        self.known = (None if known is None
                      else {octets(name).lower() for name in known})
        self.sets = record.get("in_sets", {})
        self.slots = {}

    def slot(self, name):
        if name not in self.slots:
            self.slots[name] = self.compute(name)
        return self.slots[name]

    def compute(self, name):
        for prefix in ("header.", "query.", "cookie.", "rate."):
            if name.startswith(prefix):
                method = getattr(self, "of_" + prefix[:-1])
                return method(name[len(prefix):])
        method = getattr(self, "get_" + name.replace("-", "_"), None)
        if method is not None:
            return method()
        return NOT_KNOWN

    def text(self, key):
        if key not in self.record or self.record[key] is None:
            return NOT_KNOWN
        return (PRESENT, octets(self.record[key]))

    def header_is_known(self, name):
        return self.known is None or name in self.known

    def of_header(self, name):
        name = name.lower().encode()
        lines = [value for key, value in self.headers if key == name]
        if lines:
            return (PRESENT, b", ".join(lines))
        return NOTHING if self.header_is_known(name) else NOT_KNOWN

    def of_cookie(self, name):
        lines = [value for key, value in self.headers if key == b"cookie"]
        if not lines and not self.header_is_known(b"cookie"):
            return NOT_KNOWN
        return first_cookie(lines, name.encode())

    def of_query(self, name):
        state, query = self.get_query()
        if state != PRESENT:
            return (state, None)
        return first_parameter(query, name.encode())

    def of_rate(self, name):
        rates = self.record.get("rates", {})
        return (PRESENT, int(rates[name])) if name in rates else NOT_KNOWN

    def target(self):
        state, target = self.text("path")
        return cut_target(target) if state == PRESENT else None

    def get_path(self):
        target = self.target()
        if target is None:
            return NOT_KNOWN
        return (PRESENT, canonical_path(target[0]))

    def get_raw_path(self):
        target = self.target()
        return NOT_KNOWN if target is None else (PRESENT, target[0])

    def get_path_ambiguous(self):
        target = self.target()
        if target is None:
            return NOT_KNOWN
        # A '#' has no place in a target: some servers cut there, some not.
        odd = self.text("path")[1][len(target[0]):].startswith(b"#")
        return (PRESENT, odd or path_is_ambiguous(target[0]))

    def get_query(self):
        target = self.target()
        if target is None:
            return NOT_KNOWN
        return NOTHING if target[1] is None else (PRESENT, target[1])

    def get_method(self):
        return self.text("method")

    def get_scheme(self):
        state, value = self.text("scheme")
        if state != PRESENT:
            return NOT_KNOWN
        value = value.lower()
        return (PRESENT, {b"ws": b"http", b"wss": b"https"}.get(value,
                                                               value))

    def get_host(self):
        state, value = self.text("host")
        return (state, bare_host(value) if state == PRESENT else None)

    def get_http_version(self):
        state, value = self.text("http_version")
        if state != PRESENT:
            return NOT_KNOWN
        value = re.sub(rb"\AHTTP/", b"", value)
        return (PRESENT, {b"2.0": b"2", b"3.0": b"3"}.get(value, value))

    def get_user_agent(self):
        return self.of_header("user-agent")

    def first_names(self):
        """Names of headers that the unpaid ask has too."""
        return [name for name, _ in self.headers if name not in OF_RETRY]

    def get_header_count(self):
        if self.known is not None:
            return NOT_KNOWN
        return (PRESENT, len(self.first_names()))

    def get_header_order(self):
        kept = self.record.get("order_kept",
                               not isinstance(self.record.get("headers"),
                                              dict))
        if self.known is not None or not kept:
            return NOT_KNOWN
        return (PRESENT, b",".join(self.first_names()))

    def get_client_ip(self):
        address = parse_address(self.record.get("client_ip", ""))
        return NOT_KNOWN if address is None else (PRESENT, address)

    def get_country(self):
        return self.text("country")

    def get_asn(self):
        state, value = self.text("asn")
        return (state, int(value) if state == PRESENT else None)

    def get_as_org(self):
        return self.text("as_org")

    def get_ja3(self):
        return self.text("ja3")

    def get_ja4(self):
        return self.text("ja4")

    def get_transport(self):
        return self.text("transport")

# SPDX-License-Identifier: Apache-2.0
"""Writes small databases in MaxMind's format, sound and damaged.

    [search tree: 2 records of 32 bits a node][16 zero bytes][data]
    [\\xab\\xcd\\xefMaxMind.com][metadata: a map]

A record below the number of nodes is a node, equal to it nothing, above it
an offset into the data, plus the number of nodes, plus 16.
"""
import ipaddress
import struct

MARKER = b"\xab\xcd\xefMaxMind.com"
# A pointer to nowhere: any reader of the value must notice.
NOWHERE = b"\x38\xff\xff\xff\xff"


def head(kind, size):
    assert size < 29
    if kind < 8:
        return bytes([kind << 5 | size])
    return bytes([size, kind - 7])


def encode(value):
    if isinstance(value, bytes):
        return value  # as it is: damaged on purpose
    if isinstance(value, str):
        text = value.encode()
        if len(text) < 29:
            return head(2, len(text)) + text
        return bytes([2 << 5 | 29, len(text) - 29]) + text
    if isinstance(value, tuple):  # (kind, bytes, number)
        kind, size, number = value
        return head(kind, size) + number.to_bytes(size, "big")
    if isinstance(value, int):
        return head(6, 4) + struct.pack(">I", value)
    if isinstance(value, list):
        return head(11, len(value)) + b"".join(map(encode, value))
    return head(7, len(value)) + b"".join(
        encode(k) + encode(v) for k, v in value.items())


def bits_of(network, version):
    network = ipaddress.ip_network(network)
    number, length = int(network.network_address), network.prefixlen
    if network.version == 4:
        width = 32
        if version == 6:
            width, length = 128, length + 96
    else:
        width = 128
    return [number >> (width - 1 - i) & 1 for i in range(length)]


def database(networks, version=6, kind="Test-Country"):
    """networks: {"192.0.2.0/24": value} -> the file's bytes."""
    nodes, data = [[None, None]], b""
    for network, value in networks.items():
        offset, at = len(data), 0
        data += encode(value)
        path = bits_of(network, version)
        for bit in path[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = ("node", len(nodes) - 1)
            at = nodes[at][bit][1]
        nodes[at][path[-1]] = ("data", offset)
    count, tree = len(nodes), b""
    for node in nodes:
        for record in node:
            number = (count if record is None else
                      record[1] if record[0] == "node" else
                      record[1] + count + 16)
            tree += struct.pack(">I", number)
    about = {"node_count": count, "record_size": (5, 2, 32),
             "ip_version": (5, 2, version),
             "database_type": kind, "languages": ["en"],
             "binary_format_major_version": (5, 2, 2),
             "binary_format_minor_version": (5, 2, 0),
             "build_epoch": (9, 8, 1795000000), "description": {"en": "a test"}}
    return tree + bytes(16) + data + MARKER + encode(about)

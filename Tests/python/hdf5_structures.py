"""HDF5 files written structure by structure, so that they can say what no library would write.

The layout of each structure is that of the HDF5 File Format Specification, version 3.0; addresses and lengths take
eight bytes. `h5py` reads what is in order.
"""

import struct

NOWHERE = 0xFFFFFFFFFFFFFFFF
SIGNATURE = b"\x89HDF\r\n\x1a\n"


def lookup3(data):
    """Bob Jenkins' hash (lookup3.c, hashlittle), with which structures of the newer kinds end."""
    mask = 0xFFFFFFFF
    a = b = c = (0xDEADBEEF + len(data)) & mask

    def rotate(value, count):
        return ((value << count) | (value >> (32 - count))) & mask

    words = struct.unpack(f"<{(len(data) + 11) // 12 * 3}I", data + bytes(-len(data) % 12))
    for index in range(0, max(len(words) - 3, 0), 3):
        a, b, c = ((x + y) & mask for x, y in zip((a, b, c), words[index : index + 3], strict=True))
        for count in (4, 6, 8, 16, 19, 4):
            a = ((a - c) & mask) ^ rotate(c, count)
            c = (c + b) & mask
            a, b, c = b, c, a
    if not words:
        return c
    a, b, c = ((x + y) & mask for x, y in zip((a, b, c), words[-3:], strict=True))
    for count in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - rotate(b, count)) & mask
        a, b, c = b, c, a
    return b


def sealed(content):
    return content + struct.pack("<I", lookup3(content))


# ---- messages ----


def old_message(kind, body, flags=0):
    body += bytes(-len(body) % 8)
    return struct.pack("<HHB3x", kind, len(body), flags) + body


def new_message(kind, body, flags=0):
    return struct.pack("<BHB", kind, len(body), flags) + body


def dataspace(*shape):
    return struct.pack(f"<BBB5x{len(shape)}Q", 1, len(shape), 0, *shape)


FLOAT32 = struct.pack("<BBBBIHHBBBBI", 0x11, 0x20, 0x1F, 0, 4, 0, 32, 23, 8, 0, 23, 127)
#: Version 2: space when it is first written, filled if one was set, none was.
FILL = bytes([2, 2, 0, 0])


def contiguous(address, byte_count):
    return struct.pack("<BBQQ", 3, 1, address, byte_count)


def hard_link(name, address):
    return struct.pack("<BBB", 1, 0, len(name)) + name + struct.pack("<Q", address)


def soft_link(name, target):
    return struct.pack("<BBBB", 1, 8, 1, len(name)) + name + struct.pack("<H", len(target)) + target


def defined_link(name, kind, value):
    """A link of a kind from 64 on, which a program has defined; 64 is an external link."""
    return struct.pack("<BBBB", 1, 8, kind, len(name)) + name + struct.pack("<H", len(value)) + value


class File:
    """Places structures one after the other, and writes them with a superblock of the oldest version."""

    def __init__(self, leaf_k=4, node_k=16):
        self.leaf_k, self.node_k = leaf_k, node_k
        self.content = bytearray(104)

    @property
    def end(self):
        return len(self.content)

    def place(self, content):
        address = self.end
        self.content += content + bytes(-len(content) % 8)
        return address

    def put(self, address, content):
        """Overwrites what was placed."""
        self.content[address : address + len(content)] = content

    def save(self, path, root):
        head = SIGNATURE + struct.pack("<8BHHI", 0, 0, 0, 0, 0, 8, 8, 0, self.leaf_k, self.node_k, 0)
        head += struct.pack("<4Q", 0, NOWHERE, self.end, NOWHERE)
        head += struct.pack("<QQII16x", 0, root, 0, 0)
        self.put(0, head)
        path.write_bytes(self.content)
        return path

    # Objects

    def old_header(self, *messages):
        body = b"".join(messages)
        return self.place(struct.pack("<BBHII4x", 1, 0, len(messages), 1, len(body)) + body)

    def new_header(self, *messages):
        body = b"".join(messages)
        return self.place(sealed(b"OHDR" + struct.pack("<BBI", 2, 2, len(body)) + body))

    def dataset(self, rows=10, columns=4, message=old_message, **replaced):
        """A contiguous set of float32 zeros; a message may be replaced by another body, and flags."""
        address = self.place(bytes(rows * columns * 4))
        bodies = {
            "space": (1, dataspace(rows, columns), 0), "type": (3, FLOAT32, 0), "fill": (5, FILL, 0),
            "layout": (8, contiguous(address, rows * columns * 4), 0), **replaced,
        }  # fmt: skip
        header = self.old_header if message is old_message else self.new_header
        return header(*(message(*body) for body in bodies.values()))

    # Groups of the older kind

    def heap(self, content):
        """A local heap; an empty text comes first."""
        content = bytes(8) + content
        content += bytes(-len(content) % 8)
        return self.place(b"HEAP" + struct.pack("<4xQQQ", len(content), 1, self.end + 32) + content)

    def entry(self, offset, address):
        return struct.pack("<QQII16x", offset, address, 0, 0)

    def symbols(self, entries):
        node = b"SNOD" + struct.pack("<BBH", 1, 0, len(entries)) + b"".join(entries)
        return self.place(node + bytes(8 + 2 * self.leaf_k * 40 - len(node)))

    def tree(self, children, level=0, keys=None):
        keys = keys or [0] * (len(children) + 1)
        node = b"TREE" + struct.pack("<BBHQQ", 0, level, len(children), NOWHERE, NOWHERE)
        for key, child in zip(keys, children, strict=False):
            node += struct.pack("<QQ", key, child)
        node += struct.pack("<Q", keys[-1])
        return self.place(node + bytes(24 + 2 * self.node_k * 16 + 8 - len(node)))

    def old_group(self, tree, heap):
        return self.old_header(old_message(0x11, struct.pack("<QQ", tree, heap)))

    def old_group_of(self, members):
        """A group of up to 2 k names, each with an address."""
        text, entries, last = b"", [], 0
        for name in sorted(members):
            last = 8 + len(text)
            entries.append(self.entry(last, members[name]))
            text += name + bytes(8 - len(name) % 8)
        heap = self.heap(text)
        return self.old_group(self.tree([self.symbols(entries)], keys=[0, last]), heap)

    # Groups of the newer kinds

    def new_group(self, *links):
        """Links in the header itself."""
        info = struct.pack("<BBQQ", 0, 0, NOWHERE, NOWHERE)
        return self.new_header(
            new_message(2, info), new_message(10, bytes(2)), *(new_message(6, link) for link in links)
        )

    def dense_group(self, heap, names):
        info = struct.pack("<BBQQ", 0, 0, heap, names)
        return self.new_header(new_message(2, info), new_message(10, bytes(2)))

    def fractal_heap(self, block_bytes, content, rows=0):
        """A heap of one direct block of this content, or of what stands at the end of the file."""
        header = b"FRHP" + struct.pack("<BHHBI", 0, 7, 0, 0, block_bytes)
        header += struct.pack("<QQQQ", 0, NOWHERE, 0, NOWHERE)
        header += struct.pack("<QQQQ", block_bytes, block_bytes, 0, 1) + struct.pack("<QQQQ", 0, 0, 0, 0)
        header += struct.pack("<HQQHHQH", 4, block_bytes, block_bytes, 32, 1, self.end + 152, rows)
        heap = self.place(sealed(header))
        if content is not None:
            block = self.heap_start(b"FHDB", heap) + content
            assert len(block) <= block_bytes
            self.place(block + bytes(block_bytes - len(block)))
        return heap

    def heap_start(self, signature, heap):
        """What the blocks of a heap begin with: 17 bytes."""
        return signature + struct.pack("<BQI", 0, heap, 0)

    def tree_of_records(self, kind, records, node_bytes=None):
        """A tree of the newer kind that is one leaf."""
        size = len(records[0])
        node_bytes = node_bytes or 10 + size * (len(records) + 1)
        header = b"BTHD" + struct.pack("<BBIHHBB", 0, kind, node_bytes, size, 0, 100, 40)
        tree = self.end
        header += struct.pack("<QHQ", tree + 40, len(records), len(records))
        self.place(sealed(header))
        assert self.end == tree + 40
        leaf = sealed(b"BTLF" + bytes([0, kind]) + b"".join(records))
        self.place(leaf + bytes(max(node_bytes - len(leaf), 0)))
        return tree

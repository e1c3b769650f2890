"""Ways to damage what a client or a user hands in: bytes, texts, trees of YAML or JSON, cells, archives."""

import copy
import io
import json
import zipfile

import yaml

SPLICED = [
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b"\r", b"\n", b",,,,", b"\t", b"=1+1", b"=HYPERLINK(\"x\")", b"\x80",
    b"\x1a", "年".encode(), "年".encode("gb18030"), b"A" * 4000, b"9" * 400, b"-", b"{", b"[", b": ", b"&a *a", b"<<: ",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"1e999", b"nan", b"%s%n", b"../", b"#", b"\\", b"\xe2\x80\xae",
]  # fmt: skip
ODD = [
    None, True, False, 0, -1, 3, 10**30, -(10**30), 0.5, 1e308, -1e-308, float("nan"), float("inf"), "", " ", "x", "null",
    "2026Q3", "2026-13-45", "9" * 500, "名", "a" * 5000, "../../etc/passwd", "=1+1", "\u202e", "{study}", "[[", [], {},
    [None], [[]], [[[1]]], {"": {}}, {"x": 1}, {1: 2}, {True: None}, "2026-07-01", "*", "(", "(?P<", "[a-", "%Y%Q",
    "<script>", "C:\\x", "\ud800",
]  # fmt: skip


def pick(rng, options):
    """One of the options, as it is; a choice of numpy would make an array of them."""
    return options[int(rng.integers(len(options)))]


def damaged(content, rng):
    """Bytes with one to eight changes: flips, cuts, splices, repeats, swaps."""
    made = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        at, to = sorted(int(place) for place in rng.integers(0, len(made) + 1, 2))
        match int(rng.integers(7)):
            case 0 if made:
                made[min(at, len(made) - 1)] ^= 1 << int(rng.integers(8))
            case 1:
                made[at : min(to, at + 40)] = b""
            case 2:
                made[at:at] = pick(rng, SPLICED)
            case 3:
                made[at:at] = made[at : min(to, at + 200)]
            case 4:
                made[at:to] = made[at:to].swapcase()
            case 5 if rng.random() < 0.3:
                del made[at:]
            case _ if made:
                made[min(at, len(made) - 1)] = int(rng.integers(256))
    return bytes(made)


def places(tree, path=()):
    """The paths of all nodes of a tree, the root left out."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, below in items:
        yield (*path, key)
        yield from places(below, (*path, key))


def bent(tree, rng, odd=None):
    """A tree with one to four of its nodes replaced, removed, renamed, repeated or exchanged."""
    made = copy.deepcopy(tree)
    for _ in range(int(rng.integers(1, 5))):
        known = list(places(made))
        if not known:
            break
        *way, key = pick(rng, known)
        holder = made
        for step in way:
            holder = holder[step]
        match int(rng.integers(6)):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[pick(rng, ["", "x", f"{key}s", key])] = holder.pop(key)
            case 2 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case 3:
                other = made
                for step in pick(rng, known):
                    try:
                        other = other[step]
                    except (KeyError, IndexError, TypeError):
                        break
                holder[key] = copy.deepcopy(other)
            case _:
                holder[key] = copy.deepcopy(pick(rng, odd or ODD))
    return made


def as_yaml(tree):
    """The tree as YAML, block or flow, as a person or a program may have written it."""
    return yaml.dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")


def as_json(tree):
    return json.dumps(tree, default=str, skipkeys=True).encode("utf-8", "surrogatepass")


def opened_up(content, rng):
    """An archive with one of its parts damaged, and whole as an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        hit = pick(rng, old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name != hit:
                new.writestr(name, part)
            elif rng.random() < 0.9:
                new.writestr(name, damaged(part, rng))
    return out.getvalue()

"""A second verifier of capdo bundles, independent of the first: RFC 6962 from its
definition, standard library only. Prints "good SIZE ROOT" or "bad WHY" for each
file; exit status 1 when one is bad. It does not check the signature."""
import base64, hashlib, sys

def sha(b): return hashlib.sha256(b).digest()
def node(l, r): return sha(b"\1" + l + r)

def mth(leaves):                      # the Merkle tree hash of RFC 6962, 2.1
    if not leaves: return sha(b"")
    if len(leaves) == 1: return leaves[0]
    k = 1
    while k * 2 < len(leaves): k *= 2
    return node(mth(leaves[:k]), mth(leaves[k:]))

def path(m, leaves):                  # the audit path of leaf m, 2.1.1
    if len(leaves) <= 1: return []
    k = 1
    while k * 2 < len(leaves): k *= 2
    if m < k: return path(m, leaves[:k]) + [("r", mth(leaves[k:]))]
    return path(m - k, leaves[k:]) + [("l", mth(leaves[:k]))]

def check(data):
    lines = data.split(b"\n")
    assert lines[0] == b"capdo-bundle/1" and lines[1][:8] == b"entries " and lines[2][:7] == b"hashes ", "head"
    n, m = int(lines[1][8:]), int(lines[2][7:])
    assert lines[1] == b"entries %d" % n and lines[2] == b"hashes %d" % m, "head"
    leaves, stored = [], []
    for i, line in enumerate(lines[3:3 + n]):
        no, leaf, entry = line.split(b" ", 2)
        leaves.append(sha(b"\0" + entry))
        assert no == b"%d" % i and leaf == leaves[i].hex().encode(), "entry %d" % i
        stored.append(leaves[i])
        width = 2
        while (i + 1) % width == 0:   # the nodes this entry completes, lowest first
            stored.append(mth(leaves[i + 1 - width:i + 1])); width *= 2
    assert [h.hex().encode() for h in stored] == lines[3 + n:3 + n + m], "stored hashes"
    origin, size, root = lines[3 + n + m:6 + n + m]
    assert origin == b"capdo.test" or len(sys.argv) == 2, "origin"
    assert size == b"%d" % n and root == base64.b64encode(mth(leaves)), "root"
    for i in range(n):                # every entry is included
        h = leaves[i]
        for side, x in path(i, leaves): h = node(x, h) if side == "l" else node(h, x)
        assert h == mth(leaves), "inclusion of %d" % i
    return n, mth(leaves).hex()

bad = False
for name in sys.argv[1:]:
    try: print("good %d %s" % check(open(name, "rb").read()))
    except Exception as e: bad = True; print("bad %s" % (e or type(e).__name__))
sys.exit(bad)

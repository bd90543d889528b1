"""A second verifier of capdo bundles, independent of the first: RFC 6962 from its
definition, standard library only. Prints "good SIZE ROOT" or "bad WHY" for each
file; exit status 1 when one is bad. Of what people signed it checks that the
browser was asked for exactly the entry's statement, alone or in its place among
several; it does not check signatures."""
import base64, hashlib, json, sys

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

def unb64(s): return base64.urlsafe_b64decode(s + "=" * (-len(s) % 4))

def word(entry):                      # what the person of an entry signed
    if b'"signed"' not in entry: return
    s = json.loads(entry)["assurance"]["signed"]
    asked = b"capdo/decision/v1\n" + s["statement"].encode()
    if "joint" in s:                  # several at once: inclusion as in RFC 9162, 2.1.3.2
        j, h = s["joint"], sha(b"\0" + s["statement"].encode())
        fn, sn = j["index"], j["size"] - 1
        for p in map(bytes.fromhex, j["path"]):
            assert sn, "path"
            if fn & 1 or fn == sn:
                h = node(p, h)
                while fn and not fn & 1: fn >>= 1; sn >>= 1
            else: h = node(h, p)
            fn >>= 1; sn >>= 1
        assert sn == 0 and h.hex() == j["root"], "place among statements"
        asked = b"capdo/decisions/v1\n%d\n%s\n" % (j["size"], j["root"].encode())
    if s["method"] == "passkey":
        assert unb64(json.loads(unb64(s["client_data"]))["challenge"]) == sha(asked), "challenge"

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
        word(entry)
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

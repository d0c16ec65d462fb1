#!/usr/bin/env bash
# pyrage 1.4.0: which error tells that a file does not open, and which that the disk is full, is the wrong way round.
#
# The module exports DecryptError and EncryptError for what goes wrong with keys and formats; Python's OSError is for
# files. With its streams, decrypt_io and encrypt_io, a program that trusts these names says the wrong sentence:
#   - decrypt_io of a file of which one byte was changed raises a bare OSError without errno ("decryption error"),
#     while decrypt() of the same bytes raises DecryptError. Another key raises DecryptError in both.
#   - encrypt_io onto a disk without room raises EncryptError whose words hold "[Errno 28]", and not the OSError with
#     errno that writing raised: a retry or a message made by errno never sees it.
# Seen: "changed, streamed: OSError errno None", "changed, whole: DecryptError", "no room: EncryptError".
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'pyrage==1.4.0'
cat > look.py <<'PY'
import io

import pyrage

identity = pyrage.x25519.Identity.generate()
written = io.BytesIO()
pyrage.encrypt_io(io.BytesIO(b"minutes " * 40_000), written, [identity.to_public()])
changed = bytearray(written.getvalue())
changed[len(changed) // 2] ^= 1


def told(act):
    try:
        act()
    except (OSError, pyrage.DecryptError, pyrage.EncryptError) as mistake:
        errno = f" errno {mistake.errno}" if isinstance(mistake, OSError) else ""
        return type(mistake).__name__ + errno
    return "no error"


print("changed, streamed:", told(lambda: pyrage.decrypt_io(io.BytesIO(bytes(changed)), io.BytesIO(), [identity])))
print("changed, whole:", told(lambda: pyrage.decrypt(bytes(changed), [identity])))
with open("/dev/full", "wb", buffering=0) as full:
    print("no room:", told(lambda: pyrage.encrypt_io(io.BytesIO(b"x" * 300_000), full, [identity.to_public()])))
PY
env/bin/python look.py | tee said
diff - said <<'SAID' || { echo 'CHANGED'; exit 1; }
changed, streamed: OSError errno None
changed, whole: DecryptError
no room: EncryptError
SAID

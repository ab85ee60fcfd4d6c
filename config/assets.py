"""A name for the present styles and scripts, so that browsers may keep them for good."""

import hashlib
from pathlib import Path


def fingerprint(root: Path) -> str:
    """Twelve hexadecimal digits that change with any file of a `static` folder under root."""
    total = hashlib.sha256()
    for folder in sorted(root.glob("**/static")):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            total.update(file.relative_to(root).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:12]

"""Copy the front-end files that Wansdyke serves out of node_modules.

Run as `.venv/bin/python setup/assets.py` after `npm ci`. Standard library only. The files are
the packages' own prebuilt ones; nothing is compiled or bundled. The GOV.UK typeface, crest and
crown are licensed for gov.uk domains alone, so every trace of them is taken out on the way.
"""

import hashlib
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "wansdyke" / "ui" / "static" / "vendor"
STAMP = VENDOR / ".stamp"

GOVUK = PACKAGES / "govuk-frontend" / "dist" / "govuk"
MOJ = PACKAGES / "@ministryofjustice" / "frontend" / "moj"
HTMX = PACKAGES / "htmx.org" / "dist"

STYLES = {"govuk.css": GOVUK / "govuk-frontend.min.css", "moj.css": MOJ / "moj-frontend.min.css"}
SCRIPTS = {
    "govuk.js": GOVUK / "govuk-frontend.min.js",
    "moj.js": MOJ / "moj-frontend.min.js",
    "htmx.js": HTMX / "htmx.min.js",
}
IMAGES = (GOVUK / "assets" / "images", MOJ / "assets" / "images")

SYSTEM_FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",arial,sans-serif'
FONT_FACE = re.compile(r"(/\*![^*]*Margaret Calvert[^*]*\*/)?@font-face\s*\{[^}]*\}")
GDS_TRANSPORT = re.compile(r"""["']?GDS Transport["']?\s*,\s*arial\s*,\s*sans-serif""", re.I)
SOURCE_MAP = re.compile(r"/\*[#@] sourceMappingURL=[^*]*\*/|//[#@] sourceMappingURL=\S*")
CROWN_RULE = re.compile(r"url\([^)]*(?:crest|crown)[^)]*\)", re.I)
IMAGE = re.compile(r"""url\(\s*["']?/assets/images/([^)"']+)["']?\s*\)""")
ANY_URL = re.compile(r"""url\(\s*["']?(?!data:)([^)"']+)""")
# htmx notes the address of each page, search words and all, in the browser's storage.
STORAGE_TEST = re.compile(
    r'(function \w+\(\)\{)const \w+="htmx:sessionStorageTest";'
    r"try\{.*?\}catch\(\w+\)\{return false\}"
)
FORBIDDEN = re.compile(r"GDS Transport|@font-face|sourceMappingURL|crest\.|crown\.|/assets/", re.I)


class Unexpected(Exception):
    """A package's files are not what this script knows how to clean."""


def fingerprint() -> str:
    """A digest of the lock file and of this script: the copies are current if it is unchanged."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    digest.update((ROOT / "package-lock.json").read_bytes())
    return digest.hexdigest()


def cleaned_style(css: str) -> tuple[str, set[str]]:
    """The style sheet without licensed marks, and the names of the images it still asks for."""
    css = SOURCE_MAP.sub("", FONT_FACE.sub("", css))
    css = GDS_TRANSPORT.sub(SYSTEM_FONT, css)
    css = CROWN_RULE.sub("none", css)
    images = set(IMAGE.findall(css))
    css = IMAGE.sub(r"url(images/\1)", css)
    return css.strip() + "\n", images


def cleaned_script(js: str) -> str:
    """The script without its source-map comment."""
    return SOURCE_MAP.sub("", js).strip() + "\n"


def without_storage(js: str) -> str:
    """htmx, told that the browser has no storage.

    Raises:
        Unexpected: the place to tell it is not there.
    """
    told, times = STORAGE_TEST.subn(r"\1return false", js)
    if times != 1:
        raise Unexpected("htmx looks for the browser's storage in a new way")
    return told


def check(name: str, text: str) -> None:
    """Refuse a file in which something licensed, or an address elsewhere, was left."""
    left = FORBIDDEN.search(text)
    if left:
        raise Unexpected(f"{name} still holds {left.group(0)!r}")
    if name.endswith(".css"):
        away = [url for url in ANY_URL.findall(text) if not url.startswith("images/")]
        if away:
            raise Unexpected(f"{name} asks for {away[0]}")


def copy_images(names: set[str], folder: Path) -> None:
    """Copy each image that a style sheet asks for.

    Raises:
        Unexpected: no package has it.
    """
    (folder / "images").mkdir()
    for name in sorted(names):
        found = [images / name for images in IMAGES if (images / name).is_file()]
        if not found:
            raise Unexpected(f"no package has the image {name}")
        shutil.copyfile(found[0], folder / "images" / name)


def build(folder: Path) -> None:
    """Write every file into an empty folder."""
    images: set[str] = set()
    for name, source in STYLES.items():
        css, asked_for = cleaned_style(source.read_text(encoding="utf-8"))
        check(name, css)
        images |= asked_for
        (folder / name).write_text(css, encoding="utf-8")
    for name, source in SCRIPTS.items():
        js = cleaned_script(source.read_text(encoding="utf-8"))
        if name == "htmx.js":
            js = without_storage(js)
        check(name, js)
        (folder / name).write_text(js, encoding="utf-8")
    copy_images(images, folder)


def main() -> int:
    """Bring the vendor folder up to date; return the exit code."""
    if not PACKAGES.is_dir():
        print("node_modules is missing: run `npm ci` first.", file=sys.stderr)
        return 1
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text(encoding="ascii") == wanted:
        return 0
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        build(fresh)
    except (OSError, Unexpected) as problem:
        shutil.rmtree(fresh, ignore_errors=True)
        print(f"Front-end files: {problem}.", file=sys.stderr)
        return 1
    (fresh / STAMP.name).write_text(wanted, encoding="ascii")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    print(f"Front-end files copied to {VENDOR.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/bin/sh
# Prints the Python to use: this folder's own once made, else PYTHON, else the first new enough.

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if new_enough .venv/bin/python; then
    echo .venv/bin/python
    exit 0
fi

if [ -n "$PYTHON" ]; then
    if new_enough "$PYTHON"; then
        echo "$PYTHON"
        exit 0
    fi
    echo "PYTHON is set to “$PYTHON”, which is missing or older than Python 3.11." >&2
    exit 1
fi

for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
    if new_enough "$name"; then
        command -v "$name"
        exit 0
    fi
done

echo "Wansdyke needs Python 3.11 or newer, and none was found." >&2
if command -v python3 >/dev/null 2>&1; then
    echo "Found: $(python3 --version 2>&1), at $(command -v python3)." >&2
fi
echo "Install one (on Debian 12: apt-get install python3 python3-venv)," >&2
echo "or name it: PYTHON=/path/to/python3.12 make run" >&2
exit 1

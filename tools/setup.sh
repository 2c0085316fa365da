#!/bin/sh
# Makes .venv and installs what the lock names, into it alone: tools/setup.sh [PYTHON]
# Needs Python 3.11 or newer with the modules venv and ensurepip; no compiler, since only wheels are taken.
set -eu
cd "$(dirname "$0")/.."
wanted=${1:-}
venv=.venv

suits() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true
}

found=
for candidate in ${wanted:-python3 python3.13 python3.12 python3.11 python3.14}; do
    if suits "$candidate"; then
        found=$candidate
        break
    fi
done
if [ -z "$found" ]; then
    version=$(version_of "${wanted:-python3}")
    {
        echo "Helsekort needs Python 3.11 or newer, with its modules venv and ensurepip."
        echo "${wanted:-python3} is ${version:-not there}. Name another one: make setup PYTHON=/path/to/python3.12"
        echo "(On Debian and Ubuntu the modules come with the package python3-venv.)"
    } >&2
    exit 1
fi

# A .venv that belongs to another folder, that is broken, or of another version than was asked for is made anew.
keep=yes
[ "$(cat "$venv/.folder" 2>/dev/null)" = "$PWD" ] || [ ! -e "$venv/.folder" ] || keep=
"$venv/bin/python" -c '' 2>/dev/null || keep=
[ -z "$wanted" ] || [ "$(version_of "$venv/bin/python")" = "$(version_of "$found")" ] || keep=
if [ -z "$keep" ]; then
    echo "setup 1/3: .venv with Python $(version_of "$found")"
    "$found" -m venv --clear "$venv"
fi
echo "$PWD" >"$venv/.folder"

echo "setup 2/3: the packages of requirements-dev.lock, each checked against its hash (about a minute)"
"$venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-warn-script-location \
    --only-binary :all: --require-hashes --requirement requirements-dev.lock

echo "setup 3/3: Helsekort itself and its sandbox"
"$venv/bin/python" -m pip install --disable-pip-version-check --no-input --no-warn-script-location --quiet \
    --no-deps --no-build-isolation --editable . --editable ./sandbox
echo "setup: done, .venv is ready"

#!/bin/sh
# Resolves the dependencies for all supported Pythons into hashed locks that name no host. Needs uv, which developers
# install themselves; UV names it where it is not on the PATH.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-$(command -v uv || echo .venv/bin/uv)}
if ! "$uv" --version >/dev/null 2>&1; then
    echo "uv is needed to resolve the dependencies: https://docs.astral.sh/uv/ (UV=/path/to/uv)" >&2
    exit 1
fi
resolve() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links "$@"
}
resolve pyproject.toml --output-file requirements.lock
resolve pyproject.toml sandbox/requirements.in --group dev --constraint requirements.lock \
    --output-file requirements-dev.lock

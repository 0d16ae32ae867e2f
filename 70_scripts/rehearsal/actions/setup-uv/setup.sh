#!/bin/sh
# Find uv, or install one into a directory that all runs share.
set -eu

python=${UV_PYTHON:-python3}
tools="$REHEARSAL_TOOLS/uv"
uv=$(command -v uv || true)
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
  uv="$tools/bin/uv"
fi
if [ ! -x "$uv" ]; then
  # Built beside its place and moved there, for another job may do the same now.
  mkdir -p "$REHEARSAL_TOOLS"
  fresh=$(mktemp -d "$REHEARSAL_TOOLS/.uv.XXXXXX")
  "$python" -m pip install --quiet --disable-pip-version-check --target "$fresh" uv
  [ -e "$tools" ] || mv "$fresh" "$tools" 2>/dev/null || true
  rm -rf "$fresh"
fi

version=$("$uv" --version | cut -d ' ' -f 2)
echo "uv $version ($uv) is used in place of ${WANTED_VERSION:-the newest}."
dirname "$uv" >>"$GITHUB_PATH"
if [ -n "$WANTED_PYTHON" ]; then
  echo "Python $WANTED_PYTHON was asked for; uv takes ${UV_PYTHON:-what it finds}."
fi
{
  echo "uv-version=$version"
  echo "uv-path=$uv"
} >>"$GITHUB_OUTPUT"

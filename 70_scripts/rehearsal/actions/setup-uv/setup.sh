#!/bin/sh
# Find uv, or install one into a directory that all runs share.
set -eu

tools="$REHEARSAL_TOOLS/uv"
uv=$(command -v uv || true)
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
  uv="$tools/bin/uv"
fi
if [ ! -x "$uv" ]; then
  # Built beside its place and moved there, for another job may do the same now.
  mkdir -p "$REHEARSAL_TOOLS"
  fresh=$(mktemp -d "$REHEARSAL_TOOLS/.uv.XXXXXX")
  # UV_PYTHON may be a version, which is no command.
  python3 -m pip install --quiet --disable-pip-version-check --target "$fresh" uv
  [ -e "$tools" ] || mv "$fresh" "$tools" 2>/dev/null || true
  rm -rf "$fresh"
fi

version=$("$uv" --version | cut -d ' ' -f 2)
echo "uv $version ($uv) is used in place of ${WANTED_VERSION:-the newest}."
dirname "$uv" >>"$GITHUB_PATH"
# As the real action: the version is exported, nothing of that version is installed.
[ -z "$WANTED_PYTHON" ] || echo "UV_PYTHON=$WANTED_PYTHON" >>"$GITHUB_ENV"
{
  echo "uv-version=$version"
  echo "uv-path=$uv"
} >>"$GITHUB_OUTPUT"

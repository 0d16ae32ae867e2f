#!/bin/sh
# Find uv: this machine's, else the one that the rehearsal itself was installed with.
set -eu

uv=$(command -v uv || true)
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
  uv="$REHEARSAL_UV"
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

#!/bin/sh
# Find an interpreter near the wanted version and put it first on PATH.
set -eu

minor=$(printf '%s' "$WANTED_VERSION" | grep -Eo '^[0-9]+\.[0-9]+' || true)
found=
for name in ${UV_PYTHON:+"$UV_PYTHON"} ${minor:+"python$minor"} python3; do
  # Asking it to run skips shims of versions that are not installed.
  if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    found=$("$name" -c 'import sys; print(sys.executable)')
    break
  fi
done
if [ -z "$found" ]; then
  echo "::error::There is no Python 3.11 or newer on this machine."
  exit 1
fi

version=$("$found" -c 'import platform; print(platform.python_version())')
echo "Python $version ($found) is used in place of ${WANTED_VERSION:-any version}."
bin="$RUNNER_TEMP/python-bin"
mkdir -p "$bin"
# Scripts, not links: a linked interpreter would look for its library beside the link.
for name in python python3; do
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$found" >"$bin/$name"
  chmod +x "$bin/$name"
done
echo "$bin" >>"$GITHUB_PATH"
echo "UV_PYTHON=$found" >>"$GITHUB_ENV"
{
  echo "python-version=$version"
  echo "python-path=$found"
} >>"$GITHUB_OUTPUT"

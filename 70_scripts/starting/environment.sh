#!/usr/bin/env bash
# Make the environment: what `run` sources where .venv is not as uv.lock says.
#
# Where there is no uv, it is installed into a private folder of the cache, without root.
# What takes long shows its progress in a terminal.
# shellcheck disable=SC2154 # here, root: set by run.

uv_version=0.13.9
quiet=(--quiet)
[ ! -t 2 ] || quiet=()

warn() {
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    say "::warning::$1"
  else
    say "warning: $1"
  fi
}

# The first folder that can be written to: the user's cache, else one beside .venv.
find_cache() {
  local folder
  for folder in "${XDG_CACHE_HOME:-}" "${HOME:+$HOME/.cache}" "$root/.cache"; do
    [ -n "$folder" ] || continue
    if mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ]; then
      echo "$folder"
      return
    fi
  done
  fail "there is no folder for a cache: set XDG_CACHE_HOME to one that you may write to"
}

# Print the real path of an interpreter that is new enough: uv does not see through shims.
interpreter() {
  "$1" -c 'import sys; sys.version_info < (3, 11) and sys.exit(1); print(sys.executable)' \
    2>/dev/null
}

# The installed interpreter that is nearest to a version: its minor version comes first.
nearest_interpreter() {
  local name minor=3.13
  [[ $1 =~ 3\.[0-9]+ ]] && minor=${BASH_REMATCH[0]}
  for name in "python$minor" "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$minor".*/bin/python3 \
    python3 python3.13 python3.14 python3.12 python3.11; do
    interpreter "$name" && return
  done
  return 1
}

# Turn a name or a path in UV_PYTHON into a real path; a version is uv's to provide.
choose_python() {
  local found
  if [ -z "${UV_PYTHON:-}" ]; then
    found=$(nearest_interpreter "$(python_of_ci)") || return 0
  elif command -v -- "$UV_PYTHON" >/dev/null; then
    found=$(interpreter "$UV_PYTHON") \
      || fail "UV_PYTHON=$UV_PYTHON does not run, or is older than Python 3.11"
  else
    return 0
  fi
  export UV_PYTHON=$found
}

# Where uv can neither find nor download the version, take the nearest one that is here.
provide_python() {
  local uv=$1 found
  [ -n "${UV_PYTHON:-}" ] && [ ! -x "$UV_PYTHON" ] || return 0
  "$uv" python find --no-project "$UV_PYTHON" >/dev/null 2>&1 && return
  if [ "${UV_PYTHON_DOWNLOADS:-}" != never ]; then
    say "==> installing Python $UV_PYTHON"
    "$uv" python install --quiet "$UV_PYTHON" 2>/dev/null && return
  fi
  found=$(nearest_interpreter "$UV_PYTHON") || fail "uv cannot provide Python $UV_PYTHON, and none is here"
  warn "uv cannot provide Python $UV_PYTHON here: using $("$found" -V) ($found) instead"
  export UV_PYTHON=$found
}

find_uv() {
  local private
  command -v uv && return
  private="$(find_cache)/mangetamain-cicd/uv-$uv_version"
  if [ ! -x "$private/bin/uv" ]; then
    say "==> installing uv $uv_version into $private"
    install_uv "$private" >&2
  fi
  echo "$private/bin/uv"
}

# Install uv into a folder, whole or not at all, with whichever pip can be had without root.
install_uv() {
  local scratch pip
  mkdir -p "$(dirname "$1")"
  scratch=$(mktemp -d "$1.XXXXXX")
  pip=$(find_pip "$scratch") || {
    rm -rf "$scratch"
    fail "python3 has neither venv nor pip, and no package client has them: apt-get install python3-venv"
  }
  # Left unquoted: a command and its argument; neither holds a blank.
  (cd "$scratch" && $pip install "${quiet[@]}" --no-cache-dir --target uv "uv==$uv_version") || {
    rm -rf "$scratch"
    fail "uv $uv_version could not be installed from the package index, see above"
  }
  rm -rf "$1"
  mv "$scratch/uv" "$1"
  rm -rf "$scratch"
}

# Debian and Ubuntu split venv and pip off python3; their client fetches pip without root.
find_pip() {
  if python3 -m venv "$1/venv" >/dev/null 2>&1; then
    echo "venv/bin/python -m pip"
  elif python3 -m pip --version >/dev/null 2>&1; then
    echo "python3 -m pip"
  else
    download_pip "$1" >/dev/null && echo "python3 pip.whl/pip"
  fi
}

download_pip() {
  local apt=(apt-get --quiet=2 -o "Dir::State::Lists=$1/lists" -o "Dir::Cache=$1")
  command -v apt-get && command -v dpkg-deb || return
  mkdir -p "$1/lists/partial" "$1/archives/partial"
  (
    cd "$1" && "${apt[@]}" update && "${apt[@]}" download python3-pip-whl &&
      dpkg-deb -x python3-pip-whl_*.deb . && mv usr/share/python-wheels/pip-*.whl pip.whl
  )
}

# Bring .venv up to date with uv.lock; another process may be at it.
make_environment() {
  local stamp="$root/.venv/.ready-$1" lock="$root/.venv.lock" uv
  plain_or_absent "$lock"
  touch "$lock" 2>/dev/null || fail "$lock cannot be written: run as the owner of $root"
  exec 9>"$lock"
  flock 9
  cmp -s "$root/uv.lock" "$stamp" && return
  choose_python
  uv=$(find_uv)
  [ -n "${UV_CACHE_DIR:-}${HOME:-}" ] || UV_CACHE_DIR="$(find_cache)/uv"
  [ -z "${UV_CACHE_DIR:-}" ] || export UV_CACHE_DIR
  provide_python "$uv"
  say "==> installing the environment ($1)"
  UV_PROJECT_ENVIRONMENT="$root/.venv" "$uv" sync "${quiet[@]}" --frozen --inexact \
    --project "$root" "${@:2}" >&2 || fail "the environment could not be installed"
  cp "$root/uv.lock" "$stamp"
  exec 9>&-
}

#!/usr/bin/env bash
# The checks that CI runs, from the same definition: run before pushing.
#   70_scripts/run_ci_checks.sh            everything that this machine can run
#   70_scripts/run_ci_checks.sh preprod    one group: quality, preprod, pipeline
set -euo pipefail
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/run" check "$@"

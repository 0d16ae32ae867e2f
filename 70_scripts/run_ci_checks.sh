#!/usr/bin/env bash
# The checks that CI runs, from the same definition: run before pushing.
#   70_scripts/run_ci_checks.sh                  everything that this machine can run
#   70_scripts/run_ci_checks.sh preprod          one group; --help names them all
#   70_scripts/run_ci_checks.sh --install-hooks  from now on at each commit and push
set -euo pipefail
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/run" check "$@"

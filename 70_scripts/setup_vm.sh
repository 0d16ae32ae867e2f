#!/usr/bin/env bash
# Set this machine up for the pipeline: see `70_scripts/setup_vm.sh --help`.
set -euo pipefail
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/run" setup_vm "$@"

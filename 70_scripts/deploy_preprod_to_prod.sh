#!/usr/bin/env bash
# Promote what preprod has validated to production; asks for the word DEPLOY.
#   ~/mangetamain/70_scripts/deploy_preprod_to_prod.sh
set -euo pipefail
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/run" promote "$@"

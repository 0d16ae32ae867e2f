#!/bin/sh
# Check one commit out of the local origin into the job's workspace.
set -eu

target="$GITHUB_WORKSPACE/$CHECKOUT_PATH"
mkdir -p "$target"
cd "$target"

# A HEAD of their own: git must not take a repository around the workspace for this one.
[ -d .git ] || git init --quiet --initial-branch main .
git remote add origin "file://$REHEARSAL_ORIGIN" 2>/dev/null ||
  git remote set-url origin "file://$REHEARSAL_ORIGIN"

wanted=${CHECKOUT_REF:-$GITHUB_SHA}
if [ "$CHECKOUT_DEPTH" = 0 ]; then
  git fetch --quiet --tags origin '+refs/heads/*:refs/remotes/origin/*'
fi
if printf '%s\n' "$wanted" | grep -Eqx '[0-9a-f]{40}'; then
  if [ "$CHECKOUT_DEPTH" = 0 ]; then
    # The trial merge of a pull request is on no branch.
    git cat-file -e "$wanted" 2>/dev/null || git fetch --quiet origin "$wanted"
  else
    git fetch --quiet --depth "$CHECKOUT_DEPTH" origin "$wanted"
  fi
  commit=$wanted
else
  case $wanted in refs/*) ref=$wanted ;; *) ref="refs/heads/$wanted" ;; esac
  if [ "$CHECKOUT_DEPTH" = 0 ]; then
    git fetch --quiet origin "$ref" || git fetch --quiet origin "refs/tags/$wanted"
  else
    git fetch --quiet --depth "$CHECKOUT_DEPTH" origin "$ref" ||
      git fetch --quiet --depth "$CHECKOUT_DEPTH" origin "refs/tags/$wanted"
  fi
  commit=$(git rev-parse 'FETCH_HEAD^{commit}')
fi

[ "$CHECKOUT_CLEAN" != true ] || git clean --quiet -ffdx
git checkout --quiet --force --detach "$commit"
echo "HEAD is now at $(git rev-parse HEAD)"
{
  echo "ref=$wanted"
  echo "commit=$commit"
} >>"$GITHUB_OUTPUT"

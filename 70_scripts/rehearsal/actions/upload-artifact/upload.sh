#!/bin/sh
# Copy what the patterns name to where the run keeps its artifacts.
set -eu

target="$REHEARSAL_ARTIFACTS/$ARTIFACT_NAME"
list="$RUNNER_TEMP/artifact-paths"
mkdir -p "$target"
printf '%s\n' "$ARTIFACT_PATHS" >"$list"

count=0
while IFS= read -r pattern; do
  [ -n "$pattern" ] || continue
  # Unquoted: the pattern is to be expanded.
  for path in $pattern; do
    if [ -e "$path" ]; then
      cp -R "$path" "$target/"
      count=$((count + 1))
    fi
  done
done <"$list"

if [ "$count" = 0 ]; then
  message="No files were found with the provided path: $ARTIFACT_PATHS"
  case $ARTIFACT_MISSING in
    error) echo "::error::$message"; exit 1 ;;
    warn) echo "::warning::$message" ;;
  esac
fi
echo "Artifact $ARTIFACT_NAME: $count paths copied to $target."

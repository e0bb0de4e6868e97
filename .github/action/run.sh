#!/usr/bin/env bash
# Runs git-okr with the inputs of the action. Values stand behind `=` and paths behind `--`, so that none can be taken for a
# flag.
set -euo pipefail

case "$OKR_COMMAND" in
  ci)
    arguments=(
      ci
      --comment="$OKR_COMMENT"
      --id="$OKR_COMMENT_ID"
      --config-from="$OKR_CONFIG_FROM"
      --diff-out="$RUNNER_TEMP/git-okr-diff.json"
    )
    [ -z "$OKR_BASE" ] || arguments+=(--base="$OKR_BASE")
    [ -z "$OKR_HEAD" ] || arguments+=(--head="$OKR_HEAD")
    ;;
  check)
    arguments=(check --format=github)
    [ -z "$OKR_BASE" ] || arguments+=(--base="$OKR_BASE")
    [ -z "$OKR_HEAD" ] || arguments+=(--as-of="$OKR_HEAD")
    ;;
  *)
    echo '::error title=git-okr::the input command is ci or check'
    exit 2
    ;;
esac
arguments+=(--fail-on="$OKR_FAIL_ON")
[ -z "$OKR_SARIF" ] || arguments+=(--output="sarif=$OKR_SARIF")
arguments+=(--)
while IFS= read -r path; do
  [ -z "$path" ] || arguments+=("$path")
done <<<"$OKR_PATHS"

code=0
"$OKR_BINARY" -C "$OKR_DIRECTORY" "${arguments[@]}" || code=$?
# `git okr ci` sets the outputs itself.
if [ "$OKR_COMMAND" = check ]; then
  printf 'exit-code=%s\nsarif-file=%s\n' "$code" "${OKR_SARIF//[$'\r\n']/}" >>"$GITHUB_OUTPUT"
fi
exit "$code"

#!/usr/bin/env bash
# Runs `git okr ci` with the inputs of the action. Values stand behind `=`, so that none can be taken for a flag.
set -euo pipefail

arguments=(
  -C "$OKR_DIRECTORY" ci
  --fail-on="$OKR_FAIL_ON"
  --comment="$OKR_COMMENT"
  --id="$OKR_COMMENT_ID"
  --config-from="$OKR_CONFIG_FROM"
  --diff-out="$RUNNER_TEMP/git-okr-diff.json"
)
[ -z "$OKR_BASE" ] || arguments+=(--base="$OKR_BASE")
[ -z "$OKR_HEAD" ] || arguments+=(--head="$OKR_HEAD")
[ -z "$OKR_SARIF" ] || arguments+=(--output="sarif=$OKR_SARIF")
exec "$OKR_BINARY" "${arguments[@]}"

#!/usr/bin/env bash
# Runs the suite, and sets its exit code and the folder of its reports as outputs; the step succeeds, so that later steps
# report. Reads TARGET or URL or LAUNCH, and the other inputs, from the environment.
set -euo pipefail

venv="$RUNNER_TEMP/conformance-venv"
targets="$RUNNER_TEMP/conformance-targets.yaml"
arguments=(run "--report-dir=$REPORT_DIR")

if [[ -n "$LAUNCH" || -n "$URL" && -n "$STATE$ADAPTER" || -z "$TARGET$URL" ]]; then
  # No file of the repository has this target: target.py writes one, and rejects inputs that name none or several.
  if ! "$venv/bin/python" "$GITHUB_ACTION_PATH/action/target.py" >"$targets"; then
    echo "exit-code=2" >>"$GITHUB_OUTPUT"
    exit 0
  fi
  arguments+=("--targets=$targets")
  name=target
elif [[ -n "$TARGET" && -n "$URL" ]]; then
  echo "::error title=conformance::give one of target, url and launch, not several"
  echo "exit-code=2" >>"$GITHUB_OUTPUT"
  exit 0
else
  name="$TARGET$URL"
  [[ -z "$TARGETS_FILE" ]] || arguments+=("--targets=$TARGETS_FILE")
fi

[[ -z "$KNOWN_FAILURES" ]] || arguments+=("--known-failures=$KNOWN_FAILURES")
[[ -z "$SERVICE" ]] || arguments+=("--service=$SERVICE")
[[ -z "$RELEASE" ]] || arguments+=("--release=$RELEASE")
[[ -z "$LEVEL" ]] || arguments+=("--level=$LEVEL")
[[ -z "$SHARD" ]] || arguments+=("--shard=$SHARD")
[[ "$STRICT" != true ]] || arguments+=(--strict)
[[ "$ALLOW_PARTIAL" != true ]] || arguments+=(--allow-partial)
[[ -z "$MIN_EXERCISED" ]] || arguments+=("--min-exercised=$MIN_EXERCISED")
while IFS= read -r pattern; do
  [[ -z "${pattern//[[:space:]]/}" ]] || arguments+=("--select=$pattern")
done <<<"$SELECT"

# The output may have text of a server. Until this word is printed again, GitHub obeys no commands in it.
word="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
code=0
# Reports of an earlier run must not pass for those of this one.
rm -f -- "$REPORT_DIR/run.jsonl" "$REPORT_DIR/report.md"
echo "::stop-commands::$word"
"$venv/bin/conformance" "${arguments[@]}" -- "$name" 2>&1 || code=$?
echo "::$word::"

# A value of several lines could set other outputs.
{
  echo "exit-code=$code"
  echo "report-dir=${REPORT_DIR//[$'\r\n']/}"
} >>"$GITHUB_OUTPUT"

#!/usr/bin/env bash
# Runs the suite, and notes its exit code and the folder of its reports as outputs; the step itself succeeds, so that the
# steps behind it still report. Reads TARGET or URL or LAUNCH, and the other inputs, from the environment.
set -euo pipefail

venv="$RUNNER_TEMP/conformance-venv"
targets="$RUNNER_TEMP/conformance-targets.yaml"
arguments=(run "--report-dir=$REPORT_DIR")

if [[ -n "$LAUNCH" || -n "$URL" && -n "$STATE$ADAPTER" || -z "$TARGET$URL" ]]; then
  # A target that stands in no file of the repository: made here, by a program that knows how to quote.
  # It refuses as well what names no target, or more than one.
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
[[ -z "$LEVEL" ]] || arguments+=("--level=$LEVEL")
[[ -z "$SHARD" ]] || arguments+=("--shard=$SHARD")
[[ "$STRICT" != true ]] || arguments+=(--strict)
[[ "$ALLOW_PARTIAL" != true ]] || arguments+=(--allow-partial)
[[ -z "$MIN_EXERCISED" ]] || arguments+=("--min-exercised=$MIN_EXERCISED")
while IFS= read -r pattern; do
  [[ -z "${pattern//[[:space:]]/}" ]] || arguments+=("--select=$pattern")
done <<<"$SELECT"

# What a server answers may be printed. As long as this word has not come again, nothing in it is a command to GitHub.
word="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
code=0
# What an earlier run left must not be taken for what this one says.
rm -f -- "$REPORT_DIR/run.jsonl" "$REPORT_DIR/report.md"
echo "::stop-commands::$word"
"$venv/bin/conformance" "${arguments[@]}" -- "$name" 2>&1 || code=$?
echo "::$word::"

# An output of several lines could set others: a folder has one line.
{
  echo "exit-code=$code"
  echo "report-dir=${REPORT_DIR//[$'\r\n']/}"
} >>"$GITHUB_OUTPUT"

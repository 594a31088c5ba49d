#!/bin/sh
# A gate for any CI service:   gate.sh TARGET [BASELINE]
#
# Judges TARGET and leaves record and reports in report/. With a BASELINE (the report folder of an earlier run) the gate is
# red where something broke or is no longer judged since then, and diff.md says what; without one, where the target does
# not conform. KNOWN_FAILURES may name a file of failures that are accepted.
set -eu

target=$1
baseline=${2:-}

code=0
if [ -n "${KNOWN_FAILURES:-}" ]; then
  conformance run "$target" --report-dir report --known-failures "$KNOWN_FAILURES" || code=$?
else
  conformance run "$target" --report-dir report || code=$?
fi

# 2 and 3 are no verdict on the target, and 4 is one on a part of it: no difference may excuse them.
if [ "$code" -gt 1 ]; then
  exit "$code"
fi

if [ -n "$baseline" ]; then
  code=0
  conformance diff "$baseline" report --markdown >diff.md || code=$?
  cat diff.md
fi
exit "$code"

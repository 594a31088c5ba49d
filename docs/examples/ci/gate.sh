#!/bin/sh
# A gate for any CI service:   gate.sh TARGET [BASELINE]
#
# Checks TARGET and writes record and reports to report/. With a BASELINE (the report folder of an earlier run) the gate is
# red if something broke or is no longer judged since then, and diff.md lists it; without one, if the target does not
# conform. KNOWN_FAILURES may name a file of accepted failures.
set -eu

target=$1
baseline=${2:-}

code=0
if [ -n "${KNOWN_FAILURES:-}" ]; then
  conformance run "$target" --report-dir report --known-failures "$KNOWN_FAILURES" || code=$?
else
  conformance run "$target" --report-dir report || code=$?
fi

# 2 and 3 are no verdict, and 4 is one on a part of the target: no comparison excuses them.
if [ "$code" -gt 1 ]; then
  exit "$code"
fi

if [ -n "$baseline" ]; then
  code=0
  conformance diff "$baseline" report --markdown >diff.md || code=$?
  cat diff.md
fi
exit "$code"

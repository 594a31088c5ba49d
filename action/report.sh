#!/usr/bin/env bash
# Writes report.md to the job summary, prints annotations, and sets verdict and counts as outputs.
# Reads REPORT_DIR, RUN_CODE, STRICT, ANNOTATIONS, SUMMARY, KNOWN_FAILURES, TARGETS_FILE.
set -euo pipefail

venv="$RUNNER_TEMP/conformance-venv"
# GitHub takes no summary of more than 1 MiB from a step.
most=1000000

if [[ ! -f "$REPORT_DIR/run.jsonl" ]]; then
  echo "::error title=conformance ended with $RUN_CODE::nothing was judged; see the step before"
  exit 0
fi

if [[ "$SUMMARY" == true && -f "$REPORT_DIR/report.md" ]]; then
  if (($(wc -c <"$REPORT_DIR/report.md") > most)); then
    # Whole lines only, so that no character is cut.
    head -c "$most" "$REPORT_DIR/report.md" | sed '$d'
    printf '\n\nCut here: the artifact has the whole report.\n'
  else
    cat "$REPORT_DIR/report.md"
  fi >>"$GITHUB_STEP_SUMMARY"
fi

# Annotations point at the file that a user would edit.
file=""
for candidate in "$KNOWN_FAILURES" "${TARGETS_FILE:-targets.yaml}"; do
  if [[ -n "$candidate" && -f "$candidate" ]]; then
    file="$candidate"
    break
  fi
done
arguments=(annotate "--file=$file" "--outputs=$GITHUB_OUTPUT")
[[ "$STRICT" != true ]] || arguments+=(--strict)
if [[ "$ANNOTATIONS" == true ]]; then
  "$venv/bin/conformance" "${arguments[@]}" -- "$REPORT_DIR"
else
  "$venv/bin/conformance" "${arguments[@]}" -- "$REPORT_DIR" >/dev/null
fi

#!/usr/bin/env bash
# Installs the suite from the checkout of the action into its own environment, without touching the job's.
# Reads EXTRAS; GITHUB_ACTION_PATH and RUNNER_TEMP are GitHub's.
set -euo pipefail

# No module of the job's checkout shadows one that Python needs.
export PYTHONSAFEPATH=1

if [[ ! "$EXTRAS" =~ ^[A-Za-z0-9,_-]*$ ]]; then
  echo "::error title=conformance::extras are names with commas between them, such as moto"
  exit 2
fi
venv="$RUNNER_TEMP/conformance-venv"
python=python3
# setup-python names its interpreter so on every system.
command -v python >/dev/null && python=python
"$python" -m venv "$venv"
# The versions that the suite is tested with, also for the build, so that results can be repeated.
constraints="$GITHUB_ACTION_PATH/constraints-ci.txt"
export PIP_BUILD_CONSTRAINT="$constraints"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$constraints" "$GITHUB_ACTION_PATH${EXTRAS:+[$EXTRAS]}"
echo "command=$venv/bin/conformance" >>"$GITHUB_OUTPUT"

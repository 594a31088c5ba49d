#!/usr/bin/env bash
# Installs the suite from the checkout of the action into an environment of its own: nothing of the job's is touched.
# Reads EXTRAS; GITHUB_ACTION_PATH and RUNNER_TEMP are GitHub's.
set -euo pipefail

# No module of the job's checkout takes the place of one that Python itself needs.
export PYTHONSAFEPATH=1

if [[ ! "$EXTRAS" =~ ^[A-Za-z0-9,_-]*$ ]]; then
  echo "::error title=conformance::extras are names with commas between them, such as moto"
  exit 2
fi
venv="$RUNNER_TEMP/conformance-venv"
python=python3
# What setup-python has set up is called so on every system.
command -v python >/dev/null && python=python
"$python" -m venv "$venv"
# The versions that the suite itself is tested with, for what builds it as well: the same today and tomorrow.
constraints="$GITHUB_ACTION_PATH/constraints-ci.txt"
export PIP_BUILD_CONSTRAINT="$constraints"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$constraints" "$GITHUB_ACTION_PATH${EXTRAS:+[$EXTRAS]}"
echo "command=$venv/bin/conformance" >>"$GITHUB_OUTPUT"

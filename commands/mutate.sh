# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# The whole result is recorded, not that of some sources.
main() { # OPTION-OR-PATH...
  install_lists build.txt test.txt
  local run=()
  # What some paths have is no result that ./dev report tells, nor are fates of an earlier run.
  if [[ $* =~ ^(--sample\ [0-9]+)?$ ]]; then
    run=(record mutation)
    set -- "$@" --result build/results/mutation.json
  fi
  "${run[@]}" /usr/bin/python3 -B tests/mutation/mutate.py "$@"
}

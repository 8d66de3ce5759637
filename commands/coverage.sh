# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

main() { # OPTION-OR-PATH...
  install_lists build.txt test.txt
  local run=()
  (($#)) || {
    run=(record coverage)
    set -- --result build/results/coverage.json
  }
  "${run[@]}" /usr/bin/python3 -B tests/mutation/coverage.py "$@"
}

# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

main() { # [--json|--minimize] [TARGET|all [SECONDS]]
  local options=()
  if [[ ${1:-} == --json || ${1:-} == --minimize ]]; then
    options=("$1")
    shift
  fi
  local target=${1:-all} seconds=${2:-60}
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "SECONDS must be a number from 1 on, not '$seconds'"
  local known=(fuzz/*.dict)
  known=("${known[@]#fuzz/}")
  known=("${known[@]%.dict}")
  [[ $target == all || " ${known[*]} " == *" $target "* ]] ||
    die "unknown target '$target', known are: ${known[*]}"
  {
    prepare_fuzz
    step 'building the fuzz targets'
    compile build/libfuzzer fuzz_targets
  } >&2
  local run=(/usr/bin/python3 -B fuzz/run.py)
  [[ $target != all || ${options[*]} == --minimize ]] || run=(record fuzz fuzz_all)
  "${run[@]}" "${options[@]}" build/libfuzzer/fuzz "$target" "$seconds"
}

# The results of one target are not those that ./dev report tells.
fuzz_all() { # OPTION... FOLDER all SECONDS
  local status=0 result=build/libfuzzer/fuzz/result.json
  rm -f "$result"
  /usr/bin/python3 -B fuzz/run.py "$@" || status=$?
  [[ ! -f $result ]] || cp "$result" build/results/fuzz.json
  return "$status"
}

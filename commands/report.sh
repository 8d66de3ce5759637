# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# What has no result for these sources is run first.
main() { # [--recorded]
  local results=build/results make=(/usr/bin/python3 -B tests/report/report.py build/results) command
  make+=(--commit "$(commit)")
  case ${1:-} in
    '')
      [[ $(commit) != *-dirty ]] || die 'a page is about one commit: commit first'
      while read -ra command; do
        "${command[@]}" </dev/null || complain "${command[*]} found something"
      done < <("${make[@]}" --outdated)
      ;;
    --recorded) ;;
    *) die "unknown option '$1', known is: --recorded" ;;
  esac
  local status=0
  mkdir -p "$results"
  "${make[@]}" >build/report.md || status=$?
  echo "written: build/report.md, after $SECONDS s"
  return "$status"
}

# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

main() { # [--all] [--minutes N]
  [[ $* =~ ^(--all)?\ ?(--minutes\ [0-9]+)?$ ]] || die "unknown option '$*', known are: --all, --minutes N"
  local run=()
  (($#)) || run=(record lint)
  "${run[@]}" check_sources "$@"
}

check_sources() { # [--all] [--minutes N]
  local folders=(src translators carriers bindings exporter testing tools) minutes=()
  [[ $* != *--minutes* ]] || minutes=(--minutes "${!#}")
  [[ ${1:-} != --all ]] || folders+=(tests examples bench)
  install_lists build.txt lint.txt
  step 'format'
  project_files '*.cpp' '*.hpp' '*.c' '*.h' '*.cpp.in' | xargs -0 clang-format-19 --dry-run --Werror
  step 'license'
  local unlicensed
  unlicensed=$(project_files '*.cpp' '*.hpp' '*.c' '*.h' '*.py' '*.sh' '*.go' '*.rs' '*.java' meson.build dev run configure |
    xargs -0 grep -L 'SPDX-License-Identifier' || true)
  [[ -z $unlicensed ]] || die "no license in: $unlicensed"
  step 'shell'
  shellcheck dev commands/*.sh tests/consumers/run tests/machines/libraries bindings/nginx/configure .ci/run
  prepare
  step 'generating headers'
  local generated
  generated=$(ninja -C build -t targets rule CUSTOM_COMMAND | grep -E '/.+\.(h|hpp)$' | grep -v test_pch)
  mapfile -t generated <<<"$generated"
  compile build "${generated[@]}"
  local status=0
  rm -f build/tidy.json build/analyze_c.json
  step "GCC's analyzer and cppcheck, of C"
  /usr/bin/python3 -B tests/analyze_c.py build || status=1
  step "clang-tidy of ${folders[*]}"
  /usr/bin/python3 -B tests/tidy.py "${minutes[@]}" build "${folders[@]}" || status=1
  if [[ ${1:-} != --all ]]; then
    if ((!$#)) && [[ -f build/tidy.json && -f build/analyze_c.json ]]; then
      printf '{"tidy": %s, "c": %s}\n' "$(<build/tidy.json)" "$(<build/analyze_c.json)" \
        >build/results/lint.json
    fi
    return "$status"
  fi
  prepare_fuzz
  step 'clang-tidy of fuzz'
  /usr/bin/python3 -B tests/tidy.py "${minutes[@]}" build/libfuzzer fuzz || status=1
  return "$status"
}

# Not git ls-files: it refuses a checkout of another user, and a source archive has no .git.
project_files() { # NAME-PATTERN...
  local names=() pattern
  for pattern in "$@"; do
    names+=(-o -name "$pattern")
  done
  find . '(' -path ./build -o -path ./dist -o -path ./.git ')' -prune -o -type f '(' "${names[@]:1}" ')' -print0
}

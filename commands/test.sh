# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

main() { # [jaeger|machines|compilers]
  case ${1:-} in
    '') test_all ;;
    jaeger) test_jaeger ;;
    machines) test_machines "${@:2}" ;;
    compilers) test_compilers "${@:2}" ;;
    *) die "unknown tests '$1', see ./dev help" ;;
  esac
}

test_all() {
  install_lists build.txt test.txt package.txt
  forget test
  steps=$PWD/build/results/test.steps
  : >"$steps"
  trap '[[ -z ${background:-} ]] || kill -- "-$background" 2>/dev/null || true' EXIT
  beside install_counterparts
  prepare
  prepare_sanitizer build/address address,undefined
  prepare_sanitizer build/thread thread
  local optimized sanitized concurrent
  list optimized optimized build build/address
  list sanitized sanitized build/address
  list concurrent concurrent build/thread
  step 'building: GCC, optimized'
  compile_list build all-targets "${optimized[@]}"
  join
  [[ -z ${CI:-} || -f build/python/installed ]] || die 'CI must test with OpenTelemetry for Python'
  beside test_optimized

  step 'building with AddressSanitizer and UndefinedBehaviorSanitizer'
  compile_list build/address targets "${sanitized[@]}"
  check_instrumented build/address/libbaton.a __asan_report
  check_instrumented build/address/libbaton.a __ubsan_handle

  step 'building with ThreadSanitizer'
  compile_list build/thread targets "${concurrent[@]}"
  check_instrumented build/thread/libbaton.a __tsan_read

  prepare_fuzz
  step 'building the fuzz targets'
  compile build/libfuzzer fuzz_targets
  check_instrumented build/libfuzzer/fuzz/libfuzzed_baton.a __sanitizer_cov

  join
  beside test_instrumented

  # The order of bytes is the other one there. For all tests: ./dev test machines.
  local big_endian=() skipped=()
  if [[ -f build/machines/s390x/libraries/got ]]; then
    big_endian=(build/machines/s390x/build)
    configure_machine s390x build/machines/s390x
    run_programs "${big_endian[@]}" vectors\ of\ {core,b3,datadog,gcp,jaeger} \
      vectors\ of\ {opencensus,ottrace,xray} text laws_{hex,traceparent}
  else
    skipped=(--skipped 'tests on s390x: no libraries')
  fi

  consumers

  step 'fuzzing: 10 seconds for each parser'
  run_suites build/libfuzzer

  join
  step 'summary'
  record test /usr/bin/python3 tests/summary.py --steps "$steps" \
    --result build/results/test.json "${skipped[@]}" build build:broker \
    build/address build/thread build/libfuzzer "${big_endian[@]}" build/consumers
}

# Runs a command beside what follows: many tests wait for brokers and timers. `join` shows
# what it printed.
beside() { # COMMAND...
  set -m  # a group of processes of its own
  "$@" >build/beside.log 2>&1 </dev/null &
  background=$!
  set +m
}

join() {
  local status=0
  wait "$background" || status=$?
  background=
  cat build/beside.log
  return "$status"
}

# Sets a variable to what tests/programs.py chooses.
list() { # VARIABLE CHOICE FOLDER...
  local lines
  lines=$(/usr/bin/python3 -B tests/programs.py "${@:2}") || die "cannot choose '$2' of $3"
  mapfile -t "$1" <<<"$lines"
}

compile_list() { # FOLDER targets|all-targets TEST...
  local targets
  list targets "$2" "$1" "${@:3}"
  compile "$1" "${targets[@]}"
}

# What is missing makes tests say that they were skipped.
install_counterparts() {
  install_python || complain 'OpenTelemetry for Python could not be downloaded'
  install_agent || complain "OpenTelemetry's agent for Java could not be downloaded"
  install_go_service || complain 'the service in Go, which the probe judges, is not built'
  install_kafka || complain 'Apache Kafka could not be downloaded'
  install_zipkin || complain 'Zipkin could not be downloaded'
  tests/machines/libraries s390x build/machines/s390x/libraries ||
    complain 'the libraries for s390x could not be downloaded'
}

# The service in Go that the probe judges. Debian 12 has no Go that is new enough: without it the test
# says that it was skipped.
install_go_service() {
  command -v go >/dev/null || return 1
  (cd tests/probe/go && go build -o ../../../build/probe/go .) 2>build/probe.log
}

test_optimized() {
  step 'testing: GCC, optimized'
  run_suites build --no-suite broker "${optimized[@]}"
  step 'testing: real brokers, with third-party clients and workers'
  run_suites build:broker --suite broker
}

test_instrumented() {
  step 'testing: AddressSanitizer, UndefinedBehaviorSanitizer'
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 run_suites build/address "${sanitized[@]}"
  step 'testing: ThreadSanitizer, what threads share'
  TSAN_OPTIONS=halt_on_error=1 run_suites build/thread "${concurrent[@]}"
}

# A sanitizer that is asked for and does not reach the library finds nothing.
check_instrumented() { # LIBRARY SYMBOL
  # Not grep -q: it would close the pipe on nm, which is a failure here.
  nm "$1" | grep "$2" >/dev/null || die "$1 is not instrumented: no symbol $2 in it"
}

consumers() {
  step 'installing, and using what was installed'
  local prefix=$PWD/build/installed
  rm -rf "$prefix" build/consumers
  meson install -C build --no-rebuild --quiet
  tests/consumers/run "$prefix" build/consumers
}

# Not among all tests: building Jaeger takes longer than many of them.
test_jaeger() {
  install_packages python3-venv
  install_python
  install_jaeger
  prepare
  step 'building the services'
  compile build tests/exporter/backends/exported_spans examples/relay/relay
  step 'testing: our spans in Jaeger'
  BACKEND=build/jaeger/jaeger RELAY=build/examples/relay/relay \
    SPANS=build/tests/exporter/backends/exported_spans \
    TEST_FOLDER=build/brokers/jaeger TEST_PYTHON=build/python/bin/python \
    /usr/bin/python3 -B tests/exporter/backends/test_backends.py jaeger
}

# Not optimized: instrumented tests full of templates take six times as long to compile otherwise.
# Lines are all that a report of a sanitizer shows.
prepare_sanitizer() { # FOLDER SANITIZERS
  CC=clang-19 CXX=clang++-19 CC_LD=lld CXX_LD=lld configure "$1" -Db_sanitize="$2" \
    -Db_lundef=false --buildtype=debug -Dcpp_args='-D_GLIBCXX_ASSERTIONS -gline-tables-only' \
    --auto-features=enabled -Dbench=disabled
}

# Runs tests of a build directory, and goes on if some fail: the summary counts them.
run_suites() { # FOLDER[:LOG] TESTS-OR-OPTIONS...
  local folder=${1%:*} log=testlog
  [[ $1 != *:* ]] || log=${1#*:}
  shift
  rm -f "$folder/meson-logs/$log.json"
  # Others are compiled beside them.
  meson test -C "$folder" --no-rebuild --print-errorlogs --logbase "$log" --timeout-multiplier 4 \
    "$@" || true
}

# --- other machines and compilers -----------------------------------------------------------------

# What meson does not find is not built, but run_all_programs complains if it is needed.
configure_programs() { # FOLDER OPTION-OF-MESON...
  local left_out
  left_out=(-D{grpc,kafka,export,opentelemetry,nginx,tools,examples,bench}'=disabled')
  configure "$@" "${left_out[@]}" -D{http,sqs,celery,c,testing}=enabled -Db_ndebug=false \
    -Doptimization=1
}

# Builds what the tests need, and no more; goes on if some fail, as run_suites.
run_programs() { # FOLDER TEST...
  local folder=$1
  step "building $folder"
  compile_list "$folder" targets "${@:2}"
  step "testing $folder"
  run_suites "$folder" --timeout-multiplier 8 "${@:2}"
}

run_all_programs() { # FOLDER NEEDED-TEST...
  local tests
  list tests portable "$@"
  run_programs "$1" "${tests[@]}"
}

# Calls a function for each of these, or of those that have a file; then prints the summary.
run_each() { # FUNCTION FOLDER NAME...
  local each=$1 folder=$2 known name summary=(/usr/bin/python3 tests/summary.py)
  shift 2
  known=(tests/"${folder#*/}"/*.ini)
  known=("${known[@]##*/}")
  known=("${known[@]%.ini}")
  if ((!$#)); then
    set -- "${known[@]}"
    name=${folder##*/}
    forget "$name"
    summary=(record "$name" "${summary[@]}" --result "build/results/$name.json")
  fi
  for name in "$@"; do
    [[ " ${known[*]} " == *" $name "* ]] || die "unknown '$name', known are: ${known[*]}"
  done
  for name in "$@"; do
    "$each" "$name" "$folder/$name"
  done
  step 'summary'
  set -- "${@/#/$folder/}"
  "${summary[@]}" "${@/%//build}"
}

# By Debian's cross compilers.
configure_machine() { # MACHINE FOLDER
  tests/machines/libraries "$1" "$2/libraries" ||
    die "the libraries for $1 cannot be downloaded"
  configure_programs "$2/build" --cross-file "$2/libraries/place.ini" \
    --cross-file "tests/machines/$1.ini" -D{amqp,curl}=disabled
}

run_on_machine() { # MACHINE FOLDER
  configure_machine "$@"
  # QEMU 7.2 aborts a child of fork that starts threads, if its parent had threads.
  local filter=-ScopeOrder.AChildProcessHasNoScopesOfOtherThreads
  [[ $1 != i386 ]] || filter='*'
  GTEST_FILTER=$filter run_all_programs "$2/build" celery laws_hex
}

test_machines() { # MACHINE...
  install_lists build.txt machines.txt
  run_each run_on_machine build/machines "$@"
}

# With standard libraries of another ABI.
run_with_library() { # NAME FOLDER
  local file=tests/compilers/$1.ini installed=$PWD/$2/installed log
  if [[ ! -f $installed/place.ini ]]; then
    step "building libraries for $1"
    rm -rf "$2/libraries"
    log=$(meson setup "$2/libraries" tests/compilers/libraries --native-file "$file" \
      --prefix="$installed" --libdir=lib 2>&1) || {
      printf '%s\n' "$log" >&2
      die "meson could not configure $2/libraries"
    }
    compile "$2/libraries" install
  fi
  configure_programs "$2/build" --native-file "$installed/place.ini" --native-file "$file" \
    -D{amqp,curl}=enabled
  run_all_programs "$2/build" celery fmt
}

test_compilers() { # NAME...
  install_lists build.txt
  run_each run_with_library build/compilers "$@"
}

# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

main() {
  case ${1:-} in
    --zipkin | --jaeger) demo_beside "${1#--}" "${@:2}" ;;
    *)
      prepare_demo "$@"
      "${demonstration[@]}"
      ;;
  esac
}

# What runs, by the options: our services alone, or with Kafka, RabbitMQ and third-party services,
# which the tests start as well.
prepare_demo() {
  demonstration=(build/examples/relay/relay "$@")
  if [[ ${1:-} == --real ]]; then
    shift
    demonstration=(/usr/bin/python3 -B tests/examples/relay/real/relay_with_others.py "$@")
    install_lists test.txt
    install_python || die 'OpenTelemetry for Python is needed'
    install_kafka || die 'Apache Kafka is needed'
    install_agent || die "OpenTelemetry's agent for Java is needed"
    export RELAY=$PWD/build/examples/relay/relay KAFKA_JARS=$PWD/build/kafka/jars \
      AGENT_JARS=$PWD/build/agent/jars TEST_FOLDER=$PWD/build/brokers/demo \
      TEST_PYTHON=$PWD/build/python/bin/python
  fi
  prepare
  step 'building the demo'
  compile build examples/relay/relay
}

demo_beside() { # zipkin|jaeger [--screenshot] OPTION...
  local backend=$1 place=build/jaeger/jaeger options=()
  shift
  if [[ $backend == zipkin ]]; then
    place=build/zipkin/jars
    install_packages maven default-jre-headless
    if [[ ${1:-} == --screenshot ]]; then
      shift
      install_packages chromium fonts-dejavu-core
      options=(--screenshot docs/zipkin.png)
    fi
  elif [[ ${1:-} == --real ]]; then
    die 'third-party services send their spans to Zipkin only'
  fi
  "install_$backend"
  prepare_demo "$@"
  [[ ${1:-} == --real ]] || demonstration+=(--export)
  /usr/bin/python3 -B tests/exporter/backends/show.py "${options[@]}" "$backend" "$place" \
    "build/demo/$backend" "${demonstration[@]}"
}

# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

main() {
  case ${1:-} in
    grpc) bench_grpc "${@:2}" ;;
    instructions) bench_instructions "${@:2}" ;;
    kafka) bench_kafka "${@:2}" ;;
    nginx) bench_nginx "${@:2}" ;;
    payload) bench_payload "${@:2}" ;;
    peers) bench_peers "${@:2}" ;;
    --plot) bench_plot ;;
    *) bench_core "$@" ;;
  esac
}

# Those of the core alone, and those of carriers.
core_programs=(propagation formats spans sampling in_process)
counted=("${core_programs[@]}" c http curl grpc_metadata kafka amqp payload)

bench_core() {
  prepare
  step 'building the benchmarks'
  local program programs=("${core_programs[@]}" c http curl amqp grpc_metadata exporting)
  compile build "${programs[@]/#/bench/}"
  for program in "${programs[@]}"; do
    step "$program"
    "build/bench/$program" --benchmark_min_time=0.1 --benchmark_repetitions=9 \
      --benchmark_enable_random_interleaving=true "$@"
  done
}

bench_grpc() {
  prepare
  step 'building the benchmark of gRPC'
  compile build bench/grpc
  build/bench/grpc "$@"
}

bench_instructions() { # [--update]
  prepare
  step 'building the benchmarks'
  compile build "${counted[@]/#/bench/}"
  step 'counting'
  /usr/bin/python3 -B bench/instructions.py build "$@"
}

bench_kafka() {
  prepare
  step 'building the benchmarks of Kafka'
  compile build bench/kafka bench/kafka_throughput
  step 'kafka'
  build/bench/kafka --benchmark_min_time=0.1 --benchmark_repetitions=9 \
    --benchmark_enable_random_interleaving=true
  step 'throughput, on a mock cluster in the same process'
  build/bench/kafka_throughput "$@"
  install_packages maven default-jre-headless
  install_kafka
  step 'throughput, on a real Apache Kafka'
  /usr/bin/python3 -B tests/carriers/kafka/broker/broker.py build/kafka/jars build/kafka/bench \
    build/bench/kafka_throughput "$@"
}

bench_nginx() {
  install_lists bench.txt
  prepare
  step 'building the module'
  compile build bindings/nginx/ngx_http_baton_module.so
  bench/nginx build/bindings/nginx/ngx_http_baton_module.so "$@"
}

bench_payload() {
  prepare
  step 'building the benchmark of payloads'
  compile build bench/payload
  build/bench/payload --benchmark_min_time=0.1 --benchmark_repetitions=9 \
    --benchmark_enable_random_interleaving=true "$@"
}

# Go is not installed: Debian 12 has none that is new enough.
bench_peers() {
  {
    install_packages python3-venv
    command -v cargo >/dev/null || (install_packages cargo-web) || true
    prepare
    install_python || true
    step 'building the programs'
    compile build bench/peers/peers
  } >&2
  bench/peers/compare.py build/bench/peers/peers "$@"
}

bench_plot() {
  prepare
  step 'building the benchmark of growth'
  compile build bench/growth
  step 'measuring'
  local measured=build/bench/growth.json
  build/bench/growth --benchmark_min_time=0.02 --benchmark_repetitions=9 \
    --benchmark_enable_random_interleaving=true --benchmark_display_aggregates_only=true \
    --benchmark_out="$measured" --benchmark_out_format=json >/dev/null
  /usr/bin/python3 -B bench/plot.py "$measured" docs/growth.svg
  echo 'drawn: docs/growth.svg'
}

# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What several commands need.

is_installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

install_packages() { # PACKAGE...
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || die "these Debian packages are needed: ${missing[*]}"
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "sudo is needed to install: ${missing[*]}"
    as_root=(sudo)
  fi
  step "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  # Servers that come with a package are not to be started: tests run their own.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 SYSTEMD_OFFLINE=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  # What was configured without them looks again.
  rm -f build/options build/*/options build/*/*/build/options
}

install_lists() { # FILE..., in packaging/packages
  local listed packages
  listed=$(grep -hv -e '^#' -e '^$' "${@/#/packaging/packages/}")
  mapfile -t packages <<<"$listed"
  install_packages "${packages[@]}"
}

# A virtual environment of our own; without it the tests that need it say that they were skipped.
install_python() {
  local stamp=build/python/installed wanted=tests/requirements.txt
  cmp -s "$wanted" "$stamp" && return 0
  step "installing $wanted"
  rm -rf build/python
  /usr/bin/python3 -m venv build/python &&
    build/python/bin/pip install --quiet --disable-pip-version-check -r "$wanted" &&
    cp "$wanted" "$stamp"
}

# Jars from Maven; without them the tests that need them say that they were skipped.
install_jars() { # FOLDER POM
  local folder=build/$1 pom=$2
  cmp -s "$pom" "$folder/installed" && return 0
  step "getting $1 by Maven"
  rm -rf "$folder/jars"
  mkdir -p "$folder"
  mvn -q -B -Dstyle.color=never -f "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$PWD/$folder/jars" && cp "$pom" "$folder/installed"
}

install_kafka() { install_jars kafka tests/carriers/kafka/broker/pom.xml; }

install_agent() { install_jars agent tests/examples/relay/real/pom.xml; }

install_zipkin() { install_jars zipkin tests/exporter/backends/pom.xml; }

# Go builds Jaeger of its module. Debian 12 has no Go that is new enough.
install_jaeger() {
  local version=v1.76.0 folder=build/jaeger package=github.com/jaegertracing/jaeger/cmd/jaeger
  [[ -f $folder/installed && $(<"$folder/installed") == "$version" ]] && return 0
  command -v go >/dev/null || die 'Jaeger is built by Go, which is not here'
  step "building Jaeger $version, which takes minutes"
  mkdir -p "$folder"
  (
    cd "$folder" && rm -f go.mod go.sum &&
      go mod init jaeger &&
      go get -tool "$package@$version" &&
      go build -o jaeger -ldflags='-s -w' "$package"
  ) >"$folder.log" 2>&1 || die "Go could not build Jaeger, see $folder.log"
  printf '%s' "$version" >"$folder/installed"
}

# Configures build directory $1 with the options that follow, and again when they change.
configure() {
  local folder=$1 again=() log
  shift
  # Debian does not package opentelemetry-cpp: without it, the summary says that it is not tested.
  local opentelemetry=auto
  pkg-config --exists opentelemetry_api || opentelemetry=disabled
  [[ " $*" == *" -Dopentelemetry="* ]] || set -- "$@" -Dopentelemetry="$opentelemetry"
  local stamp=$folder/options wanted="${CC:+CC=$CC }$*"
  if [[ -f $folder/build.ninja ]]; then
    if [[ -f $stamp && $(<"$stamp") == "$wanted" ]]; then
      compile "$folder" build.ninja  # in case that a meson.build has changed
      return
    fi
    again=(--reconfigure)
  fi
  step "configuring $folder"
  log=$(meson setup "${again[@]}" "$folder" "$@" 2>&1) || {
    printf '%s\n' "$log" >&2
    die "meson could not configure $folder"
  }
  printf '%s' "$wanted" >"$stamp"
}

# Quiet while it goes well: on a terminal ninja shows one line, elsewhere only what went wrong.
compile() {
  local folder=$1
  shift
  if [[ -t 1 ]]; then
    ninja -C "$folder" "$@"
    return
  fi
  local log
  log=$(ninja --quiet -C "$folder" "$@" 2>&1) || {
    printf '%s\n' "$log" >&2
    die "$folder does not compile"
  }
}

# The prefix serves the tests that use what is installed.
prepare() {
  install_lists build.txt
  configure build --prefix="$PWD/build/installed" --libdir=lib --auto-features=enabled
}

prepare_fuzz() {
  install_lists build.txt
  CC=clang-19 CXX=clang++-19 configure build/libfuzzer -Dfuzz=enabled -Db_sanitize=address,undefined \
    -Db_lundef=false --buildtype=debugoptimized --auto-features=enabled -Dtests=disabled \
    -Dexamples=disabled -Dtools=disabled -Dbench=disabled -Dgrpc=disabled
}

# --- what ./dev report tells: the results of commands, and of which sources -----------------------

commit() { git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown; }
began_with=$(commit)

# A result of an earlier run is not that of one that ends halfway.
forget() { # NAME
  mkdir -p build/results
  rm -f "build/results/$1.json" "build/results/$1.stamp"
}

# Runs a command that leaves build/results/NAME.json.
record() { # NAME COMMAND...
  local name=$1 status sources=$began_with
  shift
  forget "$name"
  # Not `"$@" || status=$?`: Bash would then go on behind each failure in a function.
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  [[ $(commit) == "$began_with" ]] || sources=unknown
  printf '{"commit": "%s", "ended": "%(%F %H:%M)T", "seconds": %d, "status": %d}\n' \
    "$sources" -1 "$SECONDS" "$status" >"build/results/$name.stamp"
  return "$status"
}

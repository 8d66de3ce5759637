# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# Debian's packages of this tree, in build/debian.
main() {
  install_lists package.txt
  local folder=build/debian log=build/debian/build.log
  step 'building the packages'
  rm -rf "$folder"
  mkdir -p "$folder/baton"
  tar -c --exclude=./build --exclude=./dist --exclude=./.git . | tar -x -C "$folder/baton"
  cp -r packaging/debian "$folder/baton/debian"
  # debhelper gives the build a home of its own, where no cache is.
  local cache
  cache=$(ccache --get-config cache_dir)
  (
    cd "$folder/baton" &&
      CCACHE_DIR=$cache PATH=/usr/lib/ccache:$PATH dpkg-buildpackage -b -us -uc
  ) >"$log" 2>&1 || {
    cat "$log" >&2
    die 'the packages could not be built'
  }
  step 'lintian'
  # Whoever publishes packages puts an address of their own into control and changelog.
  lintian --fail-on error,warning --allow-root --display-info \
    --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$folder"/*.changes
  ls "$folder"/*.deb
}

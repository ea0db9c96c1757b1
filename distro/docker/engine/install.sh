#!/usr/bin/env bash
# Installs Docker Engine, buildx, Compose and what the image tests need on Debian 12 or later. Idempotent; needs root.
# They come from trixie: bookworm has neither buildx nor Compose 2. The pin keeps everything else as it is.
set -euo pipefail

needed=(
  /usr/sbin/dockerd=docker.io
  /usr/bin/docker=docker-cli
  /usr/libexec/docker/cli-plugins/docker-buildx=docker-buildx
  /usr/libexec/docker/cli-plugins/docker-compose=docker-compose
  /usr/bin/qemu-aarch64-static=qemu-user-static
  /usr/bin/arch-test=arch-test
  /usr/bin/docker-registry=docker-registry
  /usr/bin/mmdebstrap=mmdebstrap
  /usr/bin/openssl=openssl
  /usr/bin/ps=procps
)
missing=()
for entry in "${needed[@]}"; do
  [ -e "${entry%%=*}" ] || missing+=("${entry#*=}")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

# The machine's own mirror and key, whichever they are.
sources=/etc/apt/sources.list.d/debian.sources
mirror=$(sed -n 's/^URIs: *//p' "$sources" | head -n 1)
key=$(sed -n 's/^Signed-By: *//p' "$sources" | head -n 1)
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
options=(--no-install-recommends)
if [ "$release" != trixie ]; then
  cat >/etc/apt/sources.list.d/trixie.sources <<SOURCES
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: $key
SOURCES
  printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >/etc/apt/preferences.d/trixie
  options+=(-t trixie)
fi

# The tests start engines and registries of their own; no package may start one.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq "${options[@]}" "${missing[@]}" >/dev/null

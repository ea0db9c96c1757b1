#!/usr/bin/env bash
# Installs what it takes to build the appliance and to start it in a virtual machine, on Debian 12 or later. Idempotent;
# needs root. Everything comes from the machine's own release and upgrades nothing: mkosi, QEMU and what they call live in
# a Debian 13 of their own, which build.sh makes with mmdebstrap.
set -euo pipefail

needed=(
  /usr/bin/mmdebstrap=mmdebstrap
  /usr/bin/python3=python3
  /usr/bin/ssh=openssh-client
)
missing=()
for entry in "${needed[@]}"; do
  [ -e "${entry%%=*}" ] || missing+=("${entry#*=}")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null

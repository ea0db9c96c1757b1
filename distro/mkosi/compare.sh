#!/usr/bin/env bash
# compare.sh A.raw B.raw: whether two images are the same, and if not, in which partitions and files they differ. Run it
# over two builds of one commit. Needs root for the loop devices; ends with 1 when anything differs.
set -euo pipefail
[ $# -eq 2 ] || { echo "Usage: $0 A.raw B.raw" >&2; exit 2; }
cmp --silent "$1" "$2" && { echo 'identical'; exit 0; }

command -v sfdisk >/dev/null || { echo 'sfdisk is missing. Debian: apt-get install fdisk' >&2; exit 2; }
work=$(mktemp -d)
loops=()
cleanup() {
  umount "$work"/mount.* 2>/dev/null || true
  for loop in "${loops[@]}"; do losetup --detach "$loop"; done
  rm -rf "$work"
}
trap cleanup EXIT

# `start size type` in sectors of 512 bytes, one partition a line.
partitions() { sfdisk --json "$1" | python3 -c 'import json, sys
for p in json.load(sys.stdin)["partitiontable"]["partitions"]: print(p["start"], p["size"], p["type"])'; }

diff <(sfdisk --dump "$1" | grep -v ^device) <(sfdisk --dump "$2" | grep -v ^device) >"$work/table" || echo 'partition table: differs'
number=0
while read -r start size _type; do
  number=$((number + 1))
  mounts=()
  sums=()
  for image in "$1" "$2"; do
    loop=$(losetup --find --show --read-only --offset $((start * 512)) --sizelimit $((size * 512)) "$image")
    loops+=("$loop")
    sums+=("$(sha256sum <"$loop")")
    mount="$work/mount.$number.${#sums[@]}"
    mkdir "$mount"
    mount -o ro "$loop" "$mount" 2>/dev/null && mounts+=("$mount")
  done
  if [ "${sums[0]}" = "${sums[1]}" ]; then
    echo "partition $number: identical"
    continue
  fi
  echo "partition $number: differs"
  [ "${#mounts[@]}" -eq 2 ] || continue
  diff --recursive --brief --no-dereference "${mounts[@]}" 2>&1 | sed "s|$work/mount.$number.||g; s/^/  /" || true
  # What is not content: times, owners, modes.
  diff <(cd "${mounts[0]}" && find . -printf '%p %m %U:%G %T@\n' | sort) <(cd "${mounts[1]}" && find . -printf '%p %m %U:%G %T@\n' | sort) | sed 's/^/  /' | head -n 40 || true
done < <(partitions "$1")
exit 1

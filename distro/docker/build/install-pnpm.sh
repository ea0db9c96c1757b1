# Installs the pnpm that the checkout's own set-up uses; the version stands in one place, tools/setup/toolchain.mjs.
set -eu
version=$(sed -n "s/^const PNPM_VERSION = '\(.*\)';$/\1/p" /setup/toolchain.mjs)
[ -n "$version" ] || { echo 'tools/setup/toolchain.mjs names no PNPM_VERSION' >&2; exit 1; }
npm install --global --no-audit --no-fund --loglevel=error "pnpm@$version"

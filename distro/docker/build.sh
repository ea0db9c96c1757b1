#!/usr/bin/env bash
# Builds the image. The workflow, CI and people all call this; what follows goes on to `docker buildx build`:
#
#   distro/docker/build.sh --load --tag matrix-os
#   ENGINE=include distro/docker/build.sh --load --tag matrix-os          with the engine in it, to keep for yourself
#   distro/docker/build.sh --platform linux/amd64,linux/arm64 --push --tag registry.example/matrix-os
#
# The machine's npm registry and certificates, where it has its own, are lent to the build as secrets: no layer has them.
set -euo pipefail
cd "$(dirname "$0")/../.."

secrets=$(mktemp -d)
trap 'rm -rf "$secrets"' EXIT
arguments=()
if command -v npm >/dev/null; then
  printf 'registry=%s\n' "$(npm config get registry 2>/dev/null)" >"$secrets/npmrc"
  authority=$(npm config get cafile 2>/dev/null)
  [ -f "$authority" ] || authority=${NODE_EXTRA_CA_CERTS:-}
  if [ -f "$authority" ]; then
    printf 'cafile=/run/secrets/ca\n' >>"$secrets/npmrc"
    arguments+=(--secret "id=ca,src=$authority")
  fi
  arguments+=(--secret "id=npmrc,src=$secrets/npmrc")
fi

for name in NODE_IMAGE BUILDER_IMAGE; do
  [ -z "${!name:-}" ] || arguments+=(--build-arg "$name=${!name}")
done
commit=${COMMIT:-$(git rev-parse HEAD 2>/dev/null || true)}
created=$(git show --no-patch --format=%cI "${commit:-HEAD}" 2>/dev/null || date --utc +%FT%TZ)
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)

"${DOCKER:-docker}" buildx build "${arguments[@]}" \
  --build-arg "ENGINE=${ENGINE:-omit}" \
  --build-arg "VERSION=${VERSION:-$version}" \
  --build-arg "COMMIT=$commit" \
  --build-arg "CREATED=$created" \
  "$@" .

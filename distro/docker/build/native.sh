# native.sh TARGETARCH OUT: the packages that stay outside of the bundles, for that architecture, as the lock file has
# them: OUT/runtime for every image, OUT/engine-include for the one with the engine in it; OUT/engine-omit is empty.
set -eu
case $1 in
  amd64) cpu=x64 ;;
  arm64) cpu=arm64 ;;
  *) echo "There is no engine for $1; build for amd64 or arm64." >&2; exit 1 ;;
esac
out=$2
mkdir -p "$out"
rm -rf node_modules
pnpm install --filter @matrix-os/gateway --prod --frozen-lockfile --store-dir /pnpm-store \
  --cpu "$cpu" --os linux --libc glibc
node /setup/collect-packages.mjs packages/gateway "$out/runtime" @lydell/node-pty "@lydell/node-pty-linux-$cpu"
# Two folders by name, never one stage or the other: a builder once took the full one from its cache for the empty one.
mkdir "$out/engine-omit"
node /setup/collect-packages.mjs packages/gateway "$out/engine-include" \
  @anthropic-ai/claude-agent-sdk "@anthropic-ai/claude-agent-sdk-linux-$cpu"
# A layer's digest covers times: with the same ones, the same content stays the same layer, also on another builder.
find "$out" -exec touch --no-dereference --date=@0 {} +

# native.sh TARGETARCH OUT: the packages that stay outside of the bundles, for that architecture, as the lock file has
# them: OUT/runtime for every image, OUT/engine for the one that includes the engine.
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
node /setup/collect-packages.mjs packages/gateway "$out/engine" \
  @anthropic-ai/claude-agent-sdk "@anthropic-ai/claude-agent-sdk-linux-$cpu"
# A layer's digest covers times: with the same ones, the same content stays the same layer, also on another builder.
find "$out" -exec touch --no-dereference --date=@0 {} +

# The image of Matrix OS: every role (`matrix up`, `matrix proxy`, …) is a command of it. Build it with
# distro/docker/build.sh, which says what it was made from; why it is so: docs/adr/0020 to 0023.

# Debian slim with Node; docs/adr/0020-debian-slim.md compares it with Alpine.
ARG NODE_IMAGE=node:24-trixie-slim
# What the builder's stages start from, where it has the same image by another name too: one that is named differently is
# another one to its cache.
ARG BUILDER_IMAGE=${NODE_IMAGE}
# `omit`: the engine is fetched by the running OS when it is first needed. `include`: for an image you keep to
# yourself; its licence does not let anybody publish it (docs/adr/0021-engine-outside-the-image.md).
ARG ENGINE=omit

# Everything is built on the builder's own architecture: bundles run anywhere, and what is native comes prebuilt.
FROM --platform=$BUILDPLATFORM ${BUILDER_IMAGE} AS dependencies
WORKDIR /src
ENV CI=true NODE_EXTRA_CA_CERTS=/run/secrets/ca
COPY distro/docker/build/install-pnpm.sh tools/setup/toolchain.mjs /setup/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca \
    --mount=type=cache,target=/root/.npm \
    sh /setup/install-pnpm.sh
# The lock file alone decides what is fetched, so a change of our code fetches nothing.
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca \
    --mount=type=cache,id=pnpm-store,target=/pnpm-store \
    pnpm fetch --store-dir /pnpm-store

FROM ${NODE_IMAGE} AS system
RUN --mount=type=bind,source=distro/docker/build/system.sh,target=/setup/system.sh \
    --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    sh /setup/system.sh
WORKDIR /home/matrix

FROM dependencies AS build
COPY . .
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca \
    --mount=type=cache,id=pnpm-store,target=/pnpm-store \
    pnpm install --offline --frozen-lockfile --store-dir /pnpm-store && node tools/build.ts
ARG ENGINE
RUN --mount=type=bind,from=system,source=/var/lib/dpkg,target=/dpkg \
    node distro/docker/build/release.mjs /release && \
    node distro/docker/build/sbom.mjs /dpkg/matrix-packages "$ENGINE" /release/sbom.cdx.json

# The packages that can't be bundled, for the architecture that is asked for.
FROM dependencies AS native
ARG TARGETARCH
COPY package.json ./
COPY packages/gateway/package.json packages/gateway/
COPY distro/docker/build/native.sh distro/docker/build/collect-packages.mjs /setup/
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca \
    --mount=type=cache,id=pnpm-store,target=/pnpm-store \
    sh /setup/native.sh "$TARGETARCH" /native

# What changes least lies lowest: after a change of our code, only the last layer is new.
FROM system
ARG ENGINE
COPY --link --from=native /native/engine-${ENGINE} /opt/matrix/node_modules/
COPY --link --from=native /native/runtime /opt/matrix/node_modules/
COPY --link distro/docker/rootfs/ /
COPY --link --from=build /release /opt/matrix/

# A process can't end while it waits for a name server: with these it waits 3 s, and not 15, for one that is silent.
ENV NODE_ENV=production \
    HOME=/home/matrix USER=matrix LANG=C.UTF-8 \
    MATRIX_HOME=/home/matrix/matrixos MATRIX_STATE=/var/lib/matrix/state \
    RES_OPTIONS="timeout:1 attempts:2" \
    CREDENTIALS_DIRECTORY=/run/secrets \
    MATRIX_BIND=0.0.0.0 PROXY_HOST=0.0.0.0 MATRIX_AUTONOMY=free
USER 1000:1000
VOLUME ["/home/matrix", "/var/lib/matrix"]
EXPOSE 3000 4000
# It becomes tini when it has taken the secrets out of its environment.
ENTRYPOINT ["/usr/local/bin/matrix-entrypoint"]
CMD ["matrix", "up"]
HEALTHCHECK --interval=30s --timeout=5s --retries=3 --start-period=60s --start-interval=100ms \
    CMD ["/usr/local/bin/matrix-health"]

# Last, because they differ in every build.
ARG VERSION=0.0.0
ARG COMMIT=""
ARG CREATED=""
ENV MATRIX_COMMIT=$COMMIT
LABEL org.opencontainers.image.title="Matrix OS" \
      org.opencontainers.image.description="A personal operating system whose kernel is an AI agent." \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$COMMIT \
      org.opencontainers.image.created=$CREATED \
      org.opencontainers.image.licenses="MIT"

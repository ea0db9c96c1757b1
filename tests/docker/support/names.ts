/** The image that the tests run, as it would be published. */
export const IMAGE = 'matrix-os:test';
/** The same with the engine in it. */
export const WITH_ENGINE = `${IMAGE}-with-engine`;
/** What the Dockerfile starts from by itself. */
export const BASE = 'node:24-trixie-slim';
/** Made up, to find it again. */
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

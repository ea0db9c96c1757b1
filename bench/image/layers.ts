import type { Engine } from '../../tests/docker/support/engine.ts';

export interface Layer {
  readonly digest: string;
  /** Bytes as they are pulled. */
  readonly size: number;
}

/** Pushes the image to a registry and reads what a pull of it would transfer, lowest layer first. */
export const pushedLayers = async (
  { docker }: Pick<Engine, 'docker'>,
  registry: string,
  image: string,
): Promise<Layer[]> => {
  const name = `matrix-os:${image.replace(/[^\w.-]/g, '-')}`;
  await docker('tag', image, `${registry}/${name}`);
  try {
    await docker('push', '--quiet', `${registry}/${name}`);
  } finally {
    await docker('rmi', `${registry}/${name}`);
  }
  const [repository, tag] = name.split(':');
  const response = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, {
    headers: {
      accept:
        'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
    },
  });
  const { layers } = (await response.json()) as { layers: Layer[] };
  return layers;
};

export const megabytes = (layers: readonly Layer[]): number =>
  layers.reduce((sum, layer) => sum + layer.size, 0) / 1_000_000;

/** Those that somebody who has `known` still has to pull. */
export const missing = (layers: readonly Layer[], known: readonly Layer[]): Layer[] => {
  const digests = new Set(known.map((layer) => layer.digest));
  return layers.filter((layer) => !digests.has(layer.digest));
};

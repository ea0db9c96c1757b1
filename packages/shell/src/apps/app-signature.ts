import { FileListing } from '@matrix-os/contracts';
import type { Api } from '../connection/api.ts';

const DEEPEST = 4;

/**
 * What an app's own files look like, its data left out: the same text means that a frame loaded then is still the app.
 * Changes are told with a delay, so that their coming alone doesn't say whether the frame already has them.
 */
export const appSignature = async (api: Api, name: string): Promise<string> => {
  const walk = async (folder: string, depth: number): Promise<string[]> => {
    const { entries } = await api.get(`/files/${folder}/`, FileListing);
    const lines = await Promise.all(
      entries.map(async (entry) => {
        const path = `${folder}/${encodeURIComponent(entry.name)}`;
        if (entry.kind === 'file') return [`${path} ${entry.bytes} ${entry.modifiedAt}`];
        const own = !(depth === 1 && entry.name === 'data');
        return own && depth < DEEPEST ? walk(path, depth + 1) : [];
      }),
    );
    return lines.flat();
  };
  return (await walk(`apps/${name}`, 1)).toSorted().join('\n');
};

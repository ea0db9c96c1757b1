import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Claude Code keeps a conversation under its id in several folders: the transcript, tool outputs, plans. */
const DEPTH = 3;

/** Deletes every file and folder below `configPath` that bears the conversation's id in its name. */
export const forgetTranscript = async (configPath: string, id: string, depth = DEPTH): Promise<void> => {
  if (!/^[0-9a-f-]{36}$/i.test(id)) return;
  const entries = await readdir(configPath, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(configPath, entry.name);
    if (entry.name.includes(id)) await rm(path, { recursive: true, force: true });
    else if (entry.isDirectory() && depth > 1) await forgetTranscript(path, id, depth - 1);
  }
};

import type { FileEntry } from '@matrix-os/contracts';
import { useCallback, useEffect, useRef, useState } from 'react';
import { explain } from '../connection/api.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { listFolder } from './files-api.ts';
import { concerns } from './paths.ts';

export interface Folder {
  /** Null while it is fetched for the first time. */
  readonly entries: readonly FileEntry[] | null;
  readonly problem: string | null;
  readonly reload: () => void;
}

/** A folder's list, kept as it is on disk. */
export const useFolder = (path: string): Folder => {
  const { api, files } = useDesktop();
  const [entries, setEntries] = useState<readonly FileEntry[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);

  const reload = useCallback(() => {
    const turn = ++asked.current;
    listFolder(api, path).then(
      (list) => {
        // Only the last answer counts: an earlier one may arrive late, or be of another folder.
        if (turn !== asked.current) return;
        setEntries(list);
        setProblem(null);
      },
      (error: unknown) => turn === asked.current && setProblem(explain(error)),
    );
  }, [api, path]);

  useEffect(() => {
    setEntries(null);
    setProblem(null);
    reload();
    const unsubscribe = files.subscribe((changes) => {
      if (changes.some((change) => concerns(path, change.path))) reload();
    });
    const stop = files.onMissed(reload);
    return () => {
      asked.current += 1;
      unsubscribe();
      stop();
    };
  }, [files, path, reload]);

  return { entries, problem, reload };
};

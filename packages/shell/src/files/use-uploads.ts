import { useRef, useState } from 'react';
import { ApiError, explain } from '../connection/api.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { uploadFile } from './files-api.ts';
import { joinPath } from './paths.ts';

export interface Upload {
  readonly id: number;
  readonly name: string;
  /** 0 to 1 */
  readonly part: number;
  readonly cancel: () => void;
}

/** Uploads under way from this window, one after the other so that each has the whole line. */
export const useUploads = () => {
  const { notices } = useDesktop();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const nextId = useRef(1);
  const last = useRef<Promise<void>>(Promise.resolve());

  const add = (folder: string, file: File, replace = false) => {
    const id = nextId.current++;
    const abort = new AbortController();
    const { name } = file;
    const change = (part: number) =>
      setUploads((all) => all.map((upload) => (upload.id === id ? { ...upload, part } : upload)));
    setUploads((all) => [...all, { id, name, part: 0, cancel: () => abort.abort() }]);

    const run = async () => {
      try {
        abort.signal.throwIfAborted();
        await uploadFile(joinPath(folder, name), file, { replace, onProgress: change, signal: abort.signal });
      } catch (error) {
        if (abort.signal.aborted) return;
        const taken = error instanceof ApiError && error.code === 'conflict' && !replace;
        notices.add({
          level: taken ? 'warning' : 'error',
          title: taken ? `${name} is there already` : `${name} was not uploaded`,
          message: taken ? 'Nothing was changed.' : explain(error),
          ...(taken && { action: { label: 'Replace', run: () => add(folder, file, true) } }),
        });
      } finally {
        setUploads((all) => all.filter((upload) => upload.id !== id));
      }
    };
    last.current = last.current.then(run);
  };

  return {
    uploads,
    upload: (folder: string, files: Iterable<File>) => [...files].forEach((file) => void add(folder, file)),
  };
};

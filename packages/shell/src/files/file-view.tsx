import { useCallback, useEffect, useState } from 'react';
import { explain } from '../connection/api.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { Visible } from '../visible/visible.tsx';
import { DownloadButton } from './download-button.tsx';
import styles from './files.module.css';
import { readText, type TextFile } from './files-api.ts';
import { baseName, isImage } from './paths.ts';
import { TextEditor } from './text-editor.tsx';
import { usePicture } from './use-picture.ts';

type State =
  | { readonly kind: 'loading' | 'other' }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'text'; readonly file: TextFile };

export const FileView = ({ path, onClose }: { readonly path: string; readonly onClose: () => void }) => {
  const { api } = useDesktop();
  const [state, setState] = useState<State>({ kind: 'loading' });
  const name = baseName(path);
  const image = isImage(name);
  const fail = useCallback((error: unknown) => setState({ kind: 'failed', problem: explain(error) }), []);
  const picture = usePicture(image ? path : null, fail);

  useEffect(() => {
    if (image) return;
    let gone = false;
    readText(api, path).then(
      (file) => !gone && setState(file === null ? { kind: 'other' } : { kind: 'text', file }),
      (error: unknown) => !gone && setState({ kind: 'failed', problem: explain(error) }),
    );
    return () => {
      gone = true;
    };
  }, [api, path, image]);

  if (state.kind === 'text') return <TextEditor path={path} file={state.file} onClose={onClose} />;
  return (
    <div className={styles.viewer}>
      <div className={styles.toolbar}>
        <button type="button" className="button" onClick={onClose}>
          Back
        </button>
        <span className={styles.viewerName}>
          <Visible text={name} />
        </span>
        <DownloadButton path={path} className="button">
          Download
        </DownloadButton>
      </div>
      {picture !== null ? (
        <div className={styles.image}>
          <img src={picture} alt={name} />
        </div>
      ) : (
        <p className={styles.empty} role={state.kind === 'failed' ? 'alert' : 'status'}>
          {state.kind === 'loading' && (
            <>
              <span className="spinner" /> Opening…
            </>
          )}
          {state.kind === 'failed' && state.problem}
          {state.kind === 'other' && 'This file can’t be shown here. Download it to open it elsewhere.'}
        </p>
      )}
    </div>
  );
};

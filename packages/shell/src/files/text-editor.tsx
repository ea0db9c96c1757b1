import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '../connection/api.ts';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { focusOnMount } from '../desktop/focus-on-mount.ts';
import { Visible } from '../visible/visible.tsx';
import { DownloadButton } from './download-button.tsx';
import styles from './files.module.css';
import { readText, type TextFile, writeText } from './files-api.ts';
import { baseName } from './paths.ts';

interface Props {
  readonly path: string;
  readonly file: TextFile;
  readonly onClose: () => void;
}

export const TextEditor = ({ path, file, onClose }: Props) => {
  const { api, attempt, files } = useDesktop();
  const [saved, setSaved] = useState(file);
  const [text, setText] = useState(file.text);
  const [state, setState] = useState<'idle' | 'saving' | 'conflict' | 'leaving'>('idle');
  const name = baseName(path);
  const dirty = text !== saved.text;
  const latest = useRef({ dirty, state });
  latest.current = { dirty, state };

  const load = () =>
    attempt(`${name} could not be read`, async () => {
      const fresh = await readText(api, path);
      if (fresh === null) return;
      setSaved(fresh);
      setText(fresh.text);
      setState('idle');
    });

  const save = (etag: string | null) =>
    attempt(`${name} was not saved`, async () => {
      setState('saving');
      try {
        setSaved(await writeText(api, path, text, etag));
        setState('idle');
      } catch (error) {
        const conflict = error instanceof ApiError && (error.status === 409 || error.status === 412);
        setState(conflict ? 'conflict' : 'idle');
        if (!conflict) throw error;
      }
    });
  useEffect(
    () =>
      files.subscribe((changes) => {
        const { dirty: edited, state: now } = latest.current;
        // An unedited text follows the file; an edited one meets its conflict when it is saved.
        if (
          !edited &&
          now === 'idle' &&
          changes.some((change) => change.path === path && change.kind !== 'removed')
        )
          void load();
      }),
    [files, path],
  );

  const pressed = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    if (dirty && state === 'idle') void save(saved.etag);
  };

  return (
    <div className={styles.viewer}>
      <div className={styles.toolbar}>
        <button type="button" className="button" onClick={() => (dirty ? setState('leaving') : onClose())}>
          Back
        </button>
        <span className={styles.viewerName}>
          <Visible text={name} />
          {dirty && <span className={styles.dirty}> (not saved)</span>}
        </span>
        <DownloadButton path={path} className="button">
          Download
        </DownloadButton>
        <button
          type="button"
          className="button"
          data-kind="primary"
          disabled={!dirty || state === 'saving'}
          onClick={() => void save(saved.etag)}
        >
          {state === 'saving' ? 'Saving…' : 'Save'}
        </button>
      </div>
      {state === 'conflict' && (
        <div role="alert" className={styles.problem}>
          <p>This file was changed elsewhere since you opened it. Nothing was overwritten.</p>
          <button type="button" className="button" onClick={() => void load()}>
            Load theirs
          </button>
          <button type="button" className="button" data-kind="danger" onClick={() => void save(null)}>
            Save mine over it
          </button>
        </div>
      )}
      {state === 'leaving' && (
        <div role="alert" className={styles.problem}>
          <p>Your changes are not saved.</p>
          <button type="button" className="button" data-kind="danger" onClick={onClose}>
            Discard
          </button>
          <button type="button" className="button" ref={focusOnMount} onClick={() => setState('idle')}>
            Keep editing
          </button>
        </div>
      )}
      <textarea
        className={styles.editor}
        aria-label={`Text of ${name}`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={pressed}
        spellCheck={false}
      />
    </div>
  );
};

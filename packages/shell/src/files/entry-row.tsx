import type { FileEntry } from '@matrix-os/contracts';
import { useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { Icon } from '../desktop/icons.tsx';
import { Visible } from '../visible/visible.tsx';
import { visibleText } from '../visible/visible-text.ts';
import { DownloadButton } from './download-button.tsx';
import styles from './files.module.css';
import { deletePath, movePath, restorePath } from './files-api.ts';
import { NameForm } from './name-form.tsx';
import { formatBytes } from './paths.ts';

interface Props {
  readonly entry: FileEntry;
  readonly path: string;
  readonly onOpen: (path: string) => void;
  readonly onChanged: () => void;
}

export const EntryRow = ({ entry, path, onOpen, onChanged }: Props) => {
  const { api, attempt, notices } = useDesktop();
  const [moving, setMoving] = useState(false);
  const { name, kind } = entry;
  const label = visibleText(name);

  const move = async (to: string) => {
    if (await attempt(`${name} was not moved`, () => movePath(api, path, to))) setMoving(false);
    onChanged();
  };
  const remove = () =>
    attempt(`${name} was not deleted`, async () => {
      const trash = await deletePath(api, path);
      onChanged();
      const restore = () =>
        attempt(`${name} was not restored`, () => restorePath(api, trash)).then(onChanged);
      notices.add({
        level: 'info',
        title: `${name} was deleted`,
        message: '',
        action: { label: 'Undo', run: () => void restore() },
      });
    });

  if (moving) {
    return (
      <li>
        <NameForm
          label={`New place of ${label}`}
          action="Move"
          initial={path}
          onSubmit={move}
          onCancel={() => setMoving(false)}
        />
      </li>
    );
  }
  const modified = new Date(entry.modifiedAt);
  return (
    <li className={styles.entry}>
      <button type="button" className={styles.open} onClick={() => onOpen(path)}>
        <span className={styles.kind} data-kind={kind}>
          <Icon name={kind === 'folder' ? 'folder' : 'file'} size={20} />
        </span>
        <span className={styles.name}>
          <Visible text={name} />
        </span>
      </button>
      <span className={styles.size}>{kind === 'file' && formatBytes(entry.bytes)}</span>
      <time className={styles.modified} dateTime={entry.modifiedAt}>
        {modified.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
      </time>
      <span className={styles.actions}>
        {kind === 'file' && (
          <DownloadButton path={path} className="icon-button">
            <Icon name="download" size={17} />
          </DownloadButton>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label={`Rename or move ${label}`}
          onClick={() => setMoving(true)}
        >
          <Icon name="edit" size={17} />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Delete ${label}`}
          onClick={() => void remove()}
        >
          <Icon name="trash" size={17} />
        </button>
      </span>
    </li>
  );
};

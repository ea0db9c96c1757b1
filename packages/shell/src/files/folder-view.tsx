import { type DragEvent, useRef, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { Icon } from '../desktop/icons.tsx';
import { Visible } from '../visible/visible.tsx';
import { EntryRow } from './entry-row.tsx';
import styles from './files.module.css';
import { makeFile, makeFolder } from './files-api.ts';
import { NameForm } from './name-form.tsx';
import { joinPath, trail } from './paths.ts';
import { UploadList } from './upload-list.tsx';
import { useFolder } from './use-folder.ts';
import { useUploads } from './use-uploads.ts';

interface Props {
  readonly path: string;
  readonly onFolder: (path: string) => void;
  readonly onFile: (path: string) => void;
}

export const FolderView = ({ path, onFolder, onFile }: Props) => {
  const { api, attempt } = useDesktop();
  const { entries, problem, reload } = useFolder(path);
  const { uploads, upload } = useUploads();
  const [making, setMaking] = useState<'folder' | 'file' | null>(null);
  const [dropping, setDropping] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  const create = async (name: string) => {
    const target = joinPath(path, name);
    const made = await attempt(`${name} was not made`, () =>
      making === 'folder' ? makeFolder(api, target) : makeFile(api, target),
    );
    if (!made) return;
    setMaking(null);
    if (making === 'file') onFile(target);
    else reload();
  };

  const dragged = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setDropping(true);
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    upload(path, event.dataTransfer.files);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut of the upload button
    <div
      className={styles.folder}
      data-dropping={dropping}
      onDragOver={dragged}
      onDragLeave={() => setDropping(false)}
      onDrop={dropped}
    >
      <div className={styles.toolbar}>
        <Breadcrumb path={path} onFolder={onFolder} />
        <button type="button" className="button" onClick={() => setMaking('folder')}>
          New folder
        </button>
        <button type="button" className="button" onClick={() => setMaking('file')}>
          New file
        </button>
        <button type="button" className="button" onClick={() => picker.current?.click()}>
          <Icon name="upload" size={16} /> Upload
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            upload(path, event.target.files ?? []);
            event.target.value = '';
          }}
        />
      </div>
      {making !== null && (
        <NameForm
          label={making === 'folder' ? 'Name of the folder' : 'Name of the file'}
          action="Make"
          initial=""
          onSubmit={create}
          onCancel={() => setMaking(null)}
        />
      )}
      <UploadList uploads={uploads} />
      {problem !== null && (
        <div role="alert" className={styles.problem}>
          <p>{problem}</p>
          <button type="button" className="button" onClick={path === '' ? reload : () => onFolder('')}>
            {path === '' ? 'Try again' : 'Go home'}
          </button>
        </div>
      )}
      {entries === null && problem === null && (
        <p role="status" className={styles.empty}>
          <span className="spinner" /> Listing…
        </p>
      )}
      {entries?.length === 0 && <p className={styles.empty}>Nothing here yet. Drop files, or make some.</p>}
      {entries !== null && entries.length > 0 && (
        <ul className={styles.entries} aria-label="Files">
          {entries.map((entry) => (
            <EntryRow
              key={entry.name}
              entry={entry}
              path={joinPath(path, entry.name)}
              onOpen={entry.kind === 'folder' ? onFolder : onFile}
              onChanged={reload}
            />
          ))}
        </ul>
      )}
    </div>
  );
};

const Breadcrumb = ({ path, onFolder }: Pick<Props, 'path' | 'onFolder'>) => (
  <nav className={styles.breadcrumb} aria-label="Folder">
    <button type="button" onClick={() => onFolder('')} aria-current={path === ''}>
      Home
    </button>
    {trail(path).map((part) => (
      <span key={part.path}>
        <span aria-hidden="true">/</span>
        <button type="button" onClick={() => onFolder(part.path)} aria-current={part.path === path}>
          <Visible text={part.name} />
        </button>
      </span>
    ))}
  </nav>
);

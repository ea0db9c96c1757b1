import { useState } from 'react';
import { FileView } from './file-view.tsx';
import styles from './files.module.css';
import { FolderView } from './folder-view.tsx';
import { parentOf } from './paths.ts';

type Place = { readonly kind: 'folder' | 'file'; readonly path: string };

export const FilesWindow = () => {
  const [place, setPlace] = useState<Place>({ kind: 'folder', path: '' });
  const openFolder = (path: string) => setPlace({ kind: 'folder', path });
  return (
    <div className={styles.files}>
      {place.kind === 'folder' ? (
        <FolderView
          path={place.path}
          onFolder={openFolder}
          onFile={(path) => setPlace({ kind: 'file', path })}
        />
      ) : (
        <FileView key={place.path} path={place.path} onClose={() => openFolder(parentOf(place.path))} />
      )}
    </div>
  );
};

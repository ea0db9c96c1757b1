import { Icon } from '../desktop/icons.tsx';
import { Visible } from '../visible/visible.tsx';
import styles from './files.module.css';
import type { Upload } from './use-uploads.ts';

export const UploadList = ({ uploads }: { readonly uploads: readonly Upload[] }) =>
  uploads.length > 0 && (
    <ul className={styles.uploads} aria-label="Uploads">
      {uploads.map(({ id, name, part, cancel }) => (
        <li key={id}>
          <span className={styles.name}>
            <Visible text={name} />
          </span>
          <progress value={part} max={1} aria-label={`Uploading ${name}`} />
          <button
            type="button"
            className="icon-button"
            aria-label={`Cancel upload of ${name}`}
            onClick={cancel}
          >
            <Icon name="close" size={16} />
          </button>
        </li>
      ))}
    </ul>
  );

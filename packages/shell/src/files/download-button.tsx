import type { ReactNode } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { downloadFile } from './files-api.ts';
import { baseName } from './paths.ts';

export const DownloadButton = (props: {
  readonly path: string;
  readonly className: string;
  readonly children: ReactNode;
}) => {
  const { api, attempt } = useDesktop();
  const name = baseName(props.path);
  return (
    <button
      type="button"
      className={props.className}
      aria-label={`Download ${name}`}
      onClick={() => void attempt(`${name} was not downloaded`, () => downloadFile(api, props.path))}
    >
      {props.children}
    </button>
  );
};

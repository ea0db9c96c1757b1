import type { ReactNode } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { visibleText } from '../visible/visible-text.ts';
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
      aria-label={`Download ${visibleText(name)}`}
      onClick={() => void attempt(`${name} was not downloaded`, () => downloadFile(api, props.path))}
    >
      {props.children}
    </button>
  );
};

/** Paths of the home: `/` between the parts, none at either end; the home itself is `''`. */
export const joinPath = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`;

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Where a path is served; `folder` asks for its list. */
export const fileUrl = (path: string, folder = false): string => {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `/files/${encoded}${folder && path !== '' ? '/' : ''}`;
};

/** Every folder on the way to `path`, itself last: what a breadcrumb shows. */
export const trail = (path: string): { readonly name: string; readonly path: string }[] => {
  const parts = path === '' ? [] : path.split('/');
  return parts.map((name, i) => ({ name, path: parts.slice(0, i + 1).join('/') }));
};

/** Whether a change of `changed` shows in the list of `folder`. */
export const concerns = (folder: string, changed: string): boolean =>
  parentOf(changed) === folder || changed === folder || (folder !== '' && folder.startsWith(`${changed}/`));

export const isImage = (name: string): boolean => /\.(png|jpe?g|gif|webp|avif|svg|ico)$/i.test(name);

/** `1536` → `1.5 kB`, in powers of 1000 as disks are sold. */
export const formatBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
};

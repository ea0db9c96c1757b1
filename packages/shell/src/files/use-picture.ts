import { useEffect, useState } from 'react';
import { useDesktop } from '../desktop/desktop-context.tsx';
import { fileUrl } from './paths.ts';

/** A file's bytes as an address for an `img`, which could not send the page's key itself. Null while, or where, there are none. */
export const usePicture = (path: string | null, onProblem?: (error: unknown) => void): string | null => {
  const { api } = useDesktop();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (path === null) return;
    let made: string | undefined;
    let gone = false;
    const load = async () => {
      const bytes = await (await api.fetch(fileUrl(path))).blob();
      const picture = await addressOf(bytes);
      if (gone) return URL.revokeObjectURL(picture);
      made = picture;
      setAddress(picture);
    };
    load().catch((error: unknown) => gone || onProblem?.(error));
    return () => {
      gone = true;
      setAddress(null);
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [api, path, onProblem]);
  return address;
};

/** A drawing can hold scripts. Opened in a tab by its address, one of a blob would belong to this page's origin; one of data does not. */
const addressOf = (bytes: Blob): Promise<string> =>
  bytes.type.startsWith('image/svg')
    ? new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(bytes);
      })
    : Promise.resolve(URL.createObjectURL(bytes));

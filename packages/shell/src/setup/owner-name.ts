import type { Api } from '../connection/api.ts';

/** What the kernel reads about the owner at the start of every turn. */
const FILE = '/files/system/user.md';
const NAME_LINE = /^((?:[-*] )?Name:)[ \t]*([^\r\n]*)/m;

export const MAX_NAME = 80;

/** Empty when the text says none. */
export const nameIn = (text: string): string => (NAME_LINE.exec(text)?.[2] ?? '').trim();

/** The same text with this name in its line, which is added where there is none. */
export const withName = (text: string, name: string): string => {
  if (NAME_LINE.test(text)) return text.replace(NAME_LINE, (_line, label: string) => `${label} ${name}`);
  const before = text.trim() === '' ? '# About me' : text.trimEnd();
  return `${before}\n\n- Name: ${name}\n`;
};

/** @throws ApiError */
export const loadName = async (api: Api): Promise<string> => nameIn((await read(api)).text);

/** Leaves every other word of the file as it is. @throws ApiError, also when it was changed in this very moment */
export const saveName = async (api: Api, name: string): Promise<void> => {
  const { text, etag } = await read(api);
  if (nameIn(text) === name) return;
  await api.fetch(FILE, {
    method: 'PUT',
    body: withName(text, name),
    headers: etag === null ? { 'if-none-match': '*' } : { 'if-match': etag },
  });
};

const read = async (api: Api): Promise<{ text: string; etag: string | null }> => {
  const response = await api.fetch(FILE, {}, [404]);
  if (!response.ok) return { text: '', etag: null };
  return { text: await response.text(), etag: response.headers.get('etag') };
};

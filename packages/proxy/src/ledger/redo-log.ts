import { closeSync, constants, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { createDiskSync, type DiskSync } from './disk-sync.ts';

/**
 * What was decided since the database was last written, in two files that are used in turn and over again: a file that
 * neither grows nor shrinks costs the disk no metadata. A record is written when `append` returns, and survives the
 * process; it is on the disk a few milliseconds later.
 */
export interface RedoLog {
  /** Number of the last record. */
  readonly position: number;
  /** @throws what the file system throws; then nothing was appended */
  append(record: string): void;
  /** The file in use is full, and the other one may be overwritten when all of it is retired. */
  readonly wantsRoom: boolean;
  /** Every record up to `position` is in the database and on the disk there. */
  retire(position: number): void;
  /** Resolves when everything appended so far is on the disk. */
  synced(): Promise<void>;
  close(): Promise<void>;
}

export interface RedoLogOptions {
  /** The files are `<path>.redo-0` and `<path>.redo-1`. */
  readonly path: string;
  /** 32 bits, another on every start, kept in the database: what an earlier run or another database left is not read. */
  readonly seed: number;
  /** The last record that the database has. */
  readonly position: number;
  readonly fileBytes?: number;
  onError(error: Error): void;
}

const FILE_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

const filesOf = (path: string): [string, string] => [`${path}.redo-0`, `${path}.redo-1`];
/** `<crc32, hex> <number> <record>`, one a line; the sum covers the number too. */
const lineOf = (body: string, seed: number): string =>
  `${crc32(body, seed).toString(16).padStart(8, '0')} ${body}\n`;

interface Segment {
  readonly file: number;
  readonly disk: DiskSync;
  offset: number;
  /** Number of its last record. */
  last: number;
}

/**
 * The records after `position`, in order, as far as they are whole and without a gap: the last one may have been cut by
 * whatever ended the process.
 */
export const readRedoLog = (path: string, seed: number, position: number): string[] => {
  const records = new Map<number, string>();
  for (const file of filesOf(path))
    for (const [number, text] of readFile(file, seed)) records.set(number, text);
  const found: string[] = [];
  for (;;) {
    const next = records.get(position + found.length + 1);
    if (next === undefined) return found;
    found.push(next);
  }
};

const readFile = (file: string, seed: number): [number, string][] => {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const records: [number, string][] = [];
  let start = 0;
  for (;;) {
    const end = content.indexOf(NEWLINE, start);
    if (end === -1) return records;
    const line = content.toString('utf8', start, end);
    const body = line.slice(9);
    if (`${line}\n` !== lineOf(body, seed)) return records;
    const space = body.indexOf(' ');
    const number = Number(body.slice(0, space));
    const before = records.at(-1)?.[0];
    // What follows is of an earlier use of the file.
    if (before !== undefined && number !== before + 1) return records;
    records.push([number, body.slice(space + 1)]);
    start = end + 1;
  }
};

/** Writes from the start of the first file: what stands there must be in the database, on the disk, already. */
export const createRedoLog = (options: RedoLogOptions): RedoLog => {
  const { path, seed, onError, fileBytes = FILE_BYTES } = options;
  const segments = filesOf(path).map((name): Segment => {
    const file = openSync(name, constants.O_RDWR | constants.O_CREAT, 0o600);
    const blank = Buffer.alloc(Math.min(64 * 1024, fileBytes));
    for (let at = fstatSync(file).size; at < fileBytes; at += blank.length) {
      writeSync(file, blank, 0, blank.length, at);
    }
    return { file, disk: createDiskSync(name, onError), offset: 0, last: options.position };
  }) as [Segment, Segment];
  let [current, other] = segments;
  let position = options.position;
  let retired = options.position;
  let buffer = Buffer.alloc(16 * 1024);

  const turnOver = (): void => {
    if (current.offset < fileBytes || other.last > retired) return;
    [current, other] = [other, current];
    current.offset = 0;
  };

  return {
    get position() {
      return position;
    },
    get wantsRoom() {
      return current.offset >= fileBytes / 2 && retired < current.last;
    },
    append(record) {
      turnOver();
      const line = lineOf(`${position + 1} ${record}`, seed);
      if (line.length * 3 > buffer.length) buffer = Buffer.alloc(line.length * 3);
      const bytes = buffer.write(line);
      const written = writeSync(current.file, buffer, 0, bytes, current.offset);
      if (written !== bytes)
        throw new Error(`the redo log took ${written} of ${bytes} bytes: is the disk full?`);
      current.offset += bytes;
      position++;
      current.last = position;
      current.disk.written();
    },
    retire(until) {
      retired = Math.max(retired, until);
    },
    async synced() {
      await Promise.all(segments.map(({ disk }) => disk.settled()));
    },
    async close() {
      for (const { file, disk } of segments) {
        await disk.close();
        closeSync(file);
      }
    },
  };
};

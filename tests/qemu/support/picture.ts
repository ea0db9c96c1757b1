import { readFile } from 'node:fs/promises';

/** A screen's pixels, three bytes each. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

/** Reads QEMU's own format: a short text header, then raw pixels. */
export const readPpm = async (path: string): Promise<Picture> => {
  const bytes = await readFile(path);
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString('latin1'));
  if (header === null) throw new TypeError(`${path} is not a portable pixmap`);
  return { width: Number(header[1]), height: Number(header[2]), pixels: bytes.subarray(header[0].length) };
};

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest box around all pixels that `matches` accepts, and how many there are. */
export const findPixels = (
  picture: Picture,
  matches: (red: number, green: number, blue: number) => boolean,
): { count: number; box: Box } => {
  const { width, height, pixels } = picture;
  let [left, top, right, bottom, count] = [width, height, -1, -1, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      if (!matches(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)) continue;
      count++;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return { count, box: { left, top, width: right - left + 1, height: bottom - top + 1 } };
};

/** How many colours there are, with the lowest four bits of each part left out. */
export const countColours = ({ pixels }: Picture): number => {
  const seen = new Uint8Array(4096);
  for (let at = 0; at + 2 < pixels.length; at += 3)
    seen[((pixels[at] ?? 0) >> 4) * 256 + ((pixels[at + 1] ?? 0) >> 4) * 16 + ((pixels[at + 2] ?? 0) >> 4)] =
      1;
  return seen.reduce((sum, one) => sum + one, 0);
};

import { countColours, findPixels, type Picture } from './picture.ts';

/**
 * Whether the logo of distro/plymouth/logo.svg is on the screen: its green strokes span a square of 149 pixels in the
 * middle, the letter is where it belongs, and between frame and letter there is none of it.
 */
export const showsLogo = (picture: Picture): boolean => {
  // The spinner is of another green; the strokes run from #5cf2a0 to #12a866.
  const isStroke = (red: number, green: number, blue: number) =>
    green > 150 && green - red > 90 && blue > 85 && blue < 175 && green - blue > 50;
  const upper = crop(picture, Math.round(picture.height * 0.62));
  const { count, box } = findPixels(upper, isStroke);
  const square = Math.abs(box.width - 149) <= 6 && Math.abs(box.height - 149) <= 6;
  const centred = Math.abs(box.left + box.width / 2 - picture.width / 2) <= 4;
  // Frame and letter together cover about a quarter of the square.
  return square && centred && count > 3000 && count < 9000;
};

const crop = ({ width, pixels }: Picture, height: number): Picture => ({
  width,
  height,
  pixels: pixels.subarray(0, width * height * 3),
});

/** How many characters of a passphrase stand in the splash's field: discs of #3ddc84 on #0d1714, in one row. */
export const countBullets = (picture: Picture): number => {
  const { width, height, pixels } = picture;
  // The logo's own ground has the field's colour; the field is below.
  const top = Math.round(height * 0.62);
  const { count, box } = findPixels(
    { width, height: height - top, pixels: pixels.subarray(top * width * 3) },
    (red, green, blue) => red === 0x0d && green === 0x17 && blue === 0x14,
  );
  if (count === 0) return 0;
  const row = top + box.top + Math.floor(box.height / 2);
  let bullets = 0;
  let inside = false;
  for (let x = box.left; x < box.left + box.width; x++) {
    const at = (row * width + x) * 3;
    const green = pixels[at] === 0x3d && pixels[at + 1] === 0xdc && pixels[at + 2] === 0x84;
    if (green && !inside) bullets++;
    inside = green;
  }
  return bullets;
};

/** How many lines of white text there are, one clear of the other. */
export const countLines = ({ width, height, pixels }: Picture): number => {
  let lines = 0;
  let inside = false;
  for (let y = 0; y < height; y++) {
    const row = { width, height: 1, pixels: pixels.subarray(y * width * 3, (y + 1) * width * 3) };
    const text = findPixels(row, (red, green, blue) => red > 200 && green > 200 && blue > 200).count > 0;
    if (text && !inside) lines++;
    inside = text;
  }
  return lines;
};

/**
 * Letters of the text console, which are of exactly this grey. QEMU writes in the same, in one line in the middle, while the
 * guest's screen is off for the moment that a mode is set.
 */
export const countLetters = (picture: Picture): number => {
  const { count, box } = findPixels(
    picture,
    (red, green, blue) => red === 170 && green === 170 && blue === 170,
  );
  const lineInTheMiddle =
    box.height <= 16 &&
    Math.abs(box.top + box.height / 2 - picture.height / 2) < 20 &&
    Math.abs(box.left + box.width / 2 - picture.width / 2) < 20;
  return lineInTheMiddle ? 0 : count;
};

/**
 * Neither splash nor console nor darkness: what the browser paints has many colours and fills the screen, and the logo is
 * not in the middle. The firmware's picture lies on black.
 */
export const showsPage = (picture: Picture): boolean =>
  picture.width > 1000 &&
  countColours(picture) > 12 &&
  findPixels(picture, (red, green, blue) => red + green + blue === 0).count <
    (picture.width * picture.height) / 2 &&
  !showsLogo(picture) &&
  countLetters(picture) < 20;

/** The desktop, or the setup on it: windows. The card that signs the screen in is of the same colour, but small. */
export const showsDesktop = (picture: Picture): boolean =>
  showsPage(picture) &&
  findPixels(picture, (red, green, blue) => red === 26 && green === 30 && blue === 38).count > 100_000;

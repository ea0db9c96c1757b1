import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { expect } from 'vitest';
import { createGalleryHost, type GalleryHost } from './gallery-host.ts';

export interface GalleryDesk {
  readonly page: Page;
  readonly host: GalleryHost;
  /** Errors of the page and its frames: exceptions, refused loads, violations of the policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Waits for a value to become right, as long as a busy machine may take. */
export const eventually = (read: () => unknown): ReturnType<typeof expect.poll> =>
  expect.poll(read, { timeout: 15_000, interval: 20 });

/** A fresh browser profile with a desktop of its own. */
export const createGalleryDesk = async (
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<GalleryDesk> => {
  const host = await createGalleryHost();
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 900, height: 640 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return {
    page,
    host,
    complaints,
    close: async () => {
      await context.close();
      await host.close();
    },
  };
};

/** Controls without a name that assistive technology could say. */
export const namelessControls = (frame: Frame): Promise<string[]> =>
  frame.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>(
      'button, input, select, textarea, a[href], canvas[tabindex], dialog, [role=button], [role=gridcell]',
    );
    const referenced = (element: Element): string =>
      (element.getAttribute('aria-labelledby') ?? '')
        .split(' ')
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join('');
    const labels = (element: Element): string =>
      element instanceof HTMLInputElement ||
      element instanceof HTMLSelectElement ||
      element instanceof HTMLTextAreaElement
        ? [...(element.labels ?? [])].map((label) => label.textContent).join('')
        : (element.textContent ?? '');
    return [...controls]
      .filter((element) => {
        const name = `${element.getAttribute('aria-label') ?? ''}${referenced(element)}${labels(element)}`;
        return name.trim() === '';
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });

/** Visible text whose contrast with what is painted below it is less than WCAG's 4.5 (3 for large text). */
export const faintText = (frame: Frame): Promise<string[]> =>
  frame.evaluate(() => {
    type Colour = readonly [number, number, number, number];
    const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!brush) return ['no canvas'];
    const cache = new Map<string, Colour>();
    const parse = (text: string): Colour => {
      const known = cache.get(text);
      if (known) return known;
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = text;
      brush.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 0] = brush.getImageData(0, 0, 1, 1).data;
      const colour = [red, green, blue, alpha / 255] as const;
      cache.set(text, colour);
      return colour;
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const background = (element: Element): Colour => {
      const layers: Colour[] = [];
      for (let one: Element | null = element; one; one = one.parentElement) {
        const colour = parse(getComputedStyle(one).backgroundColor);
        layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reduceRight<Colour>((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const luminance = ([red, green, blue]: Colour): number => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint: string[] = [];
    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== '',
      );
      const disabled = element.closest('button:disabled, script, [hidden], svg') !== null;
      if (
        !own ||
        disabled ||
        getComputedStyle(element).fontSize === '0px' ||
        !element.checkVisibility() ||
        element.getClientRects().length === 0
      )
        continue;
      const style = getComputedStyle(element);
      const below = background(element);
      const [light, dark] = [luminance(over(parse(style.color), below)), luminance(below)].sort(
        (a, b) => b - a,
      );
      const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5))
        faint.push(`${ratio.toFixed(2)} ${element.textContent?.trim().slice(0, 40)}`);
    }
    return faint;
  });

/** How far the page can be scrolled sideways; 0 is as it should be. */
export const sidewaysScroll = (frame: Frame): Promise<number> =>
  frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import { BridgeRequest } from '@matrix-os/contracts';
import type { Frame, Page } from 'playwright-core';

type Theme = 'light' | 'dark';

export interface GalleryHost {
  readonly url: string;
  /** What each app stored, `<app>/<key>` to JSON. Filled before opening, it is what the app finds. */
  readonly stored: Map<string, string>;
  /** Every request that was answered, in order. */
  readonly requests: BridgeRequest[];
  /** Requests that the contract refuses. An app that sends one is wrong. */
  readonly refused: unknown[];
  /** Shows `app` in `windows` frames of one desktop and answers with the frames. */
  open(page: Page, app: string, options?: { theme?: Theme; windows?: number }): Promise<Frame[]>;
  /** As when the owner or the kernel writes the file: every window hears of it. */
  write(page: Page, app: string, key: string, value: unknown): Promise<void>;
  setTheme(page: Page, theme: Theme): Promise<void>;
  /** Runs before each `data.set` is answered; rejecting makes it fail. */
  beforeSet: () => Promise<void>;
  close(): Promise<void>;
}

const HOME = resolve(import.meta.dirname, '../../home');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

// No `allow-forms`: the strictest frame that an app may be put in. Downloads are the owner's own files.
const SANDBOX = 'allow-scripts allow-downloads';

const HOST_PAGE = `<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>host</title>
<style>body{margin:0;height:100dvh;display:flex}iframe{flex:1;min-width:0;height:100%;border:0}</style>
<script>
window.tell = (message, except) => {
  for (const frame of document.querySelectorAll('iframe'))
    if (frame.contentWindow !== except) frame.contentWindow.postMessage({ matrix: 1, ...message }, '*');
};
addEventListener('message', async ({ source, data }) => {
  const frame = [...document.querySelectorAll('iframe')].find((one) => one.contentWindow === source);
  if (!frame) return;
  const { answer, changed } = await window.bridge(frame.dataset.app, data);
  source?.postMessage({ matrix: 1, id: data.id, ...answer }, '*');
  if (changed) tell({ event: 'data.changed', key: changed }, source);
});
</script>`;

/** A desktop reduced to what an app meets: its files under the gateway's policy, and the bridge. */
export const createGalleryHost = async (): Promise<GalleryHost> => {
  const stored = new Map<string, string>();
  const requests: BridgeRequest[] = [];
  const refused: unknown[] = [];
  const prepared = new WeakSet<Page>();
  let theme: Theme = 'light';

  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    if (path === '/') return void answerWith(response, '.html', HOST_PAGE);
    const origin = `http://${request.headers.host}`;
    const [, app = '', ...rest] = path.split('/');
    const inKit = rest[0] === '@os';
    const file = inKit
      ? join(HOME, 'system/app-kit', ...rest.slice(1))
      : join(HOME, 'gallery', app, rest.join('/') || 'index.html');
    if (!file.startsWith(HOME + sep)) return void response.writeHead(403).end();
    const sources = `${origin}/${app}/`;
    response.setHeader(
      'content-security-policy',
      `sandbox ${SANDBOX}; default-src 'none'; script-src ${sources} 'unsafe-inline'; style-src ${sources} 'unsafe-inline'; ` +
        `img-src ${sources} data: blob:; font-src ${sources} data:; connect-src 'none'; form-action 'none'; base-uri 'none'`,
    );
    readFile(file).then(
      (content) => answerWith(response, extname(file), content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const host: GalleryHost = {
    url,
    stored,
    requests,
    refused,
    beforeSet: async () => {},
    async open(page, app, options = {}) {
      theme = options.theme ?? 'light';
      if (!prepared.has(page)) {
        prepared.add(page);
        await page.exposeFunction('bridge', answer);
      }
      await page.goto(url);
      await page.evaluate(
        ([name, windows, sandbox]) => {
          for (let made = 0; made < windows; made++) {
            const frame = document.createElement('iframe');
            frame.setAttribute('sandbox', sandbox);
            frame.dataset.app = name;
            frame.src = `/${name}/`;
            document.body.append(frame);
          }
        },
        [app, options.windows ?? 1, SANDBOX] as const,
      );
      const handles = await page.locator('iframe').elementHandles();
      const frames = await Promise.all(handles.map((handle) => handle.contentFrame()));
      const opened = frames.filter((frame) => frame !== null);
      await Promise.all(opened.map((frame) => frame.waitForURL(`${url}/${app}/`)));
      await Promise.all(opened.map((frame) => frame.waitForSelector('html[data-theme]')));
      await Promise.all(opened.map((frame) => frame.waitForLoadState('load')));
      await page.locator('iframe').first().focus();
      await opened[0]?.evaluate(
        () =>
          document.hasFocus() ||
          new Promise((focused) => window.addEventListener('focus', focused, { once: true })).then(
            () => true,
          ),
      );
      return opened;
    },
    async write(page, app, key, value) {
      stored.set(`${app}/${key}`, JSON.stringify(value));
      await page.evaluate((changed) => window.tell({ event: 'data.changed', key: changed }), key);
    },
    async setTheme(page, next) {
      theme = next;
      await page.evaluate((to) => window.tell({ event: 'theme', theme: to }), next);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };

  const answer = async (app: string, message: unknown): Promise<Answer> => {
    const parsed = BridgeRequest.safeParse(message);
    if (!parsed.success) {
      refused.push(message);
      return { answer: { ok: false, error: 'This is not a request.' } };
    }
    const request = parsed.data;
    requests.push(request);
    const ok = (value?: unknown): Answer => ({ answer: { ok: true, value } });
    switch (request.op) {
      case 'data.get': {
        const text = stored.get(`${app}/${request.key}`);
        return ok(text === undefined ? null : JSON.parse(text));
      }
      case 'data.set':
        try {
          await host.beforeSet();
        } catch (error) {
          return { answer: { ok: false, error: String(error) } };
        }
        stored.set(`${app}/${request.key}`, JSON.stringify(request.value));
        return { ...ok(), changed: request.key };
      case 'data.delete':
        stored.delete(`${app}/${request.key}`);
        return { ...ok(), changed: request.key };
      case 'data.keys': {
        const own = [...stored.keys()].filter((key) => key.startsWith(`${app}/`));
        return ok(own.map((key) => key.slice(app.length + 1)));
      }
      case 'theme.get':
        return ok({ theme });
      default:
        return ok();
    }
  };
  return host;
};

interface Answer {
  readonly answer: { readonly ok: boolean; readonly value?: unknown; readonly error?: string };
  readonly changed?: string;
}

declare global {
  interface Window {
    /** Defined by the host page. */
    tell(message: object): void;
  }
}

const answerWith = (response: ServerResponse, extension: string, content: string | Uint8Array): void => {
  response.setHeader('content-type', TYPES[extension] ?? 'application/octet-stream');
  response.end(content);
};

/**
 * The bridge between an app in its frame and Matrix OS, and the few things every app needs. A classic script:
 * `<script src="@os/app.js"></script>`, then `window.matrix`. Everything asynchronous returns a promise.
 *
 *   matrix.data.get(key) set(key, value) delete(key) keys()   the app's own data, JSON, kept in its folder
 *   matrix.store(key, read)       one key that stays live: .value, .update(fn), .subscribe(fn), .ready
 *   matrix.onChange(fn)           fn(key) when someone else wrote; null means many keys
 *   matrix.ask(text)              shows the owner a card with the question; only the owner sends it
 *   matrix.notify(title, message) / matrix.setTitle(title) / matrix.theme / matrix.onTheme(fn)
 *   matrix.el(tag, properties, ...children)   an element; text is always text
 *   matrix.toast(text, 'Undo', fn) / matrix.onSubmit(form, fn) / matrix.uid()
 *   matrix.autofocus(() => element) / matrix.download(name, content, type)
 */
(() => {
  const TIMEOUT_MS = 10_000;
  const inside = window.parent !== window;
  const kit = document.currentScript?.src ?? '@os/app.js';
  const waiting = new Map();
  const changeListeners = new Set();
  const themeListeners = new Set();
  let nextId = 1;

  const request = (op, fields = {}) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error('Matrix OS did not answer within 10 seconds. Is it still running?'));
      }, TIMEOUT_MS);
      waiting.set(id, { resolve, reject, timer });
      // The frame's origin is opaque, so there is no target origin to name; the desktop knows us by our frame.
      window.parent.postMessage({ matrix: 1, id, op, ...fields }, '*');
    });

  const answered = ({ id, ok, value, error }) => {
    const call = waiting.get(id);
    if (!call) return;
    waiting.delete(id);
    clearTimeout(call.timer);
    if (ok) call.resolve(value);
    else call.reject(new Error(error?.message ?? String(error ?? 'Matrix OS refused this.')));
  };

  const setTheme = (theme) => {
    if (theme !== 'light' && theme !== 'dark') return;
    document.documentElement.dataset.theme = theme;
    matrix.theme = theme;
    for (const listener of themeListeners) listener(theme);
  };

  window.addEventListener('message', ({ source, data }) => {
    if (!inside || source !== window.parent || data?.matrix !== 1) return;
    if (data.event === 'theme') setTheme(data.theme);
    else if (data.event === 'data.changed') for (const listener of changeListeners) listener(data.key);
    else if (data.event === 'keyboard') loadKeyboard(data.on);
    else if (!data.event) answered(data);
  });

  // The desktop's shortcuts: what is pressed in a frame is heard in the frame only.
  window.addEventListener('keydown', (event) => {
    if (!inside || !event.isTrusted || event.repeat || !event.ctrlKey || !event.altKey || event.metaKey)
      return;
    // AltGr arrives as Ctrl + Alt, and types characters.
    if (event.getModifierState('AltGraph') || /^(?:Control|Alt|Shift)/.test(event.code)) return;
    const before = document.activeElement;
    const back = () => document.activeElement === document.body && before?.focus({ preventScroll: true });
    window.addEventListener('focus', back, { once: true });
    window.parent.postMessage({ matrix: 1, id: 0, op: 'shortcut', code: event.code }, '*');
  });

  /** For machines without a keyboard; it listens for itself once it is there. */
  const loadKeyboard = (on) => {
    if (!on || document.getElementById('matrix-keyboard')) return;
    document.head.append(
      el('script', { id: 'matrix-keyboard', src: kit.replace(/app\.js(?=$|\?)/, 'keyboard.js') }),
    );
  };

  /** Opened as a plain page: the same promises over the browser's own storage where it has one, or memory. */
  const outside = () => {
    const kept = (() => {
      try {
        return window.localStorage;
      } catch {
        const map = new Map();
        return {
          getItem: (key) => map.get(key) ?? null,
          setItem: (key, text) => map.set(key, text),
          removeItem: (key) => map.delete(key),
        };
      }
    })();
    const prefix = `matrix:${location.pathname}:`;
    const index = () => JSON.parse(kept.getItem(`${prefix}*`) ?? '[]');
    const setIndex = (keys) => kept.setItem(`${prefix}*`, JSON.stringify(keys));
    return {
      'data.get': ({ key }) => JSON.parse(kept.getItem(prefix + key) ?? 'null'),
      'data.set': ({ key, value }) => {
        kept.setItem(prefix + key, JSON.stringify(value));
        setIndex([...new Set([...index(), key])]);
      },
      'data.delete': ({ key }) => {
        kept.removeItem(prefix + key);
        setIndex(index().filter((other) => other !== key));
      },
      'data.keys': () => index(),
      'kernel.ask': () => toast('Questions reach the chat when this runs in Matrix OS.'),
      notify: ({ title, message }) => toast(`${title} ${message}`),
      'window.title': ({ title }) => {
        document.title = title;
      },
      'theme.get': () => ({ theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light' }),
    };
  };
  const local = inside ? undefined : outside();
  const call = inside ? request : async (op, fields = {}) => local[op](fields);

  const data = {
    get: async (key) => (await call('data.get', { key })) ?? undefined,
    set: (key, value) => call('data.set', { key, value }),
    delete: (key) => call('data.delete', { key }),
    keys: () => call('data.keys'),
  };

  const listen = (listeners, listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  /**
   * One key, kept in step with every other window. `read(raw, lost)` makes a value of whatever was stored (undefined
   * when nothing was) and calls `lost()` when it had to leave something out; the original is then kept beside it.
   * `update(fn)` takes a function of the old value: it is applied again on top of what another window wrote. A value of
   * undefined deletes the key.
   */
  const store = (key, read) => {
    const listeners = new Set();
    let pending = [];
    let sent = 0;
    let busy = false;
    let stale = true;
    let loaded = false;
    let known;
    let ready;
    const self = {
      value: read(undefined, () => {}),
      ready: new Promise((resolve) => {
        ready = resolve;
      }),
      update(change) {
        pending.push(change);
        self.value = change(self.value);
        tell();
        pump();
      },
      subscribe(listener) {
        listener(self.value);
        return listen(listeners, listener);
      },
    };
    const tell = () => {
      for (const listener of listeners) listener(self.value);
    };

    const load = async () => {
      stale = false;
      const raw = await data.get(key).catch((error) => {
        stale = true;
        throw error;
      });
      const text = JSON.stringify(raw);
      if (loaded && text === known) return;
      known = text;
      let damaged = false;
      const lost = () => {
        damaged = true;
      };
      let base;
      try {
        base = read(raw, lost);
      } catch {
        lost();
        base = read(undefined, () => {});
      }
      if (damaged) {
        await data.set(`${key.slice(0, 70)}-damaged`, raw);
        toast('Some saved data could not be read. A copy of it was kept.');
      }
      self.value = pending.reduce((value, change) => change(value), base);
      loaded = true;
      tell();
      ready();
    };

    const write = () => (self.value === undefined ? data.delete(key) : data.set(key, self.value));
    const save = async () => {
      sent = pending.length;
      known = JSON.stringify(self.value);
      try {
        await write();
        pending = pending.slice(sent);
      } finally {
        sent = 0;
      }
    };

    /** One request at a time, so that an older value can't overtake a newer one. */
    const pump = async () => {
      if (busy) return;
      busy = true;
      try {
        while (stale || pending.length > 0) await (stale ? load() : save());
      } catch (error) {
        toast(`Not saved yet: ${error.message}`, 'Try now', pump);
        setTimeout(pump, 5000);
      } finally {
        busy = false;
      }
    };
    const reload = (changed) => {
      if (changed !== null && changed !== key) return;
      stale = true;
      pump();
    };
    changeListeners.add(reload);

    // The frame may be gone before the answer to an earlier save: send what is waiting now.
    const flush = () => {
      if (loaded && pending.length > sent) write().catch(() => {});
    };
    window.addEventListener('blur', flush);
    window.addEventListener('pagehide', flush);
    pump();
    return self;
  };

  const el = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties ?? {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (name === 'dataset') Object.assign(element.dataset, value);
      else if (name in element && name !== 'list') element[name] = value;
      else element.setAttribute(name === 'class' ? 'class' : name, value === true ? '' : value);
    }
    element.append(
      ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
    );
    return element;
  };

  let hideToast = () => {};
  const toast = (text, action, run) => {
    hideToast();
    const close = () => {
      clearTimeout(timer);
      window.removeEventListener('keydown', shortcut);
      box.remove();
    };
    const act = () => {
      close();
      run();
    };
    const shortcut = (event) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      if (event.defaultPrevented || event.target.matches('input:not([type=checkbox]), textarea')) return;
      event.preventDefault();
      act();
    };
    const box = el('div', { className: 'toast', role: 'status' }, el('span', {}, text));
    if (action) {
      box.append(el('button', { type: 'button', onclick: act }, action));
      if (action === 'Undo') window.addEventListener('keydown', shortcut);
    }
    let timer = setTimeout(close, action ? 8000 : 5000);
    box.addEventListener('focusin', () => clearTimeout(timer));
    box.addEventListener('focusout', () => {
      timer = setTimeout(close, 5000);
    });
    hideToast = close;
    (document.querySelector('dialog[open]') ?? document.body).append(box);
  };

  /** Enter or the form's button. Works without the sandbox's permission for forms, where `submit` never fires. */
  const onSubmit = (form, run) => {
    form.querySelector('[type=submit], button:not([type])').addEventListener('click', (event) => {
      event.preventDefault();
      if (form.reportValidity()) run(event);
    });
  };

  /**
   * Puts the focus where the app begins, once its window has it: an app that opens behind the chat must not take it away,
   * and a finger does not want a keyboard over half the screen.
   */
  const autofocus = (find) => {
    const go = () => {
      if (document.activeElement === document.body) find()?.focus();
    };
    if (matchMedia('(pointer: coarse)').matches) return;
    if (document.hasFocus()) go();
    else window.addEventListener('focus', go, { once: true });
  };

  /** Saves `content` as a file on the owner's device. */
  const download = (name, content, type) => {
    const address = URL.createObjectURL(new Blob([content], { type }));
    el('a', { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };

  const matrix = {
    inside,
    theme: 'light',
    data,
    store,
    ask: (text) => call('kernel.ask', { text }),
    notify: (title, message = '') => call('notify', { title, message }),
    setTitle: (title) => call('window.title', { title }),
    onChange: (listener) => listen(changeListeners, listener),
    onTheme: (listener) => listen(themeListeners, listener),
    el,
    toast,
    onSubmit,
    autofocus,
    download,
    uid: () => Math.random().toString(36).slice(2, 10) + Date.now().toString(36).slice(-4),
  };
  window.matrix = matrix;

  call('theme.get').then(
    (answer) => setTheme(answer?.theme),
    () => {},
  );
  if (!inside)
    window.addEventListener('DOMContentLoaded', () =>
      document.body.append(
        el('p', { className: 'outside' }, 'Outside Matrix OS: what you enter stays in this browser.'),
      ),
    );
})();

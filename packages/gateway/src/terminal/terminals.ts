import { AppError } from '@matrix-os/kit';
import { endSession } from './end-session.ts';
import { findLoginShell } from './login-shell.ts';

const MAX_OPEN = 10;
const GRACE_MS = 1000;

export interface Terminal {
  onData(listener: (data: Buffer) => void): void;
  onExit(listener: (code: number) => void): void;
  write(data: string): void;
  resize(size: TerminalSize): void;
  pause(): void;
  resume(): void;
  /** Resolves when nothing that was started in it runs any more. Idempotent. */
  end(): Promise<void>;
}

interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

export interface Terminals {
  /** @throws AppError `conflict` when too many are open */
  assertRoom(): void;
  /** A login shell in the home. @throws AppError `conflict`, `unavailable` where this machine has no terminals */
  open(size: TerminalSize): Promise<Terminal>;
  count(): number;
  close(): Promise<void>;
}

export const createTerminals = (deps: {
  home: string;
  /** Already free of secrets. */
  environment: Readonly<Record<string, string>>;
}): Terminals => {
  const open = new Set<Terminal>();
  // Counted from the request on, for the shell takes a moment to start.
  let starting = 0;
  const assertRoom = () => {
    if (open.size + starting < MAX_OPEN) return;
    throw new AppError('conflict', `${MAX_OPEN} terminals are open. Close one first.`);
  };

  const spawn = async (size: TerminalSize): Promise<Terminal> => {
    const { spawn: fork } = await loadPty();
    const shell = findLoginShell(deps.environment.SHELL);
    const pty = fork(shell, ['-l'], {
      ...size,
      name: 'xterm-256color',
      cwd: deps.home,
      env: { ...deps.environment, SHELL: shell, COLORTERM: 'truecolor' },
      // Bytes as they come: a character may be cut in two by a read, and the client puts it together.
      encoding: null,
    });
    let ended = false;
    let ending: Promise<void> | undefined;
    const end = () => {
      ending ??= endSession(pty.pid, GRACE_MS).finally(() => open.delete(terminal));
      return ending;
    };
    const terminal: Terminal = {
      // Without an encoding it gives buffers, whatever its types say.
      onData: (listener) => void pty.onData((data) => listener(Buffer.from(data))),
      onExit: (listener) => void pty.onExit(({ exitCode }) => listener(exitCode)),
      write: (data) => ended || pty.write(data),
      resize: ({ cols, rows }) => ended || pty.resize(cols, rows),
      pause: () => ended || pty.pause(),
      resume: () => ended || pty.resume(),
      end,
    };
    pty.onExit(() => {
      ended = true;
      void end();
    });
    open.add(terminal);
    return terminal;
  };

  return {
    assertRoom,
    async open(size) {
      assertRoom();
      starting += 1;
      try {
        return await spawn(size);
      } finally {
        starting -= 1;
      }
    },
    count: () => open.size + starting,
    async close() {
      await Promise.all([...open].map((terminal) => terminal.end()));
    },
  };
};

/** A native library: loaded for the first terminal, and missing on machines it was not built for. */
const loadPty = async (): Promise<typeof import('@lydell/node-pty')> => {
  try {
    return await import('@lydell/node-pty');
  } catch (error) {
    throw new AppError(
      'unavailable',
      `Terminals don't work on ${process.platform} ${process.arch}: "@lydell/node-pty" has no build for it.`,
      { cause: error },
    );
  }
};

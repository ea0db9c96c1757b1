import { createSecret } from '@matrix-os/kit';

const LIFETIME_MS = 60_000;
const MAX_OUTSTANDING = 1000;

/** Leave to read one path by its address alone, for a browser that is signed in and only for as long as it takes to begin. */
export interface FileTickets {
  issue(login: string, path: string): string;
  opens(ticket: string, login: string, path: string): boolean;
}

export const createFileTickets = (deps: { now?: () => number } = {}): FileTickets => {
  const now = deps.now ?? Date.now;
  const tickets = new Map<
    string,
    { readonly login: string; readonly path: string; readonly until: number }
  >();
  return {
    issue(login, path) {
      const oldest = tickets.keys().next();
      if (tickets.size >= MAX_OUTSTANDING && !oldest.done) tickets.delete(oldest.value);
      const ticket = createSecret(32);
      tickets.set(ticket, { login, path, until: now() + LIFETIME_MS });
      return ticket;
    },
    opens(ticket, login, path) {
      const found = tickets.get(ticket);
      if (found !== undefined && now() >= found.until) tickets.delete(ticket);
      return found !== undefined && found.login === login && found.path === path && now() < found.until;
    },
  };
};

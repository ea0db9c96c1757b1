import type { Environment } from '@matrix-os/kit';

// What a shell or an engine needs to work like at home, and nothing that grants access to anything.
const INHERITED = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
]);
const PROXY = /^(?:https?|no)_proxy$/i;

/** A list of what may pass, since a list of secrets would never be complete. */
export const cleanEnvironment = (environment: Environment): Record<string, string> => {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (INHERITED.has(name) || name.startsWith('LC_')) clean[name] = value;
    else if (PROXY.test(name)) clean[name] = withoutCredentials(value);
  }
  return clean;
};

/** Greedy: whatever a password is made of, what follows the last `@` is the host. */
const withoutCredentials = (address: string): string => address.replace(/^([a-z]+:\/\/)?.*@/is, '$1');

/** How the gateway itself gets out, credentials included. It goes to no other process. */
export const proxyEnvironment = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && PROXY.test(entry[0]),
    ),
  );

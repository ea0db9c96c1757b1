import type { Environment } from '@matrix-os/kit';
import { GATEWAY_SECRETS } from '../config.ts';

export type ServiceName = 'gateway' | 'shell';

// What Node and the services read. The owner's shell has more, and some of that opens other doors.
const EVERY_SERVICE =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|XDG_\w+|LD_LIBRARY_PATH|RES_OPTIONS|SSL_CERT_(?:FILE|DIR)|NODE_(?:ENV|OPTIONS|EXTRA_CA_CERTS|COMPILE_CACHE|USE_ENV_PROXY)|MATRIX_\w+)$/;
// A proxy of the network is named to the one that leaves the machine. With user and password, as the owner may have it.
const ONLY: Readonly<Record<ServiceName, RegExp>> = {
  gateway: /^(?:PORT|ANTHROPIC_BASE_URL|(?:https?|no)_proxy)$/i,
  shell: /^SHELL_PORT$/,
};
const SECRETS = new Set(GATEWAY_SECRETS.flatMap((name) => [name, `${name}_FILE`]));

/** What a service inherits from the command: a list of what may pass, since a list of secrets would never be complete. */
export const serviceEnvironment = (name: ServiceName, environment: Environment): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([variable]) => !SECRETS.has(variable) && (EVERY_SERVICE.test(variable) || ONLY[name].test(variable)),
    ),
  );

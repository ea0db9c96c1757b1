import type { Ssh } from './ssh.ts';

/** Where the owner's token lies in the guest. */
const TOKEN = '/var/lib/matrix/state/auth-token';
const PATIENCE_SECONDS = 280;

/** Asks the guest's gateway as its owner, from inside: `body` makes it a POST, or a PUT. @throws Error with what it answered */
export const askGateway = async <Answer>(
  ssh: Ssh,
  path: string,
  body?: unknown,
  method: 'POST' | 'PUT' = 'POST',
): Promise<Answer> => {
  const posted = body === undefined ? '' : `-X ${method} -H 'content-type: application/json' -d @-`;
  const header = `header = \\"authorization: Bearer $(cat ${TOKEN})\\"`;
  const answer = await ssh.run(
    `curl -sS --fail-with-body --max-time ${PATIENCE_SECONDS} --config <(echo "${header}") ${posted} http://127.0.0.1:4000${path}`,
    {
      timeoutMs: (PATIENCE_SECONDS + 20) * 1000,
      ...(body === undefined ? {} : { input: JSON.stringify(body) }),
    },
  );
  return (answer === '' ? undefined : JSON.parse(answer)) as Answer;
};

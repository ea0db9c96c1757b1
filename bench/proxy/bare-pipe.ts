import { Agent, request as ask, createServer } from 'node:http';

/** The least that Node can do: no key, no ledger, no look at the bytes. What a proxy costs is measured against it. */
const [upstreamPort, port] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true });

createServer((request, response) => {
  const outgoing = ask(
    {
      host: '127.0.0.1',
      port: upstreamPort,
      method: request.method,
      path: request.url,
      headers: request.headers,
      agent,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => response.destroy());
  request.pipe(outgoing);
}).listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));

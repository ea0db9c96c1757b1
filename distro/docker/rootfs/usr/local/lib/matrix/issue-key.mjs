// Gives one OS its key to the LLM proxy: asks the proxy's admin API for it once and leaves it in KEY_FILE. On every later
// start it only makes sure that the proxy still knows that key, for the volumes of the two may not be equally old.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const { PROXY_URL, PROXY_ADMIN_TOKEN_FILE, TENANT, KEY_FILE, DAILY_LIMIT_USD, MONTHLY_LIMIT_USD } =
  process.env;
const record = `${KEY_FILE}.json`;
const adminToken = readFileSync(PROXY_ADMIN_TOKEN_FILE, 'utf8').trim();

const call = async (method, path, body) => {
  const response = await fetch(PROXY_URL + path, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

const write = (path, text) => {
  writeFileSync(`${path}.tmp`, text, { mode: 0o600, flush: true });
  renameSync(`${path}.tmp`, path);
};

const knownId = () => {
  try {
    return JSON.parse(readFileSync(record, 'utf8')).id;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const id = knownId();
const { keys } = await call('GET', `/keys?tenant=${TENANT}`);
if (id !== undefined && keys.some((key) => key.id === id && key.revokedAt === null)) {
  console.log(`${TENANT} has its key.`);
} else {
  const created = await call('POST', '/keys', { tenant: TENANT, label: 'compose' });
  await call('POST', `/quotas/${TENANT}`, {
    dailyLimitUsd: Number(DAILY_LIMIT_USD),
    monthlyLimitUsd: Number(MONTHLY_LIMIT_USD),
  });
  write(KEY_FILE, created.key);
  write(record, JSON.stringify({ id: created.id }));
  console.log(`${TENANT} has a new key.`);
}

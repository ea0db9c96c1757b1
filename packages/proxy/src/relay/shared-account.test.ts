import { expect, it } from 'vitest';
import { refusedOnSharedAccount } from './shared-account.ts';

it.each([
  ['POST', '/v1/messages'],
  ['POST', '/v1/messages/count_tokens'],
  ['POST', '/v1/files'],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/claude-opus-4.8'],
  ['GET', '/v1/files/file_011CNha8iCJcU1wXNR6q4V8w/content'],
  ['GET', '/v1/messages/batches/msgbatch_013Zva2CMHLNnXjNJJKqJ2EF/results'],
  ['DELETE', '/v1/files/file_011CNha8iCJcU1wXNR6q4V8w'],
])('%s %s is the own business of a tenant', (method, path) => {
  expect(refusedOnSharedAccount(method, path)).toBeUndefined();
});

it.each([
  ['GET', '/v1/files', 403],
  ['GET', '/v1/files/', 403],
  ['GET', '/v1/messages/batches', 403],
  ['HEAD', '/v1/skills', 403],
  ['POST', '/v1/organizations/invites', 403],
  ['GET', '/v1/%66iles', 400],
  ['GET', '/v1/models/../files', 400],
  ['GET', '/v1/models/..;/files', 400],
  ['GET', '/v1//files', 400],
  ['GET', '/v1/models\\files', 400],
])('%s %s would show what belongs to others', (method, path, status) => {
  expect(refusedOnSharedAccount(method, path)?.status).toBe(status);
});

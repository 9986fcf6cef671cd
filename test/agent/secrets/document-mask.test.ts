import { expect, test } from 'vitest';
import { maskOfDocuments } from '../../../agent/secrets/document-mask.ts';

test('the secrets of all documents are masked, and one that cannot be read is passed over', () => {
  const services = { app: { image: 'r/app:1', environment: { DB_PASSWORD: 'hunter2222' } } };
  const body = JSON.stringify({
    schema: 'holdfast.deployment/1',
    name: 'line',
    revision: 1,
    state: 'present',
    services,
  });
  const mask = maskOfDocuments([body, '{"schema":"holdfast.deployment/99"}']);
  expect(mask('login with hunter2222 failed')).toBe('login with *** failed');
});

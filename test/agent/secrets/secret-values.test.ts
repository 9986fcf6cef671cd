import { expect, test } from 'vitest';
import { secretValuesOf } from '../../../agent/secrets/secret-values.ts';
import { desiredOf } from '../../fakes/desired.ts';

function valuesOf(service: object, secrets: object = {}): string[] {
  const document = desiredOf({
    ...{ schema: 'holdfast.deployment/1', name: 'line', revision: 1, state: 'present', secrets },
    services: { app: { image: 'r/app:1', ...service } },
  });
  return document.services.flatMap(secretValuesOf);
}

test.each(['DB_PASSWORD', 'API_TOKEN', 'AWS_SECRET', 'ssh_key', 'GIT_CREDENTIALS', 'MYSQL_PWD'])(
  'the value of %s is secret',
  (name) => expect(valuesOf({ environment: { [name]: 'hunter2222' } })).toContain('hunter2222'),
);

test('a value under a plain name is none, but for the password of a URL in it', () => {
  expect(valuesOf({ environment: { LEVEL: 'debug-all', DB: 'postgres://me:s3cr3tpw@db/x' } })).toEqual([
    's3cr3tpw',
  ]);
});

test('a secret is its content, each of its lines, and what its lines assign', () => {
  const values = valuesOf(
    { secrets: [{ source: 'login' }] },
    { login: { content: 'user=operator\npassword: "correct horse"\n' } },
  );
  expect(values).toEqual(expect.arrayContaining(['password: "correct horse"', 'correct horse', 'operator']));
});

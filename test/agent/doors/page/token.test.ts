import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isLoggedIn, isSame, readToken, sessionCookie } from '../../../../agent/doors/page/token.ts';

const TOKEN = 'correct-horse-battery';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-token-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function tokenIn(text: string) {
  const file = path.join(folder, 'token');
  writeFileSync(file, text);
  return readToken(file);
}

describe('the token', () => {
  test('is what the file holds, without its line break', () => {
    expect(tokenIn(`${TOKEN}\n`)).toEqual({ ok: true, value: TOKEN });
  });

  test.each(['', '\n', 'short'])('%o is none, and the complaint does not repeat it', (text) => {
    const token = tokenIn(text);
    expect(token).toMatchObject({ ok: false, message: expect.stringContaining('fewer than 16 characters') });
  });

  test('a file that is not there is told by its name', () => {
    expect(readToken(path.join(folder, 'none'))).toMatchObject({
      ok: false,
      message: expect.stringContaining('none'),
    });
  });

  test.each([
    [{ authorization: `Bearer ${TOKEN}` }, true],
    [{ authorization: `bearer ${TOKEN}` }, true],
    [{ authorization: `Bearer ${TOKEN}x` }, false],
    [{ authorization: 'Bearer ' }, false],
    [{ authorization: `Basic ${TOKEN}` }, false],
    [{}, false],
    [{ cookie: `holdfast_session=${TOKEN}` }, false],
    [{ cookie: 'holdfast_session=00' }, false],
  ])('%o lets in: %s', (headers, is) => {
    expect(isLoggedIn(headers, TOKEN)).toBe(is);
  });

  test('a login gives a cookie that no script reads, that holds no token, and that ends with the token', () => {
    const cookie = sessionCookie(TOKEN);
    const [pair = ''] = cookie.split(';');
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    expect(isLoggedIn({ cookie: `a=b; ${pair}` }, TOKEN)).toBe(true);
    expect(isLoggedIn({ cookie: pair }, 'another-token-of-length')).toBe(false);
    expect(isLoggedIn({ cookie: `x${pair}` }, TOKEN)).toBe(false);
  });

  test('texts of any length are compared', () => {
    expect([isSame('a', 'a'), isSame('a', 'b'), isSame('', 'abc')]).toEqual([true, false, false]);
  });
});

import { expect, test } from 'vitest';
import { classifyPullError } from '../../../agent/docker/pull-errors.ts';
import { isTransientPull } from '../../../agent/supply/pull-back-off.ts';

const PAGE = '"<html><body>x509: certificate manifest unknown \\"no space left on device\\"</body></html>"';

// As engines and registries word them: Docker 20.10 to 29, Docker Hub, GHCR, ECR, distribution, Harbor.
const cases: readonly [string, string, boolean][] = [
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'no_matching_platform', false],
  [
    'image with reference x was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64',
    'no_matching_platform',
    false,
  ],
  ['no match for platform in manifest: not found', 'no_matching_platform', false],
  ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', 'no_space', true],
  ['failed to register layer: disk quota exceeded', 'no_space', true],
  [
    'Get "https://r.test/v2/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    'registry_tls',
    true,
  ],
  ['Get "https://r.test/v2/": x509: certificate signed by unknown authority', 'registry_tls', true],
  ['manifest for r.test/a:1 not found: manifest unknown: manifest unknown', 'image_not_found', false],
  ['failed to resolve reference "r.test/a:1": r.test/a:1: not found', 'image_not_found', false],
  ['name unknown: repository name not known to registry', 'image_not_found', false],
  [
    "pull access denied for nothing/here, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'image_not_found',
    false,
  ],
  ['Get "https://r.test/v2/a/manifests/1": no basic auth credentials', 'registry_auth', false],
  ['unauthorized: authentication required', 'registry_auth', false],
  ['denied: Your authorization token has expired. Reauthenticate and try again.', 'registry_auth', false],
  ['Head "https://ghcr.io/v2/a/manifests/1": denied: denied', 'registry_auth', false],
  ['error parsing HTTP 403 response body: Forbidden', 'registry_auth', false],
  [
    `error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: ${PAGE}`,
    'registry_auth',
    false,
  ],
  ['error parsing HTTP 403 response body: unexpected end of JSON input: ""', 'registry_auth', false],
  ['denied: x509: certificate of your account', 'registry_auth', false],
  [
    'unexpected status from HEAD request to https://r.test/v2/a/manifests/1: 403 Forbidden',
    'registry_auth',
    false,
  ],
  [
    `error parsing HTTP 404 response body: invalid character '<' looking for beginning of value: ${PAGE}`,
    'image_not_found',
    false,
  ],
  [
    'manifest for r.test/plant/certificate-agent:1 not found: manifest unknown: manifest unknown',
    'image_not_found',
    false,
  ],
  ['manifest for r.test/plant/timeout-eof-denied:503 not found', 'image_not_found', false],
  ['manifest unknown', 'image_not_found', false],
  ['Get "https://r.test/v2/": dial tcp: lookup r.test: no such host', 'registry_unreachable', true],
  [
    'Get "https://r.test/v2/": dial tcp: lookup r.test on 127.0.0.53:53: server misbehaving',
    'registry_unreachable',
    true,
  ],
  [
    'Get "https://r.test/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
    'registry_unreachable',
    true,
  ],
  [
    'Get "https://r.test/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'registry_unreachable',
    true,
  ],
  ['Get "https://r.test/v2/": context deadline exceeded', 'registry_unreachable', true],
  ['unexpected EOF', 'registry_unreachable', true],
  ['read tcp 10.0.0.2:5->10.0.0.1:443: read: connection reset by peer', 'registry_unreachable', true],
  ['received unexpected HTTP status: 503 Service Unavailable', 'registry_unreachable', true],
  [`error parsing HTTP 500 response body: ${PAGE}`, 'registry_unreachable', true],
  ['http: server gave HTTP response to HTTPS client', 'registry_tls', true],
  ['toomanyrequests: You have reached your pull rate limit.', 'registry_rate_limited', true],
  [
    `error parsing HTTP 429 response body: invalid character '<' looking for beginning of value: ${PAGE}`,
    'registry_rate_limited',
    true,
  ],
  [
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://r.test/v2/a/blobs/sha256:abc: 429 Too Many Requests - Server message: toomanyrequests: slow',
    'registry_rate_limited',
    true,
  ],
  [`error parsing HTTP 418 response body: ${PAGE}`, 'pull_failed', true],
  ['filesystem layer verification failed for digest sha256:abc', 'image_damaged', false],
  [
    'failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header',
    'image_damaged',
    false,
  ],
  [
    'failed to register layer: Error processing tar file(exit status 1): unexpected EOF',
    'image_damaged',
    false,
  ],
  [
    'failed to register layer: Error processing tar file(flate: corrupt input before offset 35): ',
    'image_damaged',
    false,
  ],
  ["layers from manifest don't match image configuration", 'image_damaged', false],
  [
    'failed commit on ref "layer-sha256:abc": unexpected commit digest sha256:def, expected sha256:abc: failed precondition',
    'image_damaged',
    false,
  ],
  ['failed to register layer: lchown /x: invalid argument', 'pull_failed', false],
  ['failed to register layer: write /usr/lib/x: no space left on device', 'no_space', true],
  ['unsupported media type application/x-foo', 'image_unsupported', false],
  ['something nobody has seen yet', 'pull_failed', true],
];

/** What each message may name. */
const NAMES = ['r.test/plant/certificate-agent:1', 'r.test/plant/timeout-eof-denied:503', 'r.test/a:1'];

test.for(cases)('"%s" is %s, transient: %s', ([message, code, isTransient]) => {
  const reference = NAMES.find((name) => message.includes(name)) ?? 'r.test/a:1';
  const failure = classifyPullError(message, reference);
  expect(failure).toMatchObject({ ok: false, code, message });
  expect(isTransientPull(failure)).toBe(isTransient);
});

test.each([
  [
    'an image named for an error',
    'certificate-agent:1',
    'manifest for certificate-agent:1 not found',
    'image_not_found',
  ],
  ['one whose tag is a number', 'status:503', 'manifest for status:503 not found', 'image_not_found'],
  ['one that a registry denies', 'plant/eof', 'unauthorized: no pull of plant/eof for you', 'registry_auth'],
])('%s is told by what happened', (_what, reference, message, code) => {
  expect(classifyPullError(message, reference)).toMatchObject({ code, message });
});

test.each([
  [404, 'in words that nobody has seen yet', 'image_not_found'],
  [400, 'invalid reference format', 'refused_by_engine'],
  [500, 'in words that nobody has seen yet', 'pull_failed'],
])("the engine's own status %i counts where its words say nothing", (status, message, code) => {
  expect(classifyPullError(message, 'r.test/a:1', status)).toMatchObject({ code });
});

test.each([
  ['toomanyrequests: retry-after: 61.5s, allowed: 44000/minute', 61_500],
  ['toomanyrequests: retry-after: 631.585µs, allowed: 44000/minute', 0],
  ['toomanyrequests: too many requests, retry after 2h', 7_200_000],
  ['toomanyrequests: You have reached your pull rate limit.', undefined],
])('when to come again is read where it is told: %s', (message, retryAfterMs) => {
  const told = classifyPullError(message, 'r.test/a:1').retryAfterMs;
  expect(told).toBe(retryAfterMs);
});

test('a message of any length is cut at a whole character', () => {
  const { message } = classifyPullError(`${'x'.repeat(999)}\u{1f321}`, 'r.test/a:1');
  expect(message).toBe('x'.repeat(999));
});

test('no more than the beginning of a registry’s answer is looked through, as that takes the square of its length', () => {
  const long = `${'status '.repeat(64 * 1024)} unauthorized`;
  expect(classifyPullError(long, 'r.test/a:1')).toMatchObject({ code: 'pull_failed' });
});

import { expect, test } from 'vitest';
import { classifyPullError } from '../../../agent/docker/pull.ts';

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
  ['toomanyrequests: You have reached your pull rate limit.', 'registry_unreachable', true],
  ['filesystem layer verification failed for digest sha256:abc', 'pull_failed', true],
  ['something nobody has seen yet', 'pull_failed', true],
];

test.for(cases)('"%s" is %s, transient: %s', ([message, code, isTransient]) => {
  expect(classifyPullError(message)).toMatchObject({ ok: false, code, message, isTransient });
});

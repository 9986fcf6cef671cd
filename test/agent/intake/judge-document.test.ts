// An accepted document is kept as the bytes that came, and is the same document whenever it is read again.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Intake } from '../../../agent/doors/mqtt/intake.ts';
import { judgeDocument } from '../../../agent/intake/judge-document.ts';
import { contentOf, revisionOf } from '../../../agent/model/document/revision.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import { imagesNamedIn } from '../../../agent/supply/collect-images.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { parseJsonText } from '../../../protocol/payload.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';
import { deployment } from '../../fakes/deployments.ts';
import { documentsInto } from '../../fakes/documents.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { goodDocument } from '../../fuzz/documents.ts';

/** Ways to write one and the same document. */
const STYLES: Readonly<Record<string, (document: unknown) => string>> = {
  'as JSON writes it': (document) => JSON.stringify(document),
  indented: (document) => JSON.stringify(document, null, 2),
  'with blanks and line ends around it': (document) => `\r\n\t ${JSON.stringify(document)}\r\n`,
  'after a byte order mark': (document) => `\uFEFF${JSON.stringify(document)}`,
  'with a name before its own': (document) => JSON.stringify(document).replace('{', '{"name":"other",'),
  'with a revision in another form': (document) =>
    JSON.stringify(document).replace(/"revision":(\d+)/, '"revision":$1.0e0'),
  'with escapes for what needs none': (document) => JSON.stringify(document).replace('image', '\\u0069mage'),
};

test('whatever is accepted is kept to the byte, and read again as the same', () => {
  fc.assert(
    fc.property(goodDocument, fc.constantFrom(...Object.values(STYLES)), (document, write) => {
      const payload = Buffer.from(write(document));
      const { name } = document as { name: string };
      const judged = judgeDocument({ source: 'device', name }, payload, undefined);
      if (judged.kind !== 'accepted') return;
      const { body, deployment: accepted } = judged;
      expect(Buffer.from(body).equals(payload)).toBe(true);
      expect(contentHash(parseJsonText(body))).toBe(accepted.hash);
      expect(parseDeployment(parseJsonText(body))).toEqual({ ok: true, value: accepted });
      const revision = revisionOf(accepted.hash, body);
      expect(revision?.content).toBe(contentOf(accepted.document));
      expect(imagesNamedIn(body)).toEqual(imagesNamedIn(JSON.stringify(parseJsonText(body))));
    }),
  );
});

// Over the SQLite of devices: the one of the simulated disk drops a byte order mark at the read.
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'holdfast-bytes-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function receive(text: string): void {
  const store = openStore(dir);
  const intake = new Intake({
    ...{
      store,
      clock: new VirtualClock(),
      logger: silent,
      device: 'edge-01',
      groups: [],
      topicPrefix: 'h/v1',
    },
    next: {
      commands: { receive: () => undefined },
      documents: documentsInto(store),
      reports: { reportRefusal: () => undefined, addEvents: () => undefined },
    },
  });
  const topic = 'h/v1/devices/edge-01/deployments/line';
  intake.receive({ topic, payload: Buffer.from(text), isRetained: true });
  store.close();
}

test.for(Object.entries(STYLES))(
  'a document %s is there after a start, and from the second copy',
  ([, write]) => {
    const document = deployment({ revision: 3 });
    const [text, hash] = [write(document), contentHash(document)];
    receive(text);
    for (const recovery of [null, { code: 'missing', deployments: ['line'] }]) {
      if (recovery !== null) rmSync(join(dir, 'holdfast.db'));
      const store = openStore(dir);
      if (recovery === null) expect(store.recovery).toBeNull();
      else expect(store.recovery).toMatchObject(recovery);
      expect(store.acceptedRevisions('line')).toMatchObject([{ revision: 3, hash }]);
      expect(store.documentBody(hash)).toBe(text);
      store.close();
    }
  },
);

import { describe, expect, test } from 'vitest';
import { fragmentsOf } from '../../../../../agent/doors/page/html/fragments.ts';
import { renderLogin, renderPage, titleOf } from '../../../../../agent/doors/page/html/page.ts';
import { retry } from '../../../../../protocol/operations/retry.ts';
import { makeDeployment, makeLocalStatus, makeService } from '../../../cli/fixtures.ts';
import { ATTACK, attackedView, makeFinding, makeFindings, makeView } from '../views.ts';

const MAX_BYTES = 60 * 1024;

/** What a reader sees, with one blank between words. */
function textOf(html: string): string {
  return html
    .replace(/<(style|script)>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');
}

const UNWELL = makeView({
  findings: makeFindings(makeFinding()),
  status: makeLocalStatus({
    deployments: [
      makeDeployment({ deployment: 'logger', services: { log: makeService() } }),
      makeDeployment({
        phase: 'rolled_back',
        reason: { code: 'unhealthy', path: 'services.detector', message: 'HTTP 500', log: ['Boom'] },
      }),
      makeDeployment({ deployment: 'old', phase: 'removed', services: {} }),
    ],
  }),
});

describe('the page', () => {
  test('says first what is wrong, since when, what came before, and the command that mends it', () => {
    const text = textOf(renderPage(UNWELL));
    expect(text).toMatch(
      /edge-01 line-vision\/detector: its probe fails: HTTP 500; 2 deployments: 1 not well .*Findings line-vision\/detector: its probe fails: HTTP 500 error for 10m changed: revision 7 was accepted 5s before seen: 3 probes failed do: try it again run: holdfast retry line-vision KeyError: 'serial_port'/,
    );
    expect(titleOf(UNWELL)).toBe('(1) edge-01');
  });

  test('has the lines and the tables of holdfast status', () => {
    const text = textOf(renderPage(UNWELL));
    expect(text).toContain('broker connected to mqtts://broker.example.com:8883 for 2h 5m (MQTT 5)');
    expect(text).toContain('revision 7 rolled_back detector: HTTP 500 (unhealthy)');
    expect(text).toContain('detector running healthy 1.4.2@777777777777 0 2h 5m 256 MiB 0.5');
    expect(text).toContain('Removed old (revision 7)');
  });

  test('puts what is not well first, and what was removed last', () => {
    expect(fragmentsOf(UNWELL).map(([id]) => id)).toEqual([
      ...['findings', 'device', 'd-line-vision', 'd-logger', 'removed'],
    ]);
  });

  test('says that all is well, and how much', () => {
    const text = textOf(renderPage(makeView()));
    expect(text).toContain('all well; 1 deployment: all well');
    expect(text).toContain('Findings all well: 1 deployment, 1 service');
    expect(titleOf(makeView())).toBe('✓ edge-01');
  });

  test('names the commands that act on a deployment and on the device', () => {
    const text = textOf(renderPage(makeView()));
    expect(text).toContain('holdfast why line-vision Say what is wrong');
    expect(text).toContain('holdfast retry line-vision Try a failed or rolled back deployment again, now.');
    expect(text).toContain('holdfast status Show what runs here');
    // Nothing that the broker alone can ask.
    expect(text).not.toContain('holdfast report');
  });

  test('names what is asked about a service for each of them', () => {
    const args = { service: { ...retry.args.deployment, placeholder: 'NAME' } };
    const operations = [{ ...retry, name: 'logs', args }];
    const text = textOf(renderPage(makeView({ operations })));
    expect(text).toContain('holdfast logs line-vision/detector');
  });

  test('shows twenty findings, and how many more there are', () => {
    const many = Array.from({ length: 23 }, (_, index) => makeFinding({ title: `finding ${index}` }));
    const text = textOf(renderPage(makeView({ findings: makeFindings(...many) })));
    expect(text).toContain('finding 19');
    expect(text).not.toContain('finding 20');
    expect(text).toContain('and 3 more: holdfast why');
  });

  test('makes no markup of what others wrote', () => {
    const html = renderPage(attackedView());
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html.match(/<\/title>/g)).toHaveLength(1);
    expect(html.match(/&lt;script&gt;window\.hacked/g)?.length).toBeGreaterThan(20);
  });

  test.each([
    ['a healthy device', makeView()],
    ['a device in trouble', UNWELL],
    ['an attacked one', attackedView()],
  ])('is small: %s', (_, view) => {
    expect(Buffer.byteLength(renderPage(view))).toBeLessThan(MAX_BYTES);
  });
});

test('the login says why it did not work, as text', () => {
  expect(renderLogin(ATTACK)).not.toContain('<img');
  expect(textOf(renderLogin('That is not the token.'))).toContain('That is not the token. Token Log in');
});

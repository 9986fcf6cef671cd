// The line to the broker. Services go on without it; the fleet hears nothing.
// Tested in test/agent/findings/find.test.ts.
import type { Fix, Severity } from '../../protocol/reports/finding.ts';
import type { LineTrouble } from '../ports/line.ts';
import { byItself, byTechnician, type Row } from './candidate.ts';
import type { Facts } from './facts.ts';

/** Longer than a reconnect takes after a broker's restart. */
const AWAY_MS = 10_000;
const CONFIG = '/etc/holdfast/holdfast.toml';
const EDIT = `sudo nano ${CONFIG}`;
const MAX_DENIED = 5;

interface Meaning {
  readonly severity: Severity;
  readonly visibleAfterMs: number;
  readonly meaning: string;
  readonly mend: string;
  readonly fix: Fix;
}

const TROUBLES: Readonly<Record<LineTrouble['code'], Meaning>> = {
  not_configured: {
    ...{ severity: 'error', visibleAfterMs: 0 },
    meaning: '`broker.url` is still the example',
    mend: `set it in \`${CONFIG}\`, then \`sudo systemctl restart holdfast\``,
    fix: byTechnician('set broker.url, then restart the agent', `${EDIT} && sudo systemctl restart holdfast`),
  },
  unreachable: {
    ...{ severity: 'warning', visibleAfterMs: AWAY_MS },
    meaning: 'the network, the name service or the broker is away; services go on',
    mend: 'nothing, if that is known; else check cable, DNS and `broker.url`',
    fix: byTechnician(
      'check cable, network and broker.url; it connects again by itself',
      'ip -brief address',
    ),
  },
  no_answer: {
    ...{ severity: 'warning', visibleAfterMs: AWAY_MS },
    meaning: 'the broker accepts connections and never answers',
    mend: 'restart the broker',
    fix: byItself('whoever runs the broker restarts it; the device connects again by itself'),
  },
  closed: {
    ...{ severity: 'warning', visibleAfterMs: AWAY_MS },
    meaning: 'the connection breaks; perhaps the port wants TLS',
    mend: 'the message says what the broker said; write `mqtts://` in `broker.url` where it wants TLS',
    fix: byTechnician('check broker.url, and what listens there; it connects again by itself', EDIT),
  },
  refused_credentials: {
    ...{ severity: 'error', visibleAfterMs: 0 },
    meaning: 'the broker refuses the login',
    mend: 'correct `broker.username` and the password file; no restart is needed for the file',
    fix: byTechnician('correct broker.username and the file of broker.password_file', EDIT),
  },
  not_authorized: {
    ...{ severity: 'error', visibleAfterMs: 0 },
    meaning: 'the broker does not admit this device',
    mend: 'correct `broker.username` and the password file, or the rules of the broker',
    fix: byTechnician(
      'correct broker.username and the file of broker.password_file, or the rules of the broker',
      EDIT,
    ),
  },
  tls: {
    ...{ severity: 'error', visibleAfterMs: 0 },
    meaning: 'a certificate does not fit, or the clock is wrong',
    mend: 'the message names the key to correct, and what the clock says',
    fix: byTechnician('correct what the message names, in the broker table', EDIT),
  },
  session_taken: {
    ...{ severity: 'error', visibleAfterMs: 0 },
    meaning: 'another device has the same id',
    mend: 'set `device` in `holdfast.toml` of one of them',
    fix: byTechnician('give this device or the other one an id of its own: device = "…"', EDIT),
  },
};

function rowOf(code: LineTrouble['code'], { fix, ...meaning }: Meaning): Row {
  return {
    ...{ ...meaning, code: `broker_${code}` },
    find: (facts) => {
      const { since, url } = facts.broker;
      const trouble = troubleOf(facts);
      if (trouble === null || trouble.code !== code) return [];
      const title = `the device is not connected to ${url}: ${trouble.message}`;
      return [{ subject: 'broker', title, since, evidence: backlog(facts), fix }];
    },
  };
}

/** While the first try is under way nothing is known of it yet but that it has no answer. */
function troubleOf({ broker: { isConnected, trouble } }: Facts): LineTrouble | null {
  if (isConnected || trouble !== null) return trouble;
  return { code: 'no_answer', message: 'it has not answered yet' };
}

function backlog({ outbox: { events, statuses } }: Facts): string[] {
  return events + statuses === 0 ? [] : [`${events} events and ${statuses} statuses wait for the broker`];
}

export const BROKER_ROWS: readonly Row[] = [
  ...Object.entries(TROUBLES).map(([code, meaning]) => rowOf(code as LineTrouble['code'], meaning)),
  {
    ...{ code: 'broker_denied', severity: 'error', visibleAfterMs: 0 },
    meaning: "the broker's rules keep topics from this device",
    mend: 'correct the rules at the broker ([a sample](broker.md))',
    find: ({ broker: { denied, url } }) => {
      if (denied.length === 0) return [];
      const [first = ''] = denied;
      const more = denied.length === 1 ? '' : ` and ${denied.length - 1} more topics`;
      const title = `the rules of ${url} keep ${first}${more} from this device`;
      const fix: Fix = { by: 'fleet_manager', text: 'correct the rules of the broker', can_run: false };
      return [{ subject: 'broker', title, evidence: denied.slice(0, MAX_DENIED), fix }];
    },
  },
];

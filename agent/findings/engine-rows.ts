// The container engine.
// Tested in test/agent/findings/find.test.ts.
import { byTechnician, type Row } from './candidate.ts';

const EDIT = 'sudo nano /etc/holdfast/holdfast.toml && sudo systemctl restart holdfast';
const START_ENGINE = 'sudo systemctl start docker';
/** As `refusal-rows.ts` has it. */
const REFUSED = 'document_refused';
const JOIN_GROUP = 'sudo usermod -aG docker holdfast && sudo systemctl restart holdfast';

/** By what the hint says. */
function commandFor(hint: string): string {
  if (hint.includes('group "docker"')) return JOIN_GROUP;
  return hint.startsWith('set [engine]') ? EDIT : START_ENGINE;
}

export const ENGINE_ROWS: readonly Row[] = [
  {
    ...{ code: 'engine_unreachable', severity: 'error', visibleAfterMs: 0 },
    meaning: 'the Docker Engine is not installed, does not run, hangs, or the agent may not use it',
    mend: 'the first line and the hint say which; start the engine',
    find: ({ engine: { trouble }, statuses }) => {
      if (trouble === null) return [];
      const away = statuses.filter(({ reason }) => reason?.code === 'engine_unavailable');
      const since = away.flatMap((status) => status.since ?? []).toSorted()[0];
      return [
        {
          ...{ subject: 'engine', title: trouble.message, ...(since === undefined ? {} : { since }) },
          evidence: [`${away.length} deployments cannot be looked at`],
          fix: byTechnician(trouble.hint, commandFor(trouble.hint)),
        },
      ];
    },
    // Nothing is known of a deployment meanwhile, but for the documents that come for it.
    causes: (_, { code, subject, deployment }) =>
      (deployment !== null && code !== REFUSED) || subject.startsWith('registries/'),
  },
];

// The container engine.
// Tested in test/agent/findings/find.test.ts.
import { byTechnician, deploymentOf, type Row } from './candidate.ts';

const START_ENGINE = 'sudo systemctl start docker';
/** As `refusal-rows.ts` has it. */
const REFUSED = 'document_refused';
const JOIN_GROUP = 'sudo usermod -aG docker holdfast && sudo systemctl restart holdfast';

export const ENGINE_ROWS: readonly Row[] = [
  {
    ...{ code: 'engine_unreachable', severity: 'error', visibleAfterMs: 0 },
    meaning: 'the Docker Engine is not installed, does not run, hangs, or the agent may not use it',
    mend: 'the first line and the hint say which; start the engine',
    find: ({ engine: { trouble }, statuses }) => {
      if (trouble === null) return [];
      const away = statuses.filter(({ reason }) => reason?.code === 'engine_unavailable');
      const since = away.flatMap((status) => status.since ?? []).toSorted()[0];
      const isDenied = /EACCES|may not open/.test(trouble.message);
      return [
        {
          ...{ subject: 'engine', title: trouble.message, ...(since === undefined ? {} : { since }) },
          evidence: [`${away.length} deployments cannot be looked at`],
          fix: byTechnician(trouble.hint, isDenied ? JOIN_GROUP : START_ENGINE),
        },
      ];
    },
    // Nothing is known of a deployment meanwhile, but for the documents that come for it.
    causes: (_, { code, subject }) =>
      (deploymentOf(subject) !== null && code !== REFUSED) || subject.startsWith('registries/'),
  },
];

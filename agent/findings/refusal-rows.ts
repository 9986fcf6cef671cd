// Documents that were not accepted. What ran goes on.
// Tested in test/agent/findings/find.test.ts.
import { deploymentSubject, type Row } from './candidate.ts';
import { fixOf } from './remedies.ts';

export const REFUSAL_ROWS: readonly Row[] = [
  {
    ...{ code: 'document_refused', severity: 'error', visibleAfterMs: 0 },
    meaning: 'the last document was not accepted; what ran goes on',
    mend: 'correct the document: code and path say what is wrong',
    find: ({ statuses }) =>
      statuses.flatMap(({ deployment, refused }) => {
        if (refused === null) return [];
        const { revision, code, path, message, at } = refused;
        const what = revision === null ? 'a document' : `revision ${revision}`;
        return [
          {
            subject: deploymentSubject(deployment),
            title: `${deployment}: ${what} was refused: ${message}`,
            since: at,
            evidence: [`${code}${path === '' ? '' : ` at ${path}`}`],
            fix: fixOf(code, { deployment, service: null }, undefined),
          },
        ];
      }),
  },
];

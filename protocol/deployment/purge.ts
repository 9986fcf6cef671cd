// What a removal may delete with a deployment: a volume by its name, or a path in the deployment's folder.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { FOLDER_PATTERN } from '../values/folder-path.ts';
import { PURGED_VOLUME_PATTERN } from './networks-and-volumes.ts';

export const purgedSchema = v.pipe(
  v.string(),
  v.maxLength(1024, 'at most 1024 characters'),
  v.regex(
    new RegExp(`${PURGED_VOLUME_PATTERN.source}|${FOLDER_PATTERN.source}`),
    'the name of a volume, "shared/NAME", or a path in the folder of the deployment such as "./data", or "./" for all of it',
  ),
);

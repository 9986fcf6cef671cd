// Configs and secrets of a service, with their contents.
// Tested in test/agent/model/document/spec-hash.test.ts.
import type { PresentDeployment } from '../../../protocol/deployment/deployment.ts';
import type { Service } from '../../../protocol/deployment/service.ts';
import { FILE_KINDS, targetOfFile } from '../../../protocol/deployment/service-files.ts';
import type { ServiceFile } from '../service-file.ts';
import { fileMode, wholeNumber } from './values.ts';

/** Throws `NoValue`. */
export function filesOf(document: PresentDeployment, service: Service): ServiceFile[] {
  return FILE_KINDS.flatMap((kind) =>
    (service[kind] ?? []).map((file) => ({
      kind,
      source: file.source,
      target: targetOfFile(kind, file),
      content: document[kind]?.[file.source]?.content ?? '',
      uid: wholeNumber(file.uid),
      gid: wholeNumber(file.gid),
      mode: fileMode(file.mode),
    })),
  );
}

// The files that a service finds, with their contents: configs and secrets of its document.
import type { PresentDeployment } from '../../protocol/deployment/deployment.ts';
import type { Service } from '../../protocol/deployment/service.ts';
import { FILE_KINDS, type FileKind, targetOfFile } from '../../protocol/deployment/service-files.ts';

/** `content` is for the file alone: it is never logged or told, and stored with the document only. */
export interface ServiceFile {
  readonly kind: FileKind;
  readonly source: string;
  readonly target: string;
  readonly content: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export function filesOf(document: PresentDeployment, service: Service): ServiceFile[] {
  return FILE_KINDS.flatMap((kind) =>
    (service[kind] ?? []).map((file) => ({
      kind,
      source: file.source,
      target: targetOfFile(kind, file),
      content: document[kind]?.[file.source]?.content ?? '',
      uid: Number(file.uid),
      gid: Number(file.gid),
      mode: Number.parseInt(file.mode, 8),
    })),
  );
}

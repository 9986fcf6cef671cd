// The files that a service finds, with their contents: configs and secrets of its document.

/** `content` is for the file alone: it is never logged or told, and stored with the document only. */
export interface ServiceFile {
  readonly kind: 'configs' | 'secrets';
  readonly source: string;
  readonly target: string;
  readonly content: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

// Image references after the distribution project's grammar (distribution/reference, `reference.go`).

/** A parsed reference. `host` is where it is pulled from; Docker Hub's short names are spelled out. */
export interface ImageReference {
  /** Registry host with port, `docker.io` for Docker Hub. */
  readonly host: string;
  /** Path below the host, e.g. `library/python`. */
  readonly repository: string;
  /** `null` only when a digest is given without a tag. */
  readonly tag: string | null;
  /** `sha256:…`, or `null`. */
  readonly digest: string | null;
}

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const DOMAIN =
  '(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^(?:(${DOMAIN})/)?(${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** The longest path that a registry takes, and what the engine would take for an image's id. */
const MAX_PATH_LENGTH = 255;
const IMAGE_ID = /^[0-9a-f]{64}$/;

/** Parses an image reference, or returns `null` when it is none. */
export function parseImageReference(text: string): ImageReference | null {
  if (text.length > 512 || IMAGE_ID.test(text)) return null;
  const match = REFERENCE.exec(text);
  if (match === null) return null;
  const [, domain, path = '', tag, digest] = match;
  // The first part is a host only if it looks like one; `library/python` has no host.
  const isHost =
    domain !== undefined && (/[.:[]/.test(domain) || domain === 'localhost' || /[A-Z]/.test(domain));
  const host = isHost ? domain : 'docker.io';
  const rest = domain === undefined || isHost ? path : `${domain}/${path}`;
  if (rest.length > MAX_PATH_LENGTH) return null;
  const isShortHubName = (host === 'docker.io' || host === 'index.docker.io') && !rest.includes('/');
  return {
    host: host === 'index.docker.io' ? 'docker.io' : host,
    repository: isShortHubName ? `library/${rest}` : rest,
    tag: tag ?? (digest === undefined ? 'latest' : null),
    digest: digest ?? null,
  };
}

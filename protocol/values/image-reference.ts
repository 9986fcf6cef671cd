// Image references after the distribution project's grammar (distribution/reference, `reference.go` and `normalize.go`), as
// far as every engine from Docker 20.10 on reads it: what one of them refuses is refused before it gets there.

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
/** No IPv6 address in brackets: older engines have no such hosts. */
const DOMAIN =
  '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[0-9]+)?';
const REFERENCE = new RegExp(
  `^(?:(${DOMAIN})/)?(${COMPONENT}(?:/${COMPONENT})*)(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** Of host and path, spelled out. Newer engines count the path alone. */
const MAX_NAME_LENGTH = 255;
/** What the engine would take for an image's id. */
const IMAGE_ID = /^[0-9a-f]{64}$/;

/** Parses an image reference, or returns `null` when it is none. */
export function parseImageReference(text: string): ImageReference | null {
  if (text.length > 512 || IMAGE_ID.test(text)) return null;
  const match = REFERENCE.exec(text);
  if (match === null) return null;
  const [, domain, path = '', tag, digest] = match;
  // The first part is a host only if it looks like one; `library/python` has no host. A capital letter makes none:
  // newer engines read `Acme/app` as path `app` on host `Acme`, older ones refuse it.
  const isHost = domain !== undefined && (/[.:]/.test(domain) || domain === 'localhost');
  if (domain !== undefined && !isHost && /[A-Z]/.test(domain)) return null;
  const host = isHost && domain !== 'index.docker.io' ? domain : 'docker.io';
  const rest = domain === undefined || isHost ? path : `${domain}/${path}`;
  const repository = host === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest;
  if (`${host}/${repository}`.length > MAX_NAME_LENGTH) return null;
  return {
    host,
    repository,
    tag: tag ?? (digest === undefined ? 'latest' : null),
    digest: digest ?? null,
  };
}

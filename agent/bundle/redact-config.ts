// The configuration without its secrets. Told is only what is known to be none; comments are left out, and no file that it
// names is read.

/** Keys whose values are no secrets. All others are masked, so a new key is a secret until it stands here. */
const PLAIN = new Set([
  ...['device', 'groups', 'data_dir', 'topic_prefix', 'reconnect_within', 'socket', 'grace', 'reserve'],
  ...['interval', 'sample_interval', 'outbox', 'http', 'required', 'keys_dir', 'level'],
]);
/** Somebody may have written the secret itself where its file should stand. */
const FILES = new Set([...['password_file', 'ca_file', 'cert_file', 'key_file', 'http_token_file']]);
const MASKED = '***';

export interface RedactedConfig {
  readonly config: unknown;
  /** What was masked and must not be elsewhere. */
  readonly secrets: readonly string[];
}

/** `value` as TOML gives it. */
export function redactConfig(value: unknown): RedactedConfig {
  const secrets: string[] = [];
  return { config: redact('', value, secrets), secrets };
}

function redact(key: string, value: unknown, secrets: string[]): unknown {
  if (PLAIN.has(key)) return value;
  if (Array.isArray(value)) return value.map((item) => redact(key, item, secrets));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, redact(name, inner, secrets)]),
    );
  if (typeof value !== 'string') return typeof value === 'boolean' ? value : MASKED;
  return redactText(key, value, secrets);
}

function redactText(key: string, text: string, secrets: string[]): string {
  if (FILES.has(key) && (text === '' || text.startsWith('/'))) return text;
  if (key === 'url') return redactUrl(text, secrets);
  // A user name is often the device's own id, which stands everywhere.
  if (key !== 'username') secrets.push(text);
  return MASKED;
}

function redactUrl(text: string, secrets: string[]): string {
  if (!URL.canParse(text)) {
    secrets.push(text);
    return MASKED;
  }
  const { protocol, host, password, pathname, search, hash } = new URL(text);
  secrets.push(password, decodeOrKeep(password), pathname.slice(1), search.slice(1), hash.slice(1));
  return `${protocol}//${host}`;
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Which values of a service are secret: its secrets' contents, and what its environment holds under a telling name.
import type { ServiceSpec } from '../model/service-spec.ts';

const TELLING_NAME =
  /PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|KEY|CREDENTIAL|AUTH|DSN|PRIVATE|SALT|SIGNATURE/i;
/** `scheme://user:password@host` */
const URL_PASSWORD = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/gi;
/** `name = value`, `"name": "value",` */
const ASSIGNED = /[=:]\s*["']?(.*?)["']?[,;]?\s*$/;

type SecretSource = Pick<ServiceSpec, 'files'> & {
  readonly service: Pick<ServiceSpec['service'], 'environment'>;
};

/** Of several lines each is a value of its own, as logs are made of lines. */
export function secretValuesOf({ service, files }: SecretSource): string[] {
  const environment = Object.entries(service.environment);
  const telling = environment.filter(([name]) => TELLING_NAME.test(name)).map(([, value]) => value);
  const contents = files.filter(({ kind }) => kind === 'secrets').map(({ content }) => content);
  return [
    ...telling.flatMap((value) => [value, ...linesOf(value)]),
    ...contents.flatMap((content) => [content.trim(), ...linesOf(content).flatMap(withAssigned)]),
    ...environment.flatMap(([, value]) => passwordsInUrls(value)),
  ];
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}

/** What stands behind the name in a file of settings is a secret of its own. */
function withAssigned(line: string): string[] {
  const value = ASSIGNED.exec(line)?.[1];
  return value === undefined ? [line] : [line, value];
}

function passwordsInUrls(value: string): string[] {
  return [...value.matchAll(URL_PASSWORD)].flatMap(([, password]) => password ?? []);
}

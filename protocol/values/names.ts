// Names that cross the wire. They become topic levels, labels and container names, so all are narrow. They
// become keys of objects too, and so none may be a word that every JavaScript object knows already.
import * as v from 'valibot';

/** A device id. */
export const DEVICE_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** A deployment or group name. */
export const NAME_PATTERN = /^(?!(?:constructor|prototype)$)[a-z0-9][a-z0-9_-]{0,62}$/;
/** A service name, as Compose allows it. */
export const SERVICE_PATTERN =
  /^(?!(?:constructor|prototype|hasOwnProperty|isPrototypeOf|propertyIsEnumerable|toLocaleString|toString|valueOf)$)[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/;
/** A command's id, chosen by the manager. With no dot: NATS and RabbitMQ take one for a level's end. */
export const COMMAND_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

export const nameSchema = v.pipe(
  v.string(),
  v.regex(
    NAME_PATTERN,
    'a name of 1 to 63 lower-case letters, digits, "-" or "_", starting with a letter or digit, and no reserved word such as "constructor"',
  ),
);
export const serviceNameSchema = v.pipe(
  v.string(),
  v.regex(
    SERVICE_PATTERN,
    'a service name of 1 to 63 letters, digits, ".", "-" or "_", and no reserved word such as "constructor"',
  ),
);
/** A volume's, network's, config's or secret's: as Compose and the engine have it, `fileStorage` or `server.conf`. */
export const partNameSchema = v.pipe(
  v.string(),
  v.regex(
    SERVICE_PATTERN,
    'a name of 1 to 63 letters, digits, ".", "-" or "_", starting with a letter or digit, and no reserved word such as "constructor"',
  ),
);

/** What stands before the name of a shared volume in `purge`: a bare name is one of the deployment's own. */
export const SHARED_PREFIX = 'shared/';

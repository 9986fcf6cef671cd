// What the rooms want of a logger: fields first, then a few words. pino's child loggers fit.
type LogLine = (fields: object, message: string) => void;

export interface Logger {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

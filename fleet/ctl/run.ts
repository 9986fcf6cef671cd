// The command line: commander's commands, and the one place where a failure becomes words and an exit code.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { Command, CommanderError } from 'commander';
import * as v from 'valibot';
import { CommandFailure, failureJson, UsageError } from '../../lib/program/command-failure.ts';
import { EXIT, type ExitCode } from '../../lib/program/exit-codes.ts';
import { VERSION } from '../../lib/program/version.ts';
import { OPERATIONS } from '../../protocol/operations/operations.ts';
import type { TypedArguments } from '../../protocol/operations/typed.ts';
import { ANSWERS, type Row } from './ask/answers.ts';
import { ask, askSchema } from './commands/ask.ts';
import { deploy, deploySchema } from './commands/deploy.ts';
import { followEvents } from './commands/follow-events.ts';
import { forget, forgetSchema } from './commands/forget.ts';
import type { Files } from './commands/load-asked.ts';
import { commonSchema } from './commands/options.ts';
import { plan, planSchema } from './commands/plan.ts';
import { remove, removeSchema } from './commands/remove.ts';
import { status } from './commands/status.ts';
import { validate, validateSchema } from './commands/validate.ts';
import { type Context, writeJson, writeLine } from './context/context.ts';

type Finish = (code: ExitCode) => void;

/** Runs `holdfastctl` with the arguments after its name, and resolves with its exit code. */
export async function run(args: readonly string[], context: Context): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.good;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, args.includes('--json'), context);
  }
}

function buildProgram(context: Context, finish: Finish): Command {
  const program = new Command('holdfastctl')
    .description('Deploys to a fleet of Holdfast devices through its MQTT broker.')
    .version(VERSION, '-V, --version')
    .option('--context <name>', 'a broker of holdfastctl.toml (default: its "current")')
    .option('--broker <url>', 'mqtt[s]://HOST[:PORT] (default: HOLDFAST_BROKER)')
    .option('--username <name>', 'the user at the broker')
    .option('--password-file <file>', 'its password (or in HOLDFAST_BROKER_PASSWORD)')
    .option('--ca <file>', 'PEM file of the authority that signed the broker, for mqtts://')
    .option('--cert <file>', 'PEM file of the own certificate, for mqtts://')
    .option('--key <file>', 'PEM file of its key')
    .option('--topic-prefix <prefix>', 'prefix of all topics (default: holdfast/v1)')
    .option('--json', 'write JSON')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .showHelpAfterError('hint: --help lists what there is')
    .exitOverride();
  program.addHelpText('after', HELP_AFTER);
  addValidate(program, context, finish);
  addDeploy(program, context, finish);
  addRemove(program, context, finish);
  addStatus(program, context, finish);
  addForget(program, context, finish);
  addPlan(program, context, finish);
  const { events, plan: _plan, ...questions } = ANSWERS;
  addEvents(program, events, { context, finish });
  for (const row of Object.values(questions)) {
    const command = program.command(row.operation.name).description(`ask a device: ${row.operation.summary}`);
    addQuestion(command.argument('<device>'), row, { context, finish });
  }
  return program;
}

const HELP_AFTER = `
Exit codes: 0 good; 1 bad news (failed, rolled back, refused, not converged); 2 wrong usage or an invalid file;
3 the broker cannot be reached; 4 timed out; 130 interrupted: what is published stays, and the devices go on.`;

function addValidate(program: Command, context: Context, finish: Finish): void {
  addFiles(program.command('validate'))
    .description('check a compose.yaml (or a ready .json document); --json writes the document')
    .action((files: Files, _options: unknown, command: Command) => {
      finish(validate(files, v.parse(validateSchema, command.optsWithGlobals()), context));
    });
}

function addFiles(command: Command): Command {
  return command
    .argument('<file...>', "'-' is standard input; later files are merged over earlier ones")
    .option('--name <name>', "the deployment's name, instead of the file's")
    .option('--profile <profile>', "also the services of this profile; may be repeated, '*' for all", collect)
    .option('--env-file <file>', 'variables from this file instead of .env; may be repeated', collect);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function addWaiting(command: Command): Command {
  return command
    .requiredOption('--to <target>', 'devices/ID or groups/NAME; may be repeated', collect)
    .option('--wait', 'follow it on the devices until each has finished')
    .option('--timeout <duration>', 'how long to wait', '10m')
    .option('--revision <number>', 'instead of the next one')
    .option('--force', 'even if no device or group of that name is known yet');
}

function addDeploy(program: Command, context: Context, finish: Finish): void {
  addWaiting(addFiles(program.command('deploy')).description('publish a file as the next revision'))
    .option('--percent <percent>', 'only this percentage of the devices takes part')
    .action(async (files: Files, _options: unknown, command: Command) => {
      finish(await deploy(files, v.parse(deploySchema, command.optsWithGlobals()), context));
    });
}

function addRemove(program: Command, context: Context, finish: Finish): void {
  addWaiting(program.command('remove').description('ask for a deployment to be removed').argument('<name>'))
    .option(
      '--purge <what...>',
      'named volumes, shared ones as shared/NAME, and paths in its folder (./data), to delete with it; all else stays',
    )
    .option('--inherit', "end a device's own document: its group's document counts again")
    .action(async (name: string, _options: unknown, command: Command) => {
      finish(await remove(name, v.parse(removeSchema, command.optsWithGlobals()), context));
    });
}

function addStatus(program: Command, context: Context, finish: Finish): void {
  program
    .command('status')
    .description('what devices last reported; 1 when something is not converged')
    .argument('[target]', 'devices/ID or groups/NAME (default: all)')
    .action(async (whom: string | undefined, _options: unknown, command: Command) => {
      finish(await status(whom, v.parse(commonSchema, command.optsWithGlobals()), context));
    });
}

function addForget(program: Command, context: Context, finish: Finish): void {
  program
    .command('forget')
    .description('clear what the broker retains of a device that is gone')
    .argument('<device>')
    .option('--force', 'even while it is online')
    .action(async (device: string, _options: unknown, command: Command) => {
      finish(await forget(device, v.parse(forgetSchema, command.optsWithGlobals()), context));
    });
}

interface Run {
  readonly context: Context;
  readonly finish: Finish;
}

/** What one device remembers, or what all tell from now on. */
function addEvents(program: Command, row: Row, { context, finish }: Run): void {
  const command = program
    .command('events')
    .description('what happened on a device; with -f what devices tell from now on')
    .argument('[device]', 'needed without -f')
    .option('-f, --follow', 'go on with what comes, until Ctrl-C');
  addQuestion(command, row, { context, finish }).action(async (device: string | undefined) => {
    const options = command.optsWithGlobals();
    if (options.follow === true) finish(await followEvents(device, v.parse(commonSchema, options), context));
    else if (device === undefined) throw new UsageError('name a device, or listen to all with -f');
    else finish(await askTyped(command, row, context));
  });
}

/** A question to one device: its arguments and options are those of the operation, but for what it has only at home. */
function addQuestion(command: Command, row: Row, { context, finish }: Run): Command {
  for (const [key, { option, placeholder, isFlag, isLocal, schema }] of Object.entries(row.operation.args)) {
    if (isLocal) continue;
    if (option === undefined)
      command.argument(v.is(schema, undefined) ? `[${placeholder}]` : `<${placeholder}>`);
    else command.option(isFlag ? `--${key}` : `--${key} <${placeholder}>`, option);
  }
  return command
    .option('--timeout <duration>', 'how long the device may take to answer', '30s')
    .action(async () => finish(await askTyped(command, row, context)));
}

function askTyped(command: Command, row: Row, context: Context): Promise<ExitCode> {
  const [device = '', ...positionals] = command.args;
  const typed = { positionals, options: pickTyped(command.opts(), Object.keys(row.operation.args)) };
  return ask({ row, device, typed }, v.parse(askSchema, command.optsWithGlobals()), context);
}

/** As `addQuestion`, but that its document is read from files here. */
function addPlan(program: Command, context: Context, finish: Finish): void {
  const { name, summary, args } = OPERATIONS.plan;
  addFiles(program.command(name).description(`ask a device: ${summary}`).argument('<device>'))
    .option(`--to <${args.to.placeholder}>`, args.to.option)
    .option('--timeout <duration>', 'how long the device may take to answer', '30s')
    .action(async (device: string, files: Files, ...[, command]: [unknown, Command]) => {
      finish(await plan({ device, files }, v.parse(planSchema, command.optsWithGlobals()), context));
    });
}

function pickTyped(
  options: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): TypedArguments['options'] {
  const typed = keys.flatMap((key) => {
    const value = options[key];
    if (value === true) return [[key, true as const]];
    return typeof value === 'string' ? [[key, value]] : [];
  });
  return Object.fromEntries(typed);
}

function reportFailure(error: unknown, isJson: boolean, context: Context): ExitCode {
  // Commander has written its own words already; help and version are no failures.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.good;
    if (isJson) writeJson(context.stdout, failureJson(new UsageError(error.message)));
    return EXIT.usage;
  }
  const failure = context.signal.aborted ? asInterruption(error) : error;
  if (!(failure instanceof CommandFailure)) throw failure;
  const { message, hint, exitCode } = failure;
  if (isJson) writeJson(context.stdout, failureJson(failure));
  writeLine(context.stderr, `error: ${message}`);
  if (hint !== undefined) writeLine(context.stderr, `hint: ${hint}`);
  return exitCode;
}

/** A command that has published something has said so itself. */
function asInterruption(error: unknown): CommandFailure {
  if (error instanceof CommandFailure && error.exitCode === EXIT.interrupted) return error;
  const message = 'interrupted';
  return new CommandFailure({ code: message, exitCode: EXIT.interrupted, message, cause: error });
}

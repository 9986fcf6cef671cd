// Images for another processor than this device's: whether the kernel knows a program that emulates it (binfmt_misc).
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';
import type { SystemFiles } from './system-files.ts';

/** Of a container of the agent. */
export interface UsedImage {
  readonly name: string;
  /** As OCI has it: `amd64`, `arm64`. */
  readonly architecture: string;
}

const BINFMT = '/proc/sys/fs/binfmt_misc';
/** What each processor runs besides its own. */
const ALSO_RUNS: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] };
/** Bytes 18 and 19 of an ELF file name its processor. */
const MACHINES: Readonly<Record<string, string>> = {
  ...{ amd64: '3e00', arm64: 'b700', arm: '2800', 386: '0300' },
  ...{ riscv64: 'f300', ppc64le: '1500', s390x: '0016' },
};
const MACHINE_AT = 2 * 18;

interface Handler {
  readonly interpreter: string;
  readonly machine: string;
  /** Whether the kernel opened it at its registration: else it is looked for in the container. */
  readonly isFixed: boolean;
}

export interface EmulationOptions {
  readonly files: SystemFiles;
  /** That of the device. */
  readonly architecture: string;
  readonly usedImages: () => Promise<readonly UsedImage[]>;
}

export function emulationCheck({ files, architecture: own, usedImages }: EmulationOptions): CheckRow {
  return {
    name: 'emulation',
    look: async () => {
      const images = await usedImages();
      const foreign = images.filter(
        ({ architecture: other }) => other !== own && ALSO_RUNS[own]?.includes(other) !== true,
      );
      if (foreign.length === 0) return [ok(`each image in use is for ${own}`)];
      const handlers = readHandlers(files);
      return foreign.map((image) => judge(image, own, handlers));
    },
  };
}

function judge({ name, architecture }: UsedImage, own: string, handlers: readonly Handler[]): CheckAnswer {
  const text = `${name} is for ${architecture}`;
  const handler = handlers.find(({ machine }) => machine === MACHINES[architecture]);
  if (handler === undefined) {
    const advice = `publish it for ${own}, or install qemu-user-static`;
    return error(`${text}, and nothing on this device (${own}) emulates that: ${advice}`);
  }
  const by = handler.interpreter;
  if (handler.isFixed) return ok(`${text} and is emulated by ${by}, many times slower`);
  return warning(`${text}; ${by} emulates that only in containers that have it: register it with the flag F`);
}

function readHandlers(files: SystemFiles): Handler[] {
  if (files.read(`${BINFMT}/status`) !== 'enabled') return [];
  const names = files.list(BINFMT).filter((name) => name !== 'register' && name !== 'status');
  return names.flatMap((name) => readHandler(files.read(`${BINFMT}/${name}`) ?? ''));
}

function readHandler(text: string): Handler[] {
  const [state = '', ...lines] = text.split('\n');
  const field = (name: string): string =>
    lines
      .find((line) => line.startsWith(name))
      ?.slice(name.length)
      .trim() ?? '';
  if (state.trim() !== 'enabled') return [];
  const machine = field('magic').slice(MACHINE_AT, MACHINE_AT + 4);
  return [{ interpreter: field('interpreter'), machine, isFixed: field('flags:').includes('F') }];
}

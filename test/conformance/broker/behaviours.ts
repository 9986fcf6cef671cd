// What the agent may rely on of a broker, by its own port.
import { expect, test } from 'vitest';
import { until } from '../until.ts';
import { type BrokerScene, DEVICE, PREFIX, type SceneLine } from './scene.ts';

const DOCUMENT = `${PREFIX}/devices/${DEVICE}/deployments/web`;
const GROUP_DOCUMENT = `${PREFIX}/groups/berlin/deployments/web`;
const COMMAND = `${PREFIX}/devices/${DEVICE}/commands/c1`;
const PRESENCE = `${PREFIX}/devices/${DEVICE}/presence`;
const REPORT = `${PREFIX}/devices/${DEVICE}/deployments/web/status`;
const RETAINED = { retain: true } as const;
const PASSING = { retain: false } as const;

export function declareBroker(open: () => Promise<BrokerScene>): void {
  const behaviour = (title: string, play: (scene: BrokerScene) => Promise<void>): void =>
    test.concurrent(title, async () => {
      const scene = await open();
      try {
        await play(scene);
      } finally {
        await scene.close();
      }
    });

  behaviour('what is retained comes at each connect and says so; what passes does not', async (scene) => {
    await scene.publish(DOCUMENT, 'one', RETAINED);
    await scene.publish(DOCUMENT, 'two', RETAINED);
    await scene.publish(GROUP_DOCUMENT, 'group', RETAINED);
    const line = await connected(scene);
    await count(scene, line, 2);
    expect(line.messages.map(shown).toSorted()).toEqual(['group retained', 'two retained']);
    await scene.publish(DOCUMENT, 'three', RETAINED);
    await scene.publish(COMMAND, 'do', PASSING);
    await count(scene, line, 4);
    expect(line.messages.slice(2).map(shown)).toEqual(['three', 'do']);
  });

  behaviour('what is cleared is told as empty, and does not come again', async (scene) => {
    await scene.publish(DOCUMENT, 'one', RETAINED);
    const line = await connected(scene);
    await count(scene, line, 1);
    await scene.publish(DOCUMENT, '', RETAINED);
    await count(scene, line, 2);
    expect(line.messages.map(shown)).toEqual(['one retained', '']);
    expect(await scene.retained(DOCUMENT)).toBeNull();
    await reconnect(scene, line);
    await scene.publish(COMMAND, 'do', PASSING);
    await count(scene, line, 3);
    expect(line.messages.slice(2).map(shown)).toEqual(['do']);
  });

  behaviour('messages come, and reports go, in the order in which they were sent', async (scene) => {
    const line = await connected(scene);
    const numbers = Array.from({ length: 20 }, (_, index) => String(index));
    for (const number of numbers) await scene.publish(COMMAND, number, PASSING);
    await count(scene, line, numbers.length);
    expect(line.messages.map(shown)).toEqual(numbers);
    const taken = await Promise.all(numbers.map((number) => line.broker.publish(REPORT, number, RETAINED)));
    expect(taken.every(Boolean)).toBe(true);
    const reports = () => scene.heard.filter(({ topic }) => topic === REPORT).map(({ payload }) => payload);
    await until(scene.clock, reports, ({ length }) => length === numbers.length);
    expect(reports()).toEqual(numbers);
  });

  behaviour('a publish is true once the broker has it, and false with no connection', async (scene) => {
    const line = await connected(scene);
    expect(await line.broker.publish(REPORT, 'kept', RETAINED)).toBe(true);
    expect(await scene.retained(REPORT)).toBe('kept');
    line.cut();
    await until(
      scene.clock,
      () => line.broker.status().isConnected,
      (isConnected) => !isConnected,
    );
    expect(await line.broker.publish(REPORT, 'lost', RETAINED)).toBe(false);
    expect(await scene.retained(REPORT)).toBe('kept');
    await line.broker.close();
    expect(await line.broker.publish(REPORT, 'late', RETAINED)).toBe(false);
  });

  behaviour('a line that is cut brings out the will, and presence comes back with it', async (scene) => {
    const line = await connected(scene);
    await presence(scene, ['online']);
    line.cut();
    await presence(scene, ['online', 'offline']);
    line.restore();
    await presence(scene, ['online', 'offline', 'online']);
    await line.broker.close();
    await presence(scene, ['online', 'offline', 'online', 'offline']);
  });

  behaviour('after a close there is no will, and no connection', async (scene) => {
    const line = await connected(scene);
    await presence(scene, ['online']);
    await line.broker.close();
    await presence(scene, ['online', 'offline']);
    await scene.publish(DOCUMENT, 'unheard', RETAINED);
    expect(line.messages).toEqual([]);
    expect(presences(scene)).toEqual(['online', 'offline']);
  });

  behaviour(
    'what was sent meanwhile waits in the session, retained documents come once more',
    async (scene) => {
      const line = await connected(scene);
      line.cut();
      await until(
        scene.clock,
        () => line.broker.status().isConnected,
        (isConnected) => !isConnected,
      );
      await scene.publish(COMMAND, 'do', PASSING);
      await scene.publish(DOCUMENT, 'one', RETAINED);
      line.restore();
      await count(scene, line, 3);
      expect(line.messages.map(shown)).toEqual(['do', 'one', 'one retained']);
    },
  );

  behaviour('a message that was not taken is sent again at the next connect', async (scene) => {
    const line = await connected(scene);
    line.refuse(true);
    await scene.publish(COMMAND, 'do', PASSING);
    await count(scene, line, 1);
    line.refuse(false);
    await reconnect(scene, line);
    await count(scene, line, 2);
    await reconnect(scene, line);
    await scene.publish(COMMAND, 'more', PASSING);
    await count(scene, line, 3);
    expect(line.messages.map(shown)).toEqual(['do', 'do', 'more']);
  });

  behaviour(
    'a second line of the same id ends the first, which fights for it and suspects as much',
    async (scene) => {
      const first = await connected(scene);
      const second = await connected(scene);
      await until(
        scene.clock,
        () => first.troubles.length + second.troubles.length,
        (troubles) => troubles > 0,
      );
      const codes = () => [first, second].map(({ broker }) => broker.status().trouble?.code);
      await until(scene.clock, codes, (seen) => seen.includes('session_taken'));
    },
  );

  behaviour('a take-over leaves the will unsaid: the id is connected all the while', async (scene) => {
    const first = await connected(scene);
    await presence(scene, ['online']);
    const second = await connected(scene);
    await until(
      scene.clock,
      () => first.troubles.length,
      (troubles) => troubles > 0,
    );
    await first.broker.close();
    expect(await second.broker.publish(REPORT, 'mine', RETAINED)).toBe(true);
    expect(presences(scene)).not.toContain('offline');
  });

  behaviour('a broker that ends in order keeps documents, sessions and reports', async (scene) => {
    await scene.publish(DOCUMENT, 'one', RETAINED);
    const line = await connected(scene);
    await count(scene, line, 1);
    expect(await line.broker.publish(REPORT, 'kept', RETAINED)).toBe(true);
    await scene.stopBroker();
    await until(
      scene.clock,
      () => line.broker.status().trouble?.code,
      (code) => code === 'unreachable',
    );
    expect(await line.broker.publish(REPORT, 'lost', RETAINED)).toBe(false);
    await scene.startBroker();
    await count(scene, line, 2);
    expect(shown(line.messages[1])).toBe('one retained');
    expect(await scene.retained(REPORT)).toBe('kept');
  });

  behaviour(
    'a broker that forgets has neither documents nor reports, and hears of the device anew',
    async (scene) => {
      await scene.publish(DOCUMENT, 'one', RETAINED);
      const line = await connected(scene);
      await count(scene, line, 1);
      expect(await line.broker.publish(REPORT, 'kept', RETAINED)).toBe(true);
      await scene.loseBroker();
      await scene.startBroker();
      await until(
        scene.clock,
        () => line.connects(),
        (connects) => connects === 2,
      );
      expect([await scene.retained(DOCUMENT), await scene.retained(REPORT)]).toEqual([null, null]);
      await until(
        scene.clock,
        () => scene.retained(PRESENCE),
        (payload) => payload?.includes('true') === true,
      );
      await scene.publish(DOCUMENT, 'two', RETAINED);
      await count(scene, line, 2);
      expect(line.messages.map(shown)).toEqual(['one retained', 'two']);
    },
  );
}

async function connected(scene: BrokerScene): Promise<SceneLine> {
  const line = await scene.openLine();
  await until(
    scene.clock,
    () => line.connects(),
    (connects) => connects > 0,
  );
  return line;
}

async function reconnect(scene: BrokerScene, line: SceneLine): Promise<void> {
  const before = line.connects();
  line.cut();
  await until(
    scene.clock,
    () => line.broker.status().isConnected,
    (isConnected) => !isConnected,
  );
  line.restore();
  await until(
    scene.clock,
    () => line.connects(),
    (connects) => connects > before,
  );
}

function count({ clock }: BrokerScene, line: SceneLine, messages: number): Promise<unknown> {
  return until(
    clock,
    () => line.messages.map(shown),
    ({ length }) => length >= messages,
  );
}

function shown(message: SceneLine['messages'][number] | undefined): string {
  const text = Buffer.from(message?.payload ?? []).toString();
  return message?.isRetained === true ? `${text} retained` : text;
}

function presences({ heard }: BrokerScene): string[] {
  const told = heard.filter(({ topic }) => topic === PRESENCE);
  return told.map(({ payload }) => (JSON.parse(payload).online === true ? 'online' : 'offline'));
}

async function presence(scene: BrokerScene, told: readonly string[]): Promise<void> {
  await until(
    scene.clock,
    () => presences(scene),
    ({ length }) => length >= told.length,
  );
  expect(presences(scene)).toEqual(told);
}

// A broker on a real socket that does only what its script says: for what no real broker does on demand.
import { createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';
import { until } from './until.ts';

export const CONNECT = 1;
export const PUBLISH = 3;
const PUBACK = 4;
export const SUBSCRIBE = 8;
export const DISCONNECT = 14;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

export interface Peer {
  readonly socket: Socket;
  /** 5 or 4 (3.1.1), from its CONNECT. */
  version: number;
  readonly frames: Frame[];
  send(...bytes: number[]): void;
}

/** `true` where the script has answered; otherwise the broker answers as a good one would. */
export type Script = (frame: Frame, peer: Peer) => boolean;

export interface ScriptedBroker {
  readonly port: number;
  readonly peers: Peer[];
  script: Script;
  stop(): Promise<void>;
}

export async function startScriptedBroker(script: Script = () => false): Promise<ScriptedBroker> {
  const peers: Peer[] = [];
  const server = createServer((socket) => {
    const peer: Peer = {
      socket,
      version: 0,
      frames: [],
      send: (...bytes) => socket.write(Buffer.from(bytes)),
    };
    peers.push(peer);
    socket.on('error', () => undefined);
    readFrames(socket, (frame) => {
      peer.frames.push(frame);
      if (frame.type === CONNECT) peer.version = frame.body.readUInt8(6);
      if (!broker.script(frame, peer)) answerWell(frame, peer);
    });
  });
  const port = await listenOnLoopback(server);
  const broker: ScriptedBroker = { port, peers, script, stop: () => stop(server, peers) };
  return broker;
}

async function stop(server: Server, peers: readonly Peer[]): Promise<void> {
  for (const { socket } of peers) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

function readFrames(socket: Socket, take: (frame: Frame) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (let end = frameEnd(rest); end !== null; end = frameEnd(rest)) {
      const first = rest.readUInt8(0);
      take({ type: first >> 4, flags: first & 15, body: rest.subarray(end.bodyStart, end.frameEnd) });
      rest = rest.subarray(end.frameEnd);
    }
  });
}

/** Where the first frame's body begins and ends, or `null` while it is not whole. */
function frameEnd(bytes: Buffer): { bodyStart: number; frameEnd: number } | null {
  let length = 0;
  for (let index = 1; index < Math.min(bytes.length, 5); index += 1) {
    const byte = bytes.readUInt8(index);
    length += (byte & 127) * 128 ** (index - 1);
    if (byte < 128) {
      const end = index + 1 + length;
      return end <= bytes.length ? { bodyStart: index + 1, frameEnd: end } : null;
    }
  }
  return null;
}

function answerWell(frame: Frame, peer: Peer): void {
  if (frame.type === CONNECT) connack(peer, 0);
  else if (frame.type === SUBSCRIBE) suback(frame, peer, 1);
  else if (frame.type === PUBLISH) puback(frame, peer);
  else if (frame.type === 12) peer.send(0xd0, 0);
  else if (frame.type === DISCONNECT) peer.socket.end();
}

export function connack(peer: Peer, code: number): void {
  if (peer.version === 5) peer.send(0x20, 3, 0, code, 0);
  else peer.send(0x20, 2, 0, code);
}

export function suback({ body }: Frame, peer: Peer, code: number): void {
  const id = [body.readUInt8(0), body.readUInt8(1)];
  if (peer.version === 5) peer.send(0x90, 4, ...id, 0, code);
  else peer.send(0x90, 3, ...id, code);
}

export function puback(frame: Frame, peer: Peer, code?: number): void {
  const id = packetIdOf(frame);
  if (code === undefined) peer.send(0x40, 2, id >> 8, id & 255);
  else peer.send(0x40, 3, id >> 8, id & 255, code);
}

function packetIdOf({ type, body }: Frame): number {
  return body.readUInt16BE(type === PUBLISH ? 2 + body.readUInt16BE(0) : 0);
}

export function topicOf({ body }: Frame): string {
  return body.subarray(2, 2 + body.readUInt16BE(0)).toString();
}

/** A QoS 1 PUBLISH from the broker. */
export function publishTo(peer: Peer, topic: string, payload: Buffer, packetId: number, flags = 0x2): void {
  const properties = peer.version === 5 ? [0] : [];
  const head = [topic.length >> 8, topic.length & 255, ...Buffer.from(topic), 0, packetId, ...properties];
  const body = Buffer.concat([Buffer.from(head), payload]);
  const length = [(body.length % 128) | 128, ((body.length >> 7) % 128) | 128, body.length >> 14];
  peer.socket.write(Buffer.concat([Buffer.from([0x30 | flags, ...length]), body]));
}

/** The packet ids that a peer has acknowledged. */
export function acknowledgedBy(peer: Peer): number[] {
  return peer.frames.filter(({ type }) => type === PUBACK).map(packetIdOf);
}

/** The peer of the given number, once it has sent a frame of that type. */
export async function peerAfter(broker: ScriptedBroker, index: number, type: number): Promise<Peer> {
  await until(`frame ${type} of connection ${index}`, () =>
    (broker.peers[index]?.frames ?? []).some((frame) => frame.type === type),
  );
  const peer = broker.peers[index];
  if (peer === undefined) throw new Error('unreachable');
  return peer;
}

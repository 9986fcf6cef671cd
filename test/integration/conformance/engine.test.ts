// The behaviours of an engine, on a real one: what the fake is held against.
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { declareSurroundings } from '../../conformance/engine/around.ts';
import { declareContainers } from '../../conformance/engine/containers.ts';
import { declareImages } from '../../conformance/engine/images.ts';
import { declarePolicies } from '../../conformance/engine/policies.ts';
import { declareOn } from '../../conformance/engine/stage.ts';
import { World } from '../support/world.ts';
import { dockerEngine, fetchImage, type Ground, openDocker } from './docker-scene.ts';

let ground: Ground;
beforeAll(async () => {
  const world = new World();
  const image = inject('rig').images['hello:1.0.0'].reference;
  await fetchImage(dockerEngine(world), image);
  ground = { world, image, registry: await world.registry() };
});
afterAll(() => ground.world.close());

const open = () => openDocker(ground);
describe('containers', () => declareContainers(declareOn(open)));
describe('around containers', () => declareSurroundings(declareOn(open)));
describe('by itself', () => declarePolicies(declareOn(open)));
describe('images', () => declareImages(declareOn(open)));

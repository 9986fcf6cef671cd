// The behaviours of an engine, on the fake one.
import { describe } from 'vitest';
import { declareSurroundings } from './around.ts';
import { declareContainers } from './containers.ts';
import { declareEngineRestarts } from './engine-restart.ts';
import { openFakeEngine } from './fake-scene.ts';
import { declareImages } from './images.ts';
import { declarePolicies } from './policies.ts';
import { declareOn } from './stage.ts';

describe('containers', () => declareContainers(declareOn(openFakeEngine)));
describe('around containers', () => declareSurroundings(declareOn(openFakeEngine)));
describe('by itself', () => declarePolicies(declareOn(openFakeEngine)));
describe('images', () => declareImages(declareOn(openFakeEngine)));
describe('engine restarts', () => declareEngineRestarts(declareOn(openFakeEngine)));

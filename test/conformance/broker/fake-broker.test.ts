// The behaviours of a broker, on the fake one.
import { declareBroker } from './behaviours.ts';
import { openFakeBroker } from './fake-scene.ts';

declareBroker(openFakeBroker);

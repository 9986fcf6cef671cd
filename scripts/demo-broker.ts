// The demo's embedded broker: aedes, which speaks MQTT 3.1.1 only and so shows the agent's fall-back.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

const port = Number(process.argv[2]);
const broker = await Aedes.createBroker();
createServer(broker.handle).listen(port, '127.0.0.1');

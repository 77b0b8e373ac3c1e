import { EventStoreDbStandIn } from './stand-in.js';

/** The stand-in as a process of its own, to be killed: `stand-in-child.ts PORT FILE`. Says its URL when it listens. */
const [port, file] = process.argv.slice(2);
void EventStoreDbStandIn.start({ port: Number(port), file }).then(({ url }) => {
  process.stdout.write(`${url}\n`);
});

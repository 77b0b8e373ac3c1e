import { EventStoreDbStandIn } from './stand-in.js';

/**
 * The stand-in as a process of its own, to be killed: `stand-in-child.ts PORT [FILE] [DISK_MS]`. Says its URL when it
 * listens.
 */
const [port, file, diskMs] = process.argv.slice(2);
const options = {
  port: Number(port),
  ...(file ? { file } : {}),
  ...(diskMs ? { diskMs: Number(diskMs) } : {}),
};
void EventStoreDbStandIn.start(options).then(({ url }) => {
  process.stdout.write(`${url}\n`);
});

import { DataDirectory } from '../../src/platform/data-directory/data-directory.js';

/** A child process that takes a data directory's lock, says whether it did, and holds it until it is killed. */
async function main(path: string): Promise<void> {
  const directory = await DataDirectory.open(path).catch((error: Error) => error);
  if (directory instanceof Error) {
    console.log(directory.name);
    return;
  }
  directory.handle('pid', () => process.pid);
  console.log('held');
  setInterval(() => {}, 1000);
}

void main(process.argv[2]!);

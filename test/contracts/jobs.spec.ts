import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedJobs } from '../../src/platform/jobs/embedded/embedded-jobs.js';
import { SystemClock } from '../../src/platform/kernel/clock.js';
import { jobsContract, TEST_FIRST_RETRY_MS } from './jobs.contract.js';

const root = mkdtempSync(join(tmpdir(), 'kf-jobs-'));
const directory = join(root, 'jobs');

afterAll(() => rmSync(root, { recursive: true, force: true }));

jobsContract('embedded', {
  async open() {
    return EmbeddedJobs.open({ directory, clock: new SystemClock(), firstRetryMs: TEST_FIRST_RETRY_MS });
  },
  async wipe() {
    rmSync(directory, { recursive: true, force: true });
  },
});

/** What `npm run test:faults` runs. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('the long run is run by itself, and not the other tests beside it', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'list', '--config', 'test/faults/vitest.config.ts', '--filesOnly'],
    { cwd: root },
  );
  expect(stdout.trim()).toBe('test/faults/long-run.ts');
});

/** The faults for as long as one likes: `npm run test:faults -- [--minutes 30] [--seed N] [--fault NAME]`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string' }, fault: { type: 'string' } },
});
const settings = { FAULT_MINUTES: values.minutes, FAULT_SEED: values.seed, FAULT_NAME: values.fault };
for (const name of ['FAULT_MINUTES', 'FAULT_SEED']) {
  if (settings[name] === undefined || Number(settings[name]) > 0) continue;
  console.error(`${name.slice(6).toLowerCase()} is "${settings[name]}": write a number.`);
  process.exit(1);
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = fileURLToPath(new URL('node_modules/vitest/vitest.mjs', new URL('../../', import.meta.url)));
const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/faults/vitest.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) },
});
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;

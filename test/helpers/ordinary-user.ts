/** To root every folder is open, so where permissions matter, somebody else tries. */
import { spawnSync } from 'node:child_process';

/** Whom to run as; absent where this process is not root's. */
export const ordinaryUser = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

/** Not where root's Node or this project lie in a folder of root's alone. */
export const ordinaryUserCanRun =
  spawnSync(process.execPath, ['-e', 'fs.readFileSync("package.json")'], ordinaryUser).status === 0;
